"""Which line of words within a link is its headline.

In a list the same line plays the same part in every item, so the lines are judged by what stands
in the same slot of all links made alike: one that names the same series again and again, or a
date each time, is no headline however it is marked up.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tracker.collector.harvest.lines import Line, is_date, read_lines
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.words import count_words

_LENGTHS: Final = (
    (0.0, -2.0),
    (1.0, -2.0),
    (2.0, -1.0),
    (3.0, -0.25),
    (5.0, 1.0),
    (7.0, 1.25),
    (16.0, 1.25),
    (26.0, -0.5),
)
"""Words of a line, and how much that length is a headline's."""


class Slots:
    """The lines of a page's links, and what is known of each slot by all links made alike.

    Most links are one text; lines are read only of those made like one that asks for them.
    """

    def __init__(self, outline: Outline, links: Sequence[tuple[int, str]]) -> None:
        """Begin with the links of a page, each with the key of its story."""
        self._outline = outline
        self._links = links
        self._makes: dict[int, tuple[str, ...]] = {}
        self._alike: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        self._lines: dict[int, list[Line]] = {}
        self._texts: dict[str, list[str]] = defaultdict(list)
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._scores: dict[str, float] = {}

    def find_headline(self, root: int) -> Line:
        """Return the line of a link with texts that is the headline most likely."""
        return max(self._read(root), key=self._score)

    def score(self, root: int) -> float:
        """Return how much the headline of a link is one; 0 for a link without texts."""
        return max(map(self._score, self._read(root)), default=0.0)

    def _read(self, root: int) -> list[Line]:
        if not self._makes:
            self._sort()
        if root not in self._lines:
            make = self._makes[root]
            for link, key in self._alike[make]:
                self._lines[link] = lines = read_lines(self._outline, link, "<".join(make))
                for line in lines:
                    self._texts[line.slot].append(line.text)
                    self._keys[line.slot].add(key)
        return self._lines[root]

    def _sort(self) -> None:
        """Put together the links that are made alike."""
        shapes, parents = self._outline.shapes, self._outline.parents
        for root, key in self._links:
            above = parents[root]
            make = shapes[root], shapes[above], shapes[parents[above]]
            self._makes[root] = make
            self._alike.setdefault(make, []).append((root, key))

    def _score(self, line: Line) -> float:
        """Return how much a line is the headline, by itself and by all lines of its slot."""
        score = self._scores.get(line.slot)
        if score is None:
            score = _score_slot(self._texts[line.slot], len(self._keys[line.slot]))
            self._scores[line.slot] = score
        return line.marked + score + _score_words(line)


def find_headline(outline: Outline, root: int) -> tuple[str, int]:
    """Return the headline among the texts of an element, judged alone, and where it stands."""
    lines = read_lines(outline, root)
    if not lines:
        return "", root
    best = max(lines, key=lambda x: x.marked + _score_slot([x.text], 1) + _score_words(x))
    return best.text, best.at


def _score_words(line: Line) -> float:
    """Return what a line loses by being a word alone, or a date."""
    own = 0.0 if line.words >= 2 else -1.5
    return own - 4.0 if is_date(line.text) else own


def _score_slot(texts: Sequence[str], n_keys: int) -> float:
    """Return how much the texts of one slot, which lead to `n_keys` stories, are headlines."""
    words = sorted(count_words(t) for t in texts)
    score = _score_length(words[len(words) // 2])
    if n_keys >= 3 and len(set(texts)) < 0.7 * n_keys:
        score -= 2.0
    if sum(is_date(t) for t in texts) * 2 > len(texts):
        score -= 4.0
    return score


def _score_length(n_words: float) -> float:
    """Return how much `n_words` are the length of a headline: best are seven to sixteen."""
    for (low, at_low), (high, at_high) in pairwise(_LENGTHS):
        if n_words < high:
            return at_low + (at_high - at_low) * (n_words - low) / (high - low)
    return _LENGTHS[-1][1]
