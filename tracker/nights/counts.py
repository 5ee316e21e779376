"""What counts of everything captured, and what it says: counted at an update, then only read."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

from tracker.config import Config
from tracker.errors import InputError
from tracker.nights.slot_counts import Counted
from tracker.store import Change, Store
from tracker.tables import (
    ATTENTION,
    COVERAGE,
    FAMILIES,
    MEMBERS,
    NOISES,
    SIGNALS,
    SLOTS,
    THEMES,
)
from tracker.trends.attention import draw_attention
from tracker.trends.coverage import read_observed
from tracker.trends.memories import Judged
from tracker.trends.panels import Panel, measure_panel, measure_shares
from tracker.trends.signals import judge_attention
from tracker.trends.standing import name_epochs


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
            *trends.counted.changes,
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
