"""Why each block of links of a page was taken or left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import Story, read_links

_SHOWN: Final = 3
_REACH: Final = 3
"""Steps up to an element in which two links that follow each other are one block."""
_WORDS: Final = 4
"""Words from which a link alone looks like a headline."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one block of links, and why.

    Attributes:
        place: Where it stands: tags, classes and ids from the outside in.
        heading: The heading found above it; empty if none.
        n_items: Its links.
        titles: The first of their words.
        kind: The kind of list it was taken for; None where it was left.
        why: What spoke for and against it, in words.
    """

    place: str
    heading: str
    n_items: int
    titles: tuple[str, ...]
    kind: str | None
    why: tuple[str, ...]


def tell_decisions(outline: Outline, boxes: Sequence[Box]) -> tuple[Decision, ...]:
    """Return what became of each block of links, in the order of the page.

    Besides the boxes these are the blocks of links that never came to be one.
    """
    told = [(box.stories[0].anchor, _tell_box(outline, box)) for box in boxes]
    told += [(links[0].anchor, _tell_rest(outline, links)) for links in _rest(outline, boxes)]
    return tuple(decision for _, decision in sorted(told, key=lambda pair: pair[0]))


def _tell_box(outline: Outline, box: Box) -> Decision:
    return Decision(
        place=_place(outline, box.container),
        heading=box.heading.text,
        n_items=len(box.stories),
        titles=tuple(story.title for story in box.stories[:_SHOWN]),
        kind=box.kind or None,
        why=tuple(box.why),
    )


def _tell_rest(outline: Outline, links: Sequence[Story]) -> Decision:
    n, n_long = len(links), sum(link.weight >= _WORDS for link in links)
    short = n_long * 2 <= n
    why = (
        f"too few words for headlines: {n_long} of {n} links have {_WORDS} or more"
        if short
        else "phrases of a sentence, or links that are made unlike each other"
    )
    return Decision(
        place=_place(outline, outline.common(links[0].anchor, links[-1].anchor)),
        heading="",
        n_items=n,
        titles=tuple(link.title for link in links[:_SHOWN]),
        kind=None,
        why=(why,),
    )


def _rest(outline: Outline, boxes: Sequence[Box]) -> list[list[Story]]:
    """Return the blocks of the links that stand in no box."""
    boxed = {story.anchor for box in boxes for story in box.stories}
    blocks: list[list[Story]] = []
    apart = True
    for link in sorted(read_links(outline), key=lambda link: link.anchor):
        if link.anchor in boxed:
            apart = True
        elif link.title:
            if apart or not _are_close(outline, blocks[-1][-1].anchor, link.anchor):
                blocks.append([])
            blocks[-1].append(link)
            apart = False
    return blocks


def _are_close(outline: Outline, a: int, b: int) -> bool:
    """Say whether a small step up from one link, and from the other, leads to one element."""
    return not set(_around(outline, a, _REACH)).isdisjoint(_around(outline, b, _REACH))


def _around(outline: Outline, i: int, steps: int) -> list[int]:
    """Return the nearest elements around an entry, the nearest first."""
    found: list[int] = []
    while i and len(found) < steps:
        i = outline.parents[i]
        found.append(i)
    return found


def _place(outline: Outline, i: int) -> str:
    """Return where an element stands, as the last four steps of a CSS path."""
    steps = []
    for at in [i, *_around(outline, i, 3)]:
        own = outline.attributes[at]
        named = "#" + (own.get("id") or "") if own.get("id") else ""
        classes = "".join("." + c for c in (own.get("class") or "").split()[:2])
        steps.append(outline.tags[at] + named + classes)
    return " > ".join(reversed(steps))
