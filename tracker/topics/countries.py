"""Ready-made themes: every country by its names, people, adjectives and capital.

Names, adjectives (where a language bears the country's name) and capitals (where they stand for
a time zone) come from the Unicode CLDR through Babel, in the languages below. What it lacks, such
as English names of peoples and the words that mislead, is in `countries.tsv` beside this module:
code; people; capital (a CLDR zone, or names); language codes; more terms; excluded English terms.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from babel import Locale

from tracker.topics.terms import stem_words
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

_SHORTEST_STEM: Final = 4
_ENDINGS: Final = "aeiouyæøœıаеиіоуыэюяьєαειουηω" + "sς"
_CAPITAL_ADJECTIVES: Final = frozenset({"nl", "id", "ms", "vi"})
_WITHOUT_ADJECTIVES: Final = frozenset({"en", "tr", "ca"})
"""English ones are in the table; Turkish and Catalan names of languages are no adjectives."""

_MISLEADING: Final = frozenset(
    {
        *("alban", "albàn", "andor", "angol", "armen", "butan", "бутан", "camar", "comor", "komor"),
        *("finés", "georg", "granad", "grenad", "гренад", "island", "jordan", "katar", "kipar"),
        *("liber", "либер", "λιβερ", "mauric", "micron", "mikron", "monac", "monak", "niger"),
        *("parag", "pays-b", "roman", "tuval", "عمان", "عُمان", "مالي", "مالی"),
    }
)
"""Names and roots that in some language are mostly something else."""

_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
_OTHER_NAMES: Final = MappingProxyType(
    {
        **{"britain": "GB", "uk": "GB", "us": "US", "usa": "US", "korea": "KR", "korean": "KR"},
        **{"england": "GB-ENG", "english": "GB-ENG"},
        **{"scotland": "GB-SCT", "scottish": "GB-SCT", "scot": "GB-SCT"},
        **{"wales": "GB-WLS", "welsh": "GB-WLS"},
    }
)
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
    found: dict[str, dict[str, set[str]]] = {row.code: defaultdict(set) for row in rows}
    for name, locale in locales.items():
        codes = _NORWEGIAN if name == "no" else name[:2]
        shared = _count_roots(locale, rows)
        for row in rows:
            for term in _name(row, locale, shared):
                found[row.code][term].add(codes)
    terms = {row.code: [*_describe(row), *_merge(found[row.code])] for row in rows}
    english = locales["en"]
    themes = [
        Theme(
            name=_plain(english.territories[row.code]),
            terms=tuple(dict.fromkeys(terms[row.code])),
            exclude=tuple(t if ":" in t else f"en:{t}" for t in row.exclude),
            country=row.code,
        )
        for row in rows
    ]
    korea = _join_koreas(terms["KP"], terms["KR"], locales)
    return (*sorted(themes, key=lambda theme: theme.name), korea)


@cache
def name_countries() -> Mapping[str, str]:
    """Return the country (ISO 3166) of English words for it or its people, by their stems."""
    english, found = Locale.parse("en"), {}
    for row in _read_rows():
        for name in (*_name_country(row, english), *row.people):
            if " " not in name and not name.startswith('"'):
                found[_fold(name)] = row.code
    found |= _OTHER_NAMES
    return dict(zip(stem_words(list(found), "en"), found.values(), strict=True))


def _read_rows() -> list[_Row]:
    text = resources.files("tracker.topics").joinpath("countries.tsv").read_text("utf-8")
    rows = []
    for line in text.splitlines()[1:]:
        code, *cells = [*line.split("\t"), *[""] * _COLUMNS][:_COLUMNS]
        rows.append(_Row(code, *(tuple(filter(None, cell.split(";"))) for cell in cells)))
    return rows


def _describe(row: _Row) -> Iterator[str]:
    """Yield the English people of a country and the table's own terms, for every language."""
    for people in row.people:
        if people.startswith('"'):
            yield people
        else:
            yield from (f'"{people}"', f'"{people}s"')
    for capital in row.capital:
        if "/" not in capital:
            yield capital if capital.endswith("*") else _mark_name(capital, "")
    yield from row.more


def _name(row: _Row, locale: Locale, shared: dict[str, int]) -> Iterator[str]:
    """Yield the names, the capital and the adjective of a country in one language."""
    language = locale.language
    for name in _name_country(row, locale):
        yield _mark_name(name, language)
        root = _cut(name)
        if language != "en" and shared.get(root) == 1:
            yield f"^{root}*" if len(root) == _ROOT else f"{root}*"
    for zone in row.capital:
        if "/" in zone:
            city = locale.time_zones.get(zone, {}).get("city")
            yield _mark_name(city or zone.rsplit("/", 1)[-1].replace("_", " "), language)
    if language not in _WITHOUT_ADJECTIVES:
        for code in row.languages:
            yield from _mark_adjective(locale.languages.get(code.replace("-", "_"), ""), language)


def _name_country(row: _Row, locale: Locale) -> list[str]:
    names = map(_plain, _split_name(locale.territories.get(row.code, "")))
    return [name for name in names if name not in _MISLEADING]


def _count_roots(locale: Locale, rows: Iterable[_Row]) -> dict[str, int]:
    """Return how many countries' names begin with each root."""
    names = [_name_country(row, locale) for row in rows]
    roots = {root for several in names for root in map(_cut, several) if root}
    begun: Counter[str] = Counter()
    for several in names:
        folded = map(_fold, several)
        heads = {name[:end] for name in folded for end in range(_ROOT, len(name) + 1)}
        begun.update(roots & heads)
    return dict(begun)


def _cut(name: str) -> str:
    """Return a one-word name without its ending, or nothing if too little or too much is left."""
    root = _fold(name).rstrip(_ENDINGS)
    if " " in name or not _is_cased(name) or len(root) < _ROOT or root in _MISLEADING:
        return ""
    return root


def _fold(name: str) -> str:
    marked = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in marked if not unicodedata.combining(sign))


def _mark_adjective(adjective: str, language: str) -> Iterator[str]:
    """Yield an adjective as a term in all its forms, or by its beginning if little else is left."""
    if " " in adjective or not _is_cased(adjective) or adjective in _MISLEADING:
        return
    if len(stem_words([_fold(adjective)], language)[0]) >= _SHORTEST_STEM:
        yield f"^{adjective}" if language in _CAPITAL_ADJECTIVES else adjective
    elif len(adjective) >= _SHORTEST_STEM:
        yield f"{adjective}*"


def _mark_name(name: str, language: str) -> str:
    """Return a name as a term: as written, or with its capital and word forms where these help."""
    stem = stem_words([_fold(name)], language)[0]
    if _is_spaced(name) and (not _is_cased(name) or len(stem) < _SHORTEST_STEM):
        return f'"{name}"'
    return f"^{name}" if _is_cased(name) else name


def _split_name(name: str) -> list[str]:
    """Return a name and the other one it gives in brackets."""
    outside = re.sub(r"\s*[((].*?[))]\s*", " ", name).strip()
    inside = re.findall(r"[((](.*?)[))]", name)
    return [part for part in (outside, *inside) if part]


def _plain(name: str) -> str:
    return _TITLES.sub("", name.replace("’", "'").replace(" - ", "-"))


def _is_cased(text: str) -> bool:
    letter = next((sign for sign in text if sign.isalpha()), "")
    return bool(letter) and unicodedata.name(letter, "").startswith(_CASED)


def _is_spaced(text: str) -> bool:
    """Return whether the script puts spaces between words."""
    letter = next((sign for sign in text if sign.isalpha()), "")
    return not unicodedata.name(letter, "").startswith(_UNSPACED)


def _merge(terms: dict[str, set[str]]) -> Iterator[str]:
    """Yield each term once, with the languages it holds for.

    English names hold in any language as they are written: headlines quote them, and the language
    of a short headline is often mistaken.
    """
    for term, languages in terms.items():
        yield f"{','.join(sorted(languages))}:{term}"
        if "en" in languages and term.startswith("^"):
            yield f'"{term[1:]}"'


def _join_koreas(north: list[str], south: list[str], locales: dict[str, Locale]) -> Theme:
    """Return one theme for both, also by the word that their two names share."""
    bare: dict[str, set[str]] = defaultdict(set)
    for name, locale in locales.items():
        words = [set(locale.territories[code].split()) for code in ("KP", "KR")]
        for word in sorted(words[0] & words[1]):
            if _is_cased(word) and word[0].isupper():
                codes = _NORWEGIAN if name == "no" else name[:2]
                bare[f"^{_cut(word)}*" if _cut(word) else f"^{word}"].add(codes)
    own = ["Korea*", "корей*", "коре*"]
    terms = tuple(dict.fromkeys([*own, *_merge(bare), *north, *south]))
    return Theme(name="Korea", terms=terms, exclude=("en:koreatown",))
