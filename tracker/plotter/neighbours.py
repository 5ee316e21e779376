"""Which themes and topics stand near one: by shared headlines, and topics by likeness."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

MOST_NEIGHBOURS: Final = 6
LEAST_COSINE: Final = 0.3
LEAST_SHARED: Final = 2
_BLOCK: Final = 512


def read_neighbours(mentions: pl.DataFrame, topics: pl.DataFrame) -> dict[str, list[str]]:
    """Return per subject at most `MOST_NEIGHBOURS` others, the nearest first.

    Subjects that share headlines come first, by the Jaccard index of their sets of headlines; then
    come topics by the cosine of their centroids.

    Args:
        mentions: Rows with subject and headline_id.
        topics: Table `topics`, one row a topic.

    Source:
        Jaccard (1912).
    """
    near = _share_headlines(mentions)
    for key, others in _find_alike(topics).items():
        given = near.setdefault(key, [])
        given += [other for other in others if other not in given]
    return {key: others[:MOST_NEIGHBOURS] for key, others in near.items()}


def _share_headlines(mentions: pl.DataFrame) -> dict[str, list[str]]:
    pairs = mentions.select("subject", "headline_id").unique()
    sizes = pairs.group_by("subject").agg(pl.len().cast(pl.Int64).alias("size"))
    both = (
        pairs.join(pairs, on="headline_id", suffix="_near")
        .filter(pl.col("subject") != pl.col("subject_near"))
        .group_by("subject", "subject_near")
        .agg(pl.len().cast(pl.Int64).alias("both"))
        .filter(pl.col("both") >= LEAST_SHARED)
        .join(sizes, on="subject")
        .join(sizes, left_on="subject_near", right_on="subject", suffix="_near")
        .with_columns(
            (pl.col("both") / (pl.col("size") + pl.col("size_near") - pl.col("both"))).alias(
                "index"
            )
        )
        .sort(["subject", "index", "subject_near"], descending=[False, True, False])
        .group_by("subject", maintain_order=True)
        .agg(pl.col("subject_near").head(MOST_NEIGHBOURS))
    )
    return dict(both.iter_rows())


def _find_alike(topics: pl.DataFrame) -> Mapping[str, Sequence[str]]:
    topics = topics.filter(pl.col("centroid").list.len() > 0).sort("topic_id")
    width = max(topics["centroid"].list.len(), default=0)
    topics = topics.filter(pl.col("centroid").list.len() == width)
    keys: list[str] = topics["topic_id"].to_list()
    centroids: NDArray[np.float32] = np.array(topics["centroid"].to_list(), np.float32)
    centroids = centroids.reshape(len(keys), width)
    alike = {}
    for start in range(0, len(keys), _BLOCK):
        block = centroids[start : start + _BLOCK] @ centroids.T
        for i, cosines in enumerate(block, start):
            cosines[i] = -1
            order = np.argsort(-cosines, kind="stable")[:MOST_NEIGHBOURS]
            alike[keys[i]] = [keys[j] for j in order if cosines[j] >= LEAST_COSINE]
    return alike
