"""What topics are called: ids given once, carried over when all topics are derived anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tracker.ids import name_id

LEAST_ALIKE: Final = 0.3
"""Jaccard index from which on two topics are the same one."""
FATES: Final = ("merged", "split", "gone", "new", "kept")


@dataclass(frozen=True)
class Carried:
    """The id that a topic founded anew takes over.

    Attributes:
        topic_id: The id.
        similarity: Jaccard index of the headlines of both, in [0, 1].
    """

    topic_id: str
    similarity: float


@dataclass(frozen=True)
class Naming:
    """How topics are called when they are founded.

    Attributes:
        salt: Tells the ids of topics derived anew from those of before; empty at first.
        carried: Ids taken over, by the id the topic would have had.
    """

    salt: str = ""
    carried: Mapping[str, Carried] = field(default_factory=dict)

    def name(self, founder: str) -> str:
        """Return the id that a founder gives: the same founder, the same id."""
        return name_id("t", f"{founder} {self.salt}" if self.salt else founder)


def match_topics(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return which topics of two groupings of the same headlines are the same.

    Each topic is paired with at most one, so that the sum of the pairs' Jaccard indices is the
    largest possible; pairs of which less than `LEAST_ALIKE` is shared are left out.

    Args:
        before: headline_id and topic_id, not null.
        after: The same of the other grouping.

    Returns:
        topic_id (before), other_id (after), shared (headlines), similarity; the largest first.

    Source:
        Kuhn, 1955 (assignment); Jaccard, 1901; Greene, Doyle and Cunningham, 2010 (communities
        over time are the same from a Jaccard index of 0.3 on).
    """
    pairs = _overlap(before, after)
    chosen = []
    for group in pairs.partition_by("component"):
        olds, news = group["topic_id"].unique().sort(), group["other_id"].unique().sort()
        place = {name: i for i, name in enumerate(olds)}
        other = {name: i for i, name in enumerate(news)}
        gains = np.zeros((len(olds), len(news)))
        for one, two, value in group.select("topic_id", "other_id", "similarity").iter_rows():
            gains[place[one], other[two]] = value
        rows, columns = linear_sum_assignment(gains, maximize=True)
        chosen += [(olds[int(i)], news[int(j)]) for i, j in zip(rows, columns, strict=True)]
    schema = {"topic_id": pl.String, "other_id": pl.String}
    return (
        pl.DataFrame(chosen, schema=schema, orient="row")
        .join(pairs, on=["topic_id", "other_id"])
        .filter(pl.col("similarity") >= LEAST_ALIKE)
        .select("topic_id", "other_id", "shared", "similarity")
        .sort("shared", "topic_id", descending=[True, False])
    )


def compare_topics(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return what became of topics, given by id before and after.

    Args:
        before: headline_id and topic_id, not null.
        after: The same, later.

    Returns:
        One row a topic: topic_id, fate (kept: its id is there; merged: more than half of its
        headlines are in one other topic; split: they are in several; gone: most are in none;
        new), heir_id (the topic with most of its headlines; of a new one, where most of its come
        from), headlines_before, headlines_after, share (of the headlines in the heir, in [0, 1]);
        what moved before what was kept, the largest first.
    """
    sizes = before.group_by("topic_id").len("headlines_before")
    now = after.group_by("topic_id").len("headlines_after")
    heirs = _find_heirs(before, after)
    whole = sizes.join(now, on="topic_id", how="full", coalesce=True)
    sources = _find_heirs(after, before)
    new = pl.col("headlines_before").is_null()
    joined = whole.join(heirs, on="topic_id", how="left").join(
        sources, on="topic_id", how="left", suffix="_from"
    )
    share = pl.col("heir_size") / pl.col("headlines_before")
    fate = (
        pl.when(new).then(pl.lit("new"))
        .when(pl.col("headlines_after").is_not_null()).then(pl.lit("kept"))
        .when(share > 0.5).then(pl.lit("merged"))
        .when(pl.col("placed").fill_null(0) * 2 >= pl.col("headlines_before")).then(pl.lit("split"))
        .otherwise(pl.lit("gone"))
    )  # fmt: skip
    size = pl.max_horizontal("headlines_before", "headlines_after")
    return (
        joined.with_columns(fate.alias("fate"), size.alias("size"))
        .sort(
            pl.col("fate").replace_strict({name: i for i, name in enumerate(FATES)}),
            "size", "topic_id", descending=[False, True, False],
        )
        .select(
            "topic_id",
            "fate",
            pl.when(new).then("heir_id_from").otherwise("heir_id").alias("heir_id"),
            pl.col("headlines_before").fill_null(0).cast(pl.Int64),
            pl.col("headlines_after").fill_null(0).cast(pl.Int64),
            pl.when(new).then(pl.col("heir_size_from") / pl.col("headlines_after"))
            .otherwise(share).fill_null(0.0).alias("share"),
        )
    )  # fmt: skip


def count_fates(compared: pl.DataFrame) -> dict[str, int]:
    """Return how many topics met each fate, of what `compare_topics` gave."""
    return dict(compared.group_by("fate").len().sort("fate").iter_rows())


def _overlap(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs that share headlines, with how many, the index, and their component."""
    other = after.select("headline_id", pl.col("topic_id").alias("other_id"))
    pairs = (
        before.join(other, on="headline_id")
        .group_by("topic_id", "other_id")
        .agg(pl.len().cast(pl.Int64).alias("shared"))
        .join(before.group_by("topic_id").len("size"), on="topic_id")
        .join(other.group_by("other_id").len("other_size"), on="other_id")
        .sort("topic_id", "other_id")
    )
    union = pl.col("size").cast(pl.Int64) + pl.col("other_size") - pl.col("shared")
    pairs = pairs.with_columns((pl.col("shared") / union).alias("similarity"))
    olds = pairs["topic_id"].rank("dense").to_numpy().astype(np.intp) - 1
    news = pairs["other_id"].rank("dense").to_numpy().astype(np.intp) + olds.max(initial=-1)
    n = int(news.max(initial=-1)) + 1
    # Topics that share nothing, not even by others, never compete: each part is small.
    graph = coo_matrix((np.ones(len(olds)), (olds, news)), (n, n))
    parts = connected_components(graph, directed=False)[1] if n else np.empty(0, np.intp)
    return pairs.with_columns(pl.Series("component", parts[olds].astype(np.int64)))


def _find_heirs(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return topic_id, heir_id (where most of its headlines are), heir_size and placed."""
    pairs = _overlap(before, after).sort(
        "topic_id", "shared", "other_id", descending=[False, True, False]
    )
    return pairs.group_by("topic_id", maintain_order=True).agg(
        pl.col("other_id").first().alias("heir_id"),
        pl.col("shared").first().alias("heir_size"),
        pl.col("shared").sum().alias("placed"),
    )
