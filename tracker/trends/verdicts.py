"""Why a subject is, or is not, said to rise or fade on a night: every test that was made."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from tracker.trends.changes import Judgement, judge_nights
from tracker.trends.evidence import Evidence
from tracker.trends.intervals import bound_difference
from tracker.trends.panels import Panel
from tracker.trends.series import Series
from tracker.trends.signals import stack_series
from tracker.trends.tracks import Rules

TESTS: Final = pl.Schema(
    {
        "test": pl.String,
        "nights": pl.Int64,
        "from": pl.Date,
        "to": pl.Date,
        "share": pl.Float64,
        "before_from": pl.Date,
        "before_to": pl.Date,
        "before": pl.Float64,
        "change": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "inflation": pl.Float64,
        "p": pl.Float64,
        "chosen": pl.Boolean,
        "q": pl.Float64,
    }
)
"""Columns of a frame of tests: one row is one stretch of nights against an earlier one.

`test` is `level` (against the subject's own level) or `peak` (against half of its best weeks since
a rise, of which `before` is the whole). Shares are over the same sources in both stretches. `p` is
of this test alone; the chosen one carries `q`, after all tests of the subject and all subjects of
the night were taken into account, null if it could not have been a finding whatever happened.
"""


@dataclass(frozen=True)
class Verdict:
    """What the tests of a night say of a subject.

    Attributes:
        tests: Frame with the columns of `TESTS`; none where there was nothing to compare.
        ready: Whether there may be findings that night: it was observed, and enough before it.
        nights_before: Observed nights of the channel before it.
        rivals: Subjects that were tested that night, in all channels.
    """

    tests: pl.DataFrame
    ready: bool
    nights_before: int
    rivals: int

    @property
    def strongest(self) -> dict[str, Any] | None:
        """Return the test that decided, else the one nearest to a finding; None without any."""
        tests = self.tests.sort("q", "p", "nights", nulls_last=True)
        level = tests.filter(pl.col("test") == "level")
        decided = tests.filter(pl.col("chosen") & (pl.col("q") <= 1.0))
        for frame in (decided, level, tests):
            if frame.height:
                return frame.row(0, named=True)
        return None


def judge_subject(
    attention: pl.DataFrame,
    subject: str,
    night: date,
    channel: str,
    rules: Rules,
    *,
    panel: Panel | None = None,
) -> Verdict:
    """Return every test of a subject on a night, as `find_signals` made it.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`.
        subject: Whose tests.
        night: The night; what came later is not looked at.
        channel: In which channel.
        rules: What a finding needs.
        panel: The sources' own shares, as in `find_signals`.
    """
    known = attention.filter(pl.col("night") <= night)
    series = stack_series(known, panel)
    if channel not in series:
        return Verdict(pl.DataFrame(schema=TESTS), ready=False, nights_before=0, rivals=0)
    last: Judgement | None = None
    for last in judge_nights(list(series.values()), rules):  # noqa: B007 - the last one is wanted
        pass
    one, at = series[channel], list(series).index(channel)
    if last is None or subject not in one.subjects:
        return Verdict(pl.DataFrame(schema=TESTS), ready=False, nights_before=0, rivals=0)
    place = one.subjects.index(subject)
    rows = [
        *_list_tests("level", one, last.steps[at], last.steps_q[at], place),
        *_list_tests("peak", one, last.descents[at], last.descents_q[at], place),
    ]
    rivals = sum(int(np.isfinite(evidence.p).sum()) for evidence in last.steps)
    return Verdict(
        pl.DataFrame(rows, schema=TESTS),
        ready=bool(last.ready[at]),
        nights_before=int(one.observed[: last.night].sum()),
        rivals=rivals,
    )


def _list_tests(
    name: str, series: Series, evidence: Evidence, q: np.ndarray[Any, Any], place: int
) -> list[dict[str, Any]]:
    def day(index: int) -> date:
        return series.first_night + timedelta(days=int(index))

    rows = []
    for at, (found, noise) in enumerate(zip(evidence.found, evidence.noises, strict=True)):
        if not np.isfinite(found.recent[place]):
            continue
        inflation = float(noise.inflation[place])
        sizes = (found.recent_size[place] / inflation, found.base_size[place] / inflation)
        bounds = bound_difference(found.recent[place], sizes[0], found.base[place], sizes[1])
        p = evidence.single[at, place]
        chosen = int(evidence.pick[place]) == at and bool(np.isfinite(evidence.p[place]))
        judged = chosen and bool(np.isfinite(q[place]))
        rows.append(
            {
                "test": name,
                "nights": found.recent_to - found.recent_from,
                "from": day(found.recent_from),
                "to": day(found.recent_to - 1),
                "share": float(found.recent[place]),
                "before_from": day(found.base_from[place]),
                "before_to": day(found.base_to[place] - 1),
                "before": float(found.base[place]),
                "change": float(found.recent[place] - found.base[place]),
                "low": float(bounds.low),
                "high": float(bounds.high),
                "inflation": inflation,
                "p": float(p) if np.isfinite(p) else None,
                "chosen": chosen,
                "q": float(q[place]) if judged else None,
            }
        )
    return rows
