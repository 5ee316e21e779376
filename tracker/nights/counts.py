"""What counts of everything captured, and what it says: counted at an update, then only read."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

from tracker.collector.breaks import find_breaks
from tracker.config import Config
from tracker.errors import InputError
from tracker.store import Change, Store
from tracker.tables import (
    ATTENTION,
    COVERAGE,
    FAMILIES,
    LISTS,
    MEMBERS,
    NOISES,
    SIGHTINGS,
    SIGNALS,
    SLOTS,
    THEMES,
)
from tracker.trends.attention import draw_attention, expose_slots
from tracker.trends.coverage import measure_coverage, read_observed
from tracker.trends.memories import Judged
from tracker.trends.panels import Panel, measure_panel, measure_shares
from tracker.trends.signals import judge_attention
from tracker.trends.standing import find_standing, name_epochs


@dataclass(frozen=True)
class Counted:
    """What counts.

    Attributes:
        slots: SLOTS.
        coverage: COVERAGE.
    """

    slots: pl.DataFrame
    coverage: pl.DataFrame


@dataclass(frozen=True)
class Trends:
    """What is said of every subject over time.

    Attributes:
        counted: What it was counted from.
        attention: ATTENTION.
        judged: SIGNALS, and what the tests of all subjects had in common.
    """

    counted: Counted
    attention: pl.DataFrame
    judged: Judged


def count_slots(store: Store, captures: pl.DataFrame, config: Config, night: date) -> Counted:
    """Return which slots of some captures count, none of them later than `night`, and why."""
    zone, weighting = config.study.time_zone, config.attention.weighting
    lists, sightings = store.read(LISTS), store.read(SIGHTINGS)
    breaks = find_breaks(captures, lists, time_zone=zone)
    standing = find_standing(sightings, lists, captures, time_zone=zone, unobserved=breaks)
    slots = expose_slots(
        sightings, lists, captures, time_zone=zone, unobserved=breaks, standing=standing
    )
    coverage = measure_coverage(
        captures, slots, breaks,
        last_night=night, time_zone=zone, standing=standing, weighting=weighting,
    )  # fmt: skip
    return Counted(slots, coverage)


def measure_trends(
    counted: Counted,
    members: pl.DataFrame,
    themes: pl.DataFrame,
    config: Config,
    first: date,
    night: date,
) -> Trends:
    """Return the attention of every topic and theme from `first` to `night`, and what it says."""
    stretches = list_stretches(members, themes, first)
    span = {"first_night": first, "last_night": night}
    weighting = config.attention.weighting
    panel = measure_panel(counted.slots, stretches, weighting=weighting, **span)
    named = sorted({theme.name for theme in config.theme} | set(themes["theme"]))
    attention = draw_attention(panel, stretches, themes=named, **span)
    judged = judge_attention(
        attention, panel=name_epochs(panel, counted.coverage), as_of=night, **asdict(config.signals)
    )
    return Trends(counted, attention, judged)


def amend_trends(
    store: Store, config: Config, subjects: Collection[str], members: pl.DataFrame
) -> None:
    """Measure some topics anew and judge the last night again, as if all had been.

    For what a correction moved: it holds from the last night on, so that earlier nights say of
    every topic what they said.

    Args:
        store: The study's store.
        config: Its settings.
        subjects: Topics whose headlines moved on the last night.
        members: MEMBERS.
    """
    if not subjects:
        return
    night, coverage = read_counted_night(store), store.read(COVERAGE)
    first = coverage["night"].min()
    assert isinstance(first, date)
    stretches = list_stretches(members, store.read(THEMES), first)
    panel = measure_panel(
        store.read(SLOTS),
        stretches,
        first_night=first,
        last_night=night,
        weighting=config.attention.weighting,
    )
    own = pl.col("subject").is_in(list(subjects))
    anew = draw_attention(panel, stretches.filter(own), first_night=first, last_night=night)
    kept = store.read(ATTENTION).filter(~own)
    attention = pl.concat([kept, anew]).sort("subject", "channel", "night")
    known = Judged(store.read(SIGNALS), store.read(NOISES), store.read(FAMILIES))
    judged = judge_attention(
        attention,
        panel=name_epochs(panel, coverage),
        as_of=night,
        known=known,
        **asdict(config.signals),
    )
    store.replace_together(_change_trends(attention, judged))


def _change_trends(attention: pl.DataFrame, judged: Judged) -> list[Change]:
    return [
        Change(ATTENTION, attention),
        Change(SIGNALS, judged.signals),
        Change(NOISES, judged.noises),
        Change(FAMILIES, judged.families),
    ]


def write_trends(store: Store, trends: Trends) -> None:
    """Write what was counted and what it says, in one; of slots only the nights that changed."""
    store.replace_together(
        [
            *_change_slots(store, trends.counted.slots),
            Change(COVERAGE, trends.counted.coverage),
            *_change_trends(trends.attention, trends.judged),
        ]
    )


def read_counted_night(store: Store) -> date:
    """Return the night the study stands at.

    Raises:
        InputError: If the study was never updated, or by a version that did not keep its slots.
    """
    night = store.scan(COVERAGE).select(pl.col("night").max()).collect().item()
    judged = store.scan(FAMILIES).select(pl.len()).collect().item()
    if not isinstance(night, date) or not judged:
        raise InputError(f"{store.folder}: found nothing counted yet; run tracker update first")
    return night


def read_panel(
    store: Store, config: Config, stretches: pl.DataFrame, coverage: pl.DataFrame
) -> Panel:
    """Return the sources' own shares of some subjects.

    Args:
        store: The study's store.
        config: Its settings.
        stretches: Which headline belongs to which of the subjects, as `list_stretches` says.
        coverage: COVERAGE.
    """
    mine = pl.col("headline_id").is_in(stretches["headline_id"].unique().implode())
    slots = store.scan(SLOTS).filter(mine).collect()
    return measure_shares(
        slots, stretches, read_observed(coverage), weighting=config.attention.weighting
    )


def read_stretches(store: Store, subjects: Collection[str], first: date) -> pl.DataFrame:
    """Return which headline belongs to which of some subjects from when to when."""
    wanted = list(subjects)
    return list_stretches(
        store.scan(MEMBERS).filter(pl.col("topic_id").is_in(wanted)).collect(),
        store.scan(THEMES).filter(pl.col("theme").is_in(wanted)).collect(),
        first,
    )


def list_stretches(members: pl.DataFrame, themes: pl.DataFrame, first: date) -> pl.DataFrame:
    """Return which headline belongs to which subject from when to when."""
    return pl.concat(
        [
            members.filter(pl.col("topic_id").is_not_null()).select(
                pl.col("topic_id").alias("subject"), "headline_id", "from_night", "to_night"
            ),
            themes.select(
                pl.col("theme").alias("subject"),
                "headline_id",
                pl.lit(first, dtype=pl.Date).alias("from_night"),
                pl.lit(None, dtype=pl.Date).alias("to_night"),
            ),
        ]
    )


def _change_slots(store: Store, slots: pl.DataFrame) -> list[Change]:
    """Return what makes the stored slots these: the nights that differ, and no others."""
    before, after = (_mark_nights(frame) for frame in (store.scan(SLOTS), slots.lazy()))
    both = before.join(after, on="night", how="full", suffix="_after", coalesce=True)
    same = [pl.col(name).eq_missing(pl.col(f"{name}_after")) for name in ("rows", "mark")]
    nights = both.filter(~pl.all_horizontal(same))["night"].sort()
    if nights.is_empty():
        return []
    frame = slots.filter(pl.col("night").is_in(nights.implode()))
    if before.is_empty() or len(nights) == both.height:
        return [Change(SLOTS, frame)]
    listed = ", ".join(f"'{night}'" for night in nights)
    return [Change(SLOTS, frame, f"night IN ({listed})")]


def _mark_nights(slots: pl.LazyFrame) -> pl.DataFrame:
    """Return night, rows and a mark that changes with what the rows of a night say."""
    every = pl.struct(SLOTS.schema.names()).hash().alias("mark")
    return (
        slots.select("night", every)
        .group_by("night")
        .agg(pl.len().alias("rows"), pl.col("mark").sum())
        .collect()
    )
