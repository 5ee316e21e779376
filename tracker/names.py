"""How things are named and counted in sentences, and what people mean by a name."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from tracker.errors import SubjectError

SHORTEST_PREFIX: Final = 3
"""Characters of an id that may stand for it, if it is the only one that begins so."""
_ALIKE: Final = 0.75
"""Least similarity of two words, as `difflib.SequenceMatcher.ratio` has it."""
_MOST: Final = 3
_CANDIDATES: Final = 8


def count(number: float, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 source`, `1,200 headlines`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def choose_named(wanted: str, names: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """Return the key of the one theme or topic that somebody means.

    Args:
        wanted: What was asked for.
        names: Names by key.
        kinds: Whether each is a theme or a topic.

    Raises:
        SubjectError: If there is none, or more than one: names those that come near.
    """
    found = find_named(wanted, names)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(f"{names[key]} ({kinds[key]} {key})" for key in found[:_CANDIDATES])
        more = len(found) - _CANDIDATES
        rest = f"; and {more} more" if more > 0 else ""
        raise SubjectError(f"{wanted}: found {len(found)} subjects: {listed}{rest}; wanted one")
    hint = hint_near(
        wanted, names.values(), "tracker show topics and tracker show themes list them"
    )
    raise SubjectError(f"{wanted}: no theme or topic of that name; {hint}")


def find_named(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the keys that a word of somebody's stands for: several if it is not clear.

    That is the key itself, else a name, in any case, else the beginning of a key or a part of a
    name.

    Args:
        wanted: What was asked for.
        names: Names by key.
    """
    text = " ".join(wanted.split())
    if text in names:
        return [text]
    folded = text.casefold()
    same = [key for key, name in names.items() if name.casefold() == folded]
    if same or not text:
        return same
    begins = len(text) >= SHORTEST_PREFIX
    return [
        key
        for key, name in names.items()
        if folded in name.casefold() or (begins and key.startswith(text))
    ]


def hint_near(wanted: str, names: Iterable[str], otherwise: str) -> str:
    """Return which names come near in their letters or in one of their words, as a question.

    Args:
        wanted: What was asked for.
        names: Names that there are.
        otherwise: What to say if none comes near.
    """
    known = {name.casefold(): name for name in names}
    folded = " ".join(wanted.split()).casefold()
    near = difflib.get_close_matches(folded, known, _MOST)
    words: dict[str, list[str]] = {}
    for name in known:
        for word in name.split():
            words.setdefault(word, []).append(name)
    for word in sorted(folded.split(), key=len, reverse=True):
        for alike in difflib.get_close_matches(word, words, _MOST, _ALIKE):
            near += [name for name in words[alike] if name not in near]
    found = [known[name] for name in dict.fromkeys(near)][:_MOST]
    return f"did you mean {' or '.join(found)}?" if found else otherwise
