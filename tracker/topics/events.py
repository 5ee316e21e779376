"""Headlines into events: the same happening across outlets and nights."""

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from tracker.tables import EVENTS
from tracker.topics.similarity import Blend

_NEVER = 1e6  # a distance no average gets over


def average_link(
    alike: NDArray[np.float32], threshold: float, n_fixed: int = 0
) -> NDArray[np.intp]:
    """Return the cluster of each row by average-link clustering of a similarity matrix.

    Args:
        alike: Similarities, (n, n) in [0, 1].
        threshold: Mean similarity at which clusters are joined.
        n_fixed: The first so many rows are never put together.

    Source: Sokal and Michener, 1958 (UPGMA).
    """
    n = len(alike)
    if n < 2:
        return np.zeros(n, np.intp)
    distance = 1 - alike.astype(np.float64)
    distance[:n_fixed, :n_fixed] = _NEVER
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average")
    return np.asarray(fcluster(tree, 1 - threshold, "distance"), np.intp) - 1


@dataclass(frozen=True)
class Placement:
    """Where new headlines go.

    Attributes:
        event: For each new headline the row of an existing event, or -1 where it founds one.
        fresh: For each new headline the number of its new event, or -1 where it joins one.
        probability: How alike it is to its event, in [0, 1].
    """

    event: NDArray[np.intp]
    fresh: NDArray[np.intp]
    probability: NDArray[np.float64]


def place_headlines(events: Blend, new: Blend, threshold: float) -> Placement:
    """Return the event of each new headline; existing events keep what they have.

    Args:
        events: Mean rows of the events that still take headlines.
        new: Rows of the new headlines, in the order of their ids.
        threshold: Mean similarity at which headlines are one event.
    """
    n_events, n_new = len(events), len(new)
    alike = np.ones((n_events + n_new, n_events + n_new), np.float32)
    alike[n_events:, n_events:] = new.similarity(new)
    between = events.similarity(new)
    alike[:n_events, n_events:] = between
    alike[n_events:, :n_events] = between.T
    clusters = average_link(alike, threshold, n_events)
    owner = {int(cluster): row for row, cluster in enumerate(clusters[:n_events])}
    event = np.asarray([owner.get(int(c), -1) for c in clusters[n_events:]], np.intp)
    fresh = np.full(n_new, -1, np.intp)
    founding = event < 0
    _, fresh[founding] = np.unique(clusters[n_events:][founding], return_inverse=True)
    inside = clusters[n_events:, None] == clusters[None, :]
    np.fill_diagonal(inside[:, n_events:], False)
    count = inside.sum(axis=1)
    mean = (alike[n_events:] * inside).sum(axis=1) / np.maximum(count, 1)
    probability = np.where(count > 0, mean, 1.0).astype(np.float64)
    return Placement(event, fresh, np.clip(probability, 0, 1))


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
