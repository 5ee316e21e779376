"""Headlines that lead nowhere by themselves, such as those of a player's list of videos."""

from typing import Final

from tracker.collector.harvest.outline import HEADINGS, Outline
from tracker.collector.harvest.stories import Story
from tracker.collector.harvest.titles import clean_title
from tracker.collector.harvest.words import count_words

LEAST: Final = 4
"""Cards of one make from which their headings are headlines."""
MOST_TEXTS: Final = 3
"""Texts of a card: its headline, a duration, a date."""
MOST_ENTRIES: Final = 200
"""Elements and texts of a card; what holds more is no card, and would take long to look through."""


def find_unlinked(outline: Outline) -> list[Story]:
    """Return the headings of cards without links that stand in a row, all made alike."""
    rows: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for at in outline.where(*HEADINGS - {"h1"}):
        card = _card_of(outline, at)
        if card:
            key = (outline.parents[card], outline.shapes[card])
            rows.setdefault(key, []).append((card, at))
    found = []
    for row in rows.values():
        if len(row) >= LEAST:
            found += [s for s in (_read(outline, card, at) for card, at in row) if s]
    return found


def _card_of(outline: Outline, at: int) -> int:
    """Return the card that a heading stands in: a named element with a picture, 0 if none."""
    i = at
    for _ in range(3):
        i = outline.parents[i]
        if not i or outline.n_texts(i) > MOST_TEXTS or outline.ends[i] - i > MOST_ENTRIES:
            return 0
        inside = outline.tags[i : outline.ends[i]]
        if "a" in inside and any(
            outline.attribute(j, "href")
            for j in range(i, outline.ends[i])
            if outline.tags[j] == "a"
        ):
            return 0
        if outline.shapes[i][-1] != "." and _has_picture(outline, i):
            return i
    return 0


def _has_picture(outline: Outline, i: int) -> bool:
    inside = outline.tags[i : outline.ends[i]]
    if not {"img", "picture", "figure"}.isdisjoint(inside):
        return True
    return any("picture" in outline.signs(j) for j in range(i, outline.ends[i]))


def _read(outline: Outline, card: int, at: int) -> Story | None:
    title = clean_title(outline.text(at))
    weight = count_words(title)
    if not 2 <= weight <= 30:
        return None
    return Story(at, card, outline.ends[card], title, "", title, weight, at)
