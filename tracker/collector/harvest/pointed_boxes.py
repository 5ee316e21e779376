"""Boxes that overrides point out, whatever they look like."""

from collections.abc import Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.boxes import Box, set_headings
from tracker.collector.harvest.headings import NO_HEADING
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.overrides import Override
from tracker.collector.harvest.stories import Story, read_links


@dataclass(slots=True)
class PointedBox(Box):
    """A box that an override points out.

    Attributes:
        selector: The override's selector, which is its name from night to night.
    """

    selector: str = ""


def point_out(
    parser: LexborHTMLParser, outline: Outline, boxes: list[Box], overrides: Sequence[Override]
) -> list[Box]:
    """Return the boxes with those pointed out, which take their links from the others.

    Where two overrides want the same links, the later one has them.
    """
    links = sorted(read_links(outline), key=lambda story: story.anchor)
    for override in overrides:
        for at in _find(parser, outline, override.selector):
            inside = [story for story in links if outline.inside(story.anchor, at) and story.title]
            if inside:
                boxes = [*_without(boxes, inside), _make_box(outline, override, inside)]
    boxes = sorted(boxes, key=lambda box: box.stories[0].anchor)
    headings = [box.heading for box in boxes]
    set_headings(outline, boxes)
    for box, heading in zip(boxes, headings, strict=True):
        if not isinstance(box, PointedBox):
            box.heading = heading
    return boxes


def _make_box(outline: Outline, override: Override, stories: list[Story]) -> PointedBox:
    container = stories[0].anchor
    if len(stories) > 1:
        container = outline.common(container, stories[-1].anchor)
    for story in stories:
        story.unit = outline.branch(container, story.anchor)
    box = PointedBox(stories, NO_HEADING, container, kind=override.kind)
    box.why = [f"pointed out by the selector {override.selector}"]
    box.selector = override.selector
    return box


def _without(boxes: list[Box], taken: Sequence[Story]) -> list[Box]:
    """Return the boxes without the links taken; a box without any is none."""
    anchors = {story.anchor for story in taken}
    for box in boxes:
        box.stories = [story for story in box.stories if story.anchor not in anchors]
    return [box for box in boxes if box.stories]


def _find(parser: LexborHTMLParser, outline: Outline, selector: str) -> list[int]:
    found = {node.mem_id for node in parser.css(selector)}
    return [i for i, node in enumerate(outline.nodes) if node.mem_id in found] if found else []
