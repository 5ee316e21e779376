"""How much a line speaks of its page: controls, forms and small print, in many languages."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from tracker.collector.harvest.memories import remember

KINDS: Final = (
    "account",
    "subscription",
    "comment",
    "legal",
    "share",
    "more",
    "site",
    "credit",
)
"""What furniture is for; the tables of `furniture.toml`."""

_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Furniture:
    """The page furniture that a line's words speak of.

    Attributes:
        kinds: What it is for, some of `KINDS`.
        share: The part of the line's characters in words that say so, in [0, 1].
    """

    kinds: frozenset[str]
    share: float


_NOTHING: Final = Furniture(frozenset(), 0.0)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    table = tomllib.loads(files(__package__).joinpath("furniture.toml").read_text("utf-8"))
    return {kind: _compile([stem.casefold() for stem in table[kind]]) for kind in KINDS}


def _compile(stems: list[str]) -> re.Pattern[str]:
    spaced = [re.escape(s) for s in stems if not _UNSPACED.match(s)]
    unspaced = [re.escape(s) for s in stems if _UNSPACED.match(s)]
    return re.compile("|".join([rf"\b(?:{'|'.join(spaced)})\w*", *unspaced]))


@remember
def find_furniture(text: str) -> Furniture:
    """Return the furniture that `text` speaks of.

    Source: `furniture.toml` beside this module, which readers may extend.
    """
    lowered = text.casefold()
    kinds = []
    covered = 0
    for kind, pattern in _patterns().items():
        found = [match.end() - match.start() for match in pattern.finditer(lowered)]
        if found:
            kinds.append(kind)
            covered += sum(found)
    if not kinds:
        return _NOTHING
    return Furniture(frozenset(kinds), min(1.0, covered / len(lowered)))
