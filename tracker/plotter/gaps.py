"""What was not observed, in words that say of which kind of list that is so."""

from datetime import date

import polars as pl

from tracker.names import count
from tracker.plotter.prepared import Prepared
from tracker.plotter.words import LISTS, day
from tracker.tables import STOOD


def tell_gap(prepared: Prepared, channel: str, start: date, stop: date) -> str | None:
    """Return what was not observed on some nights; None where the channel was.

    Args:
        prepared: The study.
        channel: The channel that is told of.
        start: The first of the nights.
        stop: The night after the last.
    """
    first = prepared.curves.nights[0]
    within = slice(max(0, (start - first).days), (stop - first).days)
    seen = {name: any(nights[within]) for name, nights in prepared.curves.observed.items()}
    if seen.get(channel):
        return None
    return f"{LISTS[channel]} were not observed" if any(seen.values()) else "nothing was observed"


def tell_last_gap(prepared: Prepared) -> str | None:
    """Return what was not observed on the last night; None where the channel shown first was."""
    seen, last = _count_last(prepared), prepared.data.last_night
    if seen.get(prepared.channel):
        return None
    others = [LISTS[channel] for channel, n in seen.items() if n]
    if not others:
        return f"Nothing was observed on {day(last)}"
    rows = prepared.data.coverage.filter(night=last, channel=prepared.channel)
    stood = pl.col("reason").fill_null("").str.starts_with(STOOD)
    same = not rows.is_empty() and rows.select(stood.all()).item()
    words = "stood unchanged" if same else "were not observed"
    whose = LISTS[prepared.channel].capitalize()
    return f"{whose} {words} on {day(last)}; {others[0]} were observed"


def count_last(prepared: Prepared) -> str:
    """Return how many of the sources were observed on the last night, by kind if none in one."""
    seen, every = _count_last(prepared), count(len(prepared.slots.sources), "source")
    if seen.get(prepared.channel):
        return f"{seen[prepared.channel]} of {every} observed"
    others = [f"{LISTS[name]} observed at {n} of {every}" for name, n in seen.items() if n]
    return f"{others[0]}, {LISTS[prepared.channel]} at none" if others else "nothing observed"


def _count_last(prepared: Prepared) -> dict[str, int]:
    """Return of each channel how many sources were observed on the last night."""
    curves = prepared.curves
    return {channel: curves.observed[channel][-1] for channel in curves.channels}
