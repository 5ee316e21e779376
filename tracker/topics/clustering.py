"""Agglomerative clustering that treats two headlines and two hundred alike."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.topics.similarity import Rows, mean_rows

NEAR: Final = 2 / 3
"""What is less similar than this part of a threshold will not reach it through others."""
_AT_ONCE: Final = 8192  # items whose similarities are a dense matrix
_BLOCK: Final = 1024


def link(between: Rows, own: Rows, other: Rows) -> Rows:
    """Return how similar clusters are, from the mean similarities of their pairs.

    It is the mean over pairs divided by the fourth root of the product of the clusters' own mean
    similarities: half way between average link, which asks of two large, varied stories what it
    asks of two headlines, and the cosine of centroids, which asks too little.

    Args:
        between: Mean similarities between clusters.
        own: Mean similarity within each of the one clusters, a headline with itself included.
        other: The same of the others.

    Source: Sokal and Michener, 1958 (average and centroid link).
    """
    return np.asarray(between / np.maximum(own * other, 1e-12) ** 0.25, np.float32)


def link_rows(means: Rows, others: Rows) -> Rows:
    """Return how similar each cluster is to each of `others`, given their mean rows."""
    own = np.einsum("ij,ij->i", means, means)
    other = np.einsum("ij,ij->i", others, others)
    return link(means @ others.T, own[:, None], other[None, :])


def link_alike(
    means: Rows, others: Rows, threshold: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], Rows]:
    """Return the pairs of clusters that are at least as similar as `threshold`, above 0.

    Only what comes near is compared exactly: of thousands of clusters hardly any two do.

    Returns:
        Numbers of the one, ascending, numbers of the others, and their similarities, all (n,).
    """
    own = np.einsum("ij,ij->i", means, means)
    other = np.einsum("ij,ij->i", others, others)
    roots = np.maximum(own, 1e-12) ** 0.25, np.maximum(other, 1e-12) ** 0.25
    ones, twos, values = [], [], []
    for start in range(0, len(means), _BLOCK):
        some = slice(start, start + _BLOCK)
        between = means[some] @ others.T
        least = 0.999 * threshold * roots[0][some]
        one, two = np.nonzero(between >= np.outer(least, roots[1]))
        value = link(between[one, two], own[some][one], other[two])
        kept = value >= threshold
        ones.append(start + one[kept])
        twos.append(two[kept])
        values.append(value[kept])
    if not ones:
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.float32)
    return np.concatenate(ones), np.concatenate(twos), np.concatenate(values)


def find_near(means: Rows, others: Rows, threshold: float) -> NDArray[np.intp]:
    """Return which of `others` are near enough to any of `means` to come together with it."""
    return np.unique(link_alike(means, others, NEAR * threshold)[1])


def join_items(
    means: Rows, sizes: NDArray[np.intp], threshold: float, owners: NDArray[np.intp] | None = None
) -> NDArray[np.intp]:
    """Return the cluster of each item, as `agglomerate` does, whatever their number.

    Above some thousand items they are joined in batches, each to the clusters of the ones
    before, so that memory does not grow with the square of all of them.

    Args:
        means: Mean row of each item, (n, d).
        sizes: How many headlines each item stands for.
        threshold: Similarity at which clusters are joined.
        owners: Items of two owners are never put together; -1 for none.
    """
    n = len(means)
    owners = np.full(n, -1, np.intp) if owners is None else owners
    clusters = np.full(n, -1, np.intp)
    n_clusters = 0
    for start in range(0, n, _AT_ONCE):
        batch = np.arange(start, min(start + _AT_ONCE, n))
        centres = mean_rows(means, clusters, n_clusters, sizes)
        near = find_near(means[batch], centres, threshold)
        heads = np.bincount(clusters[:start], weights=sizes[:start], minlength=n_clusters)
        owner = np.full(n_clusters, -1, np.intp)
        np.maximum.at(owner, clusters[:start], owners[:start])
        joined = agglomerate(
            np.vstack([centres[near], means[batch]]),
            np.concatenate([heads[near], sizes[batch]]),
            threshold,
            np.concatenate([owner[near], owners[batch]]),
        )
        # A cluster goes on under the number of the first that is in it.
        first = np.unique(joined, return_index=True)[1]
        old = int((first < len(near)).sum())
        names = np.concatenate([near[first[:old]], n_clusters + np.arange(len(first) - old)])
        renamed = np.arange(n_clusters)
        renamed[near] = names[joined[: len(near)]]
        clusters[:start] = renamed[clusters[:start]]
        clusters[batch] = names[joined[len(near) :]]
        n_clusters += len(first) - old
    return number_clusters(clusters)


def number_clusters(clusters: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return clusters numbered from 0 in the order of their first items."""
    first, inverse = np.unique(clusters, return_index=True, return_inverse=True)[1:]
    return np.argsort(np.argsort(first))[inverse].astype(np.intp)


def agglomerate(
    means: Rows,
    sizes: NDArray[np.floating] | NDArray[np.intp],
    threshold: float,
    owners: NDArray[np.intp] | None = None,
) -> NDArray[np.intp]:
    """Return the cluster of each item, numbered from 0 in the order of their first items.

    The two most similar clusters are joined until none are as similar as `threshold`.

    Args:
        means: Mean row of each item, (n, d).
        sizes: How many headlines each item stands for.
        threshold: Similarity at which clusters are joined, as `link` has it.
        owners: Items of two owners are never put together, nor what they are in; -1 for none.
    """
    n, size = len(means), sizes.astype(np.float32)
    alike = means @ means.T
    within = np.diag(alike).copy()
    owned = np.flatnonzero(owners >= 0) if owners is not None else np.arange(0)
    if owners is not None and len(owned):
        strange = owners[owned, None] != owners[owned]
        alike[np.ix_(owned, owned)] = np.where(strange, -np.inf, alike[np.ix_(owned, owned)])
    root, live = np.arange(n), np.ones(n, bool)

    def compare(item: int) -> Rows:
        values = link(alike[item], within[item], within)
        values[~live] = -np.inf
        values[item] = -np.inf
        return values

    best, value = np.zeros(n, np.intp), np.full(n, -np.inf, np.float32)
    for item in range(n):
        values = compare(item)
        best[item], value[item] = values.argmax(), values.max()
    while n > 1 and value.max() >= threshold:
        a = int(value.argmax())
        a, b = sorted((a, int(best[a])))
        share = size[a] / (size[a] + size[b])
        within[a] = (
            share**2 * within[a]
            + (1 - share) ** 2 * within[b]
            + 2 * share * (1 - share) * alike[a, b]
        )
        alike[a] = share * alike[a] + (1 - share) * alike[b]
        alike[:, a] = alike[a]
        size[a] += size[b]
        live[b], value[b] = False, -np.inf
        root[root == b] = a
        values = compare(a)
        best[a], value[a] = values.argmax(), values.max()
        stale = live & ((best == a) | (best == b))
        stale[a] = False
        for row in np.flatnonzero(stale).tolist():
            again = compare(row)
            best[row], value[row] = again.argmax(), again.max()
        closer = live & (values > value)
        closer[a] = False
        best[closer], value[closer] = a, values[closer]
    return np.unique(root, return_inverse=True)[1].astype(np.intp)
