"""How much a line looks like a heading, by its words and its mark-up."""

import re
from typing import Final

from tracker.collector.harvest.furniture import find_furniture
from tracker.collector.harvest.kinds import announce
from tracker.collector.harvest.labels import is_linked, leads_to_more, says_of_what
from tracker.collector.harvest.memories import remember
from tracker.collector.harvest.outline import HEADINGS, Outline
from tracker.collector.harvest.rows import is_row
from tracker.collector.harvest.words import count_words

LONGEST: Final = 90
MOST_WORDS: Final = 12
MOST_UNANNOUNCED: Final = 6.5
"""Words of the longest heading that announces no kind of list; longer lines are headlines."""
MOST_FURNITURE: Final = 0.6
"""Share of a line in words of the page itself from which it heads nothing."""
ROW: Final = 0.45
"""Score of a link among others like it: it parts lists but names none."""

_UNHEADING: Final = frozenset(("legal", "share"))
"""What a line speaks of that heads no list."""
_MARKED: Final = frozenset(("legend", "caption", "th", "dt", "strong", "b"))
_DATE: Final = re.compile(
    r"^[\d\s.,:/|–—%+#-]+$|^[(\[（].{0,24}[)\]）]$|\b\d{1,2}:\d\d|\b\d{1,2},? (?:19|20)\d\d\b"
    r"|^\d{1,2}[.h]\d\d|\bago\b|^\D{0,12}\d{1,2}[./ ]\D{0,12}[./ ]?(?:19|20)\d\d$"
)
_BUTTON: Final = re.compile(
    r"^(?:close|×|x|menu|all|back|top|\+|loading|show search|skip|previous|next|prev|more"
    r"|閉じる|关闭|關閉|닫기)\W*$",
    re.IGNORECASE,
)


def score_line(outline: Outline, e: int, at: int, text: str) -> float:
    """Return how much the words and the mark-up of a line are those of a heading.

    About 3 for one marked up as such, half of a plain line, one and a half more for words that
    announce a kind of list; `ROW` for a link among others like it.

    Args:
        outline: The page.
        e: The element whose whole text is the line.
        at: Entry where that text begins.
        text: The line.
    """
    if not could_name(text):
        return 0.0
    words = count_words(text)
    linked = is_linked(outline, at)
    announced = announce(text)
    if announced == "slot" or (announced == "service" and linked and words > 2):
        return 0.0
    score = _markup(outline, e, at, text)
    if score < 1 and linked and is_row(outline, e):
        return ROW
    if linked and words <= 6 and leads_to_more(text) and not says_of_what(text):
        return 0.0 if score < 2 or words < 3 else 1.0
    if announced is None or announced == "service" or (announced == "other" and score < 2):
        return score
    return score + 1.5


def heads_lists(text: str) -> bool:
    """Say whether a line that could be a heading may name a list: it is no headline or button."""
    if announce(text) is not None:
        return True
    if count_words(text) > MOST_UNANNOUNCED:
        return False
    furniture = find_furniture(text)
    return furniture.share < MOST_FURNITURE or furniture.kinds.isdisjoint(_UNHEADING)


@remember
def could_name(text: str) -> bool:
    """Say whether a text could be a heading: neither long, nor a date, nor a button."""
    if len(text) > LONGEST or not 0 < count_words(text) <= MOST_WORDS:
        return False
    if sum(map(str.isalnum, text)) < 2:
        return False
    return not (_DATE.search(text) or (_BUTTON.match(text) and text[-1] != ":"))


def _markup(outline: Outline, e: int, at: int, text: str) -> float:
    """Return how much the element `e`, whose text begins at `at`, is marked up as a heading."""
    score = 0.4 if outline.tags[at] == "img" else 0.6
    i, beyond = outline.parents[at], 0
    while i and beyond < 3:
        tag = outline.tags[i]
        if tag in HEADINGS:
            return 0.3 if tag == "h1" and i == outline.tags.index("h1") else 3.0
        if score < 2:
            signs = outline.signs(i)
            if tag in _MARKED or ("heading" in signs and "unheading" not in signs):
                score = 2.2
        if i <= e:
            beyond += 1
            p = outline.parents[i]
            if outline.n_texts(p) > 3 or len(outline.text(p)) > len(text) + 12:
                break
        i = outline.parents[i]
    return score
