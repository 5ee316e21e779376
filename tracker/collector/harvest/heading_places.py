"""Where a heading is looked for, and what a line loses as one by where it stands."""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from tracker.collector.harvest.kinds import kind_of_heading
from tracker.collector.harvest.labels import is_hidden
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.rows import is_row
from tracker.collector.harvest.stories import Story
from tracker.collector.harvest.words import count_words

_FAR: Final = 8
"""Words between a plain line and a list from which it does not name the list."""

_NEAR_TABS: Final = 3
"""Texts between a row of short texts, such as tabs, and a list that one of them names."""

_PER_TEXT: Final = 0.3
"""What a line loses by each further text between it and the list."""

_HOLLOW: Final = frozenset(("tr", "tbody", "table", "center"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a heading is looked for.

    Attributes:
        before: The story before the list, if any.
        story: The first story of the list.
        container: The smallest element that holds the list, as far as it is known.
        part: Entries whose texts are parts of the first item.
        last: The last entry of the list, as far as it is known.
    """

    before: Story | None
    story: Story
    container: int
    part: range
    last: int = 0


def find_start(story: Story) -> int:
    """Return the entry where a story's card begins: all of it stands below the heading."""
    return min(story.first if story.first >= story.unit else story.anchor, story.at)


def is_level(outline: Outline, i: int) -> bool:
    """Say whether the parent of an element holds more than it; a table's inside is hollow."""
    p = outline.parents[i]
    return outline.tags[p] not in _HOLLOW and outline.n_texts(p) > outline.n_texts(i)


def weigh_crowd(outline: Outline, at: int, top: int, story: Story, text: str) -> float:
    """Return what a line loses by standing among other words."""
    branch = outline.branch(top, at)
    if branch <= story.anchor < outline.ends[branch]:
        return 0.0
    n_texts = outline.n_texts(branch)
    if n_texts <= 1:
        return 0.0
    if n_texts > 60:
        return 9.0
    around = count_words(outline.text(branch)) - count_words(text)
    return 0.0 if around <= 25 else 0.6 if around <= 60 else 9.0


def weigh_hiding(outline: Outline, at: int, top: int) -> float:
    """Return what a line loses by standing in what readers do not see, in a slot or comments."""
    loss = 0.0
    i = outline.parents[at]
    while i > top:
        signs = outline.signs(i)
        if "comments" in signs or "slot" in signs or outline.tags[i] in ("nav", "footer"):
            return 9.0
        if is_hidden(outline, i):
            loss = 1.5
        i = outline.parents[i]
    return loss


def weigh_distance(outline: Outline, at: int, top: int, story: Story, score: float) -> float:
    """Return what a line loses by the texts between its part of the page and the list."""
    end = outline.ends[outline.branch(top, at)]
    between = outline.pieces(end, find_start(story))
    if score < 1 and sum(count_words(text) for _, text in between) > _FAR:
        return 9.0
    if score < 2.5 and len(between) > _NEAR_TABS and is_row(outline, outline.parents[at]):
        return 9.0
    return _PER_TEXT * max(0, len(between) - 8)


def recurs(outline: Outline, at: int, place: Place) -> bool:
    """Say whether texts made like the one at `at` stand before later items of the list too.

    A label stays one, repeated word for word as "Read also:" is, or followed by one other text
    made like it.
    """
    top = place.container
    if not top < at < outline.ends[top]:
        return False
    path = _path(outline, at, top)
    own = outline.text_between(at, at + 1)
    label = own if kind_of_heading(own) else None
    later = outline.pieces(place.story.last, place.last)
    alike = (at for at, text in later if text != label and _path(outline, at, top) == path)
    least = 2 if label else 1
    return sum(1 for _ in islice(alike, least)) == least


def _path(outline: Outline, i: int, top: int) -> list[str]:
    """Return the shapes of the elements from entry `i` up to below `top`."""
    shapes = []
    while i > top:
        shapes.append(outline.shapes[i])
        i = outline.parents[i]
    return shapes
