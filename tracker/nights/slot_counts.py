"""Which slots count and what was observed: counted some nights at a time, however long a study."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from tracker.collector.breaks import find_breaks
from tracker.config import Config
from tracker.store import Change, Store
from tracker.tables import LISTS, SIGHTINGS, SLOTS, night_of
from tracker.trends.coverage import measure_coverage
from tracker.trends.panels import COUNTED, MEASURED, measure_observed
from tracker.trends.slots import expose_slots
from tracker.trends.standing import BOXES, find_standing, fold_boxes

COUNTED_AT_ONCE: Final = 500_000
"""Sightings that are counted at a time: all of a large study, with their words, are gigabytes."""
_CONTENT: Final = ("capture_id", "list_id", "headline_id", "title")


@dataclass(frozen=True)
class _Changed:
    nights: list[date]
    slots: pl.DataFrame


@dataclass(frozen=True)
class Counted:
    """What counts.

    Attributes:
        slots: SLOTS, the columns that shares are measured from.
        coverage: COVERAGE.
        changes: What makes the stored SLOTS these.
    """

    slots: pl.DataFrame
    coverage: pl.DataFrame
    changes: tuple[Change, ...]


def count_slots(store: Store, captures: pl.DataFrame, config: Config, night: date) -> Counted:
    """Return which slots of some captures count, none of them later than `night`, and why."""
    zone, weighting = config.study.time_zone, config.attention.weighting
    lists = store.read(LISTS)
    breaks = find_breaks(captures, lists, time_zone=zone)
    stretches = _list_stretches(captures, lists, zone)
    boxes = [
        fold_boxes(
            _read_sightings(store, visits, _CONTENT),
            lists,
            visits,
            time_zone=zone,
            unobserved=breaks,
        )
        for visits in stretches
    ]
    standing = find_standing(pl.concat([BOXES.to_frame(), *boxes]))
    counted, observed, changed = [SLOTS.empty().select(COUNTED)], [MEASURED.to_frame()], []
    for visits in stretches:
        seen = _read_sightings(store, visits, tuple(SIGHTINGS.schema))
        slots = expose_slots(
            seen, lists, visits, time_zone=zone, unobserved=breaks, standing=standing
        )
        counted.append(slots.select(COUNTED))
        observed.append(measure_observed(slots, weighting=weighting))
        changed.append(_find_changed(store, slots, visits["night"]))
    coverage = measure_coverage(
        captures, pl.concat(observed), breaks, last_night=night, time_zone=zone, standing=standing
    )
    kept = [visits["night"] for visits in stretches]
    return Counted(pl.concat(counted), coverage, _change_slots(store, changed, kept))


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


def _read_sightings(store: Store, visits: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    first, last = visits["captured_at"].min(), visits["captured_at"].max()
    within = pl.col("captured_at").is_between(pl.lit(first), pl.lit(last))
    return store.scan(SIGHTINGS).filter(within).select(columns).collect()


def _find_changed(store: Store, slots: pl.DataFrame, nights: pl.Series) -> _Changed:
    """Return the nights between the first and the last of `nights` that are stored otherwise."""
    first, last = pl.lit(nights.min()), pl.lit(nights.max())
    stored = store.scan(SLOTS).filter(pl.col("night").is_between(first, last))
    before, after = (_mark_nights(frame) for frame in (stored, slots.lazy()))
    both = before.join(after, on="night", how="full", suffix="_after", coalesce=True)
    same = [pl.col(name).eq_missing(pl.col(f"{name}_after")) for name in ("rows", "mark")]
    differ = both.filter(~pl.all_horizontal(same))["night"]
    return _Changed(differ.to_list(), slots.filter(pl.col("night").is_in(differ.implode())))


def _change_slots(
    store: Store, changed: Sequence[_Changed], kept: Sequence[pl.Series]
) -> tuple[Change, ...]:
    """Return what makes the stored slots these: the nights that differ, and no others."""
    stored = set(store.scan(SLOTS).select(pl.col("night").unique()).collect()["night"])
    gone = stored.difference(*kept)
    nights = sorted(gone.union(*(one.nights for one in changed)))
    if not nights:
        return ()
    frame = pl.concat([SLOTS.empty(), *(one.slots for one in changed)])
    if stored <= set(nights):
        return (Change(SLOTS, frame),)
    listed = ", ".join(f"'{night}'" for night in nights)
    return (Change(SLOTS, frame, f"night IN ({listed})"),)


def _mark_nights(slots: pl.LazyFrame) -> pl.DataFrame:
    """Return night, rows and a mark that changes with what the rows of a night say."""
    every = pl.struct(SLOTS.schema.names()).hash().alias("mark")
    return (
        slots.select("night", every)
        .group_by("night")
        .agg(pl.len().alias("rows"), pl.col("mark").sum())
        .collect()
    )
