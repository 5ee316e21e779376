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
    key = p, outline.tags[i]
    found = outline.rows.get(key)
    if found is None:
        found = outline.rows[key] = _short_row(outline, outline.tags[i], p)
    return found


def _short_row(outline: Outline, tag: str, p: int) -> list[int]:
    tags, ends = outline.tags, outline.ends
    found: list[int] = []
    j = p + 1
    while j < ends[p] and len(found) < 30:
        if tags[j] == tag:
            n = outline.n_texts(j)
            if n > 2 or (n and len(outline.text(j)) > LONGEST):
                return []
            if n:
                found.append(j)
        j = ends[j]
    return found


def links_within(outline: Outline) -> dict[str, int]:
    """Return the tabs and links that lead to an element of the page, by that element's id."""
    if outline.goals is not None:
        return outline.goals
    found = outline.goals = {}
    for i in outline.where("a", "button"):
        own = outline.attributes[i]
        href = own.get("href")
        goal = href[1:] if href and href[0] == "#" else own.get("aria-controls")
        if goal:
            found.setdefault(goal, i)
    return found
