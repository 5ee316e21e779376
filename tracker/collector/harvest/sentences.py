"""Links that are part of a sentence: a phrase of a running text, or of a headline itself."""

from typing import Final

from tracker.collector.harvest.lines import is_date
from tracker.collector.harvest.outline import BLOCKS, Outline
from tracker.collector.harvest.stories import Story
from tracker.collector.harvest.titles import clean_title
from tracker.collector.harvest.words import count_words

LEAST: Final = 3
"""Rows made alike from which a link in a sentence is taken for a part of a headline."""
LONGEST: Final = 25
"""Words of a headline that is only linked in part."""
_NEAR: Final = 60
"""Entries around a link that are looked at as its sentence."""
_MOST_PIECES: Final = 8
_LEVELS: Final = 5
"""Elements around a text that are looked at for a link."""
_FEW: Final = 2
"""Words from which a link is a part of a sentence, not its source or "more"."""
_STOPS: Final = (".", "。", "।")
_LEADS_ON: Final = (":", "|", "»", "-", "–", "•", "·", ">", ")")


def complete(outline: Outline, links: list[Story]) -> None:
    """Give links that are a part of their row's sentence the whole of it as headline.

    Rows made alike side by side must do so in their majority: the text goes on in small letters.
    """
    rows: dict[tuple[int, str], list[tuple[Story, str, bool]]] = {}
    for n, story in enumerate(links):
        block = _block_of(outline, story) if story.title else 0
        if not block or outline.tags[block] == "p":
            continue
        low = links[n - 1].last if n else 0
        high = links[n + 1].first if n + 1 < len(links) else len(outline.tags)
        if low <= block and outline.ends[block] <= high and outline.n_texts(block) <= _MOST_PIECES:
            title, goes_on = _read_sentence(outline, story, block)
            key = outline.parents[block], outline.shapes[block]
            rows.setdefault(key, []).append((story, title, goes_on))
    for row in rows.values():
        if len(row) >= LEAST and sum(goes_on for _, _, goes_on in row) * 2 > len(row):
            for story, title, _ in row:
                if title:
                    story.title, story.weight, story.whole = title, count_words(title), True


def _read_sentence(outline: Outline, story: Story, block: int) -> tuple[str, bool]:
    """Return the sentence of which a link is a part, and whether it goes on in small letters.

    Empty where the link is the whole of its block, or no part of a sentence.
    """
    n_before, end = outline.n_before, outline.ends[block]
    if n_before[block] == n_before[story.anchor] and n_before[end] <= n_before[story.last]:
        return "", False
    pieces = outline.pieces(block, end)
    before = " ".join(t for at, t in pieces if at < story.anchor and not _is_aside(t))
    after = " ".join(t for at, t in pieces if at >= story.last and not _is_aside(t))
    if not (before or after) or story.weight < _FEW:
        return "", False
    title = clean_title(f"{before} {story.title} {after}")
    if not _is_headline(title):
        return "", False
    small = bool(before) and story.title[:1].islower() and not before.endswith(_LEADS_ON)
    return title, after[:1].islower() or small


def _is_headline(text: str) -> bool:
    """Say whether a row's words are one sentence without a full stop."""
    return count_words(text) <= LONGEST and text[-1:] not in _STOPS and ". " not in text


def _is_aside(text: str) -> bool:
    return is_date(text) or not any(c.isalpha() for c in text)


def _block_of(outline: Outline, story: Story) -> int:
    block = outline.parents[story.anchor]
    while block and outline.tags[block] not in BLOCKS:
        block = outline.parents[block]
    return block


def in_sentence(outline: Outline, story: Story) -> bool:
    """Say whether the link is a phrase of a running text."""
    if story.whole:
        return False
    block = _block_of(outline, story)
    if outline.n_texts(block) == outline.n_texts(story.anchor):
        return False
    start, stop = max(block + 1, story.anchor - _NEAR), min(outline.ends[block], story.last + _NEAR)
    for j in range(story.anchor - 1, start - 1, -1):
        if outline.tags[j] in BLOCKS or outline.tags[j] == "br":
            start = j + 1 if outline.tags[j] == "br" else outline.ends[j]
            break
    for j in range(story.last, stop):
        if outline.tags[j] in BLOCKS or outline.tags[j] == "br":
            stop = j
            break
    before = _unlinked_text(outline, start, story.first)
    n_before = count_words(before)
    if n_before >= 3 and not before.rstrip().endswith(_LEADS_ON):
        return True
    after = _unlinked_text(outline, story.last, stop)
    return count_words(after) >= 4 and (n_before >= 1 or after[:1] in ",.;" or after[:1].islower())


def _unlinked_text(outline: Outline, start: int, stop: int) -> str:
    pieces = outline.pieces(start, stop)
    return " ".join(text for at, text in pieces if not _is_linked(outline, at))


def _is_linked(outline: Outline, at: int) -> bool:
    tags, parents = outline.tags, outline.parents
    for _ in range(_LEVELS):
        at = parents[at]
        if tags[at] == "a":
            return True
    return False
