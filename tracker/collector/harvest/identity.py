"""The name that a box keeps from night to night."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.kinds import fold, kind_of_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.overrides import Override
from tracker.collector.harvest.pages import Page
from tracker.collector.harvest.pointed_boxes import PointedBox
from tracker.collector.harvest.words import count_words
from tracker.ids import LIST_BYTES, hash_text

_STATE: Final = re.compile(
    r"(?:is-|js-)?(?:active|current|selected|first|last|odd|even|open|show|hidden|visible)$",
    re.IGNORECASE,
)
"""Names that say what an element is at the moment."""
_HASH: Final = re.compile(r"__(?=\w*[A-Z\d])\w{5,}$")
"""What tools that make style sheets append to a name, another one with every release."""
_COUNTER: Final = re.compile(r"(?<![^\W\d_])\d+|\d+(?![^\W\d_])")
"""Numbers that are not within a word."""
_DATE: Final = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:0?[1-9]|[12]\d|3[01])(?:[./-]\d|\W{1,2}[^\W\d_]{3})"
)
"""A year, or a day with its month behind it."""
_LONGEST_NAME: Final = 8
"""Words up to which a heading that announces nothing is taken for a box's lasting name."""
_STEPS: Final = 3
"""Named elements around a box that make its place."""


def name_boxes(outline: Outline, boxes: Sequence[Box]) -> list[str]:
    """Return a name of 12 hexadecimal digits for each box, unique among them.

    It is made of what stays when items change: a heading that announces a list or is short, else
    the names of the elements around the box, without numbers. The kind is no part of it, for it
    is judged by the items too. Boxes alike in that are told apart by their order. A box that an
    override points out is known by its selector.
    """
    return name_all(_base(outline, box) for box in boxes)


def name_all(bases: Iterable[str]) -> list[str]:
    """Return a name for what each list is known by; those alike are told apart by their order."""
    seen: Counter[str] = Counter()
    names = []
    for base in bases:
        seen[base] += 1
        names.append(hash_text(f"{base}\n{seen[base]}", LIST_BYTES))
    return names


def name_pointed(override: Override) -> str:
    """Return the name of the first list that an override points out; no other list bears it."""
    return name_all([_of_selector(override.selector)])[0]


def find_unmatched(overrides: Iterable[Override], page: Page) -> list[str]:
    """Return the selectors of the overrides that pointed out no list of a harvested page."""
    names = {found.list_id for found in page.lists}
    return [o.selector for o in overrides if name_pointed(o) not in names]


def _of_selector(selector: str) -> str:
    return f"override|{selector}"


def _base(outline: Outline, box: Box) -> str:
    if isinstance(box, PointedBox):
        return _of_selector(box.selector)
    heading = _lasting_heading(box.heading.text)
    return f"heading|{heading}" if heading else f"place|{_place(outline, box)}"


def _lasting_heading(heading: str) -> str:
    """Return a heading without numbers; empty where it is likely to change with the news."""
    passing = count_words(heading) > _LONGEST_NAME or _DATE.search(heading)
    if passing and not kind_of_heading(heading):
        return ""
    return " ".join(w for w in fold(heading).split() if not any(c.isdigit() for c in w))


def _place(outline: Outline, box: Box) -> str:
    """Return the lasting names of the nearest elements around a box that have such."""
    i = box.container
    found: list[str] = []
    while i and len(found) < _STEPS:
        names = _lasting_names(outline.names(i))
        if names:
            found.append(names)
        i = outline.parents[i]
    return ">".join(found)


@lru_cache(maxsize=16384)
def _lasting_names(names: str) -> str:
    """Return classes and id without numbers, states and what looks made by a machine."""
    kept = set()
    for name in names.split():
        bare = _COUNTER.sub("", _HASH.sub("", name)).strip("-_")
        if bare and not _STATE.match(bare) and not any(c.isdigit() for c in bare):
            kept.add(bare)
    return ".".join(sorted(kept))
