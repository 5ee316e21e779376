"""Names in full: what headlines shorten to a surname, written out by one of them."""

from collections.abc import Iterable, Sequence
from typing import Final

from tracker.topics.lines import Line, Word
from tracker.topics.phrases import Phrase

FEW: Final = 3
"""Headlines, up to which what begins one of them with a capital may be a name."""


def find_full_names(name: Phrase, phrases: Iterable[Phrase], lines: Sequence[Line]) -> list[Phrase]:
    """Return the phrases of two words that write in full what `name` shortens.

    Args:
        name: A name of one word.
        phrases: Where its full forms are looked for.
        lines: The headlines of all of them.
    """
    given = _list_given(name.keys[0], lines)
    found = []
    for phrase in phrases:
        place = phrase.places[0]
        words = lines[place.line].words[place.start : place.end]
        if not phrase.name or len(words) != 2 or name.keys[0] not in phrase.keys:
            continue
        if words[1].start > words[0].end + 1 or phrase.left < 1:
            continue  # Italy's Jacobs, Moon EastEnders of Alfie Moon EastEnders
        sure = all(word.capital > 0 for word in words)
        if phrase.keys[0] == name.keys[0]:
            whole = sure
        else:
            # Nobody else of that name: one Fletcher gives no label to news on another.
            whole = (sure or len(lines) <= FEW) and given <= {phrase.keys[0]}
            whole = whole and not words[0].small.endswith("ing")  # Playing Diana
        if whole:
            found.append(phrase)
    return found


def _list_given(surname: str, lines: Sequence[Line]) -> set[str]:
    """Return what stands before a surname and may be a given name, by its keys."""

    def stands(line: Line, before: Word, word: Word) -> bool:
        # What begins a headline has its capital anyway.
        opens = before.first and before.capital == 0 and before.telling
        named = before.capital > 0 or (opens and line.text[before.start].isupper())
        return word.key == surname and not word.first and named

    return {
        before.key
        for line in lines
        for before, word in zip(line.words, line.words[1:], strict=False)
        if stands(line, before, word)
    }
