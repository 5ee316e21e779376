"""Stories that stand together: one box of headlines and the heading above it."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tracker.collector.harvest.headings import NO_HEADING, Heading, find_heading, find_tabs
from tracker.collector.harvest.kinds import kind_of_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import Story, count_words, title_pieces
from tracker.collector.harvest.titles import clean_title

_PANEL: Final = re.compile(r"\btab|pane\b|panel|tabs?[-_ ]|[-_]tab|_cnt|\bcon[-_]?\d|content[-_]?\d|switch")
_ACTIVE: Final = re.compile(r"\b(?:is-)?(?:active|current|selected|on|show)\b")
_SLIDE: Final = re.compile(r"carousel|slide|swiper|(?:^| )item\b")
_ITEM_TAGS: Final = frozenset(("li", "article", "tr", "dd", "dt", "td", "a"))
LIKELY: Final = 0.4
FAINT: Final = 0.55
SURE: Final = 1.7
"""Score from which a heading parts two stories."""


@dataclass(slots=True)
class Box:
    """Stories that stand together.

    Attributes:
        stories: Its stories, in order.
        heading: What stands above them.
        container: Entry of the smallest element that holds them all.
        kind: Its kind, once known.
        why: What spoke for the kind.
        panel: Whether it is one of several panels behind tabs.
    """

    stories: list[Story]
    heading: Heading
    container: int
    kind: str = ""
    why: list[str] = field(default_factory=list)
    panel: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two stories that follow each other, and where their branches of the page meet.

    Attributes:
        before: The story before.
        story: The story after.
        top: Entry of the smallest element that holds both.
        left: The child of `top` with the story before.
        right: The child of `top` with the story after.
        n_left: Stories in `left`.
        n_right: Stories in `right`.
        alike: Whether both children have the same tag and classes.
    """

    before: Story
    story: Story
    top: int
    left: int
    right: int
    n_left: int
    n_right: int
    alike: bool


def find_boxes(outline: Outline, stories: list[Story], rest: list[Story]) -> list[Box]:
    """Return the boxes that the stories form, in order.

    Args:
        outline: The page.
        stories: Links that look like headlines.
        rest: Other links, of which those that stand in a box like its items join it.
    """
    if not stories:
        return []
    anchors = [s.anchor for s in stories]
    boxes = [Box([stories[0]], NO_HEADING, stories[0].unit)]
    for before, story in zip(stories, stories[1:], strict=False):
        meeting = _meet(outline, anchors, before, story)
        heading = find_heading(outline, before, story, story.unit, is_part=_part_of(outline, meeting))
        box = boxes[-1]
        if _joins(outline, box, meeting, heading):
            _add(outline, box, story)
            continue
        earlier = _rejoins(outline, boxes, story, heading)
        if earlier is not None:
            _add(outline, earlier, story)
            continue
        boxes.append(Box([story], heading, story.unit, panel=_is_panel(outline, box, meeting)))
    for box in boxes:
        _readmit(outline, box, anchors, rest)
    _set_headings(outline, boxes)
    return boxes


def _readmit(
    outline: Outline, box: Box, anchors: Sequence[int], rest: Sequence[Story]
) -> None:
    """Take in links among the items that are made like them, however short their words."""
    if len(box.stories) < 2:
        return
    holders = [outline.parents[s.unit] for s in box.stories]
    holder = max(set(holders), key=holders.count)
    models = [s for s, h in zip(box.stories, holders, strict=True) if h == holder]
    if len(models) < 2:
        return
    makes = {make_of(outline, s, holder) for s in models}
    at = bisect_left(rest, holder, key=lambda s: s.anchor)
    added = []
    while at < len(rest) and rest[at].anchor < outline.ends[holder]:
        story, at = rest[at], at + 1
        unit = outline.branch(holder, story.anchor)
        if _count(outline, anchors, unit) or make_of(outline, story, holder) not in makes:
            continue
        if not added or added[-1].unit != unit:
            story.unit = unit
            added.append(story)
    added += _plain_items(outline, holder, models[0].unit, anchors)
    if added and len(added) <= 2 * len(models):
        box.stories = sorted(box.stories + added, key=lambda s: s.anchor)


def _plain_items(
    outline: Outline, holder: int, model: int, anchors: Sequence[int]
) -> list[Story]:
    """Return items among those of a list that are not linked: the page's own story."""
    found, shape, i = [], outline.shape(model), holder + 1
    while i < outline.ends[holder]:
        if outline.shape(i) == shape and not _count(outline, anchors, i) and outline.n_texts(i):
            if not any(outline.tags[j] == "a" for j in range(i, outline.ends[i])):
                text, at = title_pieces(outline, i + 1, outline.ends[i], i)
                title = clean_title(text)
                if 4 <= count_words(title) <= 30:
                    weight = count_words(title)
                    found.append(Story(i, i, outline.ends[i], title, "", title, weight, at, unit=i))
        i = outline.ends[i]
    return found if len(found) <= 2 else []


def make_of(outline: Outline, story: Story, holder: int) -> str:
    """Return tags and classes from the story's link up to `holder`."""
    i, found = story.anchor, []
    while i > holder:
        found.append(outline.shape(i))
        i = outline.parents[i]
    return ">".join(found)


def _add(outline: Outline, box: Box, story: Story) -> None:
    box.stories.append(story)
    box.container = outline.common(min(box.container, story.anchor), max(box.container, story.anchor))


def _meet(outline: Outline, anchors: Sequence[int], before: Story, story: Story) -> Meeting:
    top = outline.common(before.anchor, story.anchor)
    left, right = outline.branch(top, before.anchor), outline.branch(top, story.anchor)
    n_left = _count(outline, anchors, left)
    n_right = _count(outline, anchors, right)
    alike = outline.shape(left) == outline.shape(right)
    return Meeting(before, story, top, left, right, n_left, n_right, alike)


def _count(outline: Outline, anchors: Sequence[int], i: int) -> int:
    return bisect_left(anchors, outline.ends[i]) - bisect_left(anchors, i)


def _part_of(outline: Outline, m: Meeting) -> range:
    """Return the entries in which a line is part of an item, not a heading."""
    small = m.n_left <= 2 and m.n_right <= 2
    return range(m.right, m.story.anchor) if m.alike and small else range(0)


def _joins(outline: Outline, box: Box, m: Meeting, heading: Heading) -> bool:
    """Say whether the story stands in the box whose last story is the one before it."""
    if heading.score >= SURE or _is_novel(outline, box, heading, m):
        return False
    gap = count_words(outline.text_between(m.before.last, m.story.first))
    one_left, one_right = m.n_left == 1, m.n_right == 1
    if m.story.numeral == 1 and m.before.numeral > 1:
        return False
    if _is_panel(outline, box, m) and not (one_left and one_right):
        return False
    below = m.top != box.container and outline.inside(m.top, box.container)
    if below:
        return gap <= 60
    if m.n_right > 1 and heading.score >= LIKELY and not outline.inside(heading.at, m.story.unit):
        return False
    if m.alike and ((one_left and one_right) or _same_path(outline, box, m)):
        item = outline.tags[m.left] in _ITEM_TAGS or "." != outline.shape(m.left)[-1]
        return gap <= (400 if item and one_left and one_right else 150 if item else 60)
    if one_left and one_right:
        return gap <= (150 if outline.tags[m.left] == outline.tags[m.right] else 25)
    if _covers(outline, box, m.top):
        return gap <= 60
    if one_left and len(box.stories) > 1:
        return False
    deep = max(_steps(outline, m.story.anchor, m.top), _steps(outline, m.before.anchor, m.top))
    return gap <= 40 and deep <= 5 and (one_left or one_right)


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
    if line in (m.left, m.right):
        return False
    earlier = box.stories[-2]
    if not outline.inside(earlier.anchor, m.top):
        return False
    i = outline.ends[outline.branch(m.top, earlier.anchor)]
    shape = outline.shape(line)
    if shape == outline.shape(m.right):
        return False
    while i < m.left:
        if outline.shape(i) == shape:
            return False
        i = outline.ends[i]
    return True


def _rejoins(outline: Outline, boxes: list[Box], story: Story, heading: Heading) -> Box | None:
    """Return the box that the story continues after links that hang below one of its items."""
    for box in boxes[-2:-5:-1]:
        last = box.stories[-1]
        top = outline.common(last.anchor, story.anchor)
        if outline.parents[last.unit] != top and outline.parents[box.stories[0].unit] != top:
            continue
        left, right = outline.branch(top, last.anchor), outline.branch(top, story.anchor)
        if outline.shape(left) != outline.shape(right) or outline.tags[left] not in _ITEM_TAGS:
            continue
        if heading.score >= SURE and not outline.inside(heading.at, right):
            continue
        return box
    return None


def _covers(outline: Outline, box: Box, top: int) -> bool:
    """Say whether the box's heading stands above the story too."""
    at = box.heading.at
    if box.heading.score < SURE:
        return False
    scope = outline.common(at, box.stories[0].anchor)
    return outline.inside(top, scope) and _steps(outline, top, scope) <= 2


def _is_panel(outline: Outline, box: Box, m: Meeting) -> bool:
    """Say whether the story begins another panel behind tabs."""
    if outline.tags[m.left] != outline.tags[m.right]:
        return False
    if m.story.numeral == 1 and m.before.numeral > 1:
        return True
    if m.n_right > 1 and any(s.key == m.story.key for s in box.stories):
        return True
    if m.n_right > 1 and m.n_left > 1 and _is_active(outline, m.left) and not _is_active(outline, m.right):
        return not _SLIDE.search(outline.names(m.right) + " " + outline.names(m.top))
    if box.panel and m.alike and m.n_right > 1 and m.n_left > 1:
        return True
    names = " ".join(map(outline.names, (m.left, m.right, m.top)))
    if m.alike and _PANEL.search(names):
        return True
    return _is_hidden(outline, m.right) and not _is_hidden(outline, m.left)


def _is_active(outline: Outline, i: int) -> bool:
    return bool(_ACTIVE.search(outline.names(i)))


def _is_hidden(outline: Outline, i: int) -> bool:
    style = outline.attribute(i, "style").replace(" ", "").lower()
    return "display:none" in style or "hidden" in outline.attributes(i)


def _steps(outline: Outline, i: int, top: int) -> int:
    steps = 0
    while i != top:
        i, steps = outline.parents[i], steps + 1
    return steps


def _set_headings(outline: Outline, boxes: list[Box]) -> None:
    """Give each box the best heading now that its extent is known."""
    stories = sorted((s for b in boxes for s in b.stories), key=lambda s: s.anchor)
    anchors = [s.anchor for s in stories]
    for n, box in enumerate(boxes):
        first = box.stories[0]
        if len(box.stories) > 1:
            box.container = outline.common(first.anchor, box.stories[-1].anchor)
        at = bisect_left(anchors, first.anchor)
        before = stories[at - 1] if at else None
        part = range(0)
        if before is not None:
            part = _part_of(outline, _meet(outline, anchors, before, first))
        if len(box.stories) > 1 and _same_branches(outline, box):
            part = range(outline.branch(box.container, first.anchor), first.anchor)
        box.heading = find_heading(outline, before, first, box.container, is_part=part)
        if box.heading.score < FAINT:
            box.heading = NO_HEADING
        if box.panel and n and box.heading.score < SURE:
            box.heading = boxes[n - 1].heading
    _name_tabs(outline, boxes)


def _same_branches(outline: Outline, box: Box) -> bool:
    branches = {outline.branch(box.container, s.anchor) for s in box.stories}
    shapes = [outline.shape(b) for b in sorted(branches)]
    alike = shapes.count(shapes[0]) * 2 > len(shapes)
    return alike and len(shapes) > 1 and len(shapes) * 5 >= len(box.stories) * 3


def _hint(heading: Heading) -> str:
    return kind_of_heading(heading.text) or ""


def _name_tabs(outline: Outline, boxes: list[Box]) -> None:
    """Give panels the names of their tabs where the heading found is one of these."""
    n = 0
    while n < len(boxes):
        stop = n + 1
        while stop < len(boxes) and boxes[stop].panel:
            stop += 1
        if stop - n > 1:
            _name_panels(outline, boxes, n, stop)
        n = stop


def _name_panels(outline: Outline, boxes: list[Box], n: int, stop: int) -> None:
    group = boxes[n:stop]
    if group[0].heading.score >= SURE:
        tabs: list[Heading] = []
    else:
        before = boxes[n - 1].stories[-1] if n else None
        tabs = find_tabs(outline, before, group[0].stories[0], stop - n)
    ranked = any(_hint(h) == "most_read" for h in [*(b.heading for b in group), *tabs])
    for box in group:
        box.hint = "most_read" if ranked else ""
    for box, tab in zip(group, tabs, strict=False):
        box.heading = tab
