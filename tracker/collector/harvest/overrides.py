"""Boxes that a user points out by hand, for a page on which they are missed."""

from collections.abc import Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.headings import NO_HEADING
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import read_links
from tracker.errors import ConfigError
from tracker.tables import LIST_KINDS


@dataclass(frozen=True, slots=True)
class Override:
    """A box pointed out by hand.

    Attributes:
        selector: CSS selector of the elements that hold the list.
        kind: The kind of list, one of `tracker.tables.LIST_KINDS`.
    """

    selector: str
    kind: str


def point_out(
    parser: LexborHTMLParser, outline: Outline, boxes: list[Box], overrides: Sequence[Override]
) -> list[Box]:
    """Return the boxes with those pointed out, which take their links from the others.

    Raises:
        ConfigError: If a selector is not CSS or a kind is no kind of list.
    """
    for override in overrides:
        links = read_links(outline)
        for at in _find(parser, outline, override):
            inside = [s for s in links if outline.inside(s.anchor, at) and s.weight >= 2]
            if not inside:
                continue
            taken = {s.anchor for s in inside}
            for box in boxes:
                box.stories = [s for s in box.stories if s.anchor not in taken]
            heading = next((b.heading for b in boxes if b.container == at), NO_HEADING)
            why = [f"pointed out by the selector {override.selector}"]
            boxes = [*(b for b in boxes if b.stories)]
            boxes.append(Box(inside, heading, at, kind=override.kind, why=why))
    return sorted(boxes, key=lambda b: b.stories[0].anchor)


def _find(parser: LexborHTMLParser, outline: Outline, override: Override) -> list[int]:
    if override.kind not in LIST_KINDS or override.kind == "article":
        raise ConfigError(
            f"override {override.selector}: kind is {override.kind!r}; "
            f"wanted one of {', '.join(k for k in LIST_KINDS if k != 'article')}"
        )
    try:
        found = {node.mem_id for node in parser.css(override.selector)}
    except (SelectolaxError, ValueError) as error:
        raise ConfigError(f"override {override.selector!r}: not a CSS selector; {error}") from error
    return [i for i, node in enumerate(outline.nodes) if node.mem_id in found] if found else []
