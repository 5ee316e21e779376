"""Single items of a list that are marked as advertisements."""

from typing import Final

from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.headings import NO_HEADING
from tracker.collector.harvest.kinds import is_mark
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import Story

_LONGEST: Final = 30
"""Characters of the longest mark."""
_FEW_TEXTS: Final = 12
"""Texts of an item that are looked at for a mark."""


def is_promoted(outline: Outline, story: Story) -> bool:
    """Say whether a mark beside a story calls it an advertisement, as "Anzeige" does."""
    pieces = outline.pieces(story.unit, outline.ends[story.unit])[:_FEW_TEXTS]
    return any(at != story.at and len(t) <= _LONGEST and is_mark(t) for at, t in pieces)


def part_promoted(outline: Outline, box: Box) -> list[Box]:
    """Return a box, and after it one of its stories that are marked as advertisements, if any."""
    promoted = [s for s in box.stories if is_promoted(outline, s)]
    if not 0 < len(promoted) < len(box.stories) or box.kind in ("menu", "sponsored", "nextprev"):
        return [box]
    box.stories = [s for s in box.stories if s not in promoted]
    box.why.append(f"without {len(promoted)} marked as advertisements")
    why = ["marked as advertisements in the list before"]
    container = promoted[0].unit
    if len(promoted) > 1:
        container = outline.common(promoted[0].anchor, promoted[-1].anchor)
    parted = Box(promoted, NO_HEADING, container, likeness=box.likeness, kind="sponsored", why=why)
    return [box, parted]
