"""The panel: which sources were observed when, and what share each of them gave each subject."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import polars as pl

from tracker.errors import TableError

SLOTS: Final = pl.Schema(
    {
        "source": pl.String,
        "night": pl.Date,
        "channel": pl.String,
        "capture_id": pl.String,
        "list_id": pl.String,
        "rank": pl.Int32,
        "headline_id": pl.String,
    }
)
"""Columns of a frame of slots: one row is one headline in one slot of one observed list."""

SUBJECTS: Final = pl.Schema(
    {
        "subject": pl.String,
        "headline_id": pl.String,
        "from_night": pl.Date,
        "to_night": pl.Date,
    }
)
"""Columns of a frame of subjects: the nights on which a headline belongs to a subject."""

Weighting = Literal["slots", "rank"]

_VISIT: Final = ["source", "night", "channel"]


@dataclass(frozen=True, slots=True)
class Panel:
    """What each source showed on each night.

    A source that is in `observed` on a night and channel, but not in `shares`, was seen without
    the subject: its share is 0. One that is not in `observed` was not seen: its share is unknown.

    Attributes:
        observed: One row per source, night and channel observed, with `observed_slots` (a count)
            and `effective`, the effective number of headlines.
        shares: One row per subject, source, night and channel where the source carried the
            subject, with `share` in (0, 1] and `slots` (a count).
    """

    observed: pl.DataFrame
    shares: pl.DataFrame


def weigh_slots(weighting: Weighting) -> pl.Expr:
    """Return the weight of a slot: 1, or 1 / log2(1 + rank).

    Source:
        Discount by rank: Järvelin and Kekäläinen (2002).
    """
    return pl.lit(1.0) if weighting == "slots" else 1 / (1 + pl.col("rank")).log(2)


def measure_panel(
    slots: pl.DataFrame,
    subjects: pl.DataFrame,
    *,
    first_night: date,
    last_night: date,
    weighting: Weighting = "slots",
) -> Panel:
    """Return each observed source's own share of each subject, per night and channel.

    Args:
        slots: Frame with the columns of `SLOTS`.
        subjects: Frame with the columns of `SUBJECTS`.
        first_night: First night to take.
        last_night: Last night to take.
        weighting: Whether every slot counts the same (`slots`) or 1 / log2(1 + rank) (`rank`).

    Raises:
        TableError: If a column is missing.

    Source:
        Effective number of headlines, (sum of w)² / sum of w_h²: Kish (1965).
    """
    _want(slots, SLOTS, "slots")
    _want(subjects, SUBJECTS, "subjects")
    cells = (
        slots.lazy()
        .filter(pl.col("night").is_between(first_night, last_night))
        .with_columns(weigh_slots(weighting).alias("weight"))
        .group_by(*_VISIT, "headline_id")
        .agg(pl.len().cast(pl.Int64).alias("slots"), pl.col("weight").sum())
        .collect()
        .lazy()
    )
    total = pl.col("weight").sum()
    observed = (
        cells.group_by(_VISIT)
        .agg(
            pl.col("slots").sum().alias("observed_slots"),
            total.alias("total"),
            (total**2 / (pl.col("weight") ** 2).sum()).alias("effective"),
        )
        .collect()
    )
    holds = pl.col("night").is_between("from_night", pl.col("to_night").fill_null(date.max))
    shares = (
        cells.join(subjects.lazy().select(list(SUBJECTS)), on="headline_id")
        .filter(holds)
        .unique(["subject", *_VISIT, "headline_id"])
        .group_by("subject", *_VISIT)
        .agg(pl.col("slots").sum(), pl.col("weight").sum())
        .join(observed.lazy().select(*_VISIT, "total"), on=_VISIT)
        .select(
            "subject",
            *_VISIT,
            (pl.col("weight") / pl.col("total")).clip(0, 1).alias("share"),
            "slots",
        )
        .collect()
    )
    return Panel(observed.drop("total"), shares)


def _want(frame: pl.DataFrame, schema: pl.Schema, name: str) -> None:
    if any(column not in frame.columns for column in schema):
        raise TableError(
            f"{name}: found columns {', '.join(frame.columns) or 'none'}; "
            f"wanted {', '.join(schema)}"
        )
