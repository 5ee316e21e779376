"""What rises, fades, is new, came back or burst: the same whether judged anew or gone on with.

- rise, fade: the share left its own level and stays in the interval given (see `changes`).
- new: the first slots of a subject, once the channel had been observed for a while without it.
- back: slots again, after a silence too long for the share it had before.
- burst: a rise and its fade soon after, as one stretch, found on the night of the fade.

A finding on night n uses nights up to n only. Nights that were not observed are no zeros, and
without an observed night there is no finding.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from tracker.tables import CHANNELS, FAMILIES, NOISES, SIGNALS
from tracker.trends.changes import Change, Judgement, judge_nights, list_changes
from tracker.trends.checkpoints import read_night, resume_track, save_tracks
from tracker.trends.memories import DESCENT, STEP, Judged
from tracker.trends.panels import Panel, cut_panel
from tracker.trends.presence import find_debuts, find_returns, mark_presence
from tracker.trends.rules import Rules
from tracker.trends.series import Series
from tracker.trends.tracks import Track


def find_signals(attention: pl.DataFrame, **options: Any) -> pl.DataFrame:
    """Return every finding, a frame of SIGNALS; arguments are those of `judge_attention`."""
    return judge_attention(attention, **options).signals


def judge_attention(
    attention: pl.DataFrame,
    *,
    panel: Panel | None = None,
    as_of: date | None = None,
    fdr: float = 0.05,
    baseline_nights: int = 28,
    history_nights: int = 14,
    min_nights: int = 3,
    min_ratio: float = 1.5,
    min_slots: int = 2,
    silent_nights: int = 28,
    burst_nights: int = 14,
    known: Judged | None = None,
    born: pl.DataFrame | None = None,
    origins: pl.DataFrame | None = None,
) -> Judged:
    """Return every finding up to `as_of`, one row each, and what the tests had in common.

    With `panel` each source is compared with itself, so that a source that joins, leaves or is
    missed makes no finding. Without it all sources together count as one, and nights on which
    the panel was partial are left out.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`; without `panel` with the rows of sleeping
            subjects, as `tracker.trends.attention.fill_asleep` gives them.
        panel: The sources' own shares, from the same slots.
        as_of: Last night to know of; the last of `attention` by default.
        fdr: False discovery rate over all subjects and channels of a night.
        baseline_nights: Longest stretch before that a share is compared with, calendar nights.
        history_nights: Observed nights of the channel before the first finding of any kind.
        min_nights: Nights of the baseline on which a source must have been observed to count.
        min_ratio: A rise is at least to this multiple of the level before, a fade to its inverse.
        min_slots: Slots within three nights that make a subject new or back.
        silent_nights: Observed nights without a slot before a subject can be back.
        burst_nights: Longest time from a rise to its fade that makes both a burst.
        known: What was returned before, of a study of which nothing up to the night of its tracks
            has changed since: only the nights after it are tested. `attention` and `panel` may
            then lack what is older than the tests look back, but for subjects that are present.
        born: The subjects and their first nights (subject, night), if `attention` does not go back
            to them.
        origins: The subjects that began as a part of another, and the first nights of that part
            (subject, night): what was known for longer is not new.

    Returns:
        Signals are sorted by night, subject, channel and kind. For a
        rise or fade `from` is the first night of the new level and `to` the night it was found;
        for `back`, `from` and `to` are the silence; for a burst its first and last night.

    Source:
        See `tracker.trends.changes.find_changes` and `tracker.trends.presence.find_returns`.
    """
    if as_of is not None:
        attention = attention.filter(pl.col("night") <= as_of)
        panel = panel and cut_panel(panel, date.min, as_of)
    silent = born is None or born.is_empty() or panel is None or panel.observed.is_empty()
    if attention.is_empty() and silent:
        return Judged()
    rules = Rules(fdr, baseline_nights, history_nights, min_nights, min_ratio)
    series = stack_series(attention, panel, born)
    tracks, kept = _open_tracks(series, rules, known)
    stands = read_night(kept.tracks)
    first = next((one.first_night for one in series.values()), None)
    start = 0 if stands is None or first is None else (stands - first).days + 1
    stop = max((one.n_nights for one in series.values()), default=0)
    told = _Told(kept, list(series), list(series.values()))
    told.judge(tracks, range(start, stop - 1), fdr)
    saved = save_tracks(tracks, stop - 2) if stop > 1 else (kept.tracks, kept.differences)
    told.judge(tracks, range(max(start, stop - 1), stop), fdr)
    presence = mark_presence(
        attention,
        min_slots=min_slots,
        observed=None if panel is None else panel.observed,
        born=born,
    )
    present = pl.concat(
        [
            find_debuts(presence, history_nights=history_nights, origins=origins),
            find_returns(presence, silent_nights=silent_nights, fdr=fdr),
        ]
    )
    found = [
        SIGNALS.frame(told.changes),
        SIGNALS.frame(_find_bursts(told.changes, burst_nights)),
        kept.signals.filter(pl.col("kind").is_in(["new", "back"])),
        present if stands is None else present.filter(pl.col("night") > stands),
    ]
    return Judged(
        pl.concat(found).sort("night", "subject", "channel", "kind"),
        NOISES.frame(told.noises),
        FAMILIES.frame(told.families),
        *saved,
    )


class _Told:
    """What the tests said so far, as rows.

    Args:
        kept: What they said of nights that are not tested again.
        channels: The channels.
        series: Theirs.
    """

    def __init__(self, kept: Judged, channels: Sequence[str], series: Sequence[Series]) -> None:
        levels = kept.signals.filter(pl.col("kind").is_in(["rise", "fade"]))
        self.changes = levels.sort("night", maintain_order=True).to_dicts()
        self.noises, self.families = kept.noises.rows(), kept.families.rows()
        self._channels, self._series = channels, series

    def judge(self, tracks: Mapping[str, Track], nights: range, fdr: float) -> None:
        """Test some nights."""
        for judgement in judge_nights(list(tracks.values()), nights):
            changes = list_changes(judgement, fdr)
            self.changes += [_name(one, self._series, self._channels) for one in changes]
            night = self._series[0].first_night + timedelta(days=judgement.night)
            self.noises += _list_noises(judgement, night, self._channels)
            self.families += _list_families(judgement, night)


def _open_tracks(
    series: Mapping[str, Series], rules: Rules, known: Judged | None
) -> tuple[dict[str, Track], Judged]:
    """Return the tests where they go on, by channel, and what stays of what was known."""
    stands = known and read_night(known.tracks)
    if not known or not stands:
        return {name: Track(one, rules) for name, one in series.items()}, Judged()
    before = pl.col("night") <= stands
    kept = Judged(
        known.signals.filter(before),
        known.noises.filter(before),
        known.families.filter(before),
        known.tracks,
        known.differences,
    )
    tracks = {
        name: resume_track(one, rules, name, kept.tracks, kept.differences)
        for name, one in series.items()
    }
    return tracks, kept


def stack_series(
    attention: pl.DataFrame, panel: Panel | None, born: pl.DataFrame | None = None
) -> dict[str, Series]:
    """Return the series of each channel that was ever observed, by channel.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`.
        panel: The sources' own shares, as in `find_signals`.
        born: As in `judge_attention`.
    """
    if panel is None:
        seen = attention.filter(pl.col("share").is_not_null())["channel"].unique()
    else:
        seen = panel.observed["channel"].unique()
    # All topics may be asleep on the last nights.
    nights = [attention["night"].max(), *([] if panel is None else [panel.observed["night"].max()])]
    starts = attention if born is None else born
    first = starts["night"].min()
    assert isinstance(first, date)
    last = max(night for night in nights if isinstance(night, date))
    return {
        channel: Series.stack(
            attention, channel, panel, first_night=first, last_night=last, born=born
        )
        for channel in CHANNELS
        if channel in seen
    }


def _name(change: Change, series: Sequence[Series], channels: Sequence[str]) -> dict[str, Any]:
    one = series[change.series]
    night = one.first_night + timedelta(days=change.night)
    return {
        "subject": one.subjects[change.subject],
        "night": night,
        "channel": channels[change.series],
        "kind": "rise" if change.value > 0 else "fade",
        "from": one.first_night + timedelta(days=change.since),
        "to": night,
        "value": change.value,
        "low": change.low,
        "high": change.high,
        "p": change.p,
        "q": change.q,
        "method": DESCENT if change.from_peak else STEP,
    }


def _list_noises(
    judgement: Judgement, night: date, channels: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Return rows of NOISES, of the one family that a study is, for channels observed by then."""
    for channel, commons, began in zip(channels, judgement.commons, judgement.began, strict=True):
        for block, (common,) in sorted(commons.items()) if began else ():
            yield night, channel, block, common.wander, common.least, common.weight


def _list_families(judgement: Judgement, night: date) -> Iterator[tuple[Any, ...]]:
    """Return rows of FAMILIES."""
    for test, evidence, qs, limits in (
        ("level", judgement.steps, judgement.steps_q, judgement.steps_limits),
        ("peak", judgement.descents, judgement.descents_q, judgement.descents_limits),
    ):
        ready = [one.p for one, on in zip(evidence, judgement.ready, strict=True) if on]
        members = [one.p[np.isfinite(q)] for one, q in zip(evidence, qs, strict=True)]
        tested = sum(int(np.isfinite(p).sum()) for p in ready)
        limit = next((limit for limit in limits if np.isfinite(limit)), None)
        yield night, test, tested, limit, np.sort(np.concatenate(members)).tolist()


def _find_bursts(changes: Sequence[dict[str, Any]], burst_nights: int) -> list[dict[str, Any]]:
    """Return a burst for each rise whose very next change is a fade soon after."""
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    bursts = []
    for row in changes:
        key = row["subject"], row["channel"]
        rise = latest.get(key)
        if row["kind"] == "fade" and rise is not None and rise["kind"] == "rise":
            last = row["from"] - timedelta(days=1)
            if (last - rise["from"]).days < burst_nights:
                method = "rise and fade"
                bursts.append(
                    {
                        **rise,
                        "kind": "burst",
                        "night": row["night"],
                        "to": last,
                        "method": method,
                    }
                )
        latest[key] = row
    return bursts
