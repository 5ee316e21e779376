"""How many words a text has, in any script."""

import re
from typing import Final

from tracker.collector.harvest.memories import remember

_WORD: Final = re.compile(r"[^\W\d_]\S*")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_THAI: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)
_RUN: Final = re.compile(rf"{_UNSPACED.pattern}+")
_LATIN: Final = re.compile(r"[A-Za-z0-9]+")
_LETTERS_PER_WORD: Final = ((_HAN, 1.7), (_KANA, 2.6), (_THAI, 4.5))
"""Letters to a word in scripts written without spaces, so that headlines there count alike."""


def is_unspaced(text: str) -> bool:
    """Say whether a text has letters of a script that is written without spaces."""
    return not text.isascii() and bool(_UNSPACED.search(text))


@remember
def count_words(text: str) -> float:
    """Return the number of words in `text`, judged by letters where the script has no spaces."""
    if text.isascii() or not _UNSPACED.search(text):
        return float(len(_WORD.findall(text)))
    counts = [(len(letters.findall(text)), per_word) for letters, per_word in _LETTERS_PER_WORD]
    if sum(n for n, _ in counts) * 3 <= len(text):
        return float(len(_WORD.findall(text)))
    return sum(n / per_word for n, per_word in counts) + 0.7 * len(_LATIN.findall(text))


def find_names(text: str) -> frozenset[str]:
    """Return the words of folded `text` that may name what it is about: four letters or more.

    Of three letters or more of a script without spaces these are all pairs of letters.
    """
    found = {word for word in text.split() if len(word) > 3 and not _UNSPACED.search(word)}
    for run in _RUN.findall(text):
        found |= {run[i : i + 2] for i in range(len(run) - 1) if len(run) > 2}
    return frozenset(found)
