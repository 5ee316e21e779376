"""The heading above a list, found as a heading, a bold line, a tab's name or a picture's text."""

import re
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.kinds import kind_of_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import BLOCKS, HEADINGS, Story, count_words

LONGEST: Final = 90
MOST_WORDS: Final = 12
_NAMED: Final = re.compile(
    r"title|head|label|\btit|titre|titul|rubri|caption|\btab\b|überschrift|ueberschrift|legend|baslik|naslov|tytul|intest"
)
_DATE: Final = re.compile(
    r"^[\d\s.,:/|–—%+-]+$|\b(?:19|20)\d\d\b.*\d[:.h]\d\d|^\d{1,2}[:.h]\d\d|\bago\b|^\D{0,12}\d{1,2}[./ ]\D{0,12}[./ ]?(?:19|20)\d\d$"
)
_FURNITURE: Final = re.compile(
    r"^(?:advertisement|anzeige|werbung|publicidad|publicité|reklama|реклама|advertisment|ad|广告|廣告|close|×|x|share|tweet|search|menu|more|all|"
    r"see all|view all|show more|load more|read more|subscribe|sign up|log ?in|next|previous|prev|back|top|print|email|facebook|twitter|rss)\W*$",
    re.IGNORECASE,
)


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


def find_heading(outline: Outline, before: Story | None, story: Story) -> Heading:
    """Return the best heading between the story before and this one."""
    start = before.last if before else 0
    best = NO_HEADING
    seen: set[int] = set()
    for at, piece in reversed(outline.pieces(start, story.at)[-14:]):
        if (before is not None and outline.inside(at, before.unit)) or outline.inside(
            at, story.anchor
        ):
            continue
        e, text = _element(outline, at, piece, start, story)
        if e in seen:
            continue
        seen.add(e)
        found = _judge(outline, e, at, text, story)
        if found.score > best.score:
            best = found
    return best


def _element(outline: Outline, at: int, piece: str, start: int, story: Story) -> tuple[int, str]:
    """Return the element whose whole text is the heading, and that text."""
    i = outline.parents[at]
    for _ in range(4):
        if outline.tags[i] in HEADINGS or outline.tags[i] in ("legend", "caption", "dt", "th"):
            if i >= start and outline.ends[i] <= story.first:
                return i, outline.text(i)
            break
        if not i:
            break
        i = outline.parents[i]
    return outline.parents[at], piece


def _judge(outline: Outline, e: int, at: int, text: str, story: Story) -> Heading:
    words = count_words(text)
    if not words or words > MOST_WORDS or len(text) > LONGEST or _DATE.search(text):
        return NO_HEADING
    if _FURNITURE.match(text):
        return NO_HEADING
    score = _tag_score(outline, e, text)
    if kind_of_heading(text):
        score += 1.5
    if outline.inside(at, story.unit):
        score -= 1.2
    top = outline.common(at, story.anchor)
    i, steps = story.anchor, 0
    while i != top:
        i, steps = outline.parents[i], steps + 1
    return Heading(e, text, score - 0.1 * steps)


def _tag_score(outline: Outline, e: int, text: str) -> float:
    i, score = e, 0.6
    for _ in range(4):
        tag = outline.tags[i]
        if tag in HEADINGS:
            return 3.0
        if tag in ("legend", "caption", "th", "dt", "strong", "b"):
            score = max(score, 2.2)
        if _NAMED.search(outline.names(i)):
            score = max(score, 2.2)
        p = outline.parents[i]
        if not p or len(outline.text(p)) > len(text) + 12:
            break
        i = p
    return score
