"""Words of headlines, in any script."""

import re
from functools import cache

import stopwordsiso

_WORD = re.compile(r"\w+(?:['’]\w+)?")


def split_words(text: str) -> list[str]:
    """Return the words of `text`, lower case."""
    return [word for word in _WORD.findall(text.lower()) if len(word) > 1]


@cache
def stop_words() -> frozenset[str]:
    """Return the words of all languages that carry no topic."""
    return frozenset(stopwordsiso.stopwords(stopwordsiso.langs()))
