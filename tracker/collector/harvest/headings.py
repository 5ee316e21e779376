"""The heading above a list, found as a heading, a bold line, a tab's name or a picture's text."""

import re
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.furniture import find_furniture
from tracker.collector.harvest.kinds import announce, find_label, kind_of_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import HEADINGS, Story, count_words

LONGEST: Final = 90
ROW: Final = 0.45
"""Score of a line among others like it: it parts lists but names none."""
MOST_WORDS: Final = 12
_NAMED: Final = re.compile(
    r"title|head|label|\btit|titre|titul|rubri|caption|\btab\b|überschrift|ueberschrift|legend|baslik|naslov|tytul|intest|entete|intitul|cabecera|\bkop\b|nadpis|otsikko|rubrik|overskrift"
)
_NOT_NAMED: Final = re.compile(
    r"kicker|chapeu|chapeau|categor|meta|date|time|author|byline|sub-?title|header-?(?:nav|link|menu)|caption-text|credit|comment|badge|flag|tag"
)
_DATE: Final = re.compile(
    r"^[\d\s.,:/|–—%+#-]+$|\b\d{1,2}:\d\d|\b\d{1,2},? (?:19|20)\d\d\b|\b(?:19|20)\d\d\b.*\d[:.h]\d\d|^\d{1,2}[:.h]\d\d|\bago\b|^\D{0,12}\d{1,2}[./ ]\D{0,12}[./ ]?(?:19|20)\d\d$"
)
_BUTTON: Final = re.compile(r"^(?:close|×|x|menu|all|back|top|\+|loading|show search|skip|previous|next|prev|more)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as found.

    Attributes:
        at: Its entry; -1 where there is none.
        text: Its words.
        score: How much it looks like a heading.
    """

    at: int
    text: str
    score: float


NO_HEADING: Final = Heading(-1, "", 0.0)


def find_heading(
    outline: Outline, before: Story | None, story: Story, container: int, *, is_part: range
) -> Heading:
    """Return the best heading between the story before and this one.

    Args:
        outline: The page.
        before: The story before, if any.
        story: The first story of the list.
        container: The smallest element that holds the list, as far as it is known.
        is_part: Entries whose texts are parts of the item.
    """
    start = before.last if before else 0
    best = _find(outline, before, story, container, is_part, _texts(outline, start, story))
    if best.score < 1.6:
        pictures = _pictures(outline, start, story)
        alt = _find(outline, before, story, container, is_part, pictures)
        best = max(best, alt, key=lambda h: h.score)
    return best


def _find(
    outline: Outline,
    before: Story | None,
    story: Story,
    container: int,
    is_part: range,
    lines: list[tuple[int, str]],
) -> Heading:
    start = before.last if before else 0
    best = NO_HEADING
    seen: set[int] = set()
    items = _item_shape(outline, story)
    for at, piece in lines:
        if before is not None and outline.inside(at, before.unit):
            continue
        if outline.inside(at, story.anchor) or at in is_part:
            continue
        if items and _is_item(outline, at, story, items):
            continue
        e, text = _element(outline, at, piece, start, story)
        if e in seen:
            continue
        seen.add(e)
        found = _judge(outline, e, at, text, story, container)
        if _is_better(outline, found, best, story):
            best = found
    return best


def _texts(outline: Outline, start: int, story: Story) -> list[tuple[int, str]]:
    """Return the last texts before the story, nearest first."""
    return outline.pieces(start, story.at)[-40:][::-1]


def _pictures(outline: Outline, start: int, story: Story) -> list[tuple[int, str]]:
    """Return the words of the last pictures before the story, nearest first."""
    found = []
    for i in range(story.first - 1, max(start, story.first - 60) - 1, -1):
        if outline.tags[i] == "img":
            alt = outline.attribute(i, "alt").strip()
            if 2 <= len(alt) <= 40:
                found.append((i, alt))
    return found


def _item_shape(outline: Outline, story: Story) -> str:
    shape = outline.shape(story.unit)
    return shape if outline.tags[story.unit] not in HEADINGS else ""


def _is_item(outline: Outline, at: int, story: Story, shape: str) -> bool:
    """Say whether a text stands in an item like the story's, beside it."""
    p = outline.parents[story.unit]
    if not outline.inside(at, p):
        return False
    branch = outline.branch(p, at)
    if branch == story.unit or outline.shape(branch) != shape:
        return False
    if shape[-1] != "." or outline.tags[branch] in ("li", "article", "tr"):
        return True
    text = outline.text(branch)
    return count_words(text) >= 5 and kind_of_heading(text) is None


def _is_better(outline: Outline, found: Heading, best: Heading, story: Story) -> bool:
    """Say whether a line further up is the better heading than the best below it."""
    if found.score <= best.score:
        return False
    if best.score < 1.6:
        near = best.score < 0.5 or _same_scope(outline, found, best, story)
        return near or found.score >= best.score + 2.0
    return _same_scope(outline, found, best, story) and found.score >= best.score + 0.6


def _same_scope(outline: Outline, a: Heading, b: Heading, story: Story) -> bool:
    return outline.common(a.at, story.anchor) == outline.common(b.at, story.anchor)


def find_tabs(outline: Outline, before: Story | None, story: Story, n: int) -> list[Heading]:
    """Return the names of the tabs of `n` panels that begin with the story; none if unnamed."""
    start = before.last if before else 0
    for at, _ in _texts(outline, start, story):
        i = outline.parents[at]
        for _ in range(4):
            p = outline.parents[i]
            if p < start and not p:
                break
            row = _row(outline, i, p)
            if n <= len(row) <= n + 3 and outline.ends[row[-1]] <= story.first:
                return [Heading(c, outline.text(c), 2.0) for c in row][:n]
            i = p
    return []


def _row(outline: Outline, i: int, p: int) -> list[int]:
    """Return the children of `p` of the tag of `i`, if all of them are short texts."""
    found, j = [], p + 1
    while j < outline.ends[p] and len(found) < 30:
        if outline.tags[j] == outline.tags[i] and outline.n_texts(j):
            if outline.n_texts(j) > 2 or len(outline.text(j)) > 40:
                return []
            found.append(j)
        j = outline.ends[j]
    return found


def _element(outline: Outline, at: int, piece: str, start: int, story: Story) -> tuple[int, str]:
    """Return the element whose whole text is the heading, and that text."""
    if outline.tags[at] == "img":
        return at, piece
    i = outline.parents[at]
    for _ in range(4):
        if i < start or outline.ends[i] > story.first or not i:
            break
        if outline.tags[i] in HEADINGS or outline.tags[i] in ("legend", "caption", "dt", "th"):
            return i, _without_more(outline, i)
        i = outline.parents[i]
    i = best = outline.parents[at]
    for _ in range(4):
        if i < start or outline.ends[i] > story.first or not i:
            break
        text = outline.text(i)
        if text != piece and outline.tags[i] in ("ul", "ol", "li", "tr", "table"):
            break
        if text != piece and (count_words(text) > 8 or not _NAMED.search(outline.names(i))):
            break
        best = i
        i = outline.parents[i]
    return best, _without_more(outline, best)


def _without_more(outline: Outline, i: int) -> str:
    """Return the text of heading `i` without links to more of the same and without tabs."""
    pieces = outline.pieces(i, outline.ends[i])
    if len(pieces) == 1:
        return pieces[0][1]
    linked = [(at, t) for at, t in pieces if _is_linked(outline, at)]
    plain = [t for at, t in pieces if not _is_linked(outline, at)]
    kept = [
        (at, t)
        for n, (at, t) in enumerate(linked)
        if not ("more" in find_furniture(t).kinds or ((n or plain) and _repeats_more(t)))
    ]
    words = " ".join(plain)
    if len(kept) > 1 and not count_words(words):
        return kept[0][1] if not words else " ".join(t for _, t in pieces)
    if len(kept) > 1:
        return words
    dropped = {at for at, _ in linked} - {at for at, _ in kept}
    return " ".join(t for at, t in pieces if at not in dropped).rstrip(" ()[]|")


def _says_of_what(text: str) -> bool:
    """Say whether a label of related stories goes on to say of what or from whom."""
    label = find_label(text)
    return label is not None and label.kind == "related" and label.share < 0.8


def _is_row(outline: Outline, e: int) -> bool:
    """Say whether an element stands in a row of short texts like it."""
    for _ in range(2):
        p = outline.parents[e]
        if len(_row(outline, e, p)) > 2:
            return True
        e = p
    return False


def _repeats_more(text: str) -> bool:
    label = find_label(text)
    return label is not None and label.kind == "related" and label.share > 0.9


def _judge(
    outline: Outline, e: int, at: int, text: str, story: Story, container: int
) -> Heading:
    words = count_words(text)
    if not words or words > MOST_WORDS or len(text) > LONGEST or _DATE.search(text):
        return NO_HEADING
    if _BUTTON.match(text):
        return NO_HEADING
    linked = _is_linked(outline, at)
    if linked and "more" in find_furniture(text).kinds and not _says_of_what(text):
        return NO_HEADING
    announced = announce(text)
    if announced == "slot" or (announced == "service" and linked and words > 2):
        return NO_HEADING
    score = _tag_score(outline, e, at, text)
    if score < 1 and linked and _is_row(outline, e):
        return Heading(e, text, ROW)
    if announced and announced != "service":
        score += 1.5
    small = _small_unit(outline, story)
    if outline.inside(at, small):
        score -= 1.2
    top = outline.common(at, story.anchor)
    if container == story.unit:
        container = small
    steps = _climb(outline, max(container, top), top)
    if steps > 6:
        return NO_HEADING
    around = count_words(outline.text(outline.branch(top, at))) - words
    crowd = 0.0 if around <= 25 else 0.6 if around <= 60 else 1.6
    if outline.inside(story.anchor, outline.branch(top, at)):
        crowd = 0.0
    return Heading(e, text, score - 0.15 * max(0, steps - 1) - crowd)


def _small_unit(outline: Outline, story: Story) -> int:
    """Return the largest element around the story with little text beside its headline."""
    i = story.anchor
    while i != story.unit:
        p = outline.parents[i]
        if outline.n_texts(p) > outline.n_texts(story.anchor) + 3:
            break
        i = p
    return i


def _climb(outline: Outline, i: int, top: int) -> int:
    """Return how many levels `top` lies above entry `i`; mere wrappers do not count."""
    steps = 0
    size = outline.n_texts(i)
    while i > top:
        i = outline.parents[i]
        now = outline.n_texts(i)
        steps += now > size and outline.tags[i] not in ("tr", "tbody", "table", "center")
        size = now
    return steps


def _is_linked(outline: Outline, at: int) -> bool:
    i = at
    for _ in range(4):
        i = outline.parents[i]
        if outline.tags[i] == "a":
            return True
    return False


def _tag_score(outline: Outline, e: int, at: int, text: str) -> float:
    """Return how much the element `e`, whose text begins at `at`, is marked up as a heading."""
    score = 0.4 if outline.tags[at] == "img" else 0.6
    i, beyond = outline.parents[at], 0
    while i and beyond < 3:
        tag = outline.tags[i]
        if tag in HEADINGS:
            return 0.3 if tag == "h1" else 3.0
        if tag in ("legend", "caption", "th", "dt", "strong", "b"):
            score = max(score, 2.2)
        names = outline.names(i)
        if _NAMED.search(names) and not _NOT_NAMED.search(names):
            score = max(score, 2.2)
        p = outline.parents[i]
        if i <= e:
            beyond += 1
            if len(outline.text(p)) > len(text) + 12:
                break
        i = p
    return score
