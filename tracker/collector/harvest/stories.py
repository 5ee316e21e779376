"""The links of a page, each with the words in which it speaks of a story."""

import re
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.lines import Line, Slots, read_lines
from tracker.collector.harvest.links import unarchived
from tracker.collector.harvest.outline import HEADINGS, Outline
from tracker.collector.harvest.titles import clean_title
from tracker.collector.harvest.words import count_words

MOST_LINKS: Final = 6000
LONGEST_HEADLINE: Final = 260
_ORIGIN: Final = re.compile(r"^(?:https?:)?//[^/]+(?=/.)", re.IGNORECASE)
_WEIGHTY: Final = 4
"""Words from which a link between two of one story may be a story of its own."""
_NAMED_LINK: Final = 2
"""Words from which a link has a name of its own."""
_BLURB: Final = 8
"""Words from which a text below a headline is its blurb."""
_BLURBED: Final = 5.0
_WELL_MARKED: Final = 1.0
_CARD_LEVELS: Final = 4
_CARD_TEXTS: Final = 8
_PICTURE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp)$", re.IGNORECASE)
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
        score: How much its words are the headline among those of its card.
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
    score: float = 0.0
    whole: bool = False


def read_links(outline: Outline) -> list[Story]:
    """Return the links of the page in order, those of one card joined."""
    read: list[tuple[Story, list[Line]]] = []
    slots = Slots()
    for i, tag in enumerate(outline.tags):
        if tag == "a":
            link = _read_link(outline, i)
            if link is not None:
                lines = _read_lines(outline, i)
                for line in lines:
                    slots.add(line, link.key)
                read.append((link, lines))
                if len(read) >= MOST_LINKS:
                    break
    links = [link for link, lines in read if _set_headline(link, lines, slots)]
    joined = _join(outline, links)
    _borrow_headlines(outline, joined)
    _weigh_cards(outline, joined)
    return joined


def _read_link(outline: Outline, i: int) -> Story | None:
    href = outline.attribute(i, "href").strip()
    if not href or href[:11].lower().startswith(_NO_PAGE):
        return None
    if href[0] == "#":
        shown = len(href) > 1 and "img" in outline.tags[i : outline.ends[i]]
        return Story(i, i, outline.ends[i], href, "", "", 0.0, i) if shown else None
    href = unarchived(href)
    if _PICTURE.search(href):
        return None
    key = _ORIGIN.sub("", href.partition("#")[0].rstrip("/"), count=1) or href
    return Story(i, i, outline.ends[i], key, href, "", 0.0, i)


def _read_lines(outline: Outline, i: int) -> list[Line]:
    above = outline.parents[i]
    shapes = f"{outline.shapes[i]}<{outline.shapes[above]}<{outline.shapes[outline.parents[above]]}"
    return read_lines(outline, i, shapes)


def _set_headline(story: Story, lines: list[Line], slots: Slots) -> bool:
    """Set the words in which a link speaks of its story; say whether they could be a headline."""
    if not lines:
        return True
    scores = [slots.score(line) for line in lines]
    story.score = max(scores)
    line = lines[scores.index(story.score)]
    story.title, story.at = clean_title(line.text), line.at
    story.weight = count_words(story.title)
    return len(story.title) <= LONGEST_HEADLINE


def find_headline(outline: Outline, root: int) -> tuple[str, int]:
    """Return the headline among the texts of an element, and where it stands."""
    lines = read_lines(outline, root)
    if not lines:
        return "", root
    slots = Slots()
    best = max(lines, key=slots.score)
    return best.text, best.at


def _join(outline: Outline, links: list[Story]) -> list[Story]:
    """Join the links of one story that follow each other: picture, headline, blurb, "more".

    Links to elsewhere between them, of a topic or an author, are dropped where named as such.
    """
    joined: list[Story] = []
    for n, link in enumerate(links):
        before, between = _find_before(outline, joined, link)
        if before is not None and _same_card(outline, before, link):
            after = links[n + 1 : n + 4]
            if link.title or "#" in link.href or not _belongs_below(outline, before, link, after):
                _extend(before, link)
                if between and before.weight >= _WEIGHTY:
                    joined[-between:] = [s for s in joined[-between:] if s.score >= 0]
                continue
        joined.append(link)
    return joined


def _find_before(outline: Outline, joined: list[Story], link: Story) -> tuple[Story | None, int]:
    """Return the story before a link that leads where it leads, and how many stand between."""
    for n, other in enumerate(joined[-4:][::-1]):
        if other.key == link.key:
            between = joined[-n:] if n else []
            top = outline.common(other.anchor, link.anchor)
            shape = outline.shapes[outline.branch(top, other.anchor)]
            rows = [outline.branch(top, s.anchor) for s in between if s.weight >= _WEIGHTY]
            rows += [outline.branch(top, link.anchor)] if rows else []
            if any(outline.shapes[row] == shape for row in rows):
                return None, 0
            return other, n
    return None, 0


def _extend(story: Story, link: Story) -> None:
    if link.title and (not story.title or link.score > story.score):
        story.anchor, story.title, story.at = link.anchor, link.title, link.at
        story.weight, story.href = link.weight, link.href
        story.score = link.score
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
    if a.weight >= 3 and b.weight >= 3 and a.title != b.title and _are_rows(outline, a, b):
        return False
    i, steps = a.anchor, 0
    while not outline.inside(b.anchor, i):
        if outline.tags[i] in ("ul", "ol"):
            return False
        i, steps = outline.parents[i], steps + 1
    return steps <= (4 if a.title and a.title == b.title and a.weight >= 3 else 7)


def _are_rows(outline: Outline, a: Story, b: Story) -> bool:
    """Say whether two links stand in rows of a list."""
    if "#" in a.href or "#" in b.href:
        return False
    top = outline.common(a.anchor, b.anchor)
    left, right = outline.branch(top, a.anchor), outline.branch(top, b.anchor)
    return outline.tags[left] == "li" and outline.shapes[left] == outline.shapes[right]


def _borrow_headlines(outline: Outline, stories: list[Story]) -> None:
    """Give links of a picture or of "more" the headline that stands unlinked beside them."""
    for n, story in enumerate(stories):
        if story.weight >= _NAMED_LINK:
            continue
        low = stories[n - 1].last if n else 0
        high = stories[n + 1].first if n + 1 < len(stories) else len(outline.tags)
        i, name = story.anchor, _name_of(outline, story)
        for _ in range(4):
            i = outline.parents[i]
            if not i or i < low or outline.ends[i] > high:
                break
            if name and name in outline.text(i):
                story.title, story.weight = name, count_words(name)
                story.first = min(story.first, i)
                break
            at = _find_marked(outline, i, named=not story.title)
            if at:
                title = clean_title(outline.text(at))
                if 3 <= count_words(title) <= 30:
                    story.title, story.weight, story.at = title, count_words(title), at
                    story.first = min(story.first, i)
                break


def _name_of(outline: Outline, story: Story) -> str:
    """Return the title that the first of a story's links bears, if it has words enough."""
    first = next(j for j in range(story.first, story.last) if outline.tags[j] == "a")
    name = clean_title(outline.attribute(first, "title"))
    return name if 3 <= count_words(name) <= 30 else ""


def _find_marked(outline: Outline, i: int, *, named: bool) -> int:
    """Return the first heading within an element, 0 if none, else what is `named` as headline."""
    within = range(i + 1, outline.ends[i])
    heading = next((j for j in within if outline.tags[j] in HEADINGS), 0)
    if heading or not named:
        return heading
    return next((j for j in within if outline.n_texts(j) == 1 and "title" in outline.signs(j)), 0)


def _weigh_cards(outline: Outline, stories: list[Story]) -> None:
    """Let a short headline over a blurb count as a long one."""
    for n, story in enumerate(stories):
        if not 1 <= story.weight < _BLURBED or story.score < _WELL_MARKED:
            continue
        low = stories[n - 1].last if n else 0
        high = stories[n + 1].first if n + 1 < len(stories) else len(outline.tags)
        i = story.anchor
        for _ in range(_CARD_LEVELS):
            p = outline.parents[i]
            if not p or p < low or outline.ends[p] > high or outline.tags[p] == "body":
                break
            i = p
        pieces = outline.pieces(i, outline.ends[i])
        if len(pieces) <= _CARD_TEXTS and any(
            at > story.at and count_words(text) >= _BLURB for at, text in pieces
        ):
            story.weight = _BLURBED
