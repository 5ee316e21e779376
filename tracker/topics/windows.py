"""The window: headlines of the last nights, as rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tracker.topics.languages import settle_languages
from tracker.topics.similarity import Halves, Rows, hash_ngrams


@dataclass(frozen=True)
class Window:
    """Headlines first seen on the last nights, oldest first, by id within a night.

    Attributes:
        ids: Their ids.
        texts: Their wordings.
        words: Their content words, a space between them.
        sources: Who published them.
        languages: The language each was taken for; empty where unknown.
        nights: The nights they were first seen, (n,) datetime64[D].
        vectors: Unit vectors, (n, dimension) float32.
        counts: Counts of the n-grams of their words, sparse (n, n_buckets).
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    words: tuple[str, ...]
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    nights: NDArray[np.datetime64]
    vectors: Rows
    counts: Any

    @classmethod
    def empty(cls, dimension: int) -> "Window":
        """Return a window without headlines, for vectors of `dimension`."""
        nights = np.empty(0, "datetime64[D]")
        return cls(
            (), (), (), (), (), nights, np.zeros((0, dimension), np.float32), hash_ngrams([])
        )

    def __len__(self) -> int:
        return len(self.ids)

    def since(self, night: date) -> "Window":
        """Return the headlines first seen on `night` or later."""
        first = int(np.searchsorted(self.nights, np.datetime64(night, "D")))
        return Window(
            self.ids[first:],
            self.texts[first:],
            self.words[first:],
            self.sources[first:],
            self.languages[first:],
            self.nights[first:],
            self.vectors[first:],
            self.counts[first:],
        )

    def join(self, later: "Window") -> "Window":
        """Return these headlines, then those of `later`."""
        return Window(
            self.ids + later.ids,
            self.texts + later.texts,
            self.words + later.words,
            self.sources + later.sources,
            self.languages + later.languages,
            np.concatenate([self.nights, later.nights]),
            np.vstack([self.vectors, later.vectors]),
            sparse.vstack([self.counts, later.counts], format="csr"),
        )

    def halves(self, reads: Collection[str] | None = None) -> Halves:
        """Return what the headlines mean and how they are worded; the window is the corpus.

        Args:
            reads: Languages whose vectors mean something; all if None. Headlines in others are
                compared by their wording alone.
        """
        languages = settle_languages(self.texts, self.sources, self.languages)
        names, numbers = np.unique(languages, return_inverse=True)
        known = np.asarray([reads is None or not n or n in reads for n in names.tolist()], bool)
        return Halves.of(self.vectors, self.counts, numbers.astype(np.intp), known[numbers])

    def number(self, name: Callable[[str], str | None]) -> tuple[list[str], NDArray[np.intp]]:
        """Return the sorted names of the headlines' groups, and each headline's number there.

        Args:
            name: Names the group of a headline id; None where it has none (number -1).
        """
        named = [name(headline) for headline in self.ids]
        names = sorted({group for group in named if group is not None})
        place = {group: i for i, group in enumerate(names)}
        return names, np.asarray([place.get(group or "", -1) for group in named], np.intp)
