"""Headlines as words: which of them tell something, are names, or may begin and end a label."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from tracker.topics.months import is_month, list_months
from tracker.topics.phrase_words import CLOCK, EMPTY, LINKS, NAMING, PARTICLES, VERBS
from tracker.topics.terms import stem_words
from tracker.topics.words import FURNITURE, outlet_words, split_words, stop_words

_UNSPACED: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff"
_LETTER: Final = rf"[^\W_{_UNSPACED}]|[{_MARKS}]"
_TOKEN: Final = re.compile(
    rf"(?:[^\W\d_{_UNSPACED}]\.){{2,}}|(?:{_LETTER})+(?:[.'’\-‑/&](?:{_LETTER})+)*|[{_UNSPACED}]"
)
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_BYLINE: Final = re.compile(
    r"(?<=\S)\s+(?:Von|By|Par|Por|Ein\w* \w+ von)(?: (?:und|and|et|y|[A-ZÄÖÜÉ][\w.'’\-]+,?)){2,9}$"
)
_LONGEST: Final = 40  # letters of a word
_POSSESSIVE: Final = re.compile(r"(?:['’]s|['’])$", re.IGNORECASE)
_ELISION: Final = re.compile(
    r"(?:[cdjlmnst]|qu|dell|nell|all|dall|sull|un)['’](?=\w)", re.IGNORECASE
)
_ELIDING: Final = frozenset(("fr", "it", "ca"))
_JOINS: Final = re.compile(r"\s*|\s+&\s+")
_OPENS: Final = re.compile(r"(?:^|[\s(\[])['‘\"“„«]")
_SHARE_OF_CAPITALS: Final = 0.75  # of the longer words behind the first, in a Title Case Headline
_STYLED: Final = frozenset(("a", "an", "as", "by", "from", "or", "to", "up"))
_ADJECTIVE: Final = ("e", "en", "er", "es", "em")  # endings in German; verbs mostly have others
_OPENING: Final = ("e", "er", "es")  # those of them that a label may begin with
NOUNS_CAPITAL: Final = frozenset(("de", "lb"))
"""Languages that write nouns with a capital."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a headline, or one letter of a script without spaces.

    Attributes:
        start: Where it begins in the headline.
        end: Where it ends, a possessive ending left out.
        small: It in small letters, without a possessive ending.
        key: What its forms have in common.
        telling: Whether it may name something: no small word, no form of piece, no outlet.
        begins: Whether a phrase may begin with it.
        ends: Whether a phrase may end with it.
        capital: Whether it is written with a capital that says something: 1 if so, -1 if it is
            small, 0 where its place or the headline's style says nothing.
        first: Whether a part of the headline begins with it.
        last: Whether a part of the headline ends with it.
        barred: Whether no phrase may hold it.
        letter: Whether it is a letter of a script without spaces.
    """

    start: int
    end: int
    small: str
    key: str
    telling: bool
    begins: bool
    ends: bool
    capital: int
    first: bool
    last: bool
    barred: bool
    letter: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A headline as words.

    Attributes:
        text: The headline.
        words: Its words, in order.
        plain: Whether its capitals say something: it is neither in Title Case nor shouted.
        keys: The keys of its words.
        language: Its language, ISO 639-1; empty if unknown.
    """

    text: str
    words: tuple[Word, ...]
    plain: bool
    keys: frozenset[str]
    language: str

    def spell(self, start: int, end: int) -> str:
        """Return words `start` to `end` (not included) as the headline writes them."""
        return self.text[self.words[start].start : self.words[end - 1].end]


def read_line(text: str, language: str, outlets: Sequence[str] | frozenset[str]) -> Line:
    """Return a headline as words.

    Args:
        text: The headline.
        language: Its language, ISO 639-1; empty if unknown.
        outlets: Names or hosts of the outlets that no label shall name.
    """
    text = _BYLINE.sub("", text)
    found = [span for match in _TOKEN.finditer(text) for span in _elide(match, language)]
    spelt = [text[start:end] for start, end in found]
    bare = [_POSSESSIVE.sub("", word) or word for word in spelt]
    small = [word.lower() for word in bare]
    keys = [_root(key, language) for key in stem_words(small, language)]
    breaks = _find_breaks(text, found)
    plain = _is_plain(bare, breaks, language)
    names = _outlets(tuple(sorted(outlets)))
    words = []
    for i, (start, _) in enumerate(found):
        first, last = breaks[i], i + 1 == len(found) or breaks[i + 1]
        cased = bare[i][0].isupper() or bare[i][0].islower()
        capital = 0
        if cased and plain and (not first or not bare[i][0].isupper()):
            capital = 1 if _has_capital(bare[i]) else -1
        elif first and plain and sum(map(str.isupper, bare[i])) > 1:
            capital = 1  # NATO, iPhone, McDonald
        follows = i > 0 and not first
        if spelt[i].isdigit() and language not in NOUNS_CAPITAL:  # Euro 2020, but not: in 2020
            follows = follows and (_has_capital(spelt[i - 1]) or not _is_cased(spelt[i - 1]))
        if small[i] in list_months(language):  # Theresa May, but not: films of May
            follows = follows and _has_capital(spelt[i - 1])
        dated = is_month(small[i], language, capital) and not _opens_name(i, spelt, breaks, plain)
        begins, ends = _judge_ends(small[i], language, capital, follows=follows, dated=dated)
        outlet = small[i] in names
        before = bare[i - 1] if i and not first and language in NOUNS_CAPITAL else ""
        verb = capital < 0 and _is_german_verb(small[i], before, _stops(language))
        begins, ends = begins and not verb, ends and not verb
        words.append(
            Word(
                start, start + len(bare[i]), small[i], keys[i],
                begins and not outlet, begins and not outlet, ends and not outlet, capital,
                first, last,
                outlet or verb or len(bare[i]) > _LONGEST or _is_barred(small[i], begins, language),
                bool(_IS_UNSPACED.match(small[i])),
            )
        )  # fmt: skip
    return Line(text, tuple(words), plain, frozenset(keys), language)


def learn_names(lines: Sequence[Line]) -> list[Line]:
    """Let small words be names where a part begins with them, if they are names elsewhere."""
    known = {
        word.small for line in lines for word in line.words
        if word.capital > 0 and word.begins and word.small in stop_words(line.language or None)
    }  # fmt: skip
    if not known:
        return list(lines)
    return [
        replace(
            line,
            words=tuple(
                replace(word, begins=True, barred=False, telling=True)
                if word.small in known and line.text[word.start].isupper() and not word.last
                and line.text[line.words[i + 1].start].isupper()
                else word
                for i, word in enumerate(line.words)
            ),
        )
        for line in lines
    ]  # fmt: skip


def _has_capital(word: str) -> bool:
    return any(map(str.isupper, word))


def _is_cased(word: str) -> bool:
    return word.lower() != word.upper()


def _root(stem: str, language: str) -> str:
    """Return a stem that a country and its people have in common, where that is simple."""
    is_people = language == "en" and len(stem) > 5 and stem.endswith("an")
    return stem[:-1] if is_people else stem


def _elide(match: re.Match[str], language: str) -> list[tuple[int, int]]:
    """Return where the words of a match are: l'école is two."""
    start, end = match.span()
    article = _ELISION.match(match.group()) if language in _ELIDING else None
    return (
        [(start, start + article.end()), (start + article.end(), end)]
        if article
        else [(start, end)]
    )


def _find_breaks(text: str, found: Sequence[tuple[int, int]]) -> list[bool]:
    """Return of each word whether a phrase cannot reach over what stands before it."""
    breaks, quoted = [], False
    for i, (start, _) in enumerate(found):
        before = text[found[i - 1][1] if i else 0 : start]
        joins = bool(i) and _JOINS.fullmatch(before) is not None
        if _OPENS.search(before):
            quoted = True
        elif i and before.strip() in ("'", "’") and before[0] in "'’":
            # workers' strike, but not: 'lost' boys
            joins = not quoted and text[found[i - 1][1] - 1] in "sS"
            quoted = False
        breaks.append(not joins)
    return breaks


def _is_plain(words: Sequence[str], breaks: Sequence[bool], language: str) -> bool:
    """Return whether capitals mark names (in German nouns), not a style of headlines."""
    if words and all(w.isupper() for w in words if len(w) > 1 and w[0].isalpha()):
        return False
    if language in NOUNS_CAPITAL:
        return True
    inner = [
        w for w, b in zip(words, breaks, strict=True)
        if not b and w[0].isalpha() and w.lower() not in LINKS and w.lower() not in _STYLED
    ]  # fmt: skip
    small = sum(w[0].islower() for w in inner)
    return len(inner) < 3 or small > (1 - _SHARE_OF_CAPITALS) * len(inner)


def _judge_ends(
    word: str, language: str, capital: int, *, follows: bool, dated: bool
) -> tuple[bool, bool]:
    """Return whether a phrase may begin with a word, and whether it may end with it."""
    if _IS_UNSPACED.match(word):
        return word not in PARTICLES and not _is_kana(word), word not in PARTICLES and not _is_kana(
            word
        )
    if not any(map(str.isalpha, word)):
        # 9/11 stands alone; Euro 2020 and Apollo 11 follow a name.
        alone = "/" in word
        return alone, alone or (follows and len(word) <= 4)
    if len(word) < 2 or word in FURNITURE or word in EMPTY:
        return False, False
    if word in CLOCK or dated:
        return False, capital > 0 and follows
    if word in NAMING:
        return True, True
    stop = word in _stops(language)
    if stop and not (capital > 0 and language not in NOUNS_CAPITAL):
        return False, False
    if language == "en" and capital < 1 and len(word) > 4 and word.endswith("ed"):
        return True, False
    if language in NOUNS_CAPITAL and capital < 0 and not word.endswith(_OPENING):
        return False, False
    ends = word not in VERBS and not (language in NOUNS_CAPITAL and capital < 0)
    return word not in VERBS, ends


@cache
def _stops(language: str) -> frozenset[str]:
    return stop_words(language or None) - NAMING


def _opens_name(i: int, words: Sequence[str], breaks: Sequence[bool], plain: bool) -> bool:
    """Return whether a word begins a name: April Jones, March on Washington, but not: in April."""
    if i + 1 == len(words) or breaks[i + 1] or not words[i][0].isupper():
        return False
    led = not breaks[i] and words[i - 1].lower() in LINKS
    if words[i + 1].lower() not in LINKS:
        return words[i + 1][0].isupper() and (plain or not led)
    linked = i + 2 < len(words) and not breaks[i + 2] and words[i + 2][0].isupper()
    return linked and not led


@cache
def _outlets(sources: tuple[str, ...]) -> frozenset[str]:
    names: set[str] = set()
    for source in sources:
        names |= outlet_words(source) | set(split_words(source.lower()))
    return frozenset(name for name in names if len(name) > 1)


def _is_kana(letter: str) -> bool:
    return "\u3040" <= letter <= "\u309f"


def _is_german_verb(word: str, before: str, stops: frozenset[str]) -> bool:
    """Return whether a small word is a verb as far as its place says: Diebe schicken, not neuen."""
    # Behind a genitive it may be an adjective: Norlands neuen Hafen.
    placed = before[:1].isupper() and before[-1:] != "s"
    return placed and word.endswith("en") and word not in stops


def _is_barred(word: str, begins: bool, language: str) -> bool:
    if _IS_UNSPACED.match(word):
        return _is_kana(word) and word not in LINKS
    if begins or word in LINKS or word in CLOCK or word in list_months(language):
        return False
    if language in NOUNS_CAPITAL and word.isalpha() and not word.endswith(_ADJECTIVE):
        return True
    return word in EMPTY or word in FURNITURE or word in VERBS or word in _stops(language)
