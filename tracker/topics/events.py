"""Headlines into events: the same happening across outlets and nights."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.tables import EVENTS
from tracker.topics.clustering import NEAR, agglomerate, link_rows
from tracker.topics.similarity import (
    NEIGHBOURS,
    Rows,
    draw_together,
    draw_within,
    mean_rows,
    unit,
)

_AT_ONCE: Final = 8192  # headlines placed together: their similarities are a dense matrix


@dataclass(frozen=True)
class Placement:
    """Where new headlines go.

    Attributes:
        event: For each new headline the number of its event: those below the number of
            existing events are these, the others are founded now.
        probability: How alike it is to its event, in [0, 1].
    """

    event: NDArray[np.intp]
    probability: NDArray[np.float64]


def place_headlines(pool: Rows, events: NDArray[np.intp], new: Rows, threshold: float) -> Placement:
    """Return the event of each new headline; headlines of the pool keep theirs.

    A headline is first drawn towards its nearest neighbours, so that the wordings of one
    happening come together; then headlines and events are agglomerated.

    Args:
        pool: Rows of the headlines whose events still take more.
        events: Their events, numbered from 0 without holes.
        new: Rows of the new headlines, in the order of their ids.
        threshold: Similarity at which headlines are one event.
    """
    n_pool = len(pool)
    n_events = int(events.max()) + 1 if n_pool else 0
    everything = np.vstack([pool, new])
    drawn = np.vstack(
        [draw_within(pool, events, NEIGHBOURS), draw_together(new, everything, NEIGHBOURS, n_pool)]
    )
    place = np.concatenate([events, np.full(len(new), -1, np.intp)])
    for start in range(n_pool, len(drawn), _AT_ONCE):
        batch = np.arange(start, min(start + _AT_ONCE, len(drawn)))
        n_events = _place_batch(drawn, place, batch, n_events, threshold)
    homes = unit(mean_rows(drawn, place, n_events))[place[n_pool:]]
    fit = np.einsum("ij,ij->i", drawn[n_pool:], homes)
    return Placement(place[n_pool:], np.clip(fit, 0, 1).astype(np.float64))


def _place_batch(
    rows: Rows, place: NDArray[np.intp], batch: NDArray[np.intp], n_events: int, threshold: float
) -> int:
    means, new = mean_rows(rows, place, n_events), rows[batch]
    near = np.flatnonzero((link_rows(means, new) >= NEAR * threshold).any(axis=1))
    sizes = np.bincount(place[place >= 0], minlength=n_events)[near]
    clusters = agglomerate(
        np.vstack([means[near], new]),
        np.concatenate([sizes, np.ones(len(batch), np.intp)]),
        threshold,
        n_fixed=len(near),
    )
    known = dict(zip(clusters[: len(near)].tolist(), near.tolist(), strict=True))
    for row, cluster in zip(batch.tolist(), clusters[len(near) :].tolist(), strict=True):
        place[row] = known.setdefault(cluster, n_events + len(known) - len(near))
    return n_events + len(known) - len(near)


def name_id(prefix: str, founder: str) -> str:
    """Return the id of what `founder` founded: the same founder, the same id."""
    return prefix + hashlib.blake2b(founder.encode(), digest_size=8).hexdigest()


def summarise_events(members: pl.DataFrame, headlines: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the events as known on night `as_of`, a frame of EVENTS.

    Args:
        members: Stretches of nights, a frame of MEMBERS.
        headlines: Columns headline_id, source, text, night (first seen).
        as_of: The night.
    """
    held = members.filter(
        (pl.col("from_night") <= as_of)
        & (pl.col("to_night").is_null() | (pl.col("to_night") >= as_of))
        & pl.col("event_id").is_not_null()
    ).join(headlines.select("headline_id", "source", "text", "night"), on="headline_id")
    return EVENTS.check(
        held.sort("probability", "night", "headline_id", descending=[True, False, False])
        .group_by("event_id")
        .agg(
            pl.first("topic_id"),
            pl.first("text").alias("label"),
            pl.min("night").alias("first_night"),
            pl.max("night").alias("last_night"),
            pl.len().alias("n_headlines"),
            pl.n_unique("source").alias("n_sources"),
        )
        .sort("event_id")
    )
