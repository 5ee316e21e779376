"""What was taken in of each night, as digests: what is as it was is not derived again."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from tracker.collector.breaks import find_breaks
from tracker.config import Config
from tracker.ids import make_id
from tracker.store import Change, Store
from tracker.tables import CAPTURES, LEFT, LISTS, READINGS, SIGHTINGS, Table, night_of

COUNTING: Final = 1
"""Raised when the slots of a night are counted otherwise: all nights are counted again then."""


@dataclass(frozen=True)
class Taken:
    """What was taken in until a night, and what was read of it before.

    Attributes:
        captures: CAPTURES until then.
        lists: LISTS.
        breaks: Captures that do not count, as `tracker.collector.breaks.find_breaks` tells.
        nights: Night and `taken`, a digest of all that its slots are counted from; sorted.
        before: READINGS, of nights whose slots are known.
    """

    captures: pl.DataFrame
    lists: pl.DataFrame
    breaks: pl.DataFrame
    nights: pl.DataFrame
    before: pl.DataFrame

    @property
    def changed(self) -> pl.Series:
        """Return the nights that are not as they were, or are there no more."""
        marks = ["night", "taken"]
        here = list_changed(self.nights, self.before, marks)
        return pl.concat([here, list_changed(self.before, self.nights, marks)]).unique().sort()


def list_nights(store: Store, time_zone: str, until: date) -> list[date]:
    """Return the nights with captures up to one, in order."""
    nights = store.scan(CAPTURES).select(night_of("captured_at", time_zone).alias("night"))
    known = nights.filter(pl.col("night") <= until).unique().collect()
    return known["night"].sort().to_list()


def read_taken(store: Store, captures: pl.DataFrame, config: Config) -> Taken:
    """Return what was taken in with some captures.

    Of sightings only the number is looked at: they are never written over but by a harvest anew,
    which forgets all digests.

    Args:
        store: The study's store.
        captures: CAPTURES.
        config: The study's settings.
    """
    lists = store.read(LISTS)
    breaks = find_breaks(captures, lists, time_zone=config.study.time_zone)
    nights = _mark_nights(store, captures, lists, breaks, config)
    return Taken(captures, lists, breaks, nights, store.read(READINGS).drop_nulls())


@dataclass(frozen=True)
class Left:
    """A table as an update leaves it.

    Attributes:
        table: The table.
        made: Digest of what it was derived with, besides what was taken in; None if with nothing.
    """

    table: Table
    made: str | None = None


def is_left(store: Store, left: Left) -> bool:
    """Return whether a table is as the update left it that took the stored READINGS.

    What it was derived with is looked at first: of another version it may have other columns.
    """
    noted = store.read(LEFT).filter(pl.col("name") == left.table.name).drop("name").rows()
    return any(
        made == left.made and hashed == _hash_table(store, left.table) for hashed, made in noted
    )


def note_left(store: Store, *left: Left) -> list[Change]:
    """Return what says that these tables, and no others, are left as they are.

    It is to be written with READINGS.
    """
    noted = LEFT.frame([(one.table.name, _hash_table(store, one.table), one.made) for one in left])
    return [] if noted.equals(store.read(LEFT)) else [Change(LEFT, noted)]


def _hash_table(store: Store, table: Table) -> int:
    row = pl.struct(table.schema.names()).hash()
    return int(store.scan(table).select(row.sum().reinterpret(signed=True)).collect().item())


def _mark_nights(
    store: Store, captures: pl.DataFrame, lists: pl.DataFrame, breaks: pl.DataFrame, config: Config
) -> pl.DataFrame:
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
    marks = hash_nights(visits.lazy(), "visits")
    for name, frame in (
        ("shown", shown),
        ("broken", breaks.select("night", "capture_id", "channel")),
    ):
        marks = marks.join(hash_nights(frame.lazy(), name), on="night", how="left")
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
    shown = standing.lazy().select("night", "source", "channel", "list_id")
    boxes = hash_nights(shown, "standing")
    return (
        nights.join(boxes.select("night", "standing"), on="night", how="left")
        .with_columns(pl.col("standing").fill_null(0))
        .sort("night")
    )


def list_changed(now: pl.DataFrame, before: pl.DataFrame, marks: list[str]) -> pl.Series:
    """Return the nights, a column of both, whose marks are not as they were."""
    return now.join(before, on=marks, how="anti")["night"]


def hash_nights(frame: pl.LazyFrame, name: str) -> pl.DataFrame:
    """Return night, `name`, a hash of its rows in any order, and how many rows there are."""
    row = pl.struct(pl.all()).hash().alias(name)
    return (
        frame.select("night", row)
        .group_by("night")
        .agg(pl.col(name).sum().reinterpret(signed=True), pl.len().alias(f"n_{name}"))
        .collect()
    )
