"""What was counted at the last update, and what it says: read of some subjects."""

from collections.abc import Collection
from datetime import date

import polars as pl

from tracker.config import Config
from tracker.errors import InputError
from tracker.nights.pasts import scan_counted
from tracker.store import Store
from tracker.tables import ATTENTION, COVERAGE, FAMILIES, SLOTS, THEMES
from tracker.trends.attention import fill_asleep
from tracker.trends.coverage import find_first, read_observed
from tracker.trends.panels import Panel, measure_shares
from tracker.trends.rules import Rules


def read_themes(store: Store, config: Config) -> set[str]:
    """Return the names of the themes that are watched or have headlines."""
    matched = store.scan(THEMES).select(pl.col("theme").unique()).collect()["theme"]
    return {*matched, *(theme.name for theme in config.theme)}


def list_births(
    stretches: pl.DataFrame, themes: Collection[str], first: date, night: date
) -> pl.DataFrame:
    """Return the subjects known by a night, with the first night that tests know of each.

    Args:
        stretches: As `list_stretches` says.
        themes: Those of them that are themes: known from the first night on, headlines or not.
        first: First night of the study.
        night: The night.

    Returns:
        A frame of subject and night, sorted by subject.
    """
    always = pl.DataFrame({"subject": sorted(themes)}, schema={"subject": pl.String})
    return (
        pl.concat(
            [
                stretches.select("subject", pl.col("from_night").clip(first).alias("night")),
                always.with_columns(pl.lit(first).alias("night")),
            ]
        )
        .group_by("subject")
        .agg(pl.col("night").min())
        .filter(pl.col("night") <= night)
        .sort("subject")
    )


def list_origins(members: pl.DataFrame) -> pl.DataFrame:
    """Return the topics that began as a part of another, with the first night of that part.

    Args:
        members: MEMBERS as they count.

    Returns:
        A frame of subject and night, sorted by subject.
    """
    placed = members.filter(pl.col("topic_id").is_not_null())
    began = placed.filter(pl.col("from_night") == pl.col("from_night").min().over("topic_id"))
    # What never moved was nowhere before.
    moved = placed.filter(pl.col("to_night").is_not_null())
    before = moved.select("headline_id", pl.col("from_night").alias("night"))
    return (
        began.join(before, on="headline_id")
        .filter(pl.col("night") < pl.col("from_night"))
        .group_by(pl.col("topic_id").alias("subject"))
        .agg(pl.col("night").min())
        .sort("subject")
    )


def read_rules(config: Config) -> Rules:
    """Return what a finding needs."""
    settings = config.signals
    return Rules(
        settings.fdr, settings.baseline_nights, settings.history_nights, settings.min_nights,
        settings.min_ratio,
    )  # fmt: skip


def find_stand(store: Store) -> date | None:
    """Return the night the study stands at, None if it was never updated."""
    night = store.scan(COVERAGE).select(pl.col("night").max()).collect().item()
    return night if isinstance(night, date) else None


def read_counted_night(store: Store) -> date:
    """Return the night the study stands at.

    Raises:
        InputError: If the study was never updated, or by a version that did not keep its slots.
    """
    night = find_stand(store)
    judged = store.scan(FAMILIES).select(pl.len()).collect().item()
    if night is None or not judged:
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


def read_attention(
    store: Store,
    coverage: pl.DataFrame,
    subjects: Collection[str],
    *,
    themes: Collection[str],
    night: date,
) -> pl.DataFrame:
    """Return the attention of some subjects on every night, also of those on which they slept.

    Args:
        store: The study's store.
        coverage: COVERAGE.
        subjects: Topics by id, themes by name.
        themes: Those of them that are themes, told of from the study's first night on.
        night: Last night to tell of.
    """
    own = pl.lit(pl.Series(sorted(subjects), dtype=pl.String)).implode()
    return fill_asleep(
        store.scan(ATTENTION).filter(pl.col("subject").is_in(own)).collect(),
        read_observed(coverage),
        last_night=night,
        always=themes,
        first_night=find_first(coverage),
    )


def read_stretches(store: Store, subjects: Collection[str]) -> pl.DataFrame:
    """Return which headline belongs to which of some subjects from when to when."""
    wanted = list(subjects)
    return list_stretches(
        scan_counted(store).filter(pl.col("topic_id").is_in(wanted)).collect(),
        store.scan(THEMES).filter(pl.col("theme").is_in(wanted)).collect(),
    )


def list_stretches(members: pl.DataFrame, themes: pl.DataFrame) -> pl.DataFrame:
    """Return which headline belongs to which subject from when to when."""
    return pl.concat(
        [
            members.filter(pl.col("topic_id").is_not_null()).select(
                pl.col("topic_id").alias("subject"), "headline_id", "from_night", "to_night"
            ),
            themes.select(
                pl.col("theme").alias("subject"),
                "headline_id",
                "from_night",
                pl.lit(None, dtype=pl.Date).alias("to_night"),
            ),
        ]
    )
