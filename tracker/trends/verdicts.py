"""Why a subject is, or is not, said to rise or fade on a night: every test that was made."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from tracker.errors import TableError
from tracker.tables import TEST_KINDS
from tracker.trends.evidence import Evidence, control_one
from tracker.trends.intervals import bound_difference
from tracker.trends.memories import Judged, read_memory
from tracker.trends.rules import BLOCKS, Rules
from tracker.trends.series import Series
from tracker.trends.tracks import Track

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
        rivals: Subjects that were tested that night, in all channels that may have findings.
        since: First night of the subject's own level; None if it held no slot lately.
    """

    tests: pl.DataFrame
    ready: bool
    nights_before: int
    rivals: int
    since: date | None = None

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


NO_VERDICT: Final = Verdict(pl.DataFrame(schema=TESTS), ready=False, nights_before=0, rivals=0)


def judge_points(
    points: Collection[tuple[str, date]],
    channel: str,
    series: Series,
    rules: Rules,
    kept: Judged,
) -> dict[tuple[str, date], Verdict]:
    """Return every test of some subjects on some nights, as `judge_attention` made it.

    Subjects are judged alone, from what the tests of all had in common.

    Args:
        points: Subjects and nights; what came later than a night is not looked at.
        channel: In which channel.
        series: The channel's series, of these subjects at least, from the study's first night on.
        rules: What a finding needs.
        kept: What `judge_attention` returned, with these subjects' findings among the signals.

    Raises:
        TableError: If nothing is kept of a night.
    """
    nights = {(night - series.first_night).days for _, night in points}
    memory = read_memory(kept, channel, series)
    if nights and (max(nights), BLOCKS[0]) not in memory.commons:
        raise TableError(f"table noises: found no row of {max(points)[1]}, {channel}; wanted one")
    track = Track(series, rules, known=memory.commons)
    found: dict[tuple[str, date], Verdict] = {}
    for night in range(max(nights, default=-1) + 1):
        track.follow(night)
        if night in nights:
            day = series.first_night + timedelta(days=night)
            wanted = [subject for subject, when in points if when == day]
            found |= _judge(track, night, wanted, kept.families.filter(pl.col("night") == day))
        if night in memory.accepted:
            track.accept(*memory.accepted[night])
    return found


def _judge(
    track: Track, night: int, subjects: Sequence[str], families: pl.DataFrame
) -> dict[tuple[str, date], Verdict]:
    """Return the verdicts of one night."""
    series, day = track.series, track.series.first_night + timedelta(days=night)
    if families.is_empty():
        raise TableError(f"table families: found nothing of {day}; wanted its tests")
    ready = track.is_ready(night)
    before = int(series.observed[:night].sum())
    rows = {row["test"]: row for row in families.iter_rows(named=True)}
    found = {}
    places = {series.subjects[at]: place for place, at in enumerate(track.window.subjects)}
    evidence = dict(zip(TEST_KINDS, track.judge(night), strict=True))
    for subject in subjects:
        tests: list[dict[str, Any]] = []
        place = places.get(subject)
        since = None
        if place is not None:
            since = series.first_night + timedelta(days=int(track.state.level_since[place]))
            for name, one in evidence.items():
                q = _place(one, place, rows[name]) if ready else float("nan")
                tests += _list_tests(name, series, one, q, place)
        found[subject, day] = Verdict(
            pl.DataFrame(tests, schema=TESTS), ready, before, rows["level"]["tested"], since
        )
    return found


def _place(evidence: Evidence, place: int, family: dict[str, Any]) -> float:
    if family["limit"] is None:
        return float("nan")
    p = np.array(family["p"])
    return control_one(
        float(evidence.p[place]), float(evidence.attainable[place]), p, family["limit"]
    )


def _list_tests(
    name: str, series: Series, evidence: Evidence, q: float, place: int
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
        judged = chosen and bool(np.isfinite(q))
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
                "q": q if judged else None,
            }
        )
    return rows
