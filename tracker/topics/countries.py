"""Ready-made themes: every country by its names, people, adjectives and capital.

Names, adjectives (where a language bears the country's name) and capitals (where they stand for
a time zone) come from the Unicode CLDR through Babel, in the languages below. What it lacks, such
as English names of peoples and the words that mislead, is in `countries.tsv` beside this module:
code; people; capital (a CLDR zone, or names); language codes; more terms; excluded English terms.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from babel import Locale

from tracker.topics.themes import Theme

LOCALES: Final = (
    *("en", "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "es", "et", "fa", "fi", "fr", "he"),
    *("hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro"),
    *("ru", "sk", "sl", "sr", "sr_Latn", "sv", "th", "tr", "uk", "vi", "zh", "zh_Hant"),
)
"""CLDR locales whose names are taken; the first two letters are the headlines' language."""

_NORWEGIAN: Final = "nb,nn,no"
_CASED: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")
_ROOT: Final = 5
"""Least letters of a name without its ending that stand for it whatever follows (ukrain…)."""

_COLUMNS: Final = 6
_TITLES: Final = re.compile(r"\s+(?:SAR|R\.A\.S\.).*$")


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table."""

    code: str
    people: tuple[str, ...]
    capital: tuple[str, ...]
    languages: tuple[str, ...]
    more: tuple[str, ...]
    exclude: tuple[str, ...]


@cache
def country_themes() -> tuple[Theme, ...]:
    """Return a theme for each country, named in English, and one for both Koreas together."""
    rows = _read_rows()
    locales = {name: Locale.parse(name) for name in LOCALES}
    terms: dict[str, list[str]] = {row.code: [] for row in rows}
    foreign: dict[str, dict[str, set[str]]] = {row.code: defaultdict(set) for row in rows}
    for name, locale in locales.items():
        codes = _NORWEGIAN if name == "no" else name[:2]
        shared = _count_roots(locale, rows)
        for row in rows:
            for term in _name(row, locale, shared):
                foreign[row.code][term].add(codes)
    for row in rows:
        terms[row.code] = [*_describe(row), *_merge(foreign[row.code])]
    english = locales["en"]
    themes = [
        Theme(
            name=_plain(english.territories[row.code]),
            terms=tuple(dict.fromkeys(terms[row.code])),
            exclude=tuple(f"en:{term}" for term in row.exclude),
            country=row.code,
        )
        for row in rows
    ]
    korea = _join_koreas(terms["KP"], terms["KR"], locales)
    return (*sorted(themes, key=lambda theme: theme.name), korea)


def _read_rows() -> list[_Row]:
    text = resources.files("tracker.topics").joinpath("countries.tsv").read_text("utf-8")
    rows = []
    for line in text.splitlines()[1:]:
        code, *cells = [*line.split("\t"), *[""] * _COLUMNS][:_COLUMNS]
        rows.append(_Row(code, *(tuple(filter(None, cell.split(";"))) for cell in cells)))
    return rows


def _describe(row: _Row) -> Iterator[str]:
    """Yield the terms that hold in every language: English ones and the table's own."""
    for people in row.people:
        yield people if people.startswith('"') else f"^{people}"
    for capital in row.capital:
        if "/" not in capital:
            yield _mark_name(capital)
    yield from row.more


def _name(row: _Row, locale: Locale, shared: dict[str, int]) -> Iterator[str]:
    """Yield the names, the capital and the adjective of a country in one language."""
    names = [_plain(name) for name in _split_name(locale.territories.get(row.code, ""))]
    for name in names:
        yield _mark_name(name)
        root = _cut(name)
        if locale.language != "en" and shared.get(root) == 1:
            yield f"^{root}*" if locale.language in {"it", "es", "pt", "fr"} else f"{root}*"
    for zone in row.capital:
        if "/" in zone:
            city = locale.time_zones.get(zone, {}).get("city")
            yield _mark_name(city or zone.rsplit("/", 1)[-1].replace("_", " "))
    if locale.language != "en":
        for language in row.languages:
            adjective = locale.languages.get(language.replace("-", "_"), "")
            if len(adjective.split()) == 1 and _is_cased(adjective):
                yield adjective


def _count_roots(locale: Locale, rows: Iterable[_Row]) -> dict[str, int]:
    """Return how many countries' names begin with each root."""
    names = {
        row.code: [_plain(n) for n in _split_name(locale.territories.get(row.code, ""))]
        for row in rows
    }
    roots = {root for several in names.values() for root in map(_cut, several) if root}
    return {
        root: sum(any(n.casefold().startswith(root) for n in several) for several in names.values())
        for root in roots
    }


def _cut(name: str) -> str:
    """Return a one-word name without its ending, or nothing if it is too short for that."""
    root = name.casefold().rstrip("aeiouyáéíóúàèòùâêîôûäëïöüąęěůаеиіоуыэюяйьїєαεηιουωάέήίόύώςs")
    if " " in name or not _is_cased(name) or len(root) < _ROOT:
        return ""
    return root


def _split_name(name: str) -> list[str]:
    """Return a name and the other one it gives in brackets."""
    outside = re.sub(r"\s*[((].*?[))]\s*", " ", name).strip()
    inside = re.findall(r"[((](.*?)[))]", name)
    return [part for part in (outside, *inside) if part]


def _plain(name: str) -> str:
    return _TITLES.sub("", name.replace("’", "'").replace(" - ", "-"))


def _mark_name(name: str) -> str:
    """Return a name as a term that needs its capital, where the script has capitals."""
    return f"^{name}" if _is_cased(name) and not name.startswith(("^", '"')) else name


def _is_cased(text: str) -> bool:
    letter = next((sign for sign in text if sign.isalpha()), "")
    return bool(letter) and unicodedata.name(letter, "").startswith(_CASED)


def _merge(terms: dict[str, set[str]]) -> Iterator[str]:
    """Yield each term once, with the languages it holds for; English ones hold everywhere."""
    for term, languages in terms.items():
        yield term if "en" in languages else f"{','.join(sorted(languages))}:{term}"


def _join_koreas(north: list[str], south: list[str], locales: dict[str, Locale]) -> Theme:
    """Return one theme for both, also by the word that their two names share."""
    bare: dict[str, set[str]] = defaultdict(set)
    for name, locale in locales.items():
        words = [set(locale.territories[code].split()) for code in ("KP", "KR")]
        for word in words[0] & words[1]:
            if _is_cased(word) and word[0].isupper():
                codes = _NORWEGIAN if name == "no" else name[:2]
                bare[f"^{_cut(word)}*" if _cut(word) else f"^{word}"].add(codes)
    own = ["^Korea", "^Korean", "Korea*", "Корей*", "Коре*"]
    terms = tuple(dict.fromkeys([*own, *_merge(bare), *north, *south]))
    return Theme(name="Korea", terms=terms, exclude=("en:koreatown",))
