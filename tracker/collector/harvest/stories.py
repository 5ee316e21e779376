"""Links that may be headlines: which anchors speak of one story, and in which words."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from tracker.collector.harvest.kinds import find_label, kind_of_heading
from tracker.collector.harvest.links import unarchived
from tracker.collector.harvest.outline import TEXT, Outline
from tracker.collector.harvest.titles import clean_title

MOST_LINKS: Final = 6000
LONGEST_HEADLINE: Final = 260

HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS: Final = frozenset(
    (
        "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
        "header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
    ).split()
)
_NOT_TITLE: Final = re.compile(
    r"kicker|overline|eyebrow|categor|label|badge|time|date|author|byline|count|meta|tag\b|flag|comment|icon|views?\b|"
    r"excerpt|summary|desc|blurb|intro|caption|credit|source|rubric|rubrik|topline|dachzeile|pretitle|"
    r"pre-title|sub-?title|subhead|standfirst|deck\b|lead\b|lede|snippet|teaser[-_]?text|number|rank|btn|button|more\b|"
    r"location|section|share|read-?time|duration|sr-only|visually-hidden|screen-reader|volanta|cintillo|antetitulo|bajada|chapeau|surtitre"
)
_TITLE: Final = re.compile(
    r"title|headline|heading|\bhed\b|titre|titulo|titular|titolo|tytul|\btit\b|header|überschrift|ueberschrift|baslik|judul|\bname\b"
)
_WORD: Final = re.compile(r"[^\W\d_]\S*")
_SPACELESS: Final = (
    re.compile(r"[\u3400-\u9fff]"),
    re.compile(r"[\u3040-\u30ff]"),
    re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"),
)
_LATIN: Final = re.compile(r"[A-Za-z0-9]+")
_RANK: Final = re.compile(r"^\W?0?(\d{1,2})\W?$")
_NUMERAL: Final = re.compile(r"^[\W\d_]+$")
_LISTING: Final = re.compile(
    r"/(?:tags?|categor(?:y|ies|ia|ie)|authors?|autor(?:es)?|auteurs?|topics?|themen?|temas?|sujet|search|suche|login|signin|register|"
    r"subscri\w+|newsletters?|user|profile?s?|contributors?|people|staff|abo|label|thema|rubrik|keyword)(?:/|$)|/page/\d+/?$|[?&]s=",
    re.IGNORECASE,
)
_DATED: Final = re.compile(
    r"/(?:19|20)\d\d[/-]?[01]\d[/-]?|(?:19|20)\d{6}|(?=[^?#]*\d{5,})(?:[^/\s?#]*[-_,+]){3}|\d{7,}"
)
_ARTICLE: Final = re.compile(
    r"\d{5,}|[^/\s]*[-_,+][^/\s]*[-_,+][^/\s]*[-_,+]|/(?:19|20)\d\d[/-]?\d\d|\.s?html?$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Story:
    """One story linked in one place of the page.

    Attributes:
        anchor: Entry of the anchor whose words are the headline.
        first: First entry of its anchors (a picture may come before).
        last: Entry after its last anchor.
        key: What tells one story from another: its address without fragment.
        href: The address as the page writes it.
        title: The headline.
        weight: How much the words look like a headline: about its number of words.
        unit: Entry of the largest element that holds this story and no other.
        at: Entry where the headline's words stand.
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
    flags: set[str] = field(default_factory=set)


def count_words(text: str) -> float:
    """Return the number of words in `text`, counted by letters in scripts without spaces."""
    if text.isascii():
        return float(len(_WORD.findall(text)))
    n_han, n_kana, n_thai = (len(letters.findall(text)) for letters in _SPACELESS)
    if (n_han + n_kana + n_thai) * 3 <= len(text):
        return float(len(_WORD.findall(text)))
    return n_han / 1.7 + n_kana / 2.6 + n_thai / 4.5 + len(_LATIN.findall(text)) * 0.7


def looks_like_article(href: str) -> bool:
    """Say whether an address looks like that of a story, not of a section or a service."""
    path = href.partition("#")[0]
    parts = urlsplit(path) if "[" not in path else None
    rest = (parts.path + ("?" + parts.query if parts.query else "")) if parts else path
    return bool(_ARTICLE.search(rest)) and not _LISTING.search(rest)


def is_listing(href: str) -> bool:
    """Say whether an address is that of a tag, a category, an author or a search."""
    return bool(_LISTING.search(href))


def looks_dated(href: str) -> bool:
    """Say whether an address bears a date or a long number and words: that of a story."""
    return bool(_DATED.search(href)) and not _LISTING.search(href)


def title_pieces(outline: Outline, start: int, stop: int, root: int) -> tuple[str, int]:
    """Return the headline among the texts from `start` to `stop` and where it stands."""
    pieces = outline.pieces(start, stop)
    if len(pieces) > 1:
        pieces = [p for p in pieces if not _NUMERAL.match(p[1])] or pieces[:1]
    if not pieces:
        return "", start
    if len(pieces) == 1:
        return pieces[0][1], pieces[0][0]
    good: list[tuple[int, str, int, int]] = []
    headed: list[tuple[int, str, int, int]] = []
    for at, text in pieces:
        block, rank, bad = root, 0, False
        i = outline.parents[at]
        while i > root and i >= start:
            tag = outline.tags[i]
            names = outline.names(i)
            if tag in HEADINGS:
                rank = max(rank, 2)
                if block == root:
                    block = i
            elif tag in BLOCKS and block == root:
                block = i
            if tag in ("time", "small", "button", "figcaption"):
                bad = True
            if names:
                if _TITLE.search(names) and not _NOT_TITLE.search(names):
                    rank = max(rank, 1)
                elif _NOT_TITLE.search(names) and tag not in HEADINGS and not rank:
                    bad = True
            i = outline.parents[i]
        if bad:
            continue
        good.append((at, text, block, rank))
    if not good:
        good = [(at, text, root, 0) for at, text in pieces]
    top = max(g[3] for g in good)
    headed = [g for g in good if g[3] == top] if top else good
    if not top:
        blocks: dict[int, list[tuple[int, str, int, int]]] = {}
        for g in headed:
            blocks.setdefault(g[2], []).append(g)
        best = [gs for gs in blocks.values() if count_words(" ".join(g[1] for g in gs)) >= 3]
        headed = best[0] if best else next(iter(blocks.values()))
    elif top == 2:
        first = headed[0][2]
        same = [g for g in headed if g[2] == first]
        if count_words(" ".join(g[1] for g in same)) >= 2:
            headed = same
    return " ".join(g[1] for g in headed), headed[0][0]


def find_stories(outline: Outline) -> tuple[list[Story], list[Story]]:
    """Return the links that look like headlines, with their units, and the other links."""
    found = _merge(outline, _read_anchors(outline))
    _borrow_titles(outline, found)
    kept = _promote(outline, found)
    set_units(outline, kept)
    chosen = {s.anchor for s in kept}
    return kept, [s for s in found if s.anchor not in chosen and s.title]


def _read_anchors(outline: Outline) -> list[Story]:
    stories = []
    for i, tag in enumerate(outline.tags):
        if tag != "a":
            continue
        href = unarchived(outline.attribute(i, "href").strip())
        if (
            not href
            or href[0] == "#"
            or href[:11]
            .lower()
            .startswith(("javascript:", "mailto:", "tel:", "whatsapp:", "data:"))
        ):
            continue
        end = outline.ends[i]
        text, at = title_pieces(outline, i + 1, end, i)
        title = clean_title(text) if text else ""
        if len(title) > LONGEST_HEADLINE:
            continue
        key = href.partition("#")[0].rstrip("/")
        stories.append(Story(i, i, end, key, href, title, count_words(title), at))
        if len(stories) >= MOST_LINKS:
            break
    return stories


def _borrow_titles(outline: Outline, stories: list[Story]) -> None:
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
                break


def _merge(outline: Outline, anchors: list[Story]) -> list[Story]:
    """Join the anchors of one story that follow each other: picture, headline, blurb, "more"."""
    merged: list[Story] = []
    for n, story in enumerate(anchors):
        before = None
        for other in merged[-4:][::-1]:
            if other.key == story.key:
                before = other
                break
            if other.weight >= 4:
                break
        if before is not None and not story.title and _is_nearer(outline, before, story, anchors[n + 1 : n + 4]):
            before = None
        if before is not None and _same_card(outline, before, story):
            if _rank(outline, story) > _rank(outline, before):
                before.anchor, before.title, before.at = story.anchor, story.title, story.at
                before.weight, before.href = story.weight, story.href
            before.last = story.last
            if "#comment" in story.href:
                before.flags.add("comments")
        else:
            merged.append(story)
    return merged


def _is_nearer(outline: Outline, before: Story, story: Story, after: list[Story]) -> bool:
    """Say whether a link without words belongs to one that follows rather than to `before`."""
    for other in after:
        if other.key == story.key and other.title:
            return outline.common(story.anchor, other.anchor) > outline.common(
                before.anchor, story.anchor
            )
    return False


def _same_card(outline: Outline, a: Story, b: Story) -> bool:
    i, steps = a.anchor, 0
    while not outline.inside(b.anchor, i):
        i, steps = outline.parents[i], steps + 1
    if a.title and b.title and a.title == b.title and a.weight >= 3:
        return steps <= 4
    return steps <= 7


def _rank(outline: Outline, story: Story) -> tuple[int, int]:
    i, headed = outline.parents[story.at] if outline.tags[story.at] == TEXT else story.at, 0
    for _ in range(5):
        if outline.tags[i] in HEADINGS:
            headed = 1
            break
        i = outline.parents[i]
    fits = 2 if 3 <= story.weight <= 25 else 1 if story.weight >= 2 else 0
    return fits + headed * (fits > 0) * 2, headed


def _signature(outline: Outline, i: int) -> str:
    shapes = [outline.shape(i)]
    for n, a in enumerate(outline.ancestors(i)):
        shapes.append(outline.shape(a) if n < 3 else outline.tags[a])
    return ">".join(shapes)


def _promote(outline: Outline, stories: list[Story]) -> list[Story]:
    texts: dict[str, set[str]] = {}
    repeats: dict[tuple[str, str], int] = {}
    for s in stories:
        texts.setdefault(s.title, set()).add(s.key)
        repeats[s.key, s.title] = repeats.get((s.key, s.title), 0) + 1
    groups: dict[str, list[Story]] = {}
    for s in stories:
        if not s.title:
            continue
        if (len(texts[s.title]) >= 3 and s.weight < 5) or (repeats[s.key, s.title] >= 3 and s.weight < 4):
            continue
        if _in_sentence(outline, s):
            continue
        if _announces(outline, s):
            continue
        groups.setdefault(_signature(outline, s.anchor), []).append(s)
    kept = []
    for group in groups.values():
        if len(group) <= 2:
            group = [s for s in group if not _is_section_link(outline, s)]
        if not group:
            continue
        strong = [s for s in group if s.weight >= 4]
        share = len(strong) / len(group)
        article = sum(looks_like_article(s.href) for s in group) / len(group)
        dated = sum(looks_dated(s.href) for s in group) / len(group)
        if len(group) >= 3 and dated >= 0.9 and sum(s.weight >= 2 for s in group) >= 0.8 * len(group):
            kept += [s for s in group if s.weight >= 1]
        elif share >= 0.5 or (share >= 0.3 and article >= 0.8):
            kept += [s for s in group if s.weight >= 2 or article > 0.8]
        elif share < 0.25 and len(group) >= 4:
            kept += [s for s in strong if s.weight >= 6 and looks_like_article(s.href)]
        else:
            kept += strong
    kept.sort(key=lambda s: s.anchor)
    return kept


def _announces(outline: Outline, story: Story) -> bool:
    """Say whether the link is the label of a list."""
    if story.weight > 6 or not kind_of_heading(story.title):
        return False
    label = find_label(story.title)
    return bool(label and label.share >= 0.5) or not looks_like_article(story.href)


def _is_section_link(outline: Outline, story: Story) -> bool:
    """Say whether the link is a heading that leads to a section."""
    if story.weight > 7 or looks_like_article(story.href):
        return False
    i = story.at
    for _ in range(4):
        i = outline.parents[i]
        if outline.tags[i] in HEADINGS:
            return True
    return False


def _in_sentence(outline: Outline, story: Story) -> bool:
    """Say whether the link is a phrase of a running text."""
    i = outline.parents[story.anchor]
    block = i
    while block and outline.tags[block] not in BLOCKS:
        block = outline.parents[block]
    start, stop = block + 1, outline.ends[block]
    for j in range(story.anchor - 1, block, -1):
        if outline.tags[j] == "br" or (outline.tags[j] in BLOCKS):
            start = j + 1 if outline.tags[j] == "br" else outline.ends[j]
            break
    for j in range(story.last, stop):
        if outline.tags[j] == "br" or outline.tags[j] in BLOCKS:
            stop = j
            break
    before = _plain_text(outline, start, story.first)
    after = _plain_text(outline, story.last, stop)
    n_before = count_words(before)
    if n_before >= 3 and not before.rstrip().endswith(
        (":", "|", "»", "-", "–", "•", "·", ">", ")")
    ):
        return True
    return count_words(after) >= 4 and (n_before >= 1 or after[:1] in ",.;" or after[:1].islower())


def _plain_text(outline: Outline, start: int, stop: int) -> str:
    return " ".join(
        text
        for at, text in outline.pieces(start, stop)
        if not any(outline.tags[a] == "a" for a in outline.ancestors(at)[:5])
    )


def set_units(outline: Outline, stories: list[Story]) -> None:
    """Set each story's unit: the largest element that holds it and no other story."""
    for n, story in enumerate(stories):
        low = stories[n - 1].last if n else 0
        high = stories[n + 1].first if n + 1 < len(stories) else len(outline.tags)
        i = story.anchor
        while i:
            p = outline.parents[i]
            if p < low - 0 and _holds(outline, p, stories[n - 1] if n else None):
                break
            if outline.ends[p] > high:
                break
            if p == 0:
                break
            i = p
        story.unit = i
        story.numeral = _numeral(outline, story)


def _numeral(outline: Outline, story: Story) -> int:
    """Return the rank that the page writes before the headline, 0 if none."""
    for _, text in outline.pieces(story.unit, story.at)[:4]:
        found = _RANK.match(text)
        if found:
            return int(found[1])
    return 0


def _holds(outline: Outline, i: int, story: Story | None) -> bool:
    return story is not None and outline.inside(story.anchor, i)
