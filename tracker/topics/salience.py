"""How much words tell of what headlines are about, learnt from the window."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.topics.similarity import Rows

_LOOKED_AT: Final = 400  # headlines with a word, spread over all that have it
_CLEAR: Final = 0.25  # by how much more alike than any two headlines with a subject's word are
_DOUBT: Final = 6  # pairs of headlines that count for the word until others are there


def measure_telling(
    words: Collection[str],
    texts: Sequence[str],
    vectors: Rows,
    read: NDArray[np.bool_],
) -> dict[str, float]:
    """Return how much each word tells of what a headline is about, in [0, 1].

    A word that names a subject stands in headlines that are alike; one of a form of headlines
    (secret, surprising, reveals) in such as are about anything. A word says nothing when the
    headlines with it are no more alike than any two.

    Args:
        words: The words, in small letters.
        texts: Content words of the headlines, a space between them.
        vectors: Unit vectors of the headlines, (n, dimension) float32.
        read: Of each headline whether the vector means something; others are not judged by.

    Returns:
        The words that headlines with vectors hold.
    """
    wanted = set(words)
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(read).tolist():
        for word in wanted.intersection(texts[row].split()):
            rows_of.setdefault(word, []).append(row)
    if not rows_of:
        return {}
    chance = _mean_alike(vectors[read])
    told = {}
    for word, rows in rows_of.items():
        some = vectors[rows[:: -(-len(rows) // _LOOKED_AT)]]
        pairs = len(some) * (len(some) - 1)
        beyond = (pairs * (_mean_alike(some) - chance) + _DOUBT * _CLEAR) / (pairs + _DOUBT)
        told[word] = min(max(beyond / _CLEAR, 0.0), 1.0)
    return told


def _mean_alike(rows: Rows) -> float:
    """Return the mean cosine of two different rows, 0 if there are not two."""
    n, total = len(rows), rows.sum(axis=0, dtype=np.float64)
    return (float(total @ total) - n) / (n * (n - 1)) if n > 1 else 0.0
