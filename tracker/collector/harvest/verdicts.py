"""Which kind of list a box is, by its heading, its links and its place."""

import re
from collections import Counter
from itertools import pairwise
from typing import Final

from tracker.collector.harvest.addresses import is_advertising, is_counted, site_of
from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.evidence import leads_away, signs_around
from tracker.collector.harvest.kinds import fold, kind_of_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.promotions import is_promoted
from tracker.collector.harvest.settings import Setting
from tracker.collector.harvest.words import count_words, find_names

_CLOCK: Final = re.compile(r"\b([01]?\d|2[0-3])[:.h]([0-5]\d)\b")
_FEW_TEXTS: Final = 16
"""Texts of an item that are looked at for a time."""
_PARAGRAPH: Final = 20
"""Words between two links from which they stand in a text each by itself."""
_SHORT: Final = 40
"""Characters of the longest text that tells a time rather than a story."""
_CHOSEN: Final = ("most_read", "latest", "related", "picks")
"""Kinds that a menu may show."""
_NAMED: Final = ("most_read", "related", "latest")
"""Kinds that names of elements tell, the surest first; names of picks tell layouts only."""


def kind_of_box(outline: Outline, box: Box, setting: Setting, before: Box | None) -> str:
    """Return the kind of list that a box of headlines is, noting why in `box.why`.

    Args:
        outline: The page.
        box: The box.
        setting: What is known of the page.
        before: The box before it that may be a list, if any.
    """
    label = kind_of_heading(box.heading.text, formats=True) or box.hint or None
    if label == "nextprev" and len(box.stories) > 2:
        # What is next after a story goes on and on: the stories that readers are led to.
        label = "related"
    signs = signs_around(outline, box, 6)
    aside = _kind_aside(outline, box, setting, signs, label)
    if aside:
        return aside
    single = _parts_text(outline, box, setting)
    if label:
        box.why.append(f"“{box.heading.text}” announces {label}")
        return "inline" if single and label == "related" else label
    around = signs_around(outline, box, 4)
    for kind in _NAMED:
        if kind in around and not (box.heading.text and kind == "latest"):
            box.why.append(f"its elements are named as {kind}")
            return kind
    if single:
        return "inline"
    if tells_times(outline, box):
        box.why.append("a time stands beside each, the newest first")
        return "latest"
    if box.heading.text:
        about = _is_topic(box.heading.text, setting) or _tells_of_page(box, setting)
        return "related" if about else "section"
    return _kind_unheaded(outline, box, setting, before)


def _kind_unheaded(outline: Outline, box: Box, setting: Setting, before: Box | None) -> str:
    """Return the kind of a list without heading and name, by its place and the box before."""
    if box.panel:
        box.why.append("one of several panels")
        return "section"
    if before is not None and before.heading.text and not _is_parted(box, before, setting):
        box.why.append(f"continues the box “{before.heading.text}”")
        if before.kind in (*_CHOSEN, "section", "other"):
            return before.kind
        return kind_of_heading(before.heading.text) or "section"
    if not setting.is_article:
        lower = box.stories[0].anchor * 2 >= len(outline.tags)
        return "section" if lower else "picks"
    if box.stories[-1].anchor < setting.article.start:
        return "picks"
    if before is None or before.kind == "related" or _is_parted(box, before, setting):
        return "related"
    box.why.append("no heading, and other boxes between it and the article")
    return "section"


def _is_parted(box: Box, before: Box, setting: Setting) -> bool:
    """Say whether the article's text stands between two boxes."""
    article = setting.article
    return before.stories[-1].anchor < article.stop and box.stories[0].anchor >= article.start


def tells_times(outline: Outline, box: Box) -> bool:
    """Say whether times of day stand beside a box's links, the newest first as in a ticker."""
    times = []
    for story in box.stories:
        pieces = outline.pieces(story.unit, outline.ends[story.unit])[:_FEW_TEXTS]
        clocks = (_CLOCK.search(t) for at, t in pieces if at != story.at and len(t) <= _SHORT)
        time = next((c for c in clocks if c), None)
        if time:
            times.append(int(time[1]) * 60 + int(time[2]))
    if len(times) < max(5, 0.8 * len(box.stories)):
        return False
    return sum(a >= b for a, b in pairwise(times)) >= 0.8 * (len(times) - 1)


def _kind_aside(
    outline: Outline, box: Box, setting: Setting, signs: frozenset[str], label: str | None
) -> str | None:
    """Return the kind of a list that is not among those editors or readers choose."""
    n = len(box.stories)
    if label == "sponsored" or sum(is_advertising(s.href) for s in box.stories) * 2 > n:
        return "sponsored"
    if label is None and all(is_promoted(outline, s) for s in box.stories):
        box.why.append("marked as advertisements")
        return "sponsored"
    if label in (None, "related") and "sponsored" in signs_around(outline, box, 3):
        box.why.append("its elements are named as advertising")
        return "sponsored"
    if label in (None, "related") and n > 1 and _is_exchange(box, setting):
        box.why.append("leads to several outlets, and counts who comes")
        return "sponsored"
    if n <= 2 and (label == "nextprev" or "nextprev" in signs or _is_next(outline, box)):
        return "nextprev"
    if label == "other" or sum("#comment" in s.href for s in box.stories) * 2 > n:
        return "other"
    if "menu" in signs and not (label in _CHOSEN and not _opens_from_menu(outline, box)):
        return "menu"
    return None


def _is_exchange(box: Box, setting: Setting) -> bool:
    """Say whether the links are an advertiser's: to several outlets, some of them counted."""
    hrefs = [s.href for s in box.stories if leads_away(s, setting)]
    several = len({site_of(href) for href in hrefs}) > 1
    return several and len(hrefs) >= 0.8 * len(box.stories) and any(map(is_counted, hrefs))


def _is_next(outline: Outline, box: Box) -> bool:
    return any(outline.attribute(s.anchor, "rel") in ("prev", "next") for s in box.stories)


def _opens_from_menu(outline: Outline, box: Box) -> bool:
    """Say whether the box opens from an entry of a menu."""
    if "submenu" in signs_around(outline, box, 6):
        return True
    entry = False
    for i in outline.ancestors(box.container):
        entry = entry or outline.tags[i] == "li"
        if outline.tags[i] == "nav":
            return entry
    return False


def _parts_text(outline: Outline, box: Box, setting: Setting) -> bool:
    """Say whether a box is one link in the article's text, or several with its text between."""
    if not all(s.anchor in setting.article for s in box.stories):
        return False
    gaps = (outline.text_between(a.last, b.first) for a, b in pairwise(box.stories))
    return all(count_words(gap) >= _PARAGRAPH for gap in gaps)


def _is_topic(heading: str, setting: Setting) -> bool:
    """Say whether a heading names what the page's own story is about."""
    names = find_names(fold(heading))
    return bool(names) and len(names & setting.title) * 2 >= len(names)


def _tells_of_page(box: Box, setting: Setting) -> bool:
    """Say whether most headlines of a box share a word with that of the page's own story."""
    n = len(box.stories)
    if n < 3 or not setting.is_article:
        return False
    shared = Counter(w for s in box.stories for w in find_names(fold(s.title)) & setting.title)
    return any(times >= 0.6 * n for times in shared.values())
