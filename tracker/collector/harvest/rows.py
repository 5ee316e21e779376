"""Rows of short texts: tabs, menus, tags."""

from typing import Final

from tracker.collector.harvest.outline import Outline

LONGEST: Final = 45
"""Characters of a text in a row."""


def is_row(outline: Outline, e: int) -> bool:
    """Say whether an element stands in a row of short texts like it."""
    for _ in range(2):
        p = outline.parents[e]
        if len(short_row(outline, e, p)) > 2:
            return True
        e = p
    return False


def short_row(outline: Outline, i: int, p: int) -> list[int]:
    """Return the children of `p` of the tag of `i`, if all of them are short texts."""
    found: list[int] = []
    j = p + 1
    while j < outline.ends[p] and len(found) < 30:
        if outline.tags[j] == outline.tags[i]:
            n = outline.n_texts(j)
            if n > 2 or (n and len(outline.text(j)) > LONGEST):
                return []
            if n:
                found.append(j)
        j = outline.ends[j]
    return found


def links_within(outline: Outline) -> dict[str, int]:
    """Return the tabs and links that lead to an element of the page, by that element's id."""
    found: dict[str, int] = {}
    for i, tag in enumerate(outline.tags):
        if tag == "a" or tag == "button":
            own = outline.attributes[i]
            href = own.get("href")
            goal = href[1:] if href and href[0] == "#" else own.get("aria-controls")
            if goal:
                found.setdefault(goal, i)
    return found
