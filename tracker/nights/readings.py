"""What was taken in of each night, as digests: what is as it was is not counted again."""

from typing import Final

import polars as pl

from tracker.config import Config
from tracker.ids import make_id
from tracker.store import Store
from tracker.tables import SIGHTINGS, night_of

COUNTING: Final = 1
"""Raised when the slots of a night are counted otherwise: all nights are counted again then."""


def mark_nights(
    store: Store, captures: pl.DataFrame, lists: pl.DataFrame, breaks: pl.DataFrame, config: Config
) -> pl.DataFrame:
    """Return night and `taken`, a digest of all that the slots of a night are counted from.

    Of sightings only the number is looked at: they are never written over but by a harvest anew,
    which forgets all digests.

    Args:
        store: The study's store.
        captures: CAPTURES.
        lists: LISTS.
        breaks: Captures that do not count, as `tracker.collector.breaks.find_breaks` tells.
        config: The study's settings.
    """
    zone = config.study.time_zone
    visits = captures.select(
        night_of("captured_at", zone).alias("night"), "capture_id", "source", "url", "captured_at"
    )
    shown = (
        lists.filter(pl.col("outcome") != "missing")
        .select("capture_id", "list_id", "heading", "kind")
        .join(visits.select("capture_id", "night"), on="capture_id")
    )
    seen = (
        store.scan(SIGHTINGS)
        .group_by(night_of("captured_at", zone).alias("night"))
        .agg(pl.len().alias("seen"))
        .collect()
    )
    marks = _hash(visits, "visits")
    for name, frame in (
        ("shown", shown),
        ("broken", breaks.select("night", "capture_id", "channel")),
    ):
        marks = marks.join(_hash(frame, name), on="night", how="left")
    marks = marks.join(seen, on="night", how="left").sort("night")
    settings = (COUNTING, pl.__version__, zone, config.attention.weighting)
    taken = [make_id(repr((settings, row))) for row in marks.drop("night").iter_rows()]
    return marks.select("night", pl.Series("taken", taken, pl.String))


def mark_standing(nights: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Return nights, sorted, with `standing`, a hash of the boxes that stood on each.

    Args:
        nights: Frame with night.
        standing: Boxes that stood, as `tracker.trends.standing.find_standing` tells.
    """
    boxes = _hash(standing.select("night", "source", "channel", "list_id"), "standing")
    return (
        nights.join(boxes.select("night", "standing"), on="night", how="left")
        .with_columns(pl.col("standing").fill_null(0))
        .sort("night")
    )


def _hash(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return night, a hash of its rows, in any order, and how many there are."""
    row = pl.struct(pl.all()).hash().alias(name)
    return (
        frame.select("night", row)
        .group_by("night")
        .agg(pl.col(name).sum().reinterpret(signed=True), pl.len().alias(f"n_{name}"))
    )
