"""Months: words of dates, which are also names and other words."""

import unicodedata
from functools import cache

from babel import Locale, UnknownLocaleError


@cache
def list_months(language: str) -> frozenset[str]:
    """Return the months in a language (ISO 639-1; English if empty), in small letters.

    Short forms are left out, which are other words too often: Jan, the sea (mar), the set.
    """
    return frozenset(name.lower() for name in _spell_months(language))


def is_month(word: str, language: str, capital: int) -> bool:
    """Return whether a word is a month as its language writes it.

    Args:
        word: The word, in small letters.
        language: Its language, ISO 639-1; empty if unknown.
        capital: As in `tracker.topics.lines.Word`.
    """
    if word not in list_months(language):
        return False
    # Small in French, where Mars is the planet; in English what is small is no month.
    return capital < 1 if word in _spell_months(language) else capital > -1


@cache
def _spell_months(language: str) -> frozenset[str]:
    """Return the months as a language writes them in dates and alone."""
    try:
        kinds = Locale.parse(language or "en").months.values()
    except (UnknownLocaleError, ValueError):
        return frozenset()
    names = {name for kind in kinds for name in kind["wide"].values()}
    return frozenset(name for name in names if all(map(_is_spelt, name)))


def _is_spelt(sign: str) -> bool:
    """Return whether a sign is a letter or a mark on one, such as the vowels of Hindi."""
    return unicodedata.category(sign)[0] in "LM"
