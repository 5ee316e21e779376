"""What the names of elements say about what they hold, from a table of words."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

_WORDS: Final = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
_STEM: Final = 3


@dataclass(frozen=True, slots=True)
class _Table:
    exact: Mapping[str, frozenset[str]]
    stems: Mapping[str, tuple[tuple[str, str], ...]]


@cache
def _table() -> _Table:
    rows = tomllib.loads(files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
    exact: dict[str, set[str]] = {}
    stems: dict[str, list[tuple[str, str]]] = {}
    for sign, phrases in rows.items():
        for phrase in phrases:
            if phrase.endswith("*"):
                head, _, last = phrase[:-1].rpartition(" ")
                stems.setdefault(f"{head}|{last[:_STEM]}", []).append((last, sign))
            else:
                exact.setdefault(phrase, set()).add(sign)
    return _Table(
        {phrase: frozenset(signs) for phrase, signs in exact.items()},
        {key: tuple(found) for key, found in stems.items()},
    )


@lru_cache(maxsize=65536)
def signs_of(names: str) -> frozenset[str]:
    """Return the signs that the names of an element (its classes and id) bear.

    Source: `names.toml` beside this module, which readers may extend.
    """
    table = _table()
    found: set[str] = set()
    before = ""
    for word in _WORDS.findall(names):
        word = word.lower()
        for head in ("", before) if before else ("",):
            signs = table.exact.get(f"{head} {word}" if head else word)
            if signs:
                found |= signs
            for stem, sign in table.stems.get(f"{head}|{word[:_STEM]}", ()):
                if word.startswith(stem):
                    found.add(sign)
        before = word
    return frozenset(found)
