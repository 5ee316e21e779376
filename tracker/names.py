"""How things are named and counted in sentences, and what people mean by a name."""

import difflib
from collections.abc import Container, Iterable, Mapping
from typing import Final

from tracker.errors import SubjectError

SHORTEST_PREFIX: Final = 3
"""Characters of an id that may stand for it, if it is the only one that begins so."""
_MARK: Final = 4
"""Characters of a key that tell things of one name apart; more if that is not enough."""
_KINDS: Final = ("theme", "topic")
_ALIKE: Final = 0.75
"""Least similarity of two names, or of two words, as `difflib.SequenceMatcher.ratio` has it."""
_MOST: Final = 3
_CANDIDATES: Final = 8


def count(number: float, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 source`, `1,200 headlines`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def choose_named(
    wanted: str, names: Mapping[str, str], kinds: Mapping[str, str], gone: Container[str] = ()
) -> str:
    """Return the key of the one theme or topic that somebody means.

    Of a theme and topics of one name it is the theme; `topic:NAME` and `theme:NAME` ask for one of
    a kind. Of topics of one name it is the one that is there still.

    Args:
        wanted: What was asked for.
        names: Names by key.
        kinds: Whether each is a theme or a topic.
        gone: Keys of topics that were merged away.

    Raises:
        SubjectError: If there is none, or more than one: names those that come near.
    """
    kind, name = part_kind(wanted)
    if kind and not find_same(wanted, names):
        names = {key: one for key, one in names.items() if kinds[key] == kind}
    else:
        kind, name = None, wanted
    found = find_named(name, names)
    found = [key for key in found if key not in gone] or found
    themes = [key for key in found if kinds[key] == "theme"]
    if len(found) == 1:
        return found[0]
    if len(themes) == 1 and set(found) <= set(find_same(name, names)):
        return themes[0]
    if found:
        listed = "; ".join(f"{names[key]} ({kinds[key]} {key})" for key in found[:_CANDIDATES])
        more = len(found) - _CANDIDATES
        rest = f"; and {more} more" if more > 0 else ""
        raise SubjectError(f"{wanted}: found {len(found)} subjects: {listed}{rest}; wanted one")
    hint = hint_near(name, names.values(), "tracker show topics and tracker show themes list them")
    sort = kind or "theme or topic"
    raise SubjectError(f"{wanted}: no {sort} of that name; {hint}")


def part_kind(wanted: str) -> tuple[str | None, str]:
    """Return the kind that `topic:NAME` or `NAME (topic)` asks for, None without, and the name."""
    kind, colon, name = wanted.strip().partition(":")
    if colon and kind.casefold() in _KINDS:
        return kind.casefold(), name
    name, kind = part_mark(wanted)
    return (kind.casefold(), name) if kind.casefold() in _KINDS else (None, wanted)


def mark_same(
    names: Mapping[str, str], themes: Iterable[str] = (), gone: Container[str] = ()
) -> dict[str, str]:
    """Return the names of topics by key, such that each tells its topic from all others.

    Those that several have get the beginning of their key, as `Covid (t16a)`, and one that a theme
    has is `Korea (topic)`: both are names that `choose_named` knows.

    Args:
        names: Names by key.
        themes: Names of themes.
        gone: Keys of topics that are there no more, which take no name from others.
    """
    same: dict[str, list[str]] = {}
    for key, name in names.items():
        if key not in gone:
            same.setdefault(name.casefold(), []).append(key)
    marked = dict(names)
    for keys in same.values():
        if len(keys) > 1:
            lengths = range(_MARK, max(map(len, keys)) + 1)
            n = next((n for n in lengths if len({key[:n] for key in keys}) == len(keys)), _MARK)
            marked |= {key: f"{names[key]} ({key[:n]})" for key in keys}
    taken = {theme.casefold() for theme in themes}
    return {
        key: f"{name} (topic)" if name.casefold() in taken else name for key, name in marked.items()
    }


def part_mark(wanted: str) -> tuple[str, str]:
    """Return the name and the beginning of a key of `NAME (KEY)`; the latter empty without one."""
    name, bracket, mark = wanted.strip().removesuffix(")").rpartition(" (")
    if bracket and wanted.strip().endswith(")") and len(mark) >= SHORTEST_PREFIX:
        return name, mark
    return wanted, ""


def _find_marked(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the keys that `NAME (KEY)` stands for; of that name now if one is."""
    name, mark = part_mark(wanted)
    found = [key for key in names if mark and key.startswith(mark)]
    named = [key for key in found if names[key].casefold() == name.casefold()]
    return named or found


def tell_namesakes(key: str, names: Mapping[str, str], kinds: Mapping[str, str]) -> str | None:
    """Return what else is called as the subject of a key is, and how to ask for it, if anything is.

    Args:
        key: The subject that was found.
        names: Names by key.
        kinds: Whether each is a theme or a topic.
    """
    others = [other for other in find_same(names[key], names) if other != key]
    if not others:
        return None
    told = f"{names[key]} is a {kinds[key]}; "
    if len(others) == 1 and kinds[others[0]] != kinds[key]:
        kind = kinds[others[0]]
        return f"{told}a {kind} is called so too: {kind}:{names[key]} asks for it"
    listed = ", ".join(f"{kinds[other]} {other}" for other in others[:_CANDIDATES])
    return f"{told}{count(len(others), 'other is', 'others are')} called so too: {listed}"


def find_same(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the keys of what is called exactly so, in any case."""
    folded = " ".join(wanted.split()).casefold()
    return [key for key, name in names.items() if name.casefold() == folded]


def find_named(wanted: str, names: Mapping[str, str]) -> list[str]:
    """Return the keys that a word of somebody's stands for: several if it is not clear.

    That is the key itself, else a name, in any case, else a name with the beginning of its key, as
    `mark_same` gives it, else the beginning of a key or a part of a name.

    Args:
        wanted: What was asked for.
        names: Names by key.
    """
    text = " ".join(wanted.split())
    if text in names:
        return [text]
    folded = text.casefold()
    same = find_same(wanted, names) or _find_marked(text, names)
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

    Words that begin with another letter are not near: `body` is not what `nobody` meant.

    Args:
        wanted: What was asked for.
        names: Names that there are.
        otherwise: What to say if none comes near.
    """
    known = {name.casefold(): name for name in names}
    folded = " ".join(wanted.split()).casefold()
    near = difflib.get_close_matches(folded, known, _MOST, _ALIKE)
    words: dict[str, list[str]] = {}
    for name in known:
        for word in name.split():
            words.setdefault(word, []).append(name)
    for word in sorted(folded.split(), key=len, reverse=True):
        begun = [one for one in words if one[0] == word[0]]
        for alike in difflib.get_close_matches(word, begun, _MOST, _ALIKE):
            near += [name for name in words[alike] if name not in near]
    found = [known[name] for name in dict.fromkeys(near)][:_MOST]
    return f"did you mean {' or '.join(found)}?" if found else otherwise
