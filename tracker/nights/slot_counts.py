"""Which slots count and what was observed: counted some nights at a time, and each night once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from tracker.config import Config
from tracker.nights.readings import Taken, hash_nights, list_changed, mark_standing
from tracker.store import Change, Store
from tracker.tables import BOXES, COVERAGE, READINGS, SIGHTINGS, SLOTS, Table, night_of
from tracker.trends.coverage import measure_coverage, read_observed
from tracker.trends.panels import COUNTED, MEASURED, measure_observed
from tracker.trends.slots import expose_slots
from tracker.trends.standing import find_standing, fold_boxes

COUNTED_AT_ONCE: Final = 500_000
"""Sightings that are counted at a time: all of a large study, with their words, are gigabytes."""
_CONTENT: Final = ("capture_id", "list_id", "headline_id", "title")


@dataclass(frozen=True)
class Counted:
    """What counts.

    Attributes:
        slots: SLOTS, the columns that shares are measured from, in any order; those of nights that
            are as they were are read from the store when they are asked for.
        readings: READINGS.
        coverage: COVERAGE.
        changes: What makes the stored SLOTS, and what tells which nights are counted, these.
    """

    slots: pl.LazyFrame
    readings: pl.DataFrame
    coverage: pl.DataFrame
    changes: tuple[Change, ...]


def count_slots(store: Store, read: Taken, config: Config, night: date) -> Counted:
    """Return which slots count of what was taken in, none of it later than `night`, and why.

    Nights that are as they were when they were counted last are not counted again.
    """
    zone, weighting = config.study.time_zone, config.attention.weighting
    captures, lists, breaks = read.captures, read.lists, read.breaks
    now, before = read.nights, read.before
    stretches = _list_stretches(captures, lists, zone)

    taken = list_changed(now, before, ["night", "taken"])
    boxes = [BOXES.empty()]
    for visits in _choose(stretches, taken):
        seen = _read_sightings(store, visits, _CONTENT)
        boxes.append(fold_boxes(seen, lists, visits, time_zone=zone, unobserved=breaks))
    shown = pl.concat(boxes)
    standing = find_standing(pl.concat([_read_kept(store, BOXES, now, taken).collect(), shown]))

    marked = mark_standing(now, standing)
    again = list_changed(marked, before, ["night", "taken", "standing"])
    counted = [_read_kept(store, SLOTS, now, again).select(COUNTED)]
    hashes = [READINGS.empty().select("night", "slots")]
    kept = pl.col("night").is_in(now["night"].implode()) & ~pl.col("night").is_in(again.implode())
    observed = [read_observed(store.read(COVERAGE)).filter(kept), MEASURED.to_frame()]
    differ: list[date] = []
    written = [SLOTS.empty()]
    for visits in _choose(stretches, again):
        seen = _read_sightings(store, visits, tuple(SIGHTINGS.schema))
        slots = expose_slots(
            seen, lists, visits, time_zone=zone, unobserved=breaks, standing=standing
        )
        counted.append(slots.lazy().select(COUNTED))
        hashes.append(hash_nights(counted[-1], "slots").select("night", "slots"))
        observed.append(measure_observed(slots, weighting=weighting))
        nights = _find_different(store, slots, visits["night"])
        differ += nights.to_list()
        written.append(slots.filter(pl.col("night").is_in(nights.implode())))
    coverage = measure_coverage(
        captures, pl.concat(observed), breaks, last_night=night, time_zone=zone, standing=standing
    )
    changes = [
        *_change(store, SLOTS, pl.concat(written), differ, now["night"]),
        *_change(store, BOXES, shown, taken.to_list(), now["night"]),
    ]
    readings = _complete(marked, before, again, pl.concat(hashes))
    if not readings.equals(before.sort("night")):
        changes.append(Change(READINGS, readings))
    return Counted(pl.concat(counted), readings, coverage, tuple(changes))


def _complete(
    marked: pl.DataFrame, before: pl.DataFrame, again: pl.Series, hashes: pl.DataFrame
) -> pl.DataFrame:
    """Return READINGS, sorted, of marked nights: with the hash of their slots, now or before."""
    kept = before.filter(~pl.col("night").is_in(again.implode())).select("night", "slots")
    return marked.join(pl.concat([kept, hashes]), on="night", how="left").with_columns(
        pl.col("slots").fill_null(0)
    )


def _read_kept(store: Store, table: Table, now: pl.DataFrame, changed: pl.Series) -> pl.LazyFrame:
    """Return what is stored of the nights that there are, but for those that changed."""
    same = now.filter(~pl.col("night").is_in(changed.implode()))["night"]
    return store.scan(table).filter(pl.col("night").is_in(same.implode()))


def _list_stretches(captures: pl.DataFrame, lists: pl.DataFrame, zone: str) -> list[pl.DataFrame]:
    """Return the captures with their nights, in stretches of nights of so many sightings."""
    items = lists.group_by("capture_id").agg(pl.col("n_items").sum())
    visits = captures.with_columns(night=night_of("captured_at", zone))
    before = (
        visits.join(items, on="capture_id", how="left")
        .group_by("night")
        .agg(pl.col("n_items").fill_null(0).cast(pl.Int64).sum())
        .sort("night")
        .select("night", stretch=pl.col("n_items").cum_sum() // COUNTED_AT_ONCE)
    )
    return (
        visits.join(before, on="night")
        .sort("stretch", "captured_at", "capture_id")
        .partition_by("stretch", maintain_order=True, include_key=False)
    )


def _choose(stretches: Sequence[pl.DataFrame], nights: pl.Series) -> list[pl.DataFrame]:
    """Return of each stretch the captures of some nights, where there are any."""
    chosen = [visits.filter(pl.col("night").is_in(nights.implode())) for visits in stretches]
    return [visits for visits in chosen if visits.height]


def _read_sightings(store: Store, visits: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    first, last = visits["captured_at"].min(), visits["captured_at"].max()
    within = pl.col("captured_at").is_between(pl.lit(first), pl.lit(last))
    return store.scan(SIGHTINGS).filter(within).select(columns).collect()


def _find_different(store: Store, slots: pl.DataFrame, nights: pl.Series) -> pl.Series:
    """Return those of some nights that are stored otherwise."""
    stored = store.scan(SLOTS).filter(pl.col("night").is_in(nights.unique().implode()))
    columns = SLOTS.schema.names()
    before, after = (
        hash_nights(frame.select(columns), "slots") for frame in (stored, slots.lazy())
    )
    both = before.join(after, on="night", how="full", suffix="_after", coalesce=True)
    same = [pl.col(name).eq_missing(pl.col(f"{name}_after")) for name in ("slots", "n_slots")]
    return both.filter(~pl.all_horizontal(same))["night"]


def _change(
    store: Store, table: Table, frame: pl.DataFrame, changed: Sequence[date], kept: pl.Series
) -> list[Change]:
    """Return what puts `frame` in place of the nights that changed or are gone, and no others."""
    stored = set(store.scan(table).select(pl.col("night").unique()).collect()["night"])
    nights = sorted(stored.difference(kept).union(changed))
    if not nights:
        return []
    if stored <= set(nights):
        return [Change(table, frame)]
    listed = ", ".join(f"'{night}'" for night in nights)
    return [Change(table, frame, f"night IN ({listed})")]
