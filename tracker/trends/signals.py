"""What rises, fades, is new, came back or burst, computed from the attention table each time.

- rise, fade: the share left its own level and stays in the interval given (see `changes`).
- new: the first slots of a subject, once the channel had been observed for a while without it.
- back: slots again, after a silence too long for the share it had before.
- burst: a rise and its fade soon after, as one stretch, found on the night of the fade.

A finding on night n uses nights up to n only. Nights that were not observed are no zeros, and
without an observed night there is no finding.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.tables import CHANNELS, SIGNALS
from tracker.trends.changes import Change, find_changes
from tracker.trends.panels import Panel
from tracker.trends.presence import find_debuts, find_returns, mark_presence
from tracker.trends.series import Series
from tracker.trends.tracks import BLOCKS, Rules

_STEP: Final = f"against its level, blocks of {', '.join(map(str, BLOCKS))} nights, BH"
_DESCENT: Final = "week below half of its best week since the rise, BH"


def find_signals(
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
) -> pl.DataFrame:
    """Return every finding up to `as_of`, one row each.

    With `panel` each source is compared with itself, so that a source that joins, leaves or is
    missed makes no finding. Without it all sources together count as one, and nights on which
    the panel was partial are left out.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`.
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

    Returns:
        A frame of `tracker.tables.SIGNALS`, sorted by night, subject, channel and kind. For a
        rise or fade `from` is the first night of the new level and `to` the night it was found;
        for `back`, `from` and `to` are the silence; for a burst its first and last night.

    Source:
        See `tracker.trends.changes.find_changes` and `tracker.trends.presence.find_returns`.
    """
    if as_of is not None:
        attention = attention.filter(pl.col("night") <= as_of)
    if attention.is_empty():
        return SIGNALS.empty()
    rules = Rules(fdr, baseline_nights, history_nights, min_nights, min_ratio)
    stacked = stack_series(attention, panel)
    channels, series = list(stacked), list(stacked.values())
    changes = find_changes(series, rules)
    named = [_name(change, series, channels) for change in changes]
    bursts = _find_bursts(named, burst_nights)
    presence = mark_presence(attention, min_slots=min_slots)
    found = [
        SIGNALS.frame(named),
        SIGNALS.frame(bursts),
        find_debuts(presence, history_nights=history_nights),
        find_returns(presence, silent_nights=silent_nights, fdr=fdr),
    ]
    return pl.concat(found).sort("night", "subject", "channel", "kind")


def stack_series(attention: pl.DataFrame, panel: Panel | None) -> dict[str, Series]:
    """Return the series of each channel that was ever observed, by channel.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`.
        panel: The sources' own shares, as in `find_signals`.
    """
    seen = attention.filter(pl.col("share").is_not_null())["channel"].unique()
    return {
        channel: Series.stack(attention, channel, panel) for channel in CHANNELS if channel in seen
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
        "method": _DESCENT if change.from_peak else _STEP,
    }


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
