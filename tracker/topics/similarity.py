"""How alike headlines are: partly by what they mean, partly by how they are worded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

_BUCKETS = 2**18


def hash_ngrams(texts: Sequence[str], buckets: int = _BUCKETS, *, signed: bool = False) -> Any:
    """Return counts of character n-grams, three to five letters inside words.

    Args:
        texts: The texts.
        buckets: Number of columns the n-grams are hashed into.
        signed: Whether half of the n-grams count downwards, so that collisions cancel out.

    Returns:
        A sparse matrix (n_texts, buckets) float32.
    """
    vectorizer = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(3, 5),
        n_features=buckets,
        alternate_sign=signed,
        norm=None,
        dtype=np.float32,
    )
    if not texts:
        return sparse.csr_matrix((0, buckets), dtype=np.float32)
    return vectorizer.transform(texts)


@dataclass(frozen=True)
class Blend:
    """Rows (headlines, or means of several) in both views.

    The mean similarity of all pairs of two groups is the similarity of the groups' mean rows, so
    average-link clustering needs only the means.

    Attributes:
        meaning: Encoder vectors, (n_rows, dimension) float32.
        wording: TF-IDF of character n-grams, sparse (n_rows, n_buckets) float32.
        weight: Share of meaning in the blend.
    """

    meaning: NDArray[np.float32]
    wording: Any
    weight: float

    @classmethod
    def of(cls, vectors: NDArray[np.float32], counts: Any, weight: float) -> "Blend":
        """Return the blend of unit `vectors` and n-gram `counts`; these rows are the corpus."""
        if not counts.shape[0]:
            return cls(vectors, counts, weight)
        return cls(vectors, TfidfTransformer(sublinear_tf=True).fit_transform(counts), weight)

    def __getitem__(self, rows: Any) -> "Blend":
        return Blend(self.meaning[rows], self.wording[rows], self.weight)

    def __len__(self) -> int:
        return len(self.meaning)

    def means(self, groups: NDArray[np.intp], n_groups: int) -> "Blend":
        """Return the mean row of each group, given the group of each row (-1 for none)."""
        rows = np.flatnonzero(groups >= 0)
        sizes = np.bincount(groups[rows], minlength=n_groups)
        weights = (1 / np.maximum(sizes, 1)).astype(np.float32)[groups[rows]]
        mix = sparse.csr_matrix((weights, (groups[rows], rows)), shape=(n_groups, len(self)))
        return Blend(np.asarray(mix @ self.meaning), mix @ self.wording, self.weight)

    def similarity(self, other: "Blend") -> NDArray[np.float32]:
        """Return the blended similarity of each row to each row of `other`, clipped to [0, 1]."""
        alike: NDArray[np.float32] = self.weight * (self.meaning @ other.meaning.T)
        if self.weight < 1:
            alike += (1 - self.weight) * (self.wording @ other.wording.T).toarray()
        return np.clip(alike, 0, 1)
