"""What is done for many groups or clusters at once is what is done for each by itself."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer

from tracker.topics.clustering import link_alike, link_rows
from tracker.topics.similarity import (
    N_BUCKETS,
    Rows,
    draw_together,
    draw_within,
    hash_ngrams,
    pull_all,
    unit,
)


def make_rows(n: int) -> Rows:
    """Return rows of a dozen stories, some of them longer than others."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(12, 40))
    rows = unit(centres[rng.integers(12, size=n)] + rng.normal(scale=0.7, size=(n, 40)))
    rows[::7] *= 1.4
    return rows


def test_groups_are_drawn_together_as_if_each_were_alone() -> None:
    rows = make_rows(200)
    groups = np.random.default_rng(1).integers(0, 40, 200).astype(np.intp)
    groups[:2] = 40, 41  # alone
    drawn = draw_within(rows, groups, 5)
    for group in range(42):
        inside = np.flatnonzero(groups == group)
        own = rows[inside]
        alone = draw_together(own, own, 5, pull_all) if len(inside) > 1 else own
        np.testing.assert_allclose(drawn[inside], alone, atol=1e-6)
    assert not np.allclose(drawn, rows)


def test_the_pairs_that_are_alike_are_those_of_all_pairs() -> None:
    means, others = make_rows(150), make_rows(300)[150:]
    everything = link_rows(means, others)
    ones, twos, values = link_alike(means, others, 0.5)
    assert list(zip(ones, twos, strict=True)) == list(
        zip(*np.nonzero(everything >= 0.5), strict=True)
    )
    np.testing.assert_allclose(values, everything[ones, twos], rtol=1e-6)
    assert 0 < len(values) < everything.size / 2


@pytest.mark.parametrize("longest", [2, 5])
def test_ngrams_of_words_read_once_are_those_of_whole_texts(longest: int) -> None:
    texts = ["Storm after storm", "", "ΟΔΥΣΣΕΎΣ ΣΑΣ", "東京 地震\u00a0東京", "a storm\ta", "  "]
    whole = HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, longest), n_features=N_BUCKETS,
        alternate_sign=False, norm=None, dtype=np.float32,
    )  # fmt: skip
    for some in (texts, texts[1:2]):
        wanted, found = whole.transform(some), hash_ngrams(some, longest)
        assert found.shape == wanted.shape
        assert found.dtype == np.float32
        assert np.array_equal(found.indptr, wanted.indptr)
        assert np.array_equal(found.indices, wanted.indices)
        assert np.array_equal(found.data, wanted.data)
