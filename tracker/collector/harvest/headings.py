"""The heading above a list: a heading, a bold line, a plain line or a picture's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.captions import ROW, could_name, heads_lists, score_line
from tracker.collector.harvest.heading_places import (
    Place,
    find_start,
    is_level,
    recurs,
    weigh_crowd,
    weigh_distance,
    weigh_hiding,
)
from tracker.collector.harvest.kinds import announce, kind_of_heading
from tracker.collector.harvest.labels import (
    bare_text,
    chosen_tab,
    rest_of_line,
)
from tracker.collector.harvest.outline import HEADINGS, Outline
from tracker.collector.harvest.stories import Story
from tracker.collector.harvest.words import count_words

MOST_LINES: Final = 40
"""Texts looked at above a list."""
NEAR_LINES: Final = 12
"""Texts looked at between two stories, to see whether they part."""
MOST_LEVELS: Final = 6
"""Levels between a list and an element that holds its heading too."""
MOST_ALT: Final = 40
"""Characters of a picture's words that are a heading."""

FAINT: Final = 0.55
"""Score from which a line names a list."""
SURE: Final = 1.7
"""Score from which a line parts two lists."""

_GOOD: Final = 1.6
_UNLIKELY: Final = 0.5
_MARKED: Final = 2.0
"""Score of a line that is marked up as a heading."""
_WHOLE: Final = HEADINGS | frozenset(("legend", "caption", "dt", "th"))
_LISTS: Final = frozenset(("ul", "ol", "li", "tr", "table"))


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as found.

    Attributes:
        at: Its entry; -1 where there is none.
        text: Its words.
        score: How much it looks like a heading: about 3 for one marked up as such, half of a
            plain line, one and a half more for words that announce a kind of list.
    """

    at: int
    text: str
    score: float


NO_HEADING: Final = Heading(-1, "", 0.0)


def find_heading(outline: Outline, place: Place) -> Heading:
    """Return the best heading between the story before and the list."""
    start = place.before.last if place.before else 0
    lines = outline.last_pieces(start, find_start(place.story), MOST_LINES)
    best = _find(outline, place, lines, names=True)
    if best.score < _GOOD:
        alt = _find(outline, place, _pictures(outline, start, place.story), names=True)
        best = max(best, alt, key=lambda h: h.score)
    return best


def find_parting(outline: Outline, place: Place) -> Heading:
    """Return the best heading right before a story that may begin a list."""
    start = place.before.last if place.before else 0
    best = _find(outline, place, outline.last_pieces(start, find_start(place.story), NEAR_LINES))
    if best.score < SURE:
        alt = _find(outline, place, _pictures(outline, start, place.story))
        best = alt if alt.score >= SURE else best
    return best


def find_banner(outline: Outline, branch: int, story: Story) -> Heading | None:
    """Return the picture that stands in a branch before its first story and names what follows."""
    for i in range(branch, min(story.first, story.unit)):
        if outline.tags[i] == "img":
            alt = " ".join(outline.attribute(i, "alt").split())
            named = 2 <= len(alt) <= MOST_ALT and alt not in story.title and could_name(alt)
            return Heading(i, alt, SURE) if named else None
    return None


def _find(
    outline: Outline, place: Place, lines: list[tuple[int, str]], *, names: bool = False
) -> Heading:
    """Return the best heading among lines, of which the nearest comes first.

    One that `names` the list is no headline; above a headline it must announce a kind of list.
    """
    if not lines:
        return NO_HEADING
    story = place.story
    small = _small_unit(outline, story)
    container = small if place.container == story.unit else place.container
    best, best_top, seen, wall = NO_HEADING, -1, set[int](), -1
    top, levels = story.anchor, 0
    for at, piece in _above(outline, place, lines):
        while not top <= at < outline.ends[top]:
            levels += top <= container and is_level(outline, top)
            top = outline.parents[top]
        if levels > MOST_LEVELS or (best.score >= _GOOD and top != best_top):
            break
        e, text = _element(outline, at, piece, place)
        if e in seen or not could_name(text):
            continue
        if _is_item(outline, at, story) or _is_headline(text, story):
            continue
        seen.add(e)
        score = score_line(outline, e, at, text)
        below = wall < 0 or outline.inside(at, wall)
        if names and score > best.score and not _heads(text, below=below):
            wall = e if score >= _MARKED else wall
            continue
        if score > best.score and score != ROW:
            score -= 1.2 if small <= at < outline.ends[small] else 0.0
            score -= 0.15 * max(0, levels - 1) + weigh_crowd(outline, at, top, story, text)
            score -= weigh_hiding(outline, at, top) + weigh_distance(outline, at, top, story, score)
            score -= 9.0 if recurs(outline, at, place) else 0.0
        if score > best.score and score >= best.score + _lead(best, top == best_top):
            best, best_top = Heading(e, text, score), top
    return best


def _heads(text: str, *, below: bool) -> bool:
    """Say whether a line may head a list: `below` all headlines, unless it announces one."""
    return heads_lists(text) and (below or announce(text) is not None)


def _above(
    outline: Outline, place: Place, lines: list[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    """Return the lines between the card before and the list that are no part of its first item."""
    unit_end = outline.ends[place.before.unit] if place.before else 0
    for at, piece in lines:
        if at < unit_end:
            return
        if at < place.story.anchor and at not in place.part:
            yield at, piece


def _is_headline(text: str, story: Story) -> bool:
    """Say whether a line is the headline of the first item itself, or most of it."""
    return len(text) >= 15 and (text in story.title or story.title in text)


def _lead(best: Heading, same_scope: bool) -> float:
    """Return by how much a line further up must beat the best below it."""
    if best.score < _UNLIKELY:
        return 0.0
    if same_scope:
        return 0.0 if best.score < _GOOD else 0.6
    return 2.0


def _element(outline: Outline, at: int, piece: str, place: Place) -> tuple[int, str]:
    """Return the element whose whole text is the heading, and that text."""
    start, story = place.before.last if place.before else 0, place.story
    if outline.tags[at] == "img":
        return at, piece
    best = i = outline.parents[at]
    if outline.ends[i] > story.first or i < start:
        return at, piece
    growing = True
    for _ in range(4):
        if i < start or outline.ends[i] > story.first or not i:
            break
        if outline.tags[i] in _WHOLE:
            text = bare_text(outline, i)
            rest = rest_of_line(outline, i, text, story.first)
            return i, f"{text} {rest}" if rest else text
        if growing and i != best:
            tab = chosen_tab(outline, i)
            if tab:
                return tab, bare_text(outline, tab)
            same = outline.n_texts(i) == 1
            growing = same or (
                outline.tags[i] not in _LISTS
                and outline.n_texts(i) <= 8
                and count_words(outline.text(i)) <= 8
                and "heading" in outline.signs(i)
                and "unheading" not in outline.signs(i)
            )
        if growing:
            best = i
        i = outline.parents[i]
    text = bare_text(outline, best)
    rest = rest_of_line(outline, best, text, story.first)
    return best, f"{text} {rest}" if rest else text


def _pictures(outline: Outline, start: int, story: Story) -> list[tuple[int, str]]:
    """Return the words of the last pictures before the story, nearest first."""
    found: list[tuple[int, str]] = []
    first = max(start, story.first - 60)
    if "img" not in outline.tags[first : story.first]:
        return found
    for i in range(story.first - 1, first - 1, -1):
        if outline.tags[i] == "img":
            alt = " ".join(outline.attribute(i, "alt").split())
            if 2 <= len(alt) <= MOST_ALT:
                found.append((i, alt))
    return found


def _is_item(outline: Outline, at: int, story: Story) -> bool:
    """Say whether a text stands in an item like the story's, beside it."""
    p = outline.parents[story.unit]
    if outline.tags[story.unit] in HEADINGS or not p <= at < outline.ends[p]:
        return False
    branch = outline.branch(p, at)
    shape = outline.shapes[story.unit]
    if branch == story.unit or outline.shapes[branch] != shape:
        return False
    if shape[-1] != ".":
        return True
    text = outline.text(branch)
    return count_words(text) >= 4 and kind_of_heading(text) is None


def _small_unit(outline: Outline, story: Story) -> int:
    """Return the largest element around the story with little text beside its headline."""
    i, most = story.anchor, outline.n_texts(story.anchor) + 3
    while i and i != story.unit:
        p = outline.parents[i]
        if outline.n_texts(p) > most:
            break
        i = p
    return i
