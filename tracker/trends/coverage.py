"""What was observed of each source on each night, and why not where it was not."""

from datetime import date
from typing import Final

import polars as pl

from tracker.tables import CAPTURES, CHANNELS, COVERAGE, SEEN_OUTCOMES, STOOD, night_of
from tracker.trends.panels import MEASURED

_CELL: Final = ["source", "night", "channel"]
_VISIT: Final = ["source", "night"]
_WORDS: Final = {
    "editorial": "the pages that came show no editors' list",
    "audience": "the pages that came show no most-read list",
}


def measure_coverage(
    captures: pl.DataFrame,
    observed: pl.DataFrame,
    breaks: pl.DataFrame,
    *,
    last_night: date,
    time_zone: str = "UTC",
    standing: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return for every source, night and channel what was observed, and the reason where not.

    A source has a row for every calendar night from its first visit on, in each channel in which
    it ever showed a list; a source that never showed one has rows in the editorial channel. The
    states are `observed` (slots were counted), `broken` (pages came, but their lists are missing
    or show too little to count), `failed` (visits brought no page) and `unseen` (no visit). An
    observed night has a reason too if some of its captures did not count.

    Args:
        captures: Frame of `tracker.tables.CAPTURES`.
        observed: What was counted, as `tracker.trends.panels.measure_observed` tells.
        breaks: Captures that did not count, with capture_id, source, night, channel and reason.
        last_night: Last night to tell of.
        time_zone: IANA name of the zone whose local date is a night.
        standing: Boxes that did not count, as `tracker.trends.standing.find_standing` tells.

    Returns:
        A frame of `tracker.tables.COVERAGE`, sorted by source, channel and night.
    """
    visits = _count_visits(CAPTURES.check(captures), time_zone).filter(
        pl.col("night") <= last_night
    )
    counted = observed.rename({"observed_slots": "slots"})
    told = breaks.group_by(_CELL).agg(
        pl.col("capture_id").n_unique().alias("n_broken"),
        pl.col("reason").unique().sort().str.join(", ").alias("why_broken"),
    )
    stood = _count_standing(standing)
    known = pl.concat([frame.select("source", "channel") for frame in (counted, told, stood)])
    frame = (
        _lay_grid(visits, known.unique(), last_night)
        .join(visits, on=_VISIT, how="left")
        .join(counted, on=_CELL, how="left")
        .join(told, on=_CELL, how="left")
        .join(stood, on=_CELL, how="left")
        .with_columns(pl.col("slots", "captures", "seen", "n_broken", "stood").fill_null(0))
        .with_columns(_name_state().alias("state"))
        .with_columns(_give_reason().alias("reason"))
    )
    return COVERAGE.check(
        frame.select(column.name for column in COVERAGE.columns).sort("source", "channel", "night")
    )


def find_first(coverage: pl.DataFrame) -> date:
    """Return the first night of a study.

    Args:
        coverage: Frame of `tracker.tables.COVERAGE`, not empty.
    """
    first = coverage["night"].min()
    assert isinstance(first, date)
    return first


def read_observed(coverage: pl.DataFrame) -> pl.DataFrame:
    """Return what was observed, as `tracker.trends.panels.measure_observed` did.

    Args:
        coverage: Frame of `tracker.tables.COVERAGE`.
    """
    seen = coverage.filter(pl.col("slots") > 0).rename({"slots": "observed_slots"})
    return seen.select(list(MEASURED))


def count_sources(coverage: pl.DataFrame) -> pl.DataFrame:
    """Return night, channel and observed_sources: how many sources were observed.

    Args:
        coverage: Frame of `tracker.tables.COVERAGE`.
    """
    return coverage.group_by("night", "channel").agg(
        (pl.col("slots") > 0).sum().cast(pl.Int64).alias("observed_sources")
    )


def describe_gaps(coverage: pl.DataFrame) -> pl.DataFrame:
    """Return why each night and channel on which no source was observed is a gap.

    Args:
        coverage: Frame of `tracker.tables.COVERAGE`.

    Returns:
        A frame with night, channel and `reason`, a sentence that names the sources, sorted: these
        are the nights whose share is null in the attention table.
    """
    gaps = coverage.filter((pl.col("state") != "observed").all().over("night", "channel"))
    words = pl.when(pl.col("reason").is_null()).then(pl.lit("not visited")).otherwise("reason")
    return (
        gaps.with_columns(words.alias("reason"))
        .sort("source")
        .group_by("night", "channel", "reason", maintain_order=True)
        .agg(pl.col("source"))
        .with_columns(
            pl.when(pl.col("source").list.len() > 3)
            .then(pl.format("{} sources", pl.col("source").list.len()))
            .otherwise(pl.col("source").list.join(", "))
            .alias("who")
        )
        .group_by("night", "channel", maintain_order=True)
        .agg(pl.format("{}: {}", "who", "reason").str.join("; "))
        .rename({"who": "reason"})
        .sort("night", "channel")
    )


def _count_visits(captures: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Return captures, those that showed a page, and the outcomes of the others, per night."""
    seen = pl.col("outcome").is_in(SEEN_OUTCOMES)
    return (
        captures.with_columns(night_of("captured_at", time_zone).alias("night"))
        .group_by(_VISIT)
        .agg(
            pl.len().cast(pl.Int64).alias("captures"),
            seen.sum().cast(pl.Int64).alias("seen"),
            pl.col("outcome").filter(~seen).unique().sort().str.join(", ").alias("outcomes"),
        )
    )


def _count_standing(standing: pl.DataFrame | None) -> pl.DataFrame:
    if standing is None:
        return pl.DataFrame(
            schema={
                "source": pl.String, "night": pl.Date, "channel": pl.String,
                "stood": pl.Int64, "since": pl.Date, "standing": pl.List(pl.String),
            }
        )  # fmt: skip
    return standing.group_by(_CELL).agg(
        pl.len().cast(pl.Int64).alias("stood"),
        pl.col("since").max(),
        pl.col("list_id").sort().alias("standing"),
    )


def _lay_grid(visits: pl.DataFrame, known: pl.DataFrame, last_night: date) -> pl.DataFrame:
    """Return a row per source, channel and calendar night from the source's first visit on."""
    starts = visits.group_by("source").agg(pl.col("night").min().alias("first"))
    return (
        starts.join(known, on="source", how="left")
        .with_columns(pl.col("channel").fill_null(next(iter(CHANNELS))))
        .with_columns(pl.date_ranges("first", pl.lit(last_night)).alias("night"))
        .explode("night")
        .select(_CELL)
    )


def _name_state() -> pl.Expr:
    return (
        pl.when(pl.col("slots") > 0)
        .then(pl.lit("observed"))
        .when(pl.col("seen") > 0)
        .then(pl.lit("broken"))
        .when(pl.col("captures") > 0)
        .then(pl.lit("failed"))
        .otherwise(pl.lit("unseen"))
    )


def _give_reason() -> pl.Expr:
    state, channel = pl.col("state"), pl.col("channel")
    empty = channel.replace_strict(_WORDS, return_dtype=pl.String)
    part = pl.format(
        "{} of {} captures left out: {}", pl.col("n_broken"), pl.col("captures"), "why_broken"
    )
    stale = pl.format("{} {}", pl.lit(STOOD), pl.col("since"))
    return (
        pl.when(state == "failed")
        .then(pl.format("no page came: {}", "outcomes"))
        .when((state == "broken") & (pl.col("n_broken") > 0))
        .then("why_broken")
        .when((state == "broken") & (pl.col("stood") > 0))
        .then(stale)
        .when(state == "broken")
        .then(empty)
        .when((state == "observed") & (pl.col("n_broken") > 0))
        .then(part)
    )
