"""Headlines into events: the same happening across outlets and nights."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.tables import EVENTS
from tracker.topics.clustering import join_items
from tracker.topics.similarity import (
    NEIGHBOURS,
    Rows,
    draw_together,
    draw_within,
    mean_rows,
    unit,
)


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
    old = draw_within(pool, events, NEIGHBOURS)
    drawn = draw_together(new, everything, NEIGHBOURS, n_pool)
    sizes = np.concatenate([np.bincount(events, minlength=n_events), np.ones(len(new), np.intp)])
    means = np.vstack([mean_rows(old, events, n_events), drawn])
    place = join_items(means, sizes, threshold, n_events)[n_events:]
    rows, groups = np.vstack([old, drawn]), np.concatenate([events, place])
    homes = unit(mean_rows(rows, groups, int(groups.max()) + 1))[place]
    fit = np.einsum("ij,ij->i", unit(drawn), homes)
    return Placement(place, np.clip(fit, 0, 1).astype(np.float64))


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


def pick_telling(events: pl.DataFrame, most: int = 3) -> pl.DataFrame:
    """Return the most telling headlines of each topic: topic_id and telling, a list of texts.

    Each is the one nearest to the centre of an event; the events are the largest, of equal ones
    the latest.

    Args:
        events: A frame of EVENTS.
        most: How many of a topic at most.
    """
    order = ["n_headlines", "n_sources", "last_night", "event_id"]
    return (
        events.filter(pl.col("topic_id").is_not_null())
        .sort(order, descending=[True, True, True, False])
        .group_by("topic_id", maintain_order=True)
        .agg(pl.col("label").unique(maintain_order=True).head(most).alias("telling"))
    )
