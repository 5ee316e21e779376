"""Which kind of list a box is, by its heading, its links and its place."""

from typing import Final

from tracker.collector.harvest.addresses import is_advertising
from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.evidence import signs_around
from tracker.collector.harvest.kinds import fold, kind_of_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.settings import Setting

_CHOSEN: Final = ("most_read", "latest", "related", "picks")
"""Kinds that names of elements tell, the surest first; also those that a menu may show."""
_NAMED: Final = ("most_read", "related", "latest", "picks")


def kind_of_box(outline: Outline, box: Box, setting: Setting) -> str:
    """Return the kind of list that a box of headlines is, noting why in `box.why`."""
    label = kind_of_heading(box.heading.text) or box.hint or None
    signs = signs_around(outline, box, 6)
    aside = _kind_aside(outline, box, signs, label)
    if aside:
        return aside
    single = len(box.stories) == 1 and box.stories[0].anchor in setting.article
    if label:
        box.why.append(f"“{box.heading.text}” announces {label}")
        return "inline" if single and label == "related" else label
    around = signs_around(outline, box, 4)
    for kind in _NAMED:
        if kind in around and not (box.heading.text and kind in ("picks", "latest")):
            box.why.append(f"its elements are named as {kind}")
            return kind
    if single:
        return "inline"
    if box.heading.text:
        return "related" if _is_topic(box.heading.text, setting) else "section"
    if not setting.is_article or box.stories[-1].anchor < setting.article.start:
        return "picks"
    return "related"


def _kind_aside(outline: Outline, box: Box, signs: frozenset[str], label: str | None) -> str | None:
    """Return the kind of a list that is not among those editors or readers choose."""
    n = len(box.stories)
    if label == "sponsored" or sum(is_advertising(s.href) for s in box.stories) * 2 > n:
        return "sponsored"
    if label in (None, "related") and "sponsored" in signs_around(outline, box, 3):
        box.why.append("its elements are named as advertising")
        return "sponsored"
    if n <= 2 and (label == "nextprev" or "nextprev" in signs or _is_next(outline, box)):
        return "nextprev"
    if label == "other" or sum("#comment" in s.href for s in box.stories) * 2 > n:
        return "other"
    if "menu" in signs and not (label in _CHOSEN and not _opens_from_menu(outline, box)):
        return "menu"
    return None


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


def _is_topic(heading: str, setting: Setting) -> bool:
    """Say whether a heading names what the page's own story is about."""
    words = {w for w in fold(heading).split() if len(w) > 3}
    return bool(words) and len(words & setting.title) * 2 >= len(words)
