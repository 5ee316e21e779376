"""The links of a page, each with the words in which it speaks of a story."""

import re
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.links import unarchived
from tracker.collector.harvest.outline import BLOCKS, HEADINGS, TEXT, Outline
from tracker.collector.harvest.titles import clean_title
from tracker.collector.harvest.words import count_words

MOST_LINKS: Final = 6000
LONGEST_HEADLINE: Final = 260
_NUMERAL: Final = re.compile(r"^[\W\d_]+$")
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


def read_links(outline: Outline) -> list[Story]:
    """Return the links of the page in order, those of one card joined."""
    links = []
    for i, tag in enumerate(outline.tags):
        if tag == "a":
            link = _read_link(outline, i)
            if link is not None:
                links.append(link)
                if len(links) >= MOST_LINKS:
                    break
    joined = _join(outline, links)
    _borrow_headlines(outline, joined)
    return joined


def _read_link(outline: Outline, i: int) -> Story | None:
    href = outline.attribute(i, "href").strip()
    if not href or href[0] == "#" or href[:11].lower().startswith(_NO_PAGE):
        return None
    href = unarchived(href)
    text, at = find_headline(outline, i)
    title = clean_title(text) if text else ""
    if len(title) > LONGEST_HEADLINE:
        return None
    key = href.partition("#")[0].rstrip("/")
    return Story(i, i, outline.ends[i], key, href, title, count_words(title), at)


def find_headline(outline: Outline, root: int) -> tuple[str, int]:
    """Return the headline among the texts of an element, and where it stands.

    Headings win, then elements named as headlines, then the first block of three words;
    kickers, dates, authors, counters and blurbs are left out by their tags and names.
    """
    pieces = outline.pieces(root + 1, outline.ends[root])
    if len(pieces) > 1:
        pieces = [p for p in pieces if not _NUMERAL.match(p[1])] or pieces[:1]
    if not pieces:
        return "", root
    if len(pieces) == 1:
        return pieces[0][1], pieces[0][0]
    parts = _parts(outline, root)
    places = [_place(outline, at, root, parts) for at, _ in pieces]
    read = [(p, place) for p, place in zip(pieces, places, strict=True) if place[0] >= 0]
    if not read:
        read = [(p, (0, root)) for p in pieces]
    top = max(rank for _, (rank, _) in read)
    best = [(p, block) for p, (rank, block) in read if rank == top]
    if top != 1:
        best = _first_block(best, 2 if top else 3)
    return " ".join(text for (_, text), _ in best), best[0][0][0]


_Piece = tuple[tuple[int, str], int]


def _first_block(pieces: list[_Piece], n_words: int) -> list[_Piece]:
    """Return the pieces of the first block that has `n_words`, else those of the first."""
    blocks: dict[int, list[_Piece]] = {}
    for piece in pieces:
        blocks.setdefault(piece[1], []).append(piece)
    for block in blocks.values():
        if count_words(" ".join(text for (_, text), _ in block)) >= n_words:
            return block
    return next(iter(blocks.values()))


def _parts(outline: Outline, root: int) -> frozenset[int]:
    """Return the children of a card that is built of inline parts, each of a name of its own.

    Three or more of them without loose text between: kicker, title, author, date, as spans.
    """
    parts = [i for i in outline.children(root) if outline.n_texts(i)]
    names = {outline.attribute(i, "class") for i in parts if outline.tags[i] != TEXT}
    whole = len(parts) >= 3 and len(names) == len(parts) and "" not in names
    return frozenset(parts) if whole else frozenset()


def _place(outline: Outline, at: int, root: int, parts: frozenset[int]) -> tuple[int, int]:
    """Return how much the text at `at` is the headline (-1 to 2), and its block."""
    rank, block, beside = 0, root, False
    i = outline.parents[at]
    while i > root:
        tag = outline.tags[i]
        if tag in HEADINGS:
            rank = 2
        if block == root and (tag in BLOCKS or i in parts):
            block = i
        if tag in ("time", "small", "button", "figcaption"):
            return -1, block
        signs = outline.signs(i)
        if "beside" in signs:
            beside = beside or (tag not in HEADINGS and not rank)
        elif "title" in signs:
            rank = max(rank, 1)
        i = outline.parents[i]
    return (-1 if beside else rank), block


def _join(outline: Outline, links: list[Story]) -> list[Story]:
    """Join the links of one story that follow each other: picture, headline, blurb, "more"."""
    joined: list[Story] = []
    for n, link in enumerate(links):
        before = None
        for other in joined[-4:][::-1]:
            if other.key == link.key:
                before = other
                break
            if other.weight >= 4:
                break
        if before is not None and _same_card(outline, before, link):
            after = links[n + 1 : n + 4]
            if link.title or not _belongs_below(outline, before, link, after):
                _extend(outline, before, link)
                continue
        joined.append(link)
    return joined


def _extend(outline: Outline, story: Story, link: Story) -> None:
    if _rank(outline, link) > _rank(outline, story):
        story.anchor, story.title, story.at = link.anchor, link.title, link.at
        story.weight, story.href = link.weight, link.href
    story.last = link.last


def _belongs_below(outline: Outline, before: Story, link: Story, after: list[Story]) -> bool:
    """Say whether a link without words belongs to one that follows rather than to `before`."""
    for other in after:
        if other.key == link.key and other.title:
            below = outline.common(link.anchor, other.anchor)
            return below > outline.common(before.anchor, link.anchor)
    return False


def _same_card(outline: Outline, a: Story, b: Story) -> bool:
    i, steps = a.anchor, 0
    while not outline.inside(b.anchor, i):
        i, steps = outline.parents[i], steps + 1
    return steps <= (4 if a.title and a.title == b.title and a.weight >= 3 else 7)


def _rank(outline: Outline, story: Story) -> int:
    fits = 2 if 3 <= story.weight <= 25 else 1 if story.weight >= 2 else 0
    if not fits:
        return 0
    i = outline.parents[story.at] if outline.tags[story.at] == TEXT else story.at
    for _ in range(5):
        if outline.tags[i] in HEADINGS:
            return fits + 2
        i = outline.parents[i]
    return fits


def _borrow_headlines(outline: Outline, stories: list[Story]) -> None:
    """Give links of a picture or of "more" the headline that stands unlinked beside them."""
    for n, story in enumerate(stories):
        if story.weight >= 2:
            continue
        low = stories[n - 1].last if n else 0
        high = stories[n + 1].first if n + 1 < len(stories) else len(outline.tags)
        i = story.anchor
        for _ in range(4):
            i = outline.parents[i]
            if not i or i < low or outline.ends[i] > high:
                break
            at = next((j for j in range(i, outline.ends[i]) if outline.tags[j] in HEADINGS), 0)
            if at:
                title = clean_title(outline.text(at))
                if 3 <= count_words(title) <= 30:
                    story.title, story.weight, story.at = title, count_words(title), at
                    story.first = min(story.first, i)
                break
