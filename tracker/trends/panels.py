"""The panel: which sources were observed when, and what share each of them gave each subject."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import polars as pl

from tracker.tables import want_columns

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

_UNITS: Final = 2.0**80
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


def cut_panel(panel: Panel, first_night: date, last_night: date) -> Panel:
    """Return the panel from one night to another."""
    known = pl.col("night").is_between(first_night, last_night)
    return Panel(panel.observed.filter(known), panel.shares.filter(known))


COUNTED: Final = ("night", "source", "channel", "list_id", "headline_id", "slots", "discounted")
"""Columns of `tracker.tables.SLOTS` that shares are measured from."""

MEASURED: Final = pl.Schema(
    {
        "source": pl.String,
        "night": pl.Date,
        "channel": pl.String,
        "observed_slots": pl.Int64,
        "total": pl.Float64,
        "effective": pl.Float64,
    }
)
"""Columns of a frame of what was observed: one row is one source on one night and channel."""


def discount_rank(rank: pl.Expr) -> pl.Expr:
    """Return what a slot weighs by its rank: 1 / log2(1 + rank).

    Source:
        Järvelin and Kekäläinen (2002).
    """
    return 1 / (1 + rank).log(2)


def weigh_slots(weighting: Weighting) -> pl.Expr:
    """Return the weight of a row of slots: their number, or the sum of 1 / log2(1 + rank)."""
    return pl.col("slots").cast(pl.Float64) if weighting == "slots" else pl.col("discounted")


def add_up(values: pl.Expr) -> pl.Expr:
    """Return the sum of floats, the same to the last bit in whatever order they come.

    What threads add up comes in another order each time. Whole numbers of so small a unit add up
    exactly, to 1e14.
    """
    return _count_units(values).sum().cast(pl.Float64) / _UNITS


def roll_up(values: pl.Expr, n_rows: int) -> pl.Expr:
    """Return the sum of each row and those before it, `n_rows` in all, nulls left out.

    It is exact as `add_up` is, and so the same wherever the series begins before them.
    """
    rolled = _count_units(values).rolling_sum(n_rows, min_samples=1)
    return rolled.cast(pl.Float64) / _UNITS


def _count_units(values: pl.Expr) -> pl.Expr:
    return (values * _UNITS).cast(pl.Int128)


def measure_observed(slots: pl.DataFrame, *, weighting: Weighting = "slots") -> pl.DataFrame:
    """Return what was observed of each source, per night and channel: columns of `MEASURED`.

    Args:
        slots: Frame with the columns `COUNTED`.
        weighting: As in `measure_panel`.

    Raises:
        TableError: If a column is missing.

    Source:
        Effective number of headlines, (sum of w)² / sum of w_h²: Kish (1965).
    """
    want_columns(slots, COUNTED, "slots")
    total = add_up(pl.col("weight"))
    return (
        _fold(slots.lazy(), weighting)
        .group_by(_VISIT)
        .agg(
            pl.col("slots").sum().alias("observed_slots"),
            total.alias("total"),
            (total**2 / add_up(pl.col("weight") ** 2)).alias("effective"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in MEASURED.items())
        .collect()
    )


def measure_shares(
    slots: pl.DataFrame,
    subjects: pl.DataFrame,
    observed: pl.DataFrame,
    *,
    weighting: Weighting = "slots",
) -> Panel:
    """Return the shares of some subjects, of what was observed of all.

    Args:
        slots: Frame with the columns `COUNTED`: those that carry the subjects are enough.
        subjects: Frame with the columns of `SUBJECTS`.
        observed: Frame with the columns of `MEASURED`, from all slots.
        weighting: As in `measure_panel`.

    Raises:
        TableError: If a column is missing.
    """
    want_columns(slots, COUNTED, "slots")
    want_columns(subjects, SUBJECTS, "subjects")
    want_columns(observed, MEASURED, "observed")
    holds = pl.col("night").is_between("from_night", pl.col("to_night").fill_null(date.max))
    shares = (
        _fold(slots.lazy(), weighting)
        .join(subjects.lazy().select(list(SUBJECTS)), on="headline_id")
        .filter(holds)
        .unique(["subject", *_VISIT, "headline_id"])
        .group_by("subject", *_VISIT)
        .agg(pl.col("slots").sum(), add_up(pl.col("weight")))
        .join(observed.lazy().select(*_VISIT, "total"), on=_VISIT)
        .select(
            "subject",
            *_VISIT,
            (pl.col("weight") / pl.col("total")).clip(0, 1).alias("share"),
            "slots",
        )
        .collect()
    )
    return Panel(observed.select(list(MEASURED)).drop("total"), shares)


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
        slots: Frame with the columns `COUNTED`.
        subjects: Frame with the columns of `SUBJECTS`.
        first_night: First night to take.
        last_night: Last night to take.
        weighting: Whether every slot counts the same (`slots`) or 1 / log2(1 + rank) (`rank`).

    Raises:
        TableError: If a column is missing.
    """
    want_columns(slots, COUNTED, "slots")
    within = slots.filter(pl.col("night").is_between(first_night, last_night))
    observed = measure_observed(within, weighting=weighting)
    return measure_shares(within, subjects, observed, weighting=weighting)


def _fold(slots: pl.LazyFrame, weighting: Weighting) -> pl.LazyFrame:
    """Return one row per headline, source, night and channel, whatever list it stood in."""
    return (
        slots.select(*COUNTED, weigh_slots(weighting).alias("weight"))
        .group_by(*_VISIT, "headline_id")
        .agg(pl.col("slots").sum(), add_up(pl.col("weight")))
    )
