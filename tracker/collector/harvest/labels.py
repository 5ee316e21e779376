"""The words of a heading, without the links and tabs that share its line."""

from functools import lru_cache

from tracker.collector.harvest.furniture import find_furniture
from tracker.collector.harvest.kinds import find_label
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.words import count_words


def bare_text(outline: Outline, i: int) -> str:
    """Return the text of heading `i` without links to more of the same and without tabs."""
    pieces = outline.pieces(i, outline.ends[i])
    if len(pieces) == 1:
        return pieces[0][1]
    linked = [(at, t) for at, t in pieces if is_linked(outline, at)]
    plain = " ".join(t for at, t in pieces if not is_linked(outline, at))
    kept = [
        (at, t)
        for n, (at, t) in enumerate(linked)
        if not leads_to_more(t) and not ((n or plain) and _only_says_more(t))
    ]
    if len(kept) > 1:
        if count_words(plain):
            return plain
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


@lru_cache(maxsize=4096)
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
