"""Subjects that appear for the first time, or again after a silence.

A subject is present on an observed night if the last three observed nights gave it enough slots:
one stray slot is no presence. Nights that were not observed are neither presence nor silence.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from scipy import stats

from tracker.tables import SIGNALS

_KEY: Final = ["subject", "channel"]
LATELY: Final = 3
"""Observed nights that say whether a subject is present."""
_MARKED_AT_ONCE: Final = 500_000
_BEGUN: Final = pl.Schema({"subject": pl.String, "channel": pl.String, "first": pl.Int64})
_ORIGINS: Final = pl.Schema({"subject": pl.String, "night": pl.Date})
_DEBUT: Final = timedelta(days=7)
"""How long after its first presence a subject may become news and still be new."""


def mark_presence(
    attention: pl.DataFrame,
    *,
    min_slots: int,
    observed: pl.DataFrame | None = None,
    born: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the nights on which subjects were present, with what their presence was so far.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`.
        min_slots: Slots in the last three observed nights that make a subject present.
        observed: Frame with the nights (night, channel) on which anything was observed; those of
            `attention` if None.
        born: The subjects and the nights (subject, night) from which on their silence counts;
            those of their first rows if None.

    Returns:
        The rows of `attention` on which their subject was present, with `appears` (it was not the
        observed night before), `notable` (in the last three observed nights either two sources
        carried it on one night or, where only one source was observed, two nights did), `since`
        (first of the three nights with a slot), `first_shown` (its very first night with one),
        `history` (observed nights of the channel before that), and as of the latest earlier
        presence: `present_until`, `appearances` and `quiet` (nights without presence up to then);
        `silence` is the nights without presence since.
    """
    seen = attention.filter(pl.col("share").is_not_null())
    nights = seen if observed is None else observed
    history = _number_nights(nights)
    births = attention.group_by("subject").agg(pl.col("night").min()) if born is None else born
    begun = _number_births(births, history)
    marked = [_mark(rows, history, begun, min_slots) for rows in _cut(seen.sort(*_KEY, "night"))]
    return pl.concat(marked)


def _cut(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows a part at a time, each with all of its subjects: what is between is large."""
    ends = np.flatnonzero(np.diff(rows["subject"].rle_id().to_numpy())) + 1
    cuts = np.searchsorted(ends, np.arange(_MARKED_AT_ONCE, rows.height, _MARKED_AT_ONCE))
    cuts = np.unique(ends[cuts[cuts < len(ends)]])
    for start, stop in pairwise([0, *cuts.tolist(), rows.height]):
        yield rows[start:stop]


def _mark(
    seen: pl.DataFrame, history: pl.DataFrame, begun: pl.DataFrame, min_slots: int
) -> pl.DataFrame:
    """Return what `mark_presence` does, of rows that are sorted by key and night."""
    rows = (
        seen.lazy()
        .join(history.lazy(), on=["channel", "night"], maintain_order="left")
        .join(begun.lazy(), on=_KEY, maintain_order="left")
        .with_columns(*_look_back(min_slots))
        .filter(pl.col("carried") > 0)
    )
    first_shown = pl.when(pl.col("slots") > 0).then("night").min().over(_KEY)
    was = pl.col("present").shift(1, fill_value=False) & _follows(1, nights=1)
    nights_so_far = pl.col("order") - pl.col("first") + 1
    shared = (pl.col("most_sources") > 1) | (
        (pl.col("most_observed") == 1) & (pl.col("carried") > 1)
    )
    rows = rows.with_columns(
        (pl.col("present") & shared).alias("notable"),
        first_shown.alias("first_shown"),
        (pl.col("present") & ~was).alias("appears"),
        (nights_so_far - pl.col("present").cum_sum().over(_KEY)).alias("quiet_so_far"),
    )
    earlier = {
        "present_until": pl.col("night"),
        "appearances": pl.col("appears").cum_sum().over(_KEY),
        "quiet": pl.col("quiet_so_far"),
    }
    return (
        rows.with_columns(
            pl.when(pl.col("present")).then(value).alias(name) for name, value in earlier.items()
        )
        .with_columns(pl.col(name).shift(1).forward_fill().over(_KEY) for name in earlier)
        .with_columns((pl.col("quiet_so_far") - pl.col("quiet")).alias("silence"))
        .join(
            history.lazy().rename({"order": "history"}),
            left_on=["channel", "first_shown"],
            right_on=["channel", "night"],
            how="left",
        )
        .filter("present")
        .drop(
            "first", "order", "carried", "most_sources", "most_observed", "present", "quiet_so_far"
        )
        .collect()
    )


def _look_back(min_slots: int) -> list[pl.Expr]:
    """Return what the last three observed nights say of a row; rows are sorted by key and night."""
    slots, shown = pl.col("slots"), pl.when(pl.col("slots") > 0).then("night")

    def lately(value: pl.Expr) -> list[pl.Expr]:
        earlier = [
            pl.when(_follows(back, nights=LATELY - 1)).then(value.shift(back))
            for back in range(1, LATELY)
        ]
        return [value, *earlier]

    return [
        (pl.sum_horizontal(lately(slots)) >= min_slots).alias("present"),
        pl.sum_horizontal(lately((slots > 0).cast(pl.Int64))).alias("carried"),
        pl.max_horizontal(lately(pl.col("n_sources"))).alias("most_sources"),
        pl.max_horizontal(lately(pl.col("observed_sources"))).alias("most_observed"),
        pl.coalesce(*reversed(lately(shown))).alias("since"),
    ]


def _follows(back: int, *, nights: int) -> pl.Expr:
    """Return whether the row so many before is of the same subject, at most `nights` before."""
    same = [pl.col(name) == pl.col(name).shift(back) for name in _KEY]
    near = pl.col("order") - pl.col("order").shift(back) <= nights
    return pl.all_horizontal(*same, near).fill_null(value=False)


def _number_nights(observed: pl.DataFrame) -> pl.DataFrame:
    """Return the observed nights of each channel, numbered from 0 as `order`."""
    return (
        observed.select("channel", "night")
        .unique()
        .sort("channel", "night")
        .with_columns(pl.int_range(pl.len()).over("channel").alias("order"))
    )


def _number_births(births: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """Return how many nights of each channel were observed before each subject's first."""
    numbered = [
        births.select(
            "subject",
            pl.lit(channel).alias("channel"),
            pl.Series("first", some["night"].search_sorted(births["night"]), dtype=pl.Int64),
        )
        for (channel,), some in history.partition_by("channel", as_dict=True).items()
    ]
    return pl.concat([_BEGUN.to_frame(), *numbered])


def find_debuts(
    presence: pl.DataFrame, *, history_nights: int, origins: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return a `new` finding for each first presence that is news and that could have been lacking.

    News is what two sources carry on one night, or, where only one source was observed, what stays
    for two nights, within a week of its very first slot.

    Args:
        presence: Result of `mark_presence`.
        history_nights: Observed nights of the channel that must lie before it.
        origins: The subjects that began as a part of another, and the first nights of that part
            (subject, night): their first slot was then.

    Returns:
        A frame of `tracker.tables.SIGNALS`: `from` is the first slot, `value` the night's share
        with its band; there is no p-value, a first time is a fact.
    """
    origins = pl.DataFrame(schema=_ORIGINS) if origins is None else origins
    origin = origins.select("subject", pl.col("night").alias("origin"))
    debuts = (
        presence.filter(pl.col("appears") & pl.col("present_until").is_null())
        .join(origin, on="subject", how="left")
        .select(*_KEY, pl.min_horizontal("first_shown", "origin").alias("debut"), "history")
    )
    first = (
        presence.drop("history")
        .join(debuts, on=_KEY)
        .filter(
            pl.col("notable")
            & pl.col("night").is_between("debut", pl.col("debut") + _DEBUT)
            & (pl.col("history") >= history_nights)
        )
        .sort(*_KEY, "night")
        .unique(_KEY, keep="first", maintain_order=True)
    )
    return _shape(
        first,
        kind="new",
        start=pl.col("debut"),
        end=pl.col("night"),
        method=f"first slots after {history_nights} observed nights, at two sources or two nights",
    )


def find_returns(presence: pl.DataFrame, *, silent_nights: int, fdr: float) -> pl.DataFrame:
    """Return a `back` finding for each presence after a silence that was too long for chance.

    After a appearances in q nights without presence, the next silence is N nights or longer, if
    the subject appears as often as it did, with probability (q / (q + N))^a.

    Args:
        presence: Result of `mark_presence`.
        silent_nights: Least length of the silence, observed nights.
        fdr: False discovery rate over all subjects that appear on a night.

    Returns:
        A frame of `tracker.tables.SIGNALS`: `from` and `to` are the silence, `value` the night's
        share with its band.

    Source:
        Ratio of waiting times of a Poisson process: Cox and Lewis (1966); Benjamini and Hochberg
        (1995).
    """
    quiet = pl.col("quiet").clip(lower_bound=1)
    chance = (quiet / (quiet + pl.col("silence"))) ** pl.col("appearances")
    again = presence.filter(pl.col("appears") & (pl.col("silence") >= silent_nights)).with_columns(
        chance.alias("p")
    )
    if again.is_empty():
        return SIGNALS.empty()
    control = pl.col("p").map_batches(
        lambda p: pl.Series(stats.false_discovery_control(p.to_numpy())), return_dtype=pl.Float64
    )
    again = again.with_columns(control.over("night").alias("q")).filter(pl.col("q") <= fdr)
    return _shape(
        again,
        kind="back",
        start=pl.col("present_until").dt.offset_by("1d"),
        end=pl.col("since").dt.offset_by("-1d"),
        method=f"silence of {silent_nights} nights or more, waiting times, BH",
    )


def _shape(
    rows: pl.DataFrame, *, kind: str, start: pl.Expr, end: pl.Expr, method: str
) -> pl.DataFrame:
    given = [name for name in ("p", "q") if name in rows.columns]
    empty = [pl.lit(None, pl.Float64).alias(name) for name in ("p", "q") if name not in given]
    return SIGNALS.check(
        rows.select(
            "subject",
            "night",
            "channel",
            pl.lit(kind).alias("kind"),
            start.alias("from"),
            end.alias("to"),
            pl.col("share").alias("value"),
            "low",
            "high",
            *given,
            *empty,
            pl.lit(method).alias("method"),
        )
    )
