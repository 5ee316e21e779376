"""A topic's label: two to five words from its headlines."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from tracker.topics.words import split_words

_MOST_WORDS: Final = 5
_MOST_TERMS: Final = 3
_LOOKED_AT: Final = 200  # headlines; more would not change what is most common


def choose_label(terms: Sequence[str], texts: Sequence[str]) -> str:
    """Return two to five words that name a topic.

    Its best words that at least two headlines share, each widened to the phrase it is mostly
    used in, as the headlines write them.

    Args:
        terms: The topic's words, best first, in lower case.
        texts: Its headlines, latest last.
    """
    written = [split_words(text) for text in texts[-_LOOKED_AT:]]
    lines = [[word.lower() for word in words] for words in written]
    spread = Counter(word for line in lines for word in set(line))
    least = 2 if len(lines) > 1 else 1
    shared = [term for term in terms if spread[term] >= least]
    others = [term for term in terms if 0 < spread[term] < least]
    known = set(terms)
    phrases: list[tuple[str, ...]] = []
    for term in [*shared, *others]:
        n_words = sum(map(len, phrases))
        enough = len(phrases) == _MOST_TERMS or (term not in shared and n_words > 1)
        if enough or n_words >= _MOST_WORDS:
            break
        if any(is_same_word(term, word) for phrase in phrases for word in phrase):
            continue
        phrase = _widen(term, lines, known)
        if any(is_same_word(a, b) for old in phrases for a in old for b in phrase):
            phrase = (term,)
        if n_words + len(phrase) <= _MOST_WORDS:
            phrases.append(phrase)
    label = " ".join(_write(phrase, written, lines) for phrase in phrases)
    return label or " ".join(texts[-1].split()[:_MOST_WORDS])


def _widen(term: str, lines: Sequence[Sequence[str]], known: set[str]) -> tuple[str, ...]:
    """Add the word before or after it where at least half of its uses have the same one there."""
    uses = sum(term in line for line in lines)
    phrase: tuple[str, ...] = (term,)
    while len(phrase) < _MOST_TERMS:
        beside: Counter[tuple[str, ...]] = Counter()
        for line in lines:
            for i in range(len(line) - len(phrase) + 1):
                if tuple(line[i : i + len(phrase)]) == phrase:
                    if i and line[i - 1] in known:
                        beside[(line[i - 1], *phrase)] += 1
                    if i + len(phrase) < len(line) and line[i + len(phrase)] in known:
                        beside[(*phrase, line[i + len(phrase)])] += 1
        best = min(beside.items(), key=lambda item: (-item[1], item[0]), default=None)
        if best is None or best[1] < max(2, uses / 2) or len(set(best[0])) < len(best[0]):
            break
        phrase = best[0]
    return phrase


def is_same_word(one: str, other: str) -> bool:
    """Tell whether two words say the same: all but their endings, or one is part of the other."""
    short, long = sorted((one, other), key=len)
    stem = short[: max(4, len(short) - 2)]
    part = short[: max(5, len(short) - 2)]
    return one == other or (
        len(short) >= 4 and (long.startswith(stem) or (len(part) >= 5 and part in long))
    )


def _write(
    phrase: tuple[str, ...], written: Sequence[Sequence[str]], lines: Sequence[Sequence[str]]
) -> str:
    forms: Counter[tuple[str, ...]] = Counter()
    for words, line in zip(written, lines, strict=True):
        for i in range(len(line) - len(phrase) + 1):
            if tuple(line[i : i + len(phrase)]) == phrase:
                forms[tuple(words[i : i + len(phrase)])] += 1
    form = min(forms.items(), key=lambda item: (-item[1], item[0]))[0] if forms else phrase
    text = " ".join(form)
    # Pairs of letters overlap: the pairs of a phrase are put back on each other.
    return re.sub(r"(\w) \1", r"\1", text) if all(len(word) == 2 for word in form) else text
