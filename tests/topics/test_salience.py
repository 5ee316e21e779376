"""What words tell."""

import numpy as np

from tracker.topics.salience import measure_telling

TEXTS = ["secret lighthouse", "secret recipe", "secret tunnel", "secret comet"] + [
    f"eruption {place}" for place in ("town", "port", "island", "coast")
]
APART = np.eye(8, 6, dtype=np.float32)[:4]
TOGETHER = np.tile(np.eye(8, 6, dtype=np.float32)[4], (4, 1))
VECTORS = np.vstack([APART, TOGETHER])


def measure(words: set[str], read: list[bool]) -> dict[str, float]:
    return measure_telling(words, TEXTS, VECTORS, np.asarray(read))


def test_a_word_of_headlines_about_anything_tells_less_than_one_of_a_subject() -> None:
    told = measure({"secret", "eruption"}, [True] * 8)
    assert told["eruption"] == 1
    assert told["secret"] < 0.4


def test_a_word_seen_once_counts_as_telling() -> None:
    assert measure({"comet"}, [True] * 8) == {"comet": 1.0}


def test_headlines_whose_vectors_mean_nothing_judge_no_word() -> None:
    assert measure({"secret", "eruption"}, [False] * 8) == {}
    assert measure({"secret", "comet"}, [False] * 3 + [True] * 5) == {"secret": 1.0, "comet": 1.0}
