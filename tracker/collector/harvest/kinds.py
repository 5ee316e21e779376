"""What kind of list a heading announces, from a table of words in many languages."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

LONGEST_HEADING: Final = 120
"""Characters; anything longer is not a heading."""

_ROLES: Final = ("slot", "service")
"""What a heading may announce that is no list of headlines: an advertising slot, a service."""

_PRECEDENCE: Final = (
    *_ROLES,
    "sponsored",
    "nextprev",
    "other",
    "most_read",
    "related",
    "picks",
    "latest",
    "section",
)
"""Which kind wins where two phrases of equal length are found."""

_SPACELESS: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_MARKS: Final = re.compile(r"[\u0300-\u036f\u064b-\u0652\u0640\u200b-\u200f\u2060\ufeff]")
_REMEMBERED: Final = 16384
"""Texts whose label is remembered: pages ask again, and a source's pages share their furniture."""
_STEM: Final = 3
_PUNCTUATION: Final = re.compile(r"[^\w\s+]|_")
_ASCII: Final = str.maketrans(
    {chr(i): " " for i in range(128) if not (chr(i).isalnum() or chr(i) == "+")}
)


@dataclass(frozen=True, slots=True)
class Label:
    """A phrase of the table found in a heading.

    Attributes:
        kind: The kind of list it announces.
        phrase: The phrase, folded.
        share: The part of the heading's letters that it covers, in (0, 1].
        leads: Whether the heading begins with it.
    """

    kind: str
    phrase: str
    share: float
    leads: bool


@dataclass(frozen=True, slots=True)
class _Phrases:
    whole: Mapping[str, str]
    exact: Mapping[str, str]
    prefixes: Mapping[str, tuple[tuple[str, str], ...]]
    anywhere: Mapping[str, Sequence[tuple[str, str, int]]]
    """By their first letter: phrase, kind and place among all, the longest first."""
    starts: frozenset[str]
    """First words of phrases, or first letters of phrases of one word."""
    heads: frozenset[str]
    """What phrases of several words begin with, one word or more."""


def fold(text: str) -> str:
    """Return `text` without case, accents, punctuation and invisible characters, words spaced."""
    if text.isascii():
        return " ".join(text.lower().replace("'", "").translate(_ASCII).split())
    text = unicodedata.normalize("NFKD", text.casefold()).replace("'", "").replace("’", "")
    text = unicodedata.normalize("NFC", _MARKS.sub("", text))
    return " ".join(_PUNCTUATION.sub(_without_punctuation, text).split())


def _without_punctuation(match: re.Match[str]) -> str:
    """Return the combining marks of letters, which are no punctuation, as they are."""
    return match[0] if unicodedata.category(match[0])[0] == "M" else " "


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8"))


@cache
def _marks() -> frozenset[str]:
    return frozenset(fold(mark) for marks in _table()["mark"].values() for mark in marks)


def is_mark(text: str) -> bool:
    """Say whether a text beside a headline does nothing but call it an advertisement."""
    return fold(text) in _marks()


@cache
def _phrases() -> _Phrases:
    table = _table()
    whole: dict[str, str] = {}
    exact: dict[str, str] = {}
    prefixes: dict[str, dict[str, str]] = {}
    anywhere: dict[str, str] = {}
    for kind in reversed(_PRECEDENCE):
        for phrase in (p for language in table[kind].values() for p in language):
            folded = fold(phrase)
            if not folded:
                continue
            if phrase.startswith("="):
                whole[folded] = kind
            elif _SPACELESS.search(folded):
                anywhere[folded] = kind
            elif phrase.endswith("*"):
                head, _, last = folded.rpartition(" ")
                prefixes.setdefault(f"{head}|{last[:_STEM]}", {})[last] = kind
            else:
                exact[folded] = kind
    heads: set[str] = set()
    starts = {stem for head, stem in (key.split("|") for key in prefixes) if not head}
    for words in (p.split() for p in [*exact, *(key.replace("|", " ") for key in prefixes)]):
        heads.update(" ".join(words[:n]) for n in range(1, len(words)))
        starts.add(words[0])
    ordered = {h: tuple(sorted(t.items(), key=lambda x: -len(x[0]))) for h, t in prefixes.items()}
    by_letter: dict[str, list[tuple[str, str, int]]] = {}
    by_length = sorted(anywhere.items(), key=lambda x: -len(x[0]))
    for place, (phrase, kind) in enumerate(by_length):
        by_letter.setdefault(phrase[0], []).append((phrase, kind, place))
    return _Phrases(whole, exact, ordered, by_letter, frozenset(starts), frozenset(heads))


def find_label(heading: str, *, formats: bool = False) -> Label | None:
    """Return the longest phrase of the table in `heading`, or None.

    Args:
        heading: The heading.
        formats: Whether a format of stories, as videos, counts as the label of a section.

    Source: `kinds.toml` beside this module, which readers may extend.
    """
    if not heading or len(heading) > LONGEST_HEADING:
        return None
    return _find_label(heading, formats)


@lru_cache(maxsize=_REMEMBERED)
def _find_label(heading: str, formats: bool) -> Label | None:
    folded = fold(heading)
    table = _phrases()
    if folded in table.whole:
        return Label(table.whole[folded], folded, 1.0, leads=True)
    found = [*_found_in_words(folded.split(), table)]
    if _SPACELESS.search(folded):
        begun = table.anywhere.keys() & set(folded)
        inside = [x for c in begun for x in table.anywhere[c] if x[0] in folded]
        found += [(3 * len(p), kind, p) for p, kind, _ in sorted(inside, key=lambda x: x[2])]
    if not formats:
        found = [f for f in found if f[1] != "section"]
    if not found:
        return None
    phrases = [f[2] for f in found]
    whole = [f for f in found if not any(f[2] != p and f[2] in p for p in phrases)]
    if any(f[1] in ("latest", "most_read") for f in whole):
        whole = [f for f in whole if f[1] != "section"]
    _, kind, phrase = max(
        whole, key=lambda f: (f[0] * (f[1] != "latest" or 0.4), -_PRECEDENCE.index(f[1]))
    )
    leads = folded.startswith(phrase)
    return Label(kind, phrase, len(phrase) / len(folded), leads)


def _found_in_words(words: list[str], table: _Phrases) -> Iterator[tuple[int, str, str]]:
    for start, word in enumerate(words):
        if word not in table.starts and word[:_STEM] not in table.starts:
            continue
        head = ""
        for last in words[start:]:
            phrase = f"{head} {last}" if head else last
            kind = table.exact.get(phrase)
            if kind is not None:
                yield len(phrase), kind, phrase
            else:
                for prefix, prefix_kind in table.prefixes.get(f"{head}|{last[:_STEM]}", ()):
                    if last.startswith(prefix):
                        yield len(head) + 1 + len(prefix), prefix_kind, phrase
                        break
            if phrase not in table.heads:
                break
            head = phrase


def kind_of_heading(heading: str, *, formats: bool = False) -> str | None:
    """Return the kind of list that `heading` announces, or None where its words do not say.

    A phrase counts where the heading begins with it or where it is most of the heading, so
    that a headline which happens to hold such a word announces nothing.

    Args:
        heading: The heading.
        formats: Whether a format of stories, as videos, announces a section.
    """
    announced = announce(heading, formats=formats)
    return None if announced in _ROLES else announced


def announce(heading: str, *, formats: bool = False) -> str | None:
    """Return what `heading` announces: a kind of list, "service", "slot" or None."""
    label = find_label(heading, formats=formats)
    return _announce(heading, label) if label else None


@lru_cache(maxsize=_REMEMBERED)
def _announce(heading: str, label: Label) -> str | None:
    n_words = len(heading.split())
    least = 0.4
    if label.kind == "most_read" and len(label.phrase) >= 8:
        least = 0.24
    elif label.kind != "latest" and len(heading) <= 8 and _SPACELESS.search(label.phrase):
        least = 0.3
    mostly = label.share >= least or (label.leads and n_words <= 8)
    ends = n_words <= 5 and fold(heading).endswith(label.phrase)
    return label.kind if mostly or ends else None
