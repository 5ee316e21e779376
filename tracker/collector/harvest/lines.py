"""The lines of words within a link: kicker, headline, date, blurb, and how they are marked up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
