"""Stories that stand together: one box of headlines and the heading above it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from tracker.collector.harvest.candidates import find_candidates
from tracker.collector.harvest.heading_places import Place
from tracker.collector.harvest.headings import (
    FAINT,
    NO_HEADING,
    SURE,
    Heading,
    find_banner,
    find_heading,
    find_parting,
)
from tracker.collector.harvest.labels import is_hidden
from tracker.collector.harvest.meetings import Meeting, are_neighbours, meet
from tracker.collector.harvest.members import readmit
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.rows import links_within, short_row
from tracker.collector.harvest.stories import Story
from tracker.collector.harvest.words import count_words

LIKELY: Final = 0.4
"""Score from which a line parts a list from a list that it stands right above."""
_ITEM_TAGS: Final = frozenset(("li", "article", "tr", "dd", "dt", "td", "a"))


@dataclass(slots=True)
class Box:
    """Stories that stand together.

    Attributes:
        stories: Its stories, in order.
        heading: What stands above them.
        container: Entry of the smallest element that holds them all.
        panel: Whether it is one of several panels behind tabs, and not the first.
        likeness: How much its links look like headlines, from 0 to 1.
        hopeless: Whether no heading could make it a list.
        hint: The kind that its tabs announce, empty if none.
        kind: Its kind, once known.
        why: What spoke for and against it, in words.
    """

    stories: list[Story]
    heading: Heading
    container: int
    panel: bool = False
    likeness: float = 0.0
    hopeless: bool = False
    hint: str = ""
    kind: str = ""
    why: list[str] = field(default_factory=list)


def find_boxes(outline: Outline) -> list[Box]:
    """Return the boxes of links that look like headlines, in order."""
    stories, rest = find_candidates(outline)
    if not stories:
        return []
    anchors = [s.anchor for s in stories]
    tabbed = frozenset(links_within(outline))
    boxes = [Box([stories[0]], NO_HEADING, stories[0].unit)]
    for before, story in pairwise(stories):
        meeting = meet(outline, anchors, before, story, tabbed)
        heading = NO_HEADING
        if not are_neighbours(outline, meeting):
            place = Place(before, story, story.unit, meeting.part)
            heading = find_parting(outline, place)
            if heading.score < LIKELY and meeting.holds_lists:
                heading = _find_banner(outline, boxes[-1], meeting) or heading
        box = boxes[-1]
        if not _joins(outline, box, meeting, heading):
            earlier = _rejoined(outline, boxes, story, heading)
            if earlier is None:
                panel = heading.score < SURE and is_panel(outline, box, meeting)
                boxes.append(Box([story], heading, story.unit, panel=panel))
                continue
            box = earlier
        box.stories.append(story)
        box.container = outline.common(min(box.container, story.anchor), story.anchor)
    for box in boxes:
        box.stories = readmit(outline, box.stories, anchors, rest)
        box.container = box.stories[0].unit
        if len(box.stories) > 1:
            box.container = outline.common(box.stories[0].anchor, box.stories[-1].anchor)
    return boxes


def _find_banner(outline: Outline, box: Box, m: Meeting) -> Heading | None:
    """Return the picture that heads the right branch as another one heads the left, if any."""
    here, there = (
        find_banner(outline, m.right, m.story),
        find_banner(outline, m.left, box.stories[0]),
    )
    if not (here and there) or there.text == here.text:
        return None
    if box.heading.score < SURE:
        box.heading = there
    return here


def _joins(outline: Outline, box: Box, m: Meeting, heading: Heading) -> bool:
    """Say whether the story stands in the box whose last story is the one before it."""
    if heading.score >= SURE or _is_novel(outline, box, heading, m):
        return False
    if m.story.numeral == 1 and m.before.numeral > 1:
        return False
    single = m.n_left == 1 and m.n_right == 1
    if not single and is_panel(outline, box, m):
        return False
    gap = count_words(outline.text_between(m.before.last, m.story.first))
    if m.top != box.container and outline.inside(m.top, box.container):
        return gap <= 60
    likely = m.n_right > 1 and heading.score >= LIKELY
    if likely and not outline.inside(heading.at, m.story.unit):
        return False
    return gap <= (_room_alike(outline, box, m) or _room_unlike(outline, box, m))


def _room_alike(outline: Outline, box: Box, m: Meeting) -> int:
    """Return the words that may stand between stories in branches made alike, 0 if they are not."""
    single = m.n_left == 1 and m.n_right == 1
    if not m.alike or not (single or _same_path(outline, box, m)):
        return 0
    if outline.tags[m.left] in _ITEM_TAGS or outline.shapes[m.left][-1] != ".":
        return 400 if single else 150
    return 60


def _room_unlike(outline: Outline, box: Box, m: Meeting) -> int:
    """Return the words that may stand between stories in branches made otherwise, -1 for none."""
    if m.n_left == 1 and m.n_right == 1:
        return 150 if outline.tags[m.left] == outline.tags[m.right] else 25
    if _covers(outline, box, m.top):
        return 60
    if (m.n_left == 1 and len(box.stories) > 1) or (m.n_left > 1 and m.n_right > 1):
        return -1
    deep = max(_steps(outline, m.story.anchor, m.top), _steps(outline, m.before.anchor, m.top))
    return 40 if deep <= 5 else -1


def _same_path(outline: Outline, box: Box, m: Meeting) -> bool:
    """Say whether the story lies in its branch as one of the box's stories in theirs."""
    path = _tags(outline, m.story, m.top)
    near = [s for s in (box.stories[0], box.stories[-1]) if outline.inside(s.anchor, m.top)]
    return any(_tags(outline, s, m.top) == path for s in near)


def _tags(outline: Outline, story: Story, top: int) -> list[str]:
    i, tags = story.anchor, []
    while i > top:
        tags.append(outline.tags[i])
        i = outline.parents[i]
    return tags


def _is_novel(outline: Outline, box: Box, heading: Heading, m: Meeting) -> bool:
    """Say whether a line stands before the story such as stood before none of the box."""
    if heading.at < 0 or len(box.stories) < 2:
        return False
    line = outline.branch(m.top, heading.at)
    earlier = box.stories[-2]
    if line in (m.left, m.right) or not outline.inside(earlier.anchor, m.top):
        return False
    shape = outline.shapes[line]
    if shape == outline.shapes[m.right]:
        return False
    i = outline.ends[outline.branch(m.top, earlier.anchor)]
    while i < m.left:
        if outline.shapes[i] == shape:
            return False
        i = outline.ends[i]
    return True


def _rejoined(outline: Outline, boxes: list[Box], story: Story, heading: Heading) -> Box | None:
    """Return the box that the story continues after links that hang below one of its items."""
    for box in boxes[-2:-5:-1]:
        last = box.stories[-1]
        top = outline.common(last.anchor, story.anchor)
        if top not in (outline.parents[last.unit], outline.parents[box.stories[0].unit]):
            continue
        left, right = outline.branch(top, last.anchor), outline.branch(top, story.anchor)
        if outline.shapes[left] != outline.shapes[right] or outline.tags[left] not in _ITEM_TAGS:
            continue
        if heading.score < SURE or outline.inside(heading.at, right):
            return box
    return None


def _covers(outline: Outline, box: Box, top: int) -> bool:
    """Say whether the box's heading stands above all that is in `top`."""
    if box.heading.score < SURE:
        return False
    first = box.stories[0].anchor
    scope = outline.common(min(box.heading.at, first), first)
    if not outline.inside(top, scope):
        return False
    while top > scope and outline.n_texts(outline.parents[top]) == outline.n_texts(top):
        top = outline.parents[top]
    return _steps(outline, top, scope) <= 4


def is_panel(outline: Outline, box: Box, m: Meeting) -> bool:
    """Say whether the story begins another panel behind tabs."""
    if outline.tags[m.left] != outline.tags[m.right]:
        return False
    if m.tabbed or (m.story.numeral == 1 and m.before.numeral > 1):
        return True
    if m.n_right > 1:
        if any(s.key == m.story.key for s in box.stories):
            return True
        if m.n_left > 1:
            left, right = outline.signs(m.left), outline.signs(m.right)
            if "active" in left and "active" not in right:
                return "slide" not in right and "slide" not in outline.signs(m.top)
            if box.panel and m.alike:
                return True
    if m.n_left > 2 and m.n_right > 2 and _stand_apart(outline, box, m):
        return True
    if m.alike and any("panel" in outline.signs(i) for i in (m.left, m.right, m.top)):
        return True
    return is_hidden(outline, m.right) and not is_hidden(outline, m.left)


def _stand_apart(outline: Outline, box: Box, m: Meeting) -> bool:
    """Say whether both branches hold lists, made alike and named apart, below a row of tabs."""
    if not m.alike or outline.tags[m.left] in _ITEM_TAGS or box.heading.at < 0:
        return False
    if not (outline.attribute(m.left, "id") and outline.attribute(m.right, "id")):
        return False
    i = box.heading.at
    for _ in range(3):
        if len(short_row(outline, i, outline.parents[i])) > 1:
            return True
        i = outline.parents[i]
    return False


def _steps(outline: Outline, i: int, top: int) -> int:
    steps = 0
    while i > top:
        i, steps = outline.parents[i], steps + 1
    return steps


def set_headings(outline: Outline, boxes: Sequence[Box]) -> None:
    """Give the boxes that may be lists the best headings, now that their extent is known."""
    stories = sorted(
        (s for b in boxes if not b.hopeless for s in b.stories), key=lambda s: s.anchor
    )
    anchors = [s.anchor for s in stories]
    for n, box in enumerate(boxes):
        if box.hopeless:
            continue
        first = box.stories[0]
        at = bisect_left(anchors, first.anchor)
        before = stories[at - 1] if at else None
        part = range(0)
        if before and len(box.stories) == 1:
            part = meet(outline, anchors, before, first).part
        last = box.stories[-1].anchor
        found = find_heading(outline, Place(before, first, box.container, part, last))
        if box.panel and n and found.score < SURE:
            found = boxes[n - 1].heading
        if not (outline.tags[box.heading.at] == "img" and found.score < SURE <= box.heading.score):
            box.heading = found if found.score >= FAINT else NO_HEADING
