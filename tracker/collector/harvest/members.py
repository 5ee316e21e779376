"""The members of a box that do not look like headlines by themselves."""

from bisect import bisect_left
from collections.abc import Sequence

from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.slots import find_headline
from tracker.collector.harvest.stories import Story
from tracker.collector.harvest.titles import clean_title
from tracker.collector.harvest.words import count_words


def count_within(outline: Outline, anchors: Sequence[int], i: int) -> int:
    """Return how many of the ascending `anchors` stand in entry `i`."""
    return bisect_left(anchors, outline.ends[i]) - bisect_left(anchors, i)


def readmit(
    outline: Outline, stories: list[Story], anchors: Sequence[int], rest: Sequence[Story]
) -> list[Story]:
    """Return a box's stories with what stands among them and is made like them.

    Args:
        outline: The page.
        stories: The stories of the box.
        anchors: Entries of all links that look like headlines.
        rest: The other links, however short their words.
    """
    holders = [outline.parents[s.unit] for s in stories]
    holder = max(set(holders), key=holders.count)
    models = [s for s, h in zip(stories, holders, strict=True) if h == holder]
    if len(models) < 2:
        return stories
    makes = {make_of(outline, s, holder) for s in models}
    at = bisect_left(rest, holder, key=lambda s: s.anchor)
    added: list[Story] = []
    while at < len(rest) and rest[at].anchor < outline.ends[holder]:
        story, at = rest[at], at + 1
        unit = outline.branch(holder, story.anchor)
        if count_within(outline, anchors, unit) or make_of(outline, story, holder) not in makes:
            continue
        if not added or added[-1].unit != unit:
            story.unit = unit
            added.append(story)
    added += _unlinked_items(outline, holder, models[0].unit, anchors)
    if not added or len(added) > 2 * len(models):
        return stories
    return sorted(stories + added, key=lambda s: s.anchor)


def make_of(outline: Outline, story: Story, holder: int) -> str:
    """Return tags and classes from the story's link up to `holder`."""
    i, found = story.anchor, []
    while i > holder:
        found.append(outline.shapes[i])
        i = outline.parents[i]
    return ">".join(found)


def _unlinked_items(
    outline: Outline, holder: int, model: int, anchors: Sequence[int]
) -> list[Story]:
    """Return the items of a list that are not linked, as the page's own story often is."""
    found, shape = [], outline.shapes[model]
    for i in outline.children(holder):
        if (
            outline.shapes[i] != shape
            or count_within(outline, anchors, i)
            or not outline.n_texts(i)
        ):
            continue
        if "a" in outline.tags[i : outline.ends[i]]:
            continue
        text, at = find_headline(outline, i)
        title = clean_title(text)
        weight = count_words(title)
        if 4 <= weight <= 30:
            found.append(Story(i, i, outline.ends[i], title, "", title, weight, at, unit=i))
    return found if len(found) <= 2 else []
