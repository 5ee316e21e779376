"""Which links look like headlines, judged together with the links made like them."""

import re
from itertools import pairwise
from typing import Final

from tracker.collector.harvest.addresses import looks_dated, looks_like_article
from tracker.collector.harvest.kinds import find_label, kind_of_heading
from tracker.collector.harvest.outline import HEADINGS, Outline
from tracker.collector.harvest.sentences import complete, in_sentence
from tracker.collector.harvest.stories import Story, read_links
from tracker.collector.harvest.unlinked import find_unlinked

STRONG: Final = 4
"""Words from which a link alone looks like a headline."""
_LABEL: Final = 2.5
"""Words below which a link before a bar names the row's subject."""
_BARS: Final = frozenset(("|", ":", "：", "｜"))
_RANK: Final = re.compile(r"^\W?0?(\d{1,2})\W?$")


def find_candidates(outline: Outline) -> tuple[list[Story], list[Story]]:
    """Return the links that look like headlines, with their units, and the other links."""
    links = read_links(outline)
    complete(outline, links)
    links = _without_labels(outline, links)
    chosen = sorted(_choose(outline, links) + find_unlinked(outline), key=lambda s: s.anchor)
    chosen = _without_copies(outline, chosen)
    _set_units(outline, chosen)
    anchors = {s.anchor for s in chosen}
    rest = [s for s in links if s.anchor not in anchors and s.title]
    return chosen, sorted(rest, key=lambda s: s.anchor)


def _without_labels(outline: Outline, links: list[Story]) -> list[Story]:
    """Return the links without short ones that a bar or a colon parts from the headline after."""
    return [
        link
        for link, after in pairwise(links)
        if not (
            link.weight < _LABEL <= after.weight
            and outline.text_between(link.last, after.first).strip() in _BARS
            and outline.parents[link.anchor] == outline.parents[after.anchor]
        )
    ] + links[-1:]


def _without_copies(outline: Outline, stories: list[Story]) -> list[Story]:
    """Return the stories without those that repeat the one before: a card's copy for phones."""
    kept = stories[:1]
    for n, (before, story) in enumerate(pairwise(stories), 1):
        if (story.key, story.title) == (before.key, before.title):
            top = outline.common(before.anchor, story.anchor)
            cards = [outline.branch(top, s.anchor) for s in (before, story)]
            around = (*stories[max(n - 2, 0) : n - 1], *stories[n + 1 : n + 2])
            if not any(outline.inside(s.anchor, card) for s in around for card in cards):
                continue
        kept.append(story)
    return kept


def _choose(outline: Outline, links: list[Story]) -> list[Story]:
    groups: dict[str, list[Story]] = {}
    above: dict[int, str] = {}
    for story in _unrepeated(links):
        groups.setdefault(_signature(outline, story.anchor, above), []).append(story)
    chosen = []
    for group in groups.values():
        chosen += [
            s
            for s in _choose_from(outline, group)
            if not (s.weight <= 6 and _announces(outline, s)) and not in_sentence(outline, s)
        ]
    return chosen


def _unrepeated(links: list[Story]) -> list[Story]:
    """Return the links without those of words like "more" and of categories, often repeated."""
    keys: dict[str, set[str]] = {}
    times: dict[tuple[str, str], int] = {}
    for link in links:
        keys.setdefault(link.title, set()).add(link.key)
        times[link.key, link.title] = times.get((link.key, link.title), 0) + 1
    return [
        link
        for link in links
        if link.title
        and not (link.weight < 5 and len(keys[link.title]) >= 3)
        and not (link.weight < STRONG and times[link.key, link.title] >= 3)
    ]


def _signature(outline: Outline, anchor: int, above: dict[int, str]) -> str:
    """Return what links of one list have in common: shapes near, tags further up."""
    parent = outline.parents[anchor]
    found = above.get(parent)
    if found is None:
        second = outline.parents[parent]
        third = outline.parents[second]
        shapes = f"{outline.shapes[parent]}>{outline.shapes[second]}>{outline.shapes[third]}"
        found = above[parent] = f"{shapes}>{_depth_of(outline, third, above)}"
    return outline.shapes[anchor] + ">" + found


def _depth_of(outline: Outline, i: int, above: dict[int, str]) -> str:
    """Return the tags from entry `i` up, remembered under the negative of `i`."""
    line, j = [], i
    while j and -j not in above:
        line.append(j)
        j = outline.parents[j]
    tags = above.get(-j, "")
    for j in reversed(line):
        tags = above[-j] = f"{outline.tags[j]}>{tags}"
    return tags


def _choose_from(outline: Outline, group: list[Story]) -> list[Story]:
    """Return the links of one make that look like headlines."""
    if len(group) <= 2:
        group = [s for s in group if not _leads_section(outline, s)]
    if not group:
        return []
    strong = [s for s in group if s.weight >= STRONG]
    share = len(strong) / len(group)
    worded = sum(s.weight >= 2 for s in group) >= 0.8 * len(group)
    if len(group) >= 3 and worded and _are_dated(group):
        return group
    if share < 0.25 and len(group) >= 4:
        return [s for s in strong if s.weight >= 6 and looks_like_article(s.href)]
    if share >= 0.3:
        article = sum(looks_like_article(s.href) for s in group) / len(group)
        if share >= 0.5 or article >= 0.8:
            return [s for s in group if s.weight >= 2 or article > 0.8]
    return strong


def _are_dated(group: list[Story]) -> bool:
    return sum(looks_dated(s.href) for s in group) >= 0.9 * len(group)


def _announces(outline: Outline, story: Story) -> bool:
    """Say whether the link is the label of a list: the words alone, without a picture."""
    if story.first < story.anchor and "img" in outline.tags[story.first : story.last]:
        return False
    if not kind_of_heading(story.title):
        return False
    label = find_label(story.title)
    return bool(label and label.share >= 0.5) or not looks_like_article(story.href)


def _leads_section(outline: Outline, story: Story) -> bool:
    """Say whether the link is a heading that leads to a section."""
    if story.weight > 7:
        return False
    i = story.at
    for _ in range(4):
        i = outline.parents[i]
        if outline.tags[i] in HEADINGS:
            return not looks_like_article(story.href)
    return False


def _set_units(outline: Outline, stories: list[Story]) -> None:
    """Set each story's unit, the largest element that holds it and no other, and its numeral."""
    for n, story in enumerate(stories):
        low = stories[n - 1].anchor if n else -1
        high = stories[n + 1].first if n + 1 < len(stories) else len(outline.tags)
        i = story.anchor
        while True:
            p = outline.parents[i]
            if p == 0 or p <= low < outline.ends[p] or outline.ends[p] > high:
                break
            i = p
        story.unit = i
        for _, text in outline.pieces(i, story.at)[:4]:
            rank = _RANK.match(text)
            if rank:
                story.numeral = int(rank[1])
                break
