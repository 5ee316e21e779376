"""Stories that stand together: one box of headlines and the heading above it."""

import re
from dataclasses import dataclass, field
from typing import Final

from tracker.collector.harvest.headings import NO_HEADING, Heading, find_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import Story, count_words

_PANEL: Final = re.compile(
    r"\btab|pane\b|panel|tabs?[-_ ]|[-_]tab|_cnt|\bcon[-_]?\d|content[-_]?\d"
)
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
    """

    stories: list[Story]
    heading: Heading
    container: int
    kind: str = ""
    why: list[str] = field(default_factory=list)
    panel: bool = False


def find_boxes(outline: Outline, stories: list[Story]) -> list[Box]:
    """Return the boxes that the stories form, in order."""
    boxes: list[Box] = []
    for n, story in enumerate(stories):
        before = stories[n - 1] if n else None
        heading = find_heading(outline, before, story)
        join = before is not None and _joins(outline, boxes[-1], before, story, heading)
        if join:
            box = boxes[-1]
            box.stories.append(story)
            box.container = outline.common(box.container, story.anchor)
        else:
            box = Box([story], heading, story.unit)
            if (
                boxes
                and heading is NO_HEADING
                and before is not None
                and _is_panel(outline, boxes[-1], story)
            ):
                box.heading = boxes[-1].heading
            boxes.append(box)
    return boxes


def _joins(outline: Outline, box: Box, before: Story, story: Story, heading: Heading) -> bool:
    """Say whether `story` stands in `box`, whose last story is `before`."""
    top = outline.common(before.unit, story.anchor)
    if heading.score >= SURE:
        return False
    left, right = outline.branch(top, before.anchor), outline.branch(top, story.anchor)
    left_one, right_one = before.unit == left, story.unit == right
    same = outline.shape(left) == outline.shape(right)
    gap = _gap_words(outline, before, story)
    if left_one and right_one:
        return gap <= 150 if outline.tags[left] == outline.tags[right] else gap <= 25
    if not left_one and not right_one:
        if same and not _is_panel(outline, box, story) and gap <= 40:
            return True
        return _covers(outline, box, story, top) and gap <= 40
    if left_one and len(box.stories) > 1 and box.container != top and not same:
        return False
    return gap <= 40 and (
        _steps(outline, story, top) <= 5
        and _steps(outline, before, top) <= 5
        or _covers(outline, box, story, top)
    )


def _covers(outline: Outline, box: Box, story: Story, top: int) -> bool:
    """Say whether the box's heading stands above `story` too."""
    at = box.heading.at
    if at < 0 or outline.tags[box.heading.at] == "h1":
        return False
    return outline.inside(at, top) and outline.common(at, box.stories[0].anchor) == top


def _is_panel(outline: Outline, box: Box, story: Story) -> bool:
    top = outline.common(box.container, story.anchor)
    left, right = outline.branch(top, box.stories[-1].anchor), outline.branch(top, story.anchor)
    if outline.tags[left] != outline.tags[right]:
        return False
    if any(s.key == story.key for s in box.stories):
        return True
    names = outline.names(left) + " " + outline.names(right)
    style = outline.attribute(right, "style").replace(" ", "").lower()
    hidden = "display:none" in style or "hidden" in outline.attributes(right)
    left_style = outline.attribute(left, "style").replace(" ", "").lower()
    return bool(_PANEL.search(names)) or (hidden and "display:none" not in left_style)


def _gap_words(outline: Outline, before: Story, story: Story) -> float:
    return count_words(outline.text_between(before.last, story.first))


def _steps(outline: Outline, story: Story, top: int) -> int:
    i, steps = story.anchor, 0
    while i != top:
        i, steps = outline.parents[i], steps + 1
    return steps
