"""The words of a heading, without the links and tabs that share its line."""

import re
from typing import Final

from tracker.collector.harvest.furniture import find_furniture
from tracker.collector.harvest.kinds import find_label
from tracker.collector.harvest.memories import remember
from tracker.collector.harvest.outline import TEXT, Outline
from tracker.collector.harvest.words import count_words

_HIDING: Final = frozenset(
    ("hidden", "hide", "hideme", "d-none", "dn", "invisible", "is-hidden", "u-hidden")
)
"""Classes by which pages hide an element."""
_SHOWING: Final = re.compile(r"d-(?:xs|sm|md|lg|xl|xxl)-[bfig]|\w+:(?:block|flex|inline|grid)")
"""Classes by which they show it again on some screens."""


def bare_text(outline: Outline, i: int) -> str:
    """Return the text of heading `i` without links to more of the same and without tabs."""
    pieces = outline.pieces(i, outline.ends[i])
    pieces = [p for p in pieces if not _stands_hidden(outline, p[0], i)] or pieces
    if len(pieces) == 1:
        return pieces[0][1]
    linked = [(at, t) for at, t in pieces if is_linked(outline, at)]
    if len(linked) == len(pieces) and len({_link_of(outline, at) for at, _ in linked}) == 1:
        return " ".join(t for _, t in pieces)
    plain = " ".join(t for at, t in pieces if not is_linked(outline, at))
    kept = [
        (at, t)
        for n, (at, t) in enumerate(linked)
        if not leads_to_more(t) and not ((n or plain) and _only_says_more(t))
    ]
    if len(kept) > 1:
        if count_words(plain):
            own = outline.text(outline.branch(i, pieces[0][0]))
            return own if plain.startswith(own) and count_words(own) else plain
        return kept[0][1] if not plain else " ".join(t for _, t in pieces)
    dropped = {at for at, _ in linked} - {at for at, _ in kept}
    return " ".join(t for at, t in pieces if at not in dropped).rstrip(" ()[]|")


def is_linked(outline: Outline, at: int) -> bool:
    """Say whether the text at `at` is that of a link."""
    for _ in range(4):
        at = outline.parents[at]
        if outline.tags[at] == "a":
            return True
    return False


def _link_of(outline: Outline, at: int) -> int:
    """Return the link that the text at `at` is part of."""
    while at and outline.tags[at] != "a":
        at = outline.parents[at]
    return at


def leads_to_more(text: str) -> bool:
    """Say whether a link's words are those of one to more of the same."""
    return "more" in find_furniture(text).kinds


def _only_says_more(text: str) -> bool:
    label = find_label(text)
    return label is not None and label.kind == "related" and label.share > 0.9


def says_of_what(text: str) -> bool:
    """Say whether a label of related stories goes on to say of what or from whom."""
    label = find_label(text)
    return label is not None and label.kind == "related" and label.share < 0.8


def is_hidden(outline: Outline, i: int) -> bool:
    """Say whether an element is out of readers' sight, by its attributes or its classes."""
    own = outline.attributes[i]
    if "hidden" in own:
        return True
    style = own.get("style")
    if style and "display:none" in style.replace(" ", "").lower():
        return True
    names = own.get("class")
    return names is not None and _are_hiding(names)


@remember
def _are_hiding(names: str) -> bool:
    classes = names.lower().split()
    return not _HIDING.isdisjoint(classes) and not any(_SHOWING.match(c) for c in classes)


def _stands_hidden(outline: Outline, at: int, top: int) -> bool:
    at = outline.parents[at]
    while at > top:
        if is_hidden(outline, at):
            return True
        at = outline.parents[at]
    return False


def chosen_tab(outline: Outline, i: int) -> int:
    """Return the tab that is open, else the first, if `i` is a row of tabs; 0 if it is none."""
    if "panel" not in outline.signs(i):
        return 0
    tabs = [c for c in outline.children(i) if outline.n_texts(c)]
    if len(tabs) < 2 or {outline.tags[c] for c in tabs} == {TEXT}:
        return 0
    if len({outline.tags[c] for c in tabs}) > 1 or any(outline.n_texts(c) > 1 for c in tabs):
        return 0
    return next((c for c in tabs if "active" in outline.signs(c)), tabs[0])


def rest_of_line(outline: Outline, i: int, text: str, stop: int) -> str:
    """Return the words after heading `i` that say of what or whom it announces more."""
    label = find_label(text)
    if label is None or label.kind != "related" or label.share < 0.5:
        return ""
    p = outline.parents[i]
    after = outline.ends[i]
    if label.share < 0.9 and (after >= stop or outline.tags[after] != outline.tags[i]):
        return ""
    pieces = outline.pieces(outline.ends[i], min(stop, outline.ends[p]))
    line = " ".join(t for _, t in pieces)
    short = 1 <= len(pieces) <= 5 and 0 < count_words(line) <= 8 and outline.ends[p] <= stop
    if not short or any(leads_to_more(t) or not t.strip() for _, t in pieces):
        return ""
    linked = [at for at, _ in pieces if is_linked(outline, at)]
    return line if linked else ""
