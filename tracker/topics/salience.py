"""How much words tell of what headlines are about, learnt from the window."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.topics.similarity import Rows

N_TERMS: Final = 20
"""Words of a topic that are kept."""
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


def find_terms(
    words: Mapping[str, int], common: Mapping[str, int], per_class: float
) -> tuple[str, ...]:
    """Return the words that tell a topic from the others, best first, `N_TERMS` at most.

    Args:
        words: How often each word stands in the topic's headlines, of whatever night.
        common: How often each stands in the window.
        per_class: Words of a topic, or of an event without one, in the window on average.

    Source:
        c-TF-IDF: Grootendorst (2022), BERTopic, with the window's words for those of all classes.
    """
    # What the window lacks is as common as the topic says it is.
    weights = {
        word: n * math.log(1 + per_class / max(common.get(word, 0), n)) for word, n in words.items()
    }
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:N_TERMS])


def _mean_alike(rows: Rows) -> float:
    """Return the mean cosine of two different rows, 0 if there are not two."""
    n, total = len(rows), rows.sum(axis=0, dtype=np.float64)
    return (float(total @ total) - n) / (n * (n - 1)) if n > 1 else 0.0
