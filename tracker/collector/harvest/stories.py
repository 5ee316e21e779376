"""The links of a page, each with the words in which it speaks of a story."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.kinds import kind_of_heading
from tracker.collector.harvest.lines import find_only_text
from tracker.collector.harvest.links import unarchived
from tracker.collector.harvest.memories import remember
from tracker.collector.harvest.outline import HEADINGS, Outline
from tracker.collector.harvest.slots import Slots
from tracker.collector.harvest.titles import clean_title
from tracker.collector.harvest.words import count_words

MOST_LINKS: Final = 6000
LONGEST_HEADLINE: Final = 260
_ORIGIN: Final = re.compile(r"^(?:https?:)?//[^/]+(?=/.)", re.IGNORECASE)
_BORDERS: Final = frozenset(("ul", "ol", "aside", "nav", "main"))
"""Elements that no story's card reaches out of or into."""
_WEIGHTY: Final = 4
"""Words from which a link between two of one story may be a story of its own."""
_NAMED_LINK: Final = 2
"""Words from which a link has a name of its own."""
_NAMED_STORY: Final = 3
"""Words from which a link may name a story."""
_WORDY_LINK: Final = 16
"""Words from which a link is a blurb rather than a headline, where one stands above it."""
_BLURB: Final = 8
"""Words from which a text below a headline is its blurb."""
_BLURBED: Final = 5.0
_WELL_MARKED: Final = 1.0
_CARD_LEVELS: Final = 4
_CARD_TEXTS: Final = 8
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_NO_PAGE: Final = ("javascript:", "mailto:", "tel:", "whatsapp:", "data:", "sms:")


@dataclass(slots=True)
class Story:
    """One story linked in one place of the page.

    Attributes:
        anchor: Entry of the link whose words are the headline.
        first: First entry of its links (a picture may come before).
        last: Entry after its last link.
        key: What tells one story from another: its address without fragment.
        href: The address as the page writes it; empty where the headline is not linked.
        title: The headline.
        weight: How many words the headline has.
        at: Entry where the headline's words stand.
        unit: Entry of the largest element that holds this story and no other.
        numeral: The rank that the page writes before the headline, 0 if none.
        said: Entry of the link that the headline was first read in, -1 if none.
        whole: Whether the headline is the whole sentence of which only a part is linked.
    """

    anchor: int
    first: int
    last: int
    key: str
    href: str
    title: str
    weight: float
    at: int
    unit: int = 0
    numeral: int = 0
    said: int = -1
    whole: bool = False


def read_links(outline: Outline) -> list[Story]:
    """Return the links of the page in order, those of one card joined."""
    found: list[Story] = []
    for i in outline.where("a"):
        href = outline.attributes[i].get("href") or ""
        address = _read_address(href)
        if address and (address[1] or "img" in outline.tags[i : outline.ends[i]]):
            found.append(Story(i, i, outline.ends[i], *address, "", 0.0, i, said=i))
            if len(found) >= MOST_LINKS:
                break
    slots = Slots(outline, [(story.anchor, story.key) for story in found])
    links = [link for link in found if _set_headline(outline, link, slots)]
    joined = _join(outline, links, slots)
    _borrow_headlines(outline, joined)
    _weigh_cards(outline, joined, slots)
    return joined


@remember
def _read_address(href: str) -> tuple[str, str] | None:
    """Return what tells a link's story from others, and its address; None if it has no story.

    The address of a place on the page itself is empty: it counts only behind a picture.
    """
    href = href.strip()
    if not href or href[:11].lower().startswith(_NO_PAGE):
        return None
    if href[0] == "#":
        return (href, "") if len(href) > 1 else None
    href = unarchived(href)
    if href[-5:].lower().endswith(_PICTURES):
        return None
    key = href.partition("#")[0].rstrip("/")
    if "//" in key[:8]:
        key = _ORIGIN.sub("", key, count=1)
    return key or href, href


def _set_headline(outline: Outline, story: Story, slots: Slots) -> bool:
    """Set the words in which a link speaks of its story; say whether they could be a headline."""
    if not outline.n_texts(story.anchor):
        return True
    at = find_only_text(outline, story.anchor)
    if at is None:
        line = slots.find_headline(story.anchor)
        text, story.at = line.text, line.at
    else:
        text, story.at = outline.texts[at], outline.text_at[at]
    story.title = clean_title(text)
    story.weight = count_words(story.title)
    return len(story.title) <= LONGEST_HEADLINE


def _join(outline: Outline, links: list[Story], slots: Slots) -> list[Story]:
    """Join the links of one story that follow each other: picture, headline, blurb, "more".

    Links to elsewhere between them, of a topic or an author, are dropped where named as such.
    """
    joined: list[Story] = []
    seen: set[str] = set()
    for n, link in enumerate(links):
        if link.key not in seen:
            seen.add(link.key)
            joined.append(link)
            continue
        before, between = _find_before(outline, joined, link)
        if before is not None and _same_card(outline, before, link):
            after = links[n + 1 : n + 4]
            if link.title or "#" in link.href or not _belongs_below(outline, before, link, after):
                _extend(before, link, slots)
                if between and before.weight >= _WEIGHTY:
                    joined[-between:] = [s for s in joined[-between:] if slots.score(s.said) >= 0]
                continue
        joined.append(link)
    return joined


def _find_before(outline: Outline, joined: list[Story], link: Story) -> tuple[Story | None, int]:
    """Return the story before a link that leads where it leads, and how many stand between."""
    for n, other in enumerate(joined[-4:][::-1]):
        if other.key == link.key:
            between = joined[-n:] if n else []
            named = link.title and link.title == other.title and link.weight < _NAMED_STORY
            if named and between and not any(s.title for s in between):
                # A section named in each of two cards, the second of which has begun.
                return None, 0
            top = outline.common(other.anchor, link.anchor)
            shape = outline.shapes[outline.branch(top, other.anchor)]
            rows = [outline.branch(top, s.anchor) for s in between if s.weight >= _WEIGHTY]
            rows += [outline.branch(top, link.anchor)] if rows else []
            if any(outline.shapes[row] == shape for row in rows):
                return None, 0
            return other, n
    return None, 0


def _extend(story: Story, link: Story, slots: Slots) -> None:
    if link.title and (not story.title or slots.score(link.said) > slots.score(story.said)):
        story.anchor, story.title, story.at = link.anchor, link.title, link.at
        story.weight, story.href = link.weight, link.href
        story.said = link.said
    elif not link.title and story.weight < _NAMED_LINK:
        story.anchor, story.href = link.anchor, link.href
    story.last = link.last


def _belongs_below(outline: Outline, before: Story, link: Story, after: list[Story]) -> bool:
    """Say whether a link without words belongs to one that follows rather than to `before`."""
    for other in after:
        if other.key == link.key and other.title:
            below = outline.common(link.anchor, other.anchor)
            return below > outline.common(before.anchor, link.anchor)
    return False


def _same_card(outline: Outline, a: Story, b: Story) -> bool:
    if a.weight >= 3 and b.weight >= 3:
        if a.title != b.title and _are_rows(outline, a, b):
            return False
        if a.title == b.title and _has_heading(outline, a.last, b.anchor):
            return False
    i, steps = a.anchor, 0
    while not outline.inside(b.anchor, i):
        if outline.tags[i] in _BORDERS:
            return False
        i, steps = outline.parents[i], steps + 1
    j = b.anchor
    while j > i:
        if outline.tags[j] in _BORDERS:
            return False
        j = outline.parents[j]
    return steps <= (4 if a.title and a.title == b.title and a.weight >= 3 else 7)


def _has_heading(outline: Outline, start: int, stop: int) -> bool:
    """Say whether a whole heading stands between two entries, such as that of another list."""
    between = range(start, stop)
    return any(outline.tags[j] in HEADINGS and outline.ends[j] <= stop for j in between)


def _are_rows(outline: Outline, a: Story, b: Story) -> bool:
    """Say whether two links stand in rows of a list."""
    if "#" in a.href or "#" in b.href:
        return False
    top = outline.common(a.anchor, b.anchor)
    left, right = outline.branch(top, a.anchor), outline.branch(top, b.anchor)
    return outline.tags[left] == "li" and outline.shapes[left] == outline.shapes[right]


def _borrow_headlines(outline: Outline, stories: list[Story]) -> None:
    """Give links of a picture, a blurb or "more" the headline that stands unlinked beside them."""
    headings = outline.where(*HEADINGS)
    for n, story in enumerate(stories):
        if _NAMED_LINK <= story.weight < _WORDY_LINK:
            continue
        low, high = _bounds(outline, stories, n)
        wordy = story.weight >= _WORDY_LINK
        name = "" if wordy else _name_of(outline, story)
        if story.title and not name and bisect_left(headings, low) == bisect_left(headings, high):
            continue
        i = story.anchor
        for _ in range(4):
            i = outline.parents[i]
            if not i or i < low or outline.ends[i] > high:
                break
            if name and name in outline.text(i):
                story.title, story.weight = name, count_words(name)
                story.first = min(story.first, i)
                break
            at = _find_marked(outline, i, headings, named=not story.title)
            if at:
                title = clean_title(outline.text(at))
                if _is_headline(outline, story, at, title):
                    story.title, story.weight, story.at = title, count_words(title), at
                    story.first = min(story.first, i)
                break


def _is_headline(outline: Outline, story: Story, at: int, title: str) -> bool:
    """Say whether the heading at `at` is a story's headline; a blurb's stands above it."""
    words = count_words(title)
    if story.weight < _WORDY_LINK:
        return 3 <= words <= 30
    above = outline.ends[at] <= story.anchor
    return above and 5 <= words < story.weight and not kind_of_heading(title)


def _bounds(outline: Outline, stories: list[Story], n: int) -> tuple[int, int]:
    """Return the entries between the stories before and after the `n`-th, with its own.

    After a link without words a short one may lead to its author or section.
    """
    low, after = stories[n - 1].last if n else 0, n + 1
    if not stories[n].title and after < len(stories) and 0 < stories[after].weight < _NAMED_STORY:
        after += 1
    return low, stories[after].first if after < len(stories) else len(outline.tags)


def _name_of(outline: Outline, story: Story) -> str:
    """Return the title that the first of a story's links bears, if it has words enough."""
    first = outline.tags.index("a", story.first)
    title = outline.attribute(first, "title")
    name = clean_title(title) if title else ""
    return name if 3 <= count_words(name) <= 30 else ""


def _find_marked(outline: Outline, i: int, headings: list[int], *, named: bool) -> int:
    """Return the first of the `headings` in an element, 0 if none, else what is `named` as one."""
    at = bisect_right(headings, i)
    heading = headings[at] if at < len(headings) and headings[at] < outline.ends[i] else 0
    if heading or not named:
        return heading
    within = range(i + 1, outline.ends[i])
    return next((j for j in within if outline.n_texts(j) == 1 and "title" in outline.signs(j)), 0)


def _weigh_cards(outline: Outline, stories: list[Story], slots: Slots) -> None:
    """Let a short headline over a blurb count as a long one."""
    for n, story in enumerate(stories):
        if not 1 <= story.weight < _BLURBED:
            continue
        low, high = _bounds(outline, stories, n)
        i = story.anchor
        for _ in range(_CARD_LEVELS):
            p = outline.parents[i]
            if not p or p < low or outline.ends[p] > high:
                break
            i = p
        blurbed = 1 < outline.n_texts(i) <= _CARD_TEXTS and any(
            at > story.at and count_words(text) >= _BLURB
            for at, text in outline.pieces(i, outline.ends[i])
        )
        if blurbed and slots.score(story.said) >= _WELL_MARKED:
            story.weight = _BLURBED
