"""Clusters of one night matched to the topics there are: who is who, and what happened to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.topics.events import name_id


@dataclass(frozen=True)
class Change:
    """One change of identity, as a row of LINEAGE without its night.

    Attributes:
        topic_id: The topic it happened to.
        event: What happened.
        other_id: The topic it merged into or split from.
        similarity: How alike the two were.
    """

    topic_id: str
    event: str
    other_id: str | None = None
    similarity: float | None = None


@dataclass(frozen=True)
class Cluster:
    """One proposed cluster of events.

    Attributes:
        events: Ids of its events, oldest first.
        sizes: Headlines of each event in the window.
        centroid: Mean of its headlines' vectors, unit length.
    """

    events: tuple[str, ...]
    sizes: tuple[int, ...]
    centroid: NDArray[np.float32]


@dataclass(frozen=True)
class Settlement:
    """What the night's clusters mean for the topics.

    Attributes:
        placed: Topic of each event that moved.
        cluster_of: For each topic touched, the number of the cluster that speaks for it.
        changes: What happened, in order.
    """

    placed: Mapping[str, str]
    cluster_of: Mapping[str, int]
    changes: Sequence[Change]


def settle_clusters(
    clusters: Sequence[Cluster],
    topic_of: Mapping[str, str],
    centroids: Mapping[str, NDArray[np.float32]],
    sizes: Mapping[str, int],
    night: str,
    revival_similarity: float,
    least_headlines: int,
) -> Settlement:
    """Return which topic each cluster is, which are new, and which are now one.

    Args:
        clusters: The night's clusters.
        topic_of: Topic of each event that has one.
        centroids: Unit vector of each topic that was not merged away.
        sizes: Headlines of each of these topics.
        night: The night, for the ids of topics born.
        revival_similarity: Cosine of centroids at which a cluster is an old topic again.
        least_headlines: Headlines a cluster needs to become a topic.
    """
    placed: dict[str, str] = {}
    cluster_of: dict[str, int] = {}
    changes: list[Change] = []
    names = sorted(centroids)
    matrix = np.vstack([centroids[name] for name in names]) if names else None
    largest_first = sorted(enumerate(clusters), key=lambda c: (-sum(c[1].sizes), c[1].events))
    for number, cluster in largest_first:
        votes: dict[str, int] = {}
        for event, size in zip(cluster.events, cluster.sizes, strict=True):
            if event in topic_of:
                votes[topic_of[event]] = votes.get(topic_of[event], 0) + size
        if votes:
            topic = min(votes, key=lambda name: (-votes[name], -sizes[name], name))
        else:
            topic = ""
            if matrix is not None:
                alike = matrix @ cluster.centroid
                best = int(np.argmax(alike))
                if alike[best] >= revival_similarity:
                    topic = names[best]
            if not topic:
                if sum(cluster.sizes) < least_headlines:
                    continue
                topic = name_id("t", f"{cluster.events[0]} {night}")
                changes.append(Change(topic, "born"))
        cluster_of.setdefault(topic, number)
        placed.update({event: topic for event in cluster.events if event not in topic_of})
    return Settlement(placed, cluster_of, changes)
