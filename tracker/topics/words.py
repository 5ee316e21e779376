"""Words of headlines, in any script."""

import re
from functools import cache
from typing import Final

import stopwordsiso

_WORD: Final = re.compile(r"\w+(?:['’\-]\w+)*")
_UNSPACED: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
_FURNITURE: Final = frozenset(
    re.findall(
        r"\w+",
        "live watch video videos opinion analysis podcast gallery photo photos picture pictures "
        "quiz update updates breaking exclusive explained explainer interview review newsletter",
    )
)


def split_words(text: str) -> list[str]:
    """Return the words of `text` as written; runs of unspaced scripts as pairs of letters."""
    words = []
    for word in _WORD.findall(text):
        runs = _UNSPACED.findall(word)
        if not runs:
            words.append(word)
        for run in runs:
            words += [run[i : i + 2] for i in range(max(1, len(run) - 1))]
    return words


def content_words(text: str, language: str | None) -> list[str]:
    """Return the words of `text` that may name a topic, in lower case.

    Where nothing would be left, all words are given.
    """
    words = [re.sub(r"['’]s$", "", word.lower()) for word in split_words(text)]
    stop = stop_words(language) | _FURNITURE
    kept = [w for w in words if w not in stop and len(w) > 1 and not w.isdigit()]
    return kept or words or ["–"]


@cache
def stop_words(language: str | None) -> frozenset[str]:
    """Return the words of a language that name no topic; English where it is not known."""
    code = language if language and stopwordsiso.has_lang(language) else "en"
    return frozenset(stopwordsiso.stopwords(code)) | frozenset(stopwordsiso.stopwords("en"))
