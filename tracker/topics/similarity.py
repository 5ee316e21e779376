"""How alike headlines are: partly by what they mean, partly by how they are worded.

Both halves are put side by side in one row a headline, of unit length where the encoder reads its
language, so that the similarity of two headlines is one product, and the mean similarity over all
pairs of two groups is the product of the groups' mean rows.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

Rows = NDArray[np.float32]
Pull = Callable[[Rows], Rows]

N_BUCKETS: Final = 2**18
_SKETCH: Final = 512  # columns the weighed n-grams are folded into; cosines keep within 0.03
NEIGHBOURS: Final = 10
PLAIN: Final = 1.4
"""Length of rows compared by wording alone, which is less alike for what is one story: labelled
stories are parted as precisely at thresholds lower by so much."""
PLAIN_TOPIC: Final = 1.5
"""The same between topics, whose thresholds are higher: lest many more headlines find none."""
_PLAIN_POWER: Final = 1.5  # of rarity, lest a country's own name make one topic of all its news
_DRAWING: Final = 0.4
"""Similarity from which headlines draw each other: most of what is less alike is other news."""
_PULL: Final = 2.0  # so that the ten nearest of one story weigh some times what a headline does
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
    split = [text.lower().split() for text in texts]
    # Each word is read once, however many texts hold it.
    number: dict[str, int] = {}
    places = [number.setdefault(word, len(number)) for words in split for word in words]
    if not number:
        return sparse.csr_matrix((len(texts), N_BUCKETS), dtype=np.float32)
    vectorizer = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(2, longest),
        n_features=N_BUCKETS,
        lowercase=False,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    held = (np.ones(len(places), np.float32), places, np.cumsum([0, *map(len, split)]))
    shape = (len(texts), len(number))
    counts = sparse.csr_matrix(held, shape) @ vectorizer.transform(number)
    counts.sort_indices()
    return counts


@dataclass(frozen=True)
class Halves:
    """What headlines mean and how they are worded, side by side.

    Attributes:
        vectors: Unit vectors of the encoder, (n, dimension) float32.
        wording: Weighed n-grams, folded, (n, 512) float32, unit length.
        read: Of each headline whether its vector means something.
    """

    vectors: Rows
    wording: Rows
    read: NDArray[np.bool_]

    @classmethod
    def of(
        cls, vectors: Rows, counts: Any, languages: NDArray[np.intp], read: NDArray[np.bool_]
    ) -> "Halves":
        """Return both halves of headlines.

        Args:
            vectors: Unit vectors of the encoder, (n, dimension).
            counts: N-gram counts, sparse (n, n_buckets).
            languages: The language of each, numbered from 0 without holes.
            read: Of each headline whether its vector means something.
        """
        wording = np.zeros((len(vectors), _SKETCH), np.float32)
        if len(vectors):
            weighed = weigh(counts, languages, np.where(read, 1, _PLAIN_POWER))
            for start in range(0, len(wording), _BLOCK):
                some = slice(start, start + _BLOCK)
                wording[some] = fold(weighed[some], _SKETCH)
        return cls(vectors, wording, read)

    def blend(self, meaning: float, plain: float = PLAIN) -> Rows:
        """Return one row a headline, whose products are similarities.

        Args:
            meaning: Share of the vectors in a similarity, in (0, 1].
            plain: Length of the rows where only wording counts; others are of unit length.

        Returns:
            (n, dimension + 512) float32.
        """
        width = self.vectors.shape[1]
        rows = np.empty((len(self.vectors), width + _SKETCH), np.float32)
        for half, length, place in (
            (self.vectors, np.where(self.read, np.sqrt(meaning), 0), rows[:, :width]),
            (self.wording, np.where(self.read, np.sqrt(1 - meaning), plain), rows[:, width:]),
        ):
            # In place: the product in doubles would be as large as all rows again.
            np.multiply(length[:, None], half, out=place, casting="same_kind")
        return rows


def is_plain(rows: Rows) -> NDArray[np.bool_]:
    """Return which blended rows are compared by wording alone, (n,)."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))  # without a copy of the rows
    return np.asarray(lengths > (1 + PLAIN) / 2)


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
    lengths = np.diff(weighed.indptr)
    spoken = np.repeat(languages, lengths)
    rarity = np.zeros(weighed.nnz, np.float32)
    n_texts = np.bincount(languages)
    for language in np.flatnonzero(n_texts).tolist():
        mine = np.flatnonzero(spoken == language) if len(n_texts) > 1 else slice(None)
        places = weighed.indices[mine]
        held = np.bincount(places, minlength=weighed.shape[1])
        rarity[mine] = (1 + np.log((1 + n_texts[language]) / (1 + held))).astype(np.float32)[places]
    if (power != 1).any():
        rarity **= np.repeat(power, lengths).astype(np.float32)
    np.log(weighed.data, out=weighed.data)
    weighed.data += 1
    weighed.data *= rarity
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


def pull_all(alike: Rows) -> Rows:
    """Return how strongly neighbours draw: all of them, the most alike by far the most.

    Source: Radenović, Tolias and Chum, 2019 (query expansion, weights a power of similarity).
    """
    return np.asarray(np.maximum(alike, 0) ** 3, np.float32)


def pull_clear(alike: Rows) -> Rows:
    """Return how strongly neighbours draw: those that are not clearly alike, not at all."""
    return np.asarray(_PULL * np.maximum(alike - _DRAWING, 0), np.float32)


def draw_together(rows: Rows, others: Rows, k: int, pull: Pull) -> Rows:
    """Return rows drawn towards their `k` nearest of `others`, as long as they were.

    Args:
        rows: The rows, (n, d).
        others: Where neighbours are looked for, (m, d): `rows` themselves first, of which none is
            its own neighbour.
        k: How many neighbours count.
        pull: How strongly a neighbour of some similarity draws.
    """
    lengths, other_lengths = np.linalg.norm(rows, axis=1), np.linalg.norm(others, axis=1)
    drawn = rows.copy()
    for start in range(0, len(rows) if len(others) else 0, _BLOCK):
        some = slice(start, start + _BLOCK)
        near, weights = _weigh_nearest(
            rows[some], others, lengths[some], other_lengths, k, start, pull
        )
        at = np.repeat(np.arange(len(near)), near.shape[1])
        mix = sparse.csr_matrix((weights.ravel(), (at, near.ravel())), (len(near), len(others)))
        drawn[some] += np.asarray(mix @ others, np.float32)
    return np.asarray(lengths[:, None] * unit(drawn), np.float32)


def _weigh_nearest(
    rows: Rows, others: Rows, lengths: Rows, other_lengths: Rows, k: int, skip: int, pull: Pull
) -> tuple[NDArray[np.intp], Rows]:
    """Return the numbers of the `k` nearest of `others` and their weights, both (n, k)."""
    k = min(k, len(others))
    alike = np.maximum(rows @ others.T, 0)
    alike /= np.sqrt(np.maximum(np.outer(lengths, other_lengths), 1e-12))
    at = np.arange(len(rows))
    alike[at, skip + at] = 0
    if k == len(others):
        return np.tile(np.arange(k), (len(rows), 1)), pull(alike)
    near = np.argpartition(-alike, k - 1, axis=1)[:, :k]
    return near, pull(np.take_along_axis(alike, near, axis=1))


def find_drawing(rows: Rows, others: Rows) -> NDArray[np.intp]:
    """Return which of `rows` any of `others` would be drawn by."""
    lengths, other_lengths = np.linalg.norm(rows, axis=1), np.linalg.norm(others, axis=1)
    drawing = np.zeros(len(rows), bool)
    for start in range(0, len(others), _BLOCK):
        block = slice(start, start + _BLOCK)
        scale = np.sqrt(np.outer(lengths, other_lengths[block]))
        drawing |= (rows @ others[block].T > _DRAWING * scale).any(axis=1)
    return np.flatnonzero(drawing)


def draw_twice(rows: Rows, k: int) -> Rows:
    """Return rows drawn towards their `k` nearest, then towards the nearest of these.

    The second time brings together wordings that are alike only by way of a third.
    """
    once = draw_together(rows, rows, k, pull_clear)
    return draw_together(once, once, k, pull_clear)


def draw_within(rows: Rows, groups: NDArray[np.intp], k: int) -> Rows:
    """Return rows drawn towards their `k` nearest of the same group, as long as they were.

    Args:
        rows: The rows, (n, d), oldest first.
        groups: The group of each row.
        k: How many neighbours count; in a large group they are looked for among the about
            thousand rows that came with it.
    """
    lengths = np.linalg.norm(rows, axis=1)
    order = np.argsort(groups, kind="stable")
    bounds = np.flatnonzero(np.diff(groups[order], prepend=-2, append=-2))
    # One product for all groups: most are a few headlines, and there may be thousands.
    drawing, towards, weights = [], [], []
    for first, last in itertools.pairwise(bounds.tolist()):
        for start in range(first, last, _BLOCK):
            inside = order[start : min(start + _BLOCK, last)]
            if len(inside) > 1:
                own, heads = rows[inside], lengths[inside]
                near, weight = _weigh_nearest(own, own.copy(), heads, heads, k, 0, pull_all)
                drawing.append(np.repeat(inside, near.shape[1]))
                towards.append(inside[near].ravel())
                weights.append(weight.ravel())
    if not drawing:
        return rows.copy()
    places = (np.concatenate(drawing), np.concatenate(towards))
    mix = sparse.csr_matrix((np.concatenate(weights), places), (len(rows), len(rows)))
    drawn: Rows = unit(rows + np.asarray(mix @ rows, np.float32)) * lengths[:, None]
    alone = np.diff(mix.indptr) == 0
    drawn[alone] = rows[alone]
    return drawn
