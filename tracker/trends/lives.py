"""The life of a subject: emerging, rising, peak, fading, steady and dormant, with its nights."""

from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

LIFE: Final = pl.Schema(
    {
        "subject": pl.String,
        "channel": pl.String,
        "state": pl.String,
        "from": pl.Date,
        "to": pl.Date,
        "share": pl.Float64,
    }
)
"""Columns of a life: one row is one stretch of nights in one state, with its mean share."""

_WEEK: Final = 7


def trace_life(
    attention: pl.DataFrame,
    signals: pl.DataFrame,
    *,
    emerging_nights: int = 14,
    silent_nights: int = 28,
) -> pl.DataFrame:
    """Return the states of subjects in order, as far as tested findings tell them.

    A subject is emerging from the first slots that made it new or back, for `emerging_nights` or
    until its peak; rising from the first night of a rise to its best week since; at its peak from
    that week until a fade begins; fading until the last fade before the next rise was found;
    dormant through `silent_nights` or more observed nights without a slot; and steady otherwise.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`.
        signals: Frame of `tracker.tables.SIGNALS`, from the same attention.
        emerging_nights: Longest time a subject is called emerging, observed nights.
        silent_nights: Least observed nights without a slot that make it dormant.

    Returns:
        A frame with the columns of `LIFE`, sorted; nights that were not observed lie inside the
        stretches around them.
    """
    seen = attention.filter(pl.col("share").is_not_null()).sort("subject", "channel", "night")
    found = signals.sort("night", "kind").partition_by("subject", "channel", as_dict=True)
    stretches = [pl.DataFrame(schema=LIFE)]
    for key, nights in seen.partition_by(
        "subject", "channel", as_dict=True, maintain_order=True
    ).items():
        mine = found.get(key, signals.clear())
        states = _name_states(nights, mine, emerging_nights, silent_nights)
        stretches.append(_join_nights(nights.with_columns(pl.Series("state", states))))
    return pl.concat(stretches)


def _name_states(
    nights: pl.DataFrame, signals: pl.DataFrame, emerging_nights: int, silent_nights: int
) -> list[str]:
    """Return the state of every observed night of one subject and channel."""
    dates = nights["night"].to_numpy()
    shares = nights["share"].to_numpy()
    states = np.full(len(dates), "steady", dtype=object)

    def place(night: object) -> int:
        return int(np.searchsorted(dates, np.datetime64(night)))  # type: ignore[call-overload]

    changes = signals.filter(pl.col("kind").is_in(["rise", "fade"])).to_dicts()
    starts = [
        at
        for at, row in enumerate(changes)
        if row["kind"] == "rise" and (at == 0 or changes[at - 1]["kind"] == "fade")
    ]
    for start, stop in pairwise([*starts, len(changes)]):
        rises = place(changes[start]["from"])
        fades = [row for row in changes[start:stop] if row["kind"] == "fade"]
        falls = place(fades[0]["from"]) if fades else len(dates)
        ends = place(fades[-1]["night"]) + 1 if fades else len(dates)
        best = rises + _find_best_week(shares[rises:falls])
        states[rises:best] = "rising"
        states[best:falls] = "peak"
        states[falls:ends] = "fading"
    for row in signals.filter(pl.col("kind").is_in(["new", "back"])).iter_rows(named=True):
        start = place(row["from"]) if row["kind"] == "new" else place(row["to"]) + 1
        early = states[start : start + emerging_nights]
        early[(early == "steady") | (early == "rising")] = "emerging"
    return _mark_dormant(states, nights["slots"].to_numpy(), silent_nights)


def _find_best_week(shares: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    """Return where the seven nights of the highest mean begin."""
    if len(shares) <= _WEEK:
        return 0
    return int(np.argmax(np.convolve(shares, np.ones(_WEEK), mode="valid")))


def _mark_dormant(
    states: np.ndarray[tuple[int], np.dtype[np.object_]],
    slots: np.ndarray[tuple[int], np.dtype[np.int64]],
    silent_nights: int,
) -> list[str]:
    edges = np.flatnonzero(np.diff(np.concatenate([[1], slots != 0, [1]]).astype(int)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start >= silent_nights:
            states[start:stop] = "dormant"
    return [str(state) for state in states]


def _join_nights(nights: pl.DataFrame) -> pl.DataFrame:
    return (
        nights.with_columns(pl.col("state").rle_id().alias("stretch"))
        .group_by("stretch", maintain_order=True)
        .agg(
            pl.col("subject", "channel", "state").first(),
            pl.col("night").min().alias("from"),
            pl.col("night").max().alias("to"),
            pl.col("share").mean(),
        )
        .select(list(LIFE))
    )
