"""What becomes of topics from one night to the next: splits and mergers."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.topics.clustering import agglomerate, link_alike, link_rows
from tracker.topics.similarity import Rows, mean_rows

_LEAST_PART: Final = 4  # headlines; smaller parts are asides, not topics
_LEAST_SHARE: Final = 0.2


@dataclass(frozen=True)
class Change:
    """One change of identity, as a row of LINEAGE without its night.

    Attributes:
        topic_id: The topic it happened to.
        event: What happened.
        other_id: The topic it merged into or split from.
        similarity: How alike the two were.
        correction_id: The correction behind it.
    """

    topic_id: str
    event: str
    other_id: str | None = None
    similarity: float | None = None
    correction_id: str | None = None


@dataclass(frozen=True)
class Split:
    """Items that leave a topic together.

    Attributes:
        items: Which of the items given.
        similarity: How alike they are to those that stay.
    """

    items: NDArray[np.intp]
    similarity: float


@dataclass(frozen=True)
class Merger:
    """Two topics that became one, by their numbers.

    Attributes:
        absorbed: The one that ends.
        kept: The one that goes on.
        similarity: How alike they were.
    """

    absorbed: int
    kept: int
    similarity: float


def find_splits(rows: Rows, items: NDArray[np.intp], threshold: float) -> list[Split]:
    """Return the parts that leave a topic, the largest part staying.

    Args:
        rows: Rows of the topic's headlines, (n, d).
        items: The event of each, numbered from 0 without holes.
        threshold: Similarity below which parts are two topics.
    """
    n_items = int(items.max()) + 1
    if n_items < 2 or len(rows) < 2 * _LEAST_PART:
        return []
    sizes = np.bincount(items)
    means = mean_rows(rows, items, n_items)
    parts = agglomerate(means, sizes, threshold)
    heads = np.bincount(parts, weights=sizes)
    least = max(_LEAST_PART, _LEAST_SHARE * len(rows))
    stays = int(heads.argmax())
    centres = mean_rows(rows, parts[items], len(heads))
    alike = link_rows(centres[[stays]], centres)[0]
    return [
        Split(np.flatnonzero(parts == part), float(np.clip(alike[part], 0, 1)))
        for part in range(len(heads))
        if part != stays and heads[part] >= least
    ]


def find_mergers(
    means: Rows,
    sizes: Sequence[int],
    touched: NDArray[np.intp],
    threshold: float,
    *,
    centroids: Rows,
    least: float,
    pinned: Set[int] = frozenset(),
    apart: Iterable[tuple[int, int]] = (),
) -> list[Merger]:
    """Return the mergers of topics, most similar first; the larger topic goes on.

    Args:
        means: Mean row of each topic, (n_topics, d).
        sizes: All headlines each topic has had.
        touched: The topics that have new headlines; only these can merge or be merged into.
        threshold: Similarity at which two topics are one.
        centroids: What each was about all along, unit vectors (n_topics, dimension); NaN where
            the encoder does not read it.
        least: Their cosine below which two stay two: one of them has taken in news of the other.
        pinned: Topics that go on whatever their size; no two of them are merged.
        apart: Pairs of topics that stay two, as does what takes them in.
    """
    if len(means) < 2 or not len(touched):
        return []
    ones, twos, alike = link_alike(means[touched], means, threshold)
    near = zip((-alike).tolist(), touched[ones].tolist(), twos.tolist(), strict=True)
    pairs = sorted((value, a, b) for value, a, b in near if a != b)
    mergers: list[Merger] = []
    gone: set[int] = set()
    kept_apart = {frozenset(pair) for pair in apart}
    for value, a, b in pairs:
        if a in gone or b in gone or pinned >= {a, b} or frozenset((a, b)) in kept_apart:
            continue
        if float(centroids[a] @ centroids[b]) < least:
            continue
        ranks = [(item in pinned, sizes[item], -item) for item in (a, b)]
        kept, absorbed = (a, b) if ranks[0] >= ranks[1] else (b, a)
        kept_apart |= {pair - {absorbed} | {kept} for pair in kept_apart if absorbed in pair}
        gone.add(absorbed)
        mergers.append(Merger(absorbed, kept, min(1.0, -value)))
    return mergers
