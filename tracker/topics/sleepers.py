"""Topics that sleep, found again by what is said in them: the cost is that of the words at hand."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

import numpy as np

from tracker.topics.shelves import Shelf
from tracker.topics.similarity import Rows
from tracker.topics.words import split_words

_FIRST_TERMS: Final = 6  # of a topic, among which a cluster that is not read must use
_LEAST_TERMS: Final = 2
_BEST_TERMS: Final = 3  # of which a cluster that is read must use one


@dataclass(frozen=True)
class Sleeper:
    """What a topic that sleeps is known by.

    Attributes:
        centroid: Its unit vector, (dimension,) float32.
        terms: Its words, best first.
    """

    centroid: Rows
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A topic that sleeps and was found.

    Attributes:
        topic: Its id.
        centroid: Its unit vector, (dimension,) float32.
    """

    topic: str
    centroid: Rows


class Sleepers:
    """Topics that sleep, by id; looked up by their first words, so that not all are compared.

    Args:
        shelf: Where others sleep; one that is taken from there is put here.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf
        self.topics: dict[str, Sleeper] = {}
        self._by_best: dict[str, set[str]] = {}
        self._by_first: dict[str, set[str]] = {}

    def put(self, topic: str, sleeper: Sleeper) -> None:
        """Put a topic to sleep, or what it is known by now."""
        self.drop(topic)
        self.topics[topic] = sleeper
        for index, n_terms in self._indexes():
            for term in sleeper.terms[:n_terms]:
                index.setdefault(term, set()).add(topic)

    def drop(self, topic: str) -> None:
        """Forget a topic, if it is here."""
        if topic not in self.topics:
            return
        sleeper = self.topics.pop(topic)
        for index, n_terms in self._indexes():
            for term in set(sleeper.terms[:n_terms]):
                index[term].discard(topic)
                if not index[term]:
                    del index[term]

    def find(
        self, centre: Rows, texts: Sequence[str], threshold: float, *, is_read: bool = True
    ) -> Found | None:
        """Return the topic that a cluster is, or None.

        The cluster must mean much the same and use one of the topic's first words; where the
        encoder does not read it, so that all may seem to mean the same, several whole words.

        Args:
            centre: Mean vector of the cluster, unit length.
            texts: Its headlines.
            threshold: Cosine at which it is the same topic.
            is_read: Whether the encoder reads the language of the cluster.
        """
        text = " ".join(texts).lower()
        if is_read:
            asked = (self._by_best, set(_list_parts(text)), _BEST_TERMS, 1)
        else:
            words = {word.lower() for word in split_words(text)}
            asked = (self._by_first, words, _FIRST_TERMS, _LEAST_TERMS)
        named, centroids = self._find_named(*asked)
        if not named:
            return None
        alike = centroids @ centre
        best = int(alike.argmax())
        if alike[best] < threshold:
            return None
        return Found(named[best], centroids[best])

    def _find_named(
        self, index: Mapping[str, set[str]], words: Set[str], n_terms: int, least: int
    ) -> tuple[list[str], Rows]:
        """Return the topics that have so many of the words among their first terms, by id."""
        shared = Counter(topic for word in index.keys() & words for topic in index[word])
        named = sorted(topic for topic, n_found in shared.items() if n_found >= least)
        centroids = [self.topics[topic].centroid for topic in named]
        if self._shelf is None:
            return named, np.asarray(centroids)
        others = self._shelf.find_asleep(words, n_terms, least)
        there = self._shelf.read_centroids(others["row"].to_numpy())
        if not named:
            return others["topic_id"].to_list(), there
        both = [*named, *others["topic_id"]]
        order = sorted(range(len(both)), key=both.__getitem__)
        return [both[i] for i in order], np.vstack([*centroids, there])[order]

    def _indexes(self) -> tuple[tuple[dict[str, set[str]], int], ...]:
        return (self._by_best, _BEST_TERMS), (self._by_first, _FIRST_TERMS)


def _list_parts(text: str) -> Iterator[str]:
    """Give all that stands between two places of a word: a term may be inside another."""
    for word in set(text.split()):
        for start in range(len(word)):
            for end in range(start + 1, len(word) + 1):
                yield word[start:end]
