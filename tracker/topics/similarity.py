"""How alike headlines are: partly by what they mean, partly by how they are worded.

Both halves are put side by side in one row a headline, of unit length, so that the similarity
of two headlines is one product, and the mean similarity over all pairs of two groups is the
product of the groups' mean rows.
"""

import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

Rows = NDArray[np.float32]

N_BUCKETS: Final = 2**18
_SKETCH: Final = 512  # columns the weighed n-grams are folded into; cosines keep within 0.03
NEIGHBOURS: Final = 10
PLAIN: Final = 1.4
"""Length of rows compared by wording alone, which is less alike for what is one story: labelled
stories are parted as precisely at thresholds lower by so much."""
_PLAIN_POWER: Final = 1.5  # of rarity, lest a country's own name make one topic of all its news
_BLOCK: Final = 1024  # rows compared at a time, so that memory stays linear


def hash_ngrams(texts: Sequence[str], longest: int = 4) -> Any:
    """Return counts of character n-grams inside words, from two letters on.

    Two letters are a word in Chinese; four tell most words of other scripts apart.

    Args:
        texts: The texts.
        longest: Letters of the longest n-grams.

    Returns:
        A sparse matrix (n_texts, n_buckets) float32.
    """
    if not texts:
        return sparse.csr_matrix((0, N_BUCKETS), dtype=np.float32)
    vectorizer = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(2, longest),
        n_features=N_BUCKETS,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    return vectorizer.transform(texts)


def blend(vectors: Rows, counts: Any, languages: NDArray[np.intp], meaning: Rows) -> Rows:
    """Return one row a headline: its vector and its weighed n-grams, side by side.

    Args:
        vectors: Unit vectors of the encoder, (n, dimension).
        counts: N-gram counts, sparse (n, n_buckets).
        languages: The language of each, numbered from 0 without holes.
        meaning: Share of the vector in each one's similarity, in [0, 1].

    Returns:
        (n, dimension + 512) float32; of unit length where the vectors count, longer by `PLAIN`
        where only wording does.
    """
    if not len(vectors):
        return np.zeros((0, vectors.shape[1] + _SKETCH), np.float32)
    power = np.where(np.asarray(meaning) > 0, 1, _PLAIN_POWER)
    wording = fold(weigh(counts, languages, power), _SKETCH)
    share = np.asarray(meaning, np.float32)[:, None]
    rows = np.hstack([np.sqrt(share) * vectors, np.sqrt(1 - share) * wording])
    return np.asarray(np.where(share > 0, 1, PLAIN) * rows, np.float32)


def is_plain(rows: Rows) -> NDArray[np.bool_]:
    """Return which blended rows are compared by wording alone, (n,)."""
    return np.asarray(np.linalg.norm(rows, axis=1) > (1 + PLAIN) / 2)


def weigh(counts: Any, languages: NDArray[np.intp], power: NDArray[np.floating]) -> Any:
    """Return n-grams weighed by how rare they are among headlines of the same language.

    Weighed over all headlines together, the endings and small words of a language that few of
    them are in would count as rare, and all that is written in it as one story.

    Args:
        counts: N-gram counts, sparse (n, n_buckets).
        languages: The language of each, numbered from 0 without holes.
        power: Power to which rarity is raised in each headline, (n,).

    Source: Spärck Jones, 1972 (inverse document frequency).
    """
    weighed = counts.tocsr().astype(np.float32)
    spoken = np.repeat(languages, np.diff(weighed.indptr))
    rarity = np.zeros(weighed.nnz, np.float32)
    for language, n_texts in enumerate(np.bincount(languages)):
        mine = np.flatnonzero(spoken == language)
        places = weighed.indices[mine]
        held = np.bincount(places, minlength=weighed.shape[1])
        rarity[mine] = 1 + np.log((1 + n_texts) / (1 + held[places]))
    rarity **= np.repeat(power, np.diff(weighed.indptr)).astype(np.float32)
    weighed.data = (1 + np.log(weighed.data)) * rarity
    return weighed


def fold(counts: Any, n_columns: int) -> Rows:
    """Return sparse rows folded into `n_columns`, (n, n_columns) float32, unit length.

    Half of the buckets count downwards, so that what falls together cancels out on average.

    Source: Weinberger and others, 2009 (feature hashing).
    """
    counts = counts.tocsr()
    signs = 1 - 2 * (counts.indices // n_columns % 2)
    columns = counts.indices % n_columns
    shape = (counts.shape[0], n_columns)
    return unit(sparse.csr_matrix((counts.data * signs, columns, counts.indptr), shape).toarray())


def unit(rows: NDArray[np.floating]) -> Rows:
    """Return rows scaled to unit length; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)


def mean_rows(
    rows: Rows, groups: NDArray[np.intp], n_groups: int, sizes: NDArray[np.intp] | None = None
) -> Rows:
    """Return the mean row of each group.

    Args:
        rows: The rows, (n, d).
        groups: The group of each row; -1 for none.
        n_groups: How many groups there are.
        sizes: How many headlines each row stands for; one by default.
    """
    inside = np.flatnonzero(groups >= 0)
    size = np.ones(len(inside)) if sizes is None else sizes[inside].astype(float)
    total = np.maximum(np.bincount(groups[inside], weights=size, minlength=n_groups), 1)
    weights = (size / total[groups[inside]]).astype(np.float32)
    mix = sparse.csr_matrix((weights, (groups[inside], inside)), (n_groups, len(rows)))
    return np.asarray(mix @ rows, np.float32)


def draw_together(rows: Rows, others: Rows, k: int, skip: int) -> Rows:
    """Return rows drawn towards their `k` nearest of `others`, as long as they were.

    Args:
        rows: The rows, (n, d).
        others: Where neighbours are looked for, (m, d).
        k: How many neighbours count.
        skip: Where `rows` themselves begin in `others`; a row is not its own neighbour.

    Source: Radenović, Tolias and Chum, 2019 (query expansion, weights a power of similarity).
    """
    k = min(k, len(others))
    drawn = rows.copy()
    lengths, other_lengths = np.linalg.norm(rows, axis=1), np.linalg.norm(others, axis=1)
    for start in range(0, len(rows) if k else 0, _BLOCK):
        block = rows[start : start + _BLOCK]
        scale = np.outer(lengths[start : start + _BLOCK], other_lengths)
        alike = np.maximum(block @ others.T, 0) / np.sqrt(np.maximum(scale, 1e-12))
        at = np.arange(len(block))
        alike[at, skip + start + at] = 0
        near = np.argpartition(-alike, k - 1, axis=1)[:, :k]
        weights = np.take_along_axis(alike, near, axis=1) ** 3
        mix = sparse.csr_matrix(
            (weights.ravel(), (np.repeat(at, k), near.ravel())), (len(block), len(others))
        )
        drawn[start : start + _BLOCK] += np.asarray(mix @ others, np.float32)
    return np.asarray(lengths[:, None] * unit(drawn), np.float32)


def draw_within(rows: Rows, groups: NDArray[np.intp], k: int) -> Rows:
    """Return rows drawn towards their `k` nearest of the same group, as long as they were.

    Args:
        rows: The rows, (n, d), oldest first.
        groups: The group of each row.
        k: How many neighbours count; in a large group they are looked for among the about
            thousand rows that came with it.
    """
    drawn = rows.copy()
    order = np.argsort(groups, kind="stable")
    bounds = np.flatnonzero(np.diff(groups[order], prepend=-2, append=-2))
    for first, last in itertools.pairwise(bounds.tolist()):
        for start in range(first, last, _BLOCK):
            inside = order[start : min(start + _BLOCK, last)]
            if len(inside) > 1:
                drawn[inside] = draw_together(rows[inside], rows[inside], k, 0)
    return drawn
