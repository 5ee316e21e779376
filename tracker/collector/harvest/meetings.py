"""Where the page's branches of two stories that follow each other meet."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.collector.harvest.members import count_within
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import Story


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
        tabbed: Whether links of the page lead to both children, as tabs do.
    """

    before: Story
    story: Story
    top: int
    left: int
    right: int
    n_left: int
    n_right: int
    alike: bool
    tabbed: bool

    @property
    def part(self) -> range:
        """Return the entries in which a line is part of the item, not a heading."""
        small = self.alike and self.n_left <= 2 and self.n_right <= 2
        return range(self.right, self.story.anchor) if small else range(0)

    @property
    def holds_lists(self) -> bool:
        """Return whether each branch, made like the other, holds several stories."""
        return self.alike and self.n_left > 1 and self.n_right > 1


def meet(
    outline: Outline,
    anchors: Sequence[int],
    before: Story,
    story: Story,
    tabbed: frozenset[str] = frozenset(),
) -> Meeting:
    """Return where two stories' branches of the page meet."""
    top = outline.common(before.anchor, story.anchor)
    left, right = outline.branch(top, before.anchor), outline.branch(top, story.anchor)
    n_left = 1 if left == before.unit else count_within(outline, anchors, left)
    n_right = 1 if right == story.unit else count_within(outline, anchors, right)
    alike = outline.shapes[left] == outline.shapes[right]
    ids = {outline.attribute(left, "id"), outline.attribute(right, "id")}
    return Meeting(before, story, top, left, right, n_left, n_right, alike, len(ids & tabbed) == 2)


def are_neighbours(outline: Outline, m: Meeting) -> bool:
    """Say whether two items of one list follow each other with no word between them."""
    if not m.alike or m.n_left != 1 or m.n_right != 1:
        return False
    at = outline.text_at
    return bisect_left(at, outline.ends[m.left]) == bisect_left(at, m.right)
