"""The lines of words within a link: kicker, headline, date, blurb, and which is the headline.

In a list the same line plays the same part in every item, so the lines are judged by what stands
in the same slot of all links made alike: one that names the same series again and again, or a
date each time, is no headline however it is marked up.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tracker.collector.harvest.names import signs_of
from tracker.collector.harvest.outline import BLOCKS, HEADINGS, TEXT, Outline
from tracker.collector.harvest.words import count_words

_WORDLESS: Final = re.compile(r"^[\W\d_]+$")
_DATE: Final = re.compile(
    r"\b\d{1,2}[:h]\d\d\b|^\W*(?:\w+\W+){0,4}(?:19|20)\d\d\b.{0,18}$|^\D{0,14}\d{1,2}\D{0,4}$|\bago\b|前$"
    r"|^\D{0,8}\d{1,2}[./ -]\D{0,14}[./ -]?(?:19|20)?\d\d\b"
)
_DIGIT: Final = re.compile(r"\d")
_COUNTER: Final = re.compile(r"^\W*\d+\s*[^\W\d]+\W*$")
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
_LONGEST_DATE: Final = 40
_ASIDE: Final = frozenset(("time", "small", "button", "figcaption"))
_NAMED: Final = 3.0
"""What a line gains that says the same as the link's title or its picture's."""
_SHORTEST_NAME: Final = 8
_ABOVE: Final = 3
"""Elements around a link that may be its heading, holding no more words than it."""


@dataclass(slots=True)
class Line:
    """A line of words.

    Attributes:
        at: Entry of its first text.
        text: Its words, as the page writes them.
        slot: The shapes of the elements that it stands in; alike for the same part of each item.
        marked: How much its mark-up is that of a headline: 2 of a heading, 1 of an element named
            as headline, 3 of both; -3 of what is named as date, kicker, author, blurb.
        words: How many words it has.
    """

    at: int
    text: str
    slot: str
    marked: float
    words: float


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


def is_date(text: str) -> bool:
    """Say whether a text is a date or a time of day, in whatever language."""
    if len(text) > _LONGEST_DATE or count_words(text) > 4:
        return False
    return bool(_DATE.search(text))


def find_only_text(outline: Outline, root: int) -> int | None:
    """Return which of the page's texts is the only one in an element that has letters.

    The first one where none has letters, None where several have; the element must have texts.
    """
    first, stop = outline.n_before[root], outline.n_before[outline.ends[root]]
    if stop == first + 1:
        return first
    worded = [n for n in range(first, stop) if not _WORDLESS.match(outline.texts[n])]
    return None if len(worded) > 1 else worded[0] if worded else first


def read_lines(outline: Outline, root: int, above: str = "") -> list[Line]:
    """Return the lines of an element, without those that have no letters if others do.

    Args:
        outline: The page.
        root: The element.
        above: What the slots of links made alike begin with.
    """
    pieces = outline.pieces(root + 1, outline.ends[root])
    if not pieces:
        return []
    around = _mark_around(outline, root)
    only = find_only_text(outline, root)
    if only is not None:
        at, text = outline.text_at[only], outline.texts[only]
        marked, place = _mark(outline, at, root, frozenset(), around)
        slot = f"{above}<{_path(outline, place, root)}"
        return [Line(at, text, slot, marked, count_words(text))]
    parts = _parts(outline, root)
    kickers = _kickers(outline, pieces)
    named = _named(outline, root, pieces)
    lines: list[Line] = []
    last, pending = -1, ""
    for at, text in pieces:
        marked, place = _mark(outline, at, root, parts, around)
        if at in kickers or (at == pieces[-1][0] and place == root and _counts(outline, at, text)):
            marked, place = -3.0, at
        if at in named:
            marked, place = marked + _NAMED, named[0]
        if _WORDLESS.match(text):
            pending += f" {text}" if place == last and _DIGIT.search(text) else ""
        elif place == last:
            lines[-1].text += f"{pending} {text}"
            lines[-1].marked = max(lines[-1].marked, marked)
            pending = ""
        else:
            slot = f"{above}<{_path(outline, place, root)}"
            lines.append(Line(at, text, slot, marked, 0.0))
            last, pending = place, ""
    for line in lines:
        line.words = count_words(line.text)
    return lines


def _counts(outline: Outline, at: int, text: str) -> bool:
    """Say whether a text in an element of its own is a number of comments, views or hours."""
    mark = outline.parents[at]
    return outline.n_texts(mark) == 1 and bool(_COUNTER.match(text) or is_date(text))


def _named(outline: Outline, root: int, pieces: Sequence[tuple[int, str]]) -> list[int]:
    """Return the texts that together say what the link's title or its picture says, and no more."""
    names = {outline.attribute(root, "title"), outline.attribute(root, "aria-label")}
    names |= {
        outline.attribute(i, "alt")
        for i in range(root + 1, outline.ends[root])
        if outline.tags[i] == "img"
    }
    names = {" ".join(name.split()) for name in names if len(name) >= _SHORTEST_NAME}
    for start in range(len(pieces)) if names else ():
        said = ""
        for stop in range(start, len(pieces)):
            said = f"{said} {pieces[stop][1]}".strip()
            if said in names:
                whole = stop - start + 1 == len(pieces)
                return [] if whole else [at for at, _ in pieces[start : stop + 1]]
            if not any(name.startswith(said) for name in names):
                break
    return []


def _path(outline: Outline, i: int, root: int) -> str:
    found = []
    while i > root:
        found.append(outline.shapes[i] if outline.tags[i] != TEXT else TEXT)
        i = outline.parents[i]
    return "<".join(found)


def _parts(outline: Outline, root: int) -> frozenset[int]:
    """Return the children of a card that is built of inline parts, each of a name of its own.

    Three or more of them without loose text between: kicker, title, author, date, as spans.
    """
    parts = [i for i in outline.children(root) if outline.n_texts(i)]
    names = {outline.attribute(i, "class") for i in parts if outline.tags[i] != TEXT}
    whole = len(parts) >= 3 and len(names) == len(parts) and "" not in names
    return frozenset(parts) if whole else frozenset()


def _kickers(outline: Outline, pieces: Sequence[tuple[int, str]]) -> frozenset[int]:
    """Return the texts that an element with nothing but a mark parts from those after them."""
    found: set[int] = set()
    for (before, _), (at, text), (after, _) in zip(pieces, pieces[1:], pieces[2:], strict=False):
        mark = outline.parents[at]
        if len(text) <= 2 and _WORDLESS.match(text) and outline.n_texts(mark) == 1:
            inside = outline.parents[mark]
            if outline.inside(after, inside) and outline.parents[before] != inside:
                start = outline.branch(inside, before)
                found.update(p for p, _ in pieces if outline.inside(p, start))
    return frozenset(found)


_Around = tuple[bool, bool, bool]


def _mark(
    outline: Outline, at: int, root: int, parts: frozenset[int], around: _Around
) -> tuple[float, int]:
    """Return how much the text at `at` is marked up as headline, and its line's element."""
    place, beside = root, False
    heading = named = False
    i = outline.parents[at]
    while i > root:
        tag, signs = outline.tags[i], outline.signs(i)
        aside = tag in _ASIDE or (_is_beside(outline, i) and tag not in HEADINGS)
        beside = beside or (aside and not (heading or named))
        if place == root and (tag in BLOCKS or i in parts or aside or _is_title(outline, i)):
            place = i
        heading = heading or tag in HEADINGS
        named = named or "title" in signs
        i = outline.parents[i]
    beside = beside or (around[2] and not (heading or named))
    if beside:
        return -3.0, place
    return 2.0 * (heading or around[0]) + (named or around[1]), place


def _is_title(outline: Outline, i: int) -> bool:
    """Say whether an element named as headline is one, not a part of the words around it."""
    if "title" not in outline.signs(i):
        return False
    around = outline.children(outline.parents[i])
    return not any(outline.tags[j] == TEXT and count_words(outline.text(j)) for j in around)


def _is_beside(outline: Outline, i: int) -> bool:
    """Say whether an element is named as what stands beside a headline, by no class as one."""
    signs = outline.signs(i)
    if "beside" not in signs or "title" not in signs:
        return "beside" in signs
    classes = [signs_of(name) for name in outline.attribute(i, "class").split()]
    return not any("title" in own and "beside" not in own for own in classes)


def _mark_around(outline: Outline, root: int) -> _Around:
    """Return whether a link stands in a heading, in a headline by name, in what is beside one."""
    heading = named = beside = False
    i, n_texts = root, outline.n_texts(root)
    for _ in range(_ABOVE + 1):
        tag, signs = outline.tags[i], outline.signs(i)
        if not i or outline.n_texts(i) > n_texts + (2 if tag in HEADINGS else 0):
            break
        if _is_beside(outline, i) and tag not in HEADINGS and not (heading or named):
            beside = True
        heading = heading or tag in HEADINGS
        named = named or "title" in signs
        i = outline.parents[i]
    return heading, named, beside
