"""What a test found to have risen: the stories that the titles of charts name."""

from collections.abc import Collection
from datetime import date
from typing import Final

import polars as pl

from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject

_ROSE: Final = ("rise", "burst")
"""Kinds of signal that say that a subject rose."""

_APART: Final = 28
"""Days within which two rises tell one story."""

MOST_STORIES: Final = 3


def find_risen(prepared: Prepared) -> frozenset[str]:
    """Return the keys of the subjects of which a rise was found in the channel shown first."""
    return frozenset(_read_rises(prepared)["subject"])


def list_stories(prepared: Prepared, keys: Collection[str]) -> list[tuple[date, Subject]]:
    """Return which of these subjects were found to rise, and on which night, in order of time.

    Of rises within four weeks of each other the largest counts: they tell one story.
    """
    rows = _read_rises(prepared).filter(pl.col("subject").is_in(list(keys)))
    kept: list[tuple[date, str]] = []
    for night, key in rows.select("night", "subject").iter_rows():
        apart = all(abs((night - other).days) > _APART for other, _ in kept)
        if apart and all(key != other for _, other in kept):
            kept.append((night, key))
    return [(night, prepared.subjects[key]) for night, key in sorted(kept[:MOST_STORIES])]


def find_last_rise(prepared: Prepared, keys: Collection[str]) -> tuple[date, Subject] | None:
    """Return who of these rose last, and on which night it was found; None where nobody did."""
    rows = _read_rises(prepared).filter(pl.col("subject").is_in(list(keys)))
    last = rows.sort("night", descending=True, maintain_order=True).head(1)
    if last.is_empty():
        return None
    night, key = last.select("night", "subject").row(0)
    return night, prepared.subjects[key]


def _read_rises(prepared: Prepared) -> pl.DataFrame:
    """Return the rises that are known tonight, the largest first."""
    return prepared.data.signals.filter(
        pl.col("kind").is_in(_ROSE),
        pl.col("channel") == prepared.channel,
        pl.col("night") <= prepared.data.last_night,
    ).sort("value", "night", "subject", descending=[True, False, False])
