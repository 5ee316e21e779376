"""Lists behind tabs: each takes the name of its tab where no heading stands above them all."""

from collections.abc import Mapping, Sequence
from typing import Final

from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.captions import could_name
from tracker.collector.harvest.headings import MOST_LINES, SURE, Heading
from tracker.collector.harvest.kinds import kind_of_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.rows import links_within, short_row
from tracker.collector.harvest.stories import Story

_NEAR: Final = 3
"""Texts between a row of tabs and the first list behind them."""


def name_panels(outline: Outline, boxes: Sequence[Box]) -> None:
    """Give the boxes behind tabs their tabs' names, and what those announce of their kind."""
    _name_by_address(outline, boxes)
    n = 0
    while n < len(boxes):
        stop = n + 1
        while stop < len(boxes) and boxes[stop].panel:
            stop += 1
        if stop - n > 1:
            _name_group(outline, boxes[n:stop], boxes[n - 1].stories[-1] if n else None)
        n = stop


def _name_by_address(outline: Outline, boxes: Sequence[Box]) -> None:
    """Name boxes after the links to the element they stand in, unless a heading is nearer.

    A heading above all the tabs stays; one that ends in a colon takes the tab's name too.
    """
    names = {
        goal: Heading(at, outline.text(at), 2.0)
        for goal, at in links_within(outline).items()
        if could_name(outline.text(at))
    }
    for box in boxes if names else ():
        for i in (box.container, *outline.ancestors(box.container)):
            tab = names.get(outline.attribute(i, "id"))
            if tab and tab.at < i and _has_sisters(outline, i, names):
                box.heading = _under(outline, box.heading, tab, i, names)
                break


def _has_sisters(outline: Outline, i: int, names: Mapping[str, Heading]) -> bool:
    beside = [c for c in outline.children(outline.parents[i]) if outline.tags[c] == outline.tags[i]]
    return sum(outline.attribute(c, "id") in names for c in beside) > 1


def _under(
    outline: Outline, heading: Heading, tab: Heading, panel: int, names: Mapping[str, Heading]
) -> Heading:
    if outline.inside(heading.at, panel) or heading.text in {name.text for name in names.values()}:
        return heading if heading.at > panel else tab
    if heading.score < SURE:
        return tab
    if heading.text.endswith((":", "：")) and heading.at < tab.at:
        return Heading(heading.at, f"{heading.text} {tab.text}", heading.score)
    return heading


def _name_group(outline: Outline, group: Sequence[Box], before: Story | None) -> None:
    tabs = _tabs_of(outline, group[0].heading, len(group))
    if not tabs and group[0].heading.score < SURE:
        tabs = _find_tabs(outline, before, group[0].stories[0], len(group))
    said = [h.text for h in (*(box.heading for box in group), *tabs)]
    ranked = any(kind_of_heading(text) == "most_read" for text in said)
    for box in group:
        box.hint = "most_read" if ranked else ""
    for box, tab in zip(group, tabs, strict=False):
        box.heading = tab


def _find_tabs(outline: Outline, before: Story | None, story: Story, n: int) -> list[Heading]:
    """Return the names of the tabs of `n` panels that begin with the story; none if unnamed."""
    start = before.last if before else 0
    for at, _ in outline.pieces(start, story.at)[: -MOST_LINES - 1 : -1]:
        tabs = _row_of_tabs(outline, outline.parents[at], start, n)
        if tabs and outline.ends[tabs[-1].at] <= story.first:
            near = len(outline.pieces(outline.ends[tabs[-1].at], story.first)) <= _NEAR
            return tabs[:n] if near else []
    return []


def _tabs_of(outline: Outline, heading: Heading, n: int) -> list[Heading]:
    """Return the names of `n` tabs of which the heading is one; none if it is not."""
    return _row_of_tabs(outline, heading.at, 0, n)[:n] if heading.at > 0 else []


def _row_of_tabs(outline: Outline, i: int, start: int, n: int) -> list[Heading]:
    for _ in range(4):
        p = outline.parents[i]
        if p < start and not p:
            break
        row = short_row(outline, i, p)
        if n <= len(row) <= n + 3:
            names = [Heading(c, outline.text(c), 2.0) for c in row]
            return names if all(could_name(name.text) for name in names) else []
        i = p
    return []
