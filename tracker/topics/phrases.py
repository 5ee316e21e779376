"""Phrases: the spans of headlines that may name what the headlines are about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tracker.topics.countries import name_countries
from tracker.topics.lines import NOUNS_CAPITAL, Line, Word, learn_names, read_line
from tracker.topics.phrase_words import ARTICLES, EMPTY, LINKS, VERBS
from tracker.topics.words import FURNITURE, is_same_word, stop_words

MOST_WORDS: Final = 5
MOST_LETTERS: Final = 8
"""Letters of a phrase in a script without spaces."""

_PART: Final = 0.8  # of the uses of a phrase, in a longer one that is meant then
_SUBJECT: Final = 100
INFLECTED: Final = frozenset(
    ("ru", "uk", "be", "pl", "cs", "sk", "hr", "sr", "sl", "el", "lt", "lv")
)
_PART_OF_NAME: Final = 0.6
_SET: Final = 3  # headlines that have the same words in the same order


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phrase stands: words `start` to `end` (not included) of a headline."""

    line: int
    start: int
    end: int


@dataclass(frozen=True)
class Phrase:
    """A span of words that headlines share.

    Attributes:
        keys: The keys of its words.
        telling: Those of them that say something.
        places: Where it stands, once a headline.
        left: How often a small word, a verb or the beginning of a part stands before it, in [0, 1].
        right: How often one, or the end of a part, stands behind it.
        name: Whether each of its words is written with a capital where that says something.
        capital: Whether none of its words is ever small.
        letters: Whether it is in a script without spaces.
        noun: Whether small words beside it anywhere are such as stand beside nouns, not verbs.
        forms: How it is written, and how often; the best evidence of its capitals only.
    """

    keys: tuple[str, ...]
    telling: tuple[str, ...]
    places: tuple[Place, ...]
    left: float
    right: float
    name: bool
    capital: bool
    letters: bool
    noun: bool
    forms: Mapping[str, int]

    @property
    def n_words(self) -> int:
        """Return how many words it has; what is written without spaces counts as two or three."""
        return 2 + (len(self.keys) > 4) if self.letters else len(self.keys)

    def spell(self) -> str:
        """Return it as most headlines write it."""
        return min(self.forms, key=lambda form: (-self.forms[form], len(form), form))


def find_phrases(lines: Sequence[Line]) -> tuple[list[Phrase], list[Phrase]]:
    """Return what may name the headlines: spans that two share, and spans of single ones.

    Left out is what stands mostly inside of a longer shared span: names are taken whole.
    """
    places: dict[tuple[str, ...], dict[int, Place]] = {}
    lines = learn_names(lines)
    for number, line in enumerate(lines):
        for start, end in _list_spans(line):
            keys = tuple(word.key for word in line.words[start:end])
            places.setdefault(keys, {}).setdefault(number, Place(number, start, end))
    found = {keys: list(at.values()) for keys, at in places.items()}
    shared = {keys: at for keys, at in found.items() if len(at) > 1}
    inside = _find_inside(shared, lines)
    return (
        [_read_phrase(k, at, lines) for k, at in shared.items() if k not in inside],
        [_read_phrase(k, at, lines) for k, at in found.items() if k not in shared],
    )


def _list_spans(line: Line) -> list[tuple[int, int]]:
    spans = []
    for start, first in enumerate(line.words):
        if not first.begins or first.barred:
            continue
        most = MOST_LETTERS if first.letter else MOST_WORDS
        for end in range(start + 1, min(start + most, len(line.words)) + 1):
            last = line.words[end - 1]
            if (end > start + 1 and last.first) or last.barred:
                break
            before = line.words[end - 2].small if end > start + 1 else ""
            if end > start + 1 and last.small in ARTICLES and before not in LINKS:
                break
            if before.endswith("s") and last.small.endswith("ing") and line.language == "en":
                continue  # prices soaring
            if last.ends and (not last.letter or end > start + 1):
                spans.append((start, end))
    return spans


def _find_inside(
    shared: Mapping[tuple[str, ...], Sequence[Place]], lines: Sequence[Line]
) -> set[tuple[str, ...]]:
    """Return the phrases that are parts of others: of names, or nearly always."""
    inside = set()
    for keys, at in shared.items():
        words = lines[at[0].line].words[at[0].start : at[0].end]
        for start in range(len(keys)):
            for end in range(start + 1, len(keys) + 1):
                part = keys[start:end]
                if part == keys or part not in shared:
                    continue
                rest = [*words[:start], *words[end:]]
                named = any(word.capital > 0 for word in rest) and all(
                    word.capital >= 0 or not word.telling for word in words
                )
                least = _PART_OF_NAME if named or words[start].letter else _PART
                if len(at) >= least * len(shared[part]):
                    inside.add(part)
    return inside


def _read_phrase(keys: tuple[str, ...], at: Sequence[Place], lines: Sequence[Line]) -> Phrase:
    spans = [lines[p.line].words[p.start : p.end] for p in at]
    telling = tuple(dict.fromkeys(w.key for span in spans for w in span if w.telling))
    sure = [_is_name(span) for span in spans]
    unsure = [all(w.capital >= 0 or not w.telling for w in span) for span in spans]
    cased = lines[at[0].line].language not in NOUNS_CAPITAL
    name = cased and any(sure) and sum(unsure) >= 0.5 * len(spans)
    bounds = [_bound(lines[p.line], p.start, p.end) for p in at]
    left, right = (sum(side) / len(at) for side in zip(*bounds, strict=True))
    capital = all(unsure) and lines[at[0].line].text[spans[0][0].start].isupper()
    return Phrase(
        keys,
        telling,
        tuple(at),
        left,
        right,
        name,
        capital,
        spans[0][0].letter,
        any(_is_led_to(lines[p.line], p.start) for p in at),
        _count_forms(at, lines),
    )


def _is_name(words: Sequence[Word]) -> bool:
    """Return whether capitals say that it is a name."""
    # Behind the capital that any headline begins with, one of a name says that both are.
    known = all(w.capital > 0 or (w.first and w.capital == 0) or not w.telling for w in words)
    return known and any(w.capital > 0 for w in words)


def _bound(line: Line, start: int, end: int) -> tuple[bool, bool]:
    """Return whether a span is bounded before and behind."""
    words = line.words
    before = None if words[start].first else words[start - 1]
    after = None if words[end - 1].last else words[end]
    # Behind a capital (in German behind what is no small word) a small letter is another part.
    least = 0 if line.language in NOUNS_CAPITAL else 1
    linked = start > 1 and not words[start].first and words[start - 1].small in LINKS
    cut = linked and words[start].capital > 0 and words[start - 2].capital > 0
    opens = not before or not before.begins or (before.capital < 0 < words[start].capital)
    closes = (
        not after or not after.begins or (after.capital < 0 and words[end - 1].capital >= least)
    )
    return opens and not cut, closes


def _is_led_to(line: Line, start: int) -> bool:
    """Return whether a small word says that a word is a noun: the storm, storm in Spain."""
    words, word = line.words, line.words[start]
    if word.small.startswith("ال"):
        return True
    if not word.first:
        return words[start - 1].small in LINKS
    return not word.last and words[start + 1].small in LINKS


def _count_forms(at: Sequence[Place], lines: Sequence[Line]) -> Counter[str]:
    """Count how a phrase is written: its commonest wording, in the case that is best attested."""
    ranked: dict[str, dict[int, Counter[str]]] = {}
    wordings: Counter[str] = Counter()
    for place in at:
        line = lines[place.line]
        form = line.spell(place.start, place.end)
        shouted = form.isupper() and not line.plain and len(form) > 4
        first = line.words[place.start].first
        rank = 3 if shouted else 2 if not line.plain else 1 if first else 0
        # What a part begins with is most often its subject, in the form that dictionaries have.
        wordings[form.casefold()] += _SUBJECT if first and line.language in INFLECTED else 1
        ranked.setdefault(form.casefold(), {}).setdefault(rank, Counter())[form] += 1
    best = min(wordings, key=lambda form: (-wordings[form], len(form), form))
    if lines[at[0].line].language in NOUNS_CAPITAL and best.removesuffix("s") in ranked:
        best = best.removesuffix("s")  # Israel, though more headlines have Israels
    rank = min(ranked[best])
    forms = ranked[best][rank]
    return Counter({form.title(): n for form, n in forms.items()}) if rank == 3 else forms


def find_set_phrase(one: Phrase, other: Phrase, lines: Sequence[Line]) -> list[Phrase]:
    """Return the words from one phrase to another that most headlines with both have alike.

    It may hold words that no other phrase may: a column is called so (In other news).
    """
    spans: dict[tuple[str, ...], list[Place]] = {}
    there = {p.line: p for p in one.places}
    both = [(there[p.line], p) for p in other.places if p.line in there]
    for a, b in both:
        start, end = min(a.start, b.start), max(a.end, b.end)
        words = lines[a.line].words[start:end]
        if len(words) <= MOST_WORDS and not any(word.first for word in words[1:]):
            spans.setdefault(tuple(w.key for w in words), []).append(Place(a.line, start, end))
    for keys, at in spans.items():
        if len(at) >= _SET and 2 * len(at) >= len(both):
            return [_read_phrase(keys, at, lines)]
    return []


def find_forms(lines: Sequence[Line]) -> list[Phrase]:
    """Return the verbs and words for forms that two headlines share: dies, pictures."""
    places: dict[str, dict[int, Place]] = {}
    for number, line in enumerate(lines):
        for i, word in enumerate(line.words):
            form = word.small in VERBS or word.small in EMPTY or word.small in FURNITURE
            if form and word.small not in stop_words(line.language or None):
                places.setdefault(word.key, {}).setdefault(number, Place(number, i, i + 1))
    return [
        _read_phrase((key,), list(at.values()), lines) for key, at in places.items() if len(at) > 1
    ]


def find_written(text: str, lines: Sequence[Line]) -> list[Phrase]:
    """Return a text as a phrase, if any of the headlines hold its words in its order."""
    at = []
    read = {
        language: tuple(word.key for word in read_line(text, language, ()).words)
        for language in {line.language for line in lines}
    }
    for number, line in enumerate(lines):
        keys, wanted = tuple(word.key for word in line.words), read[line.language]
        for start in range(len(keys) - len(wanted) + 1 if wanted else 0):
            if keys[start : start + len(wanted)] == wanted:
                at.append(Place(number, start, start + len(wanted)))
                break
    if not at:
        return []
    words = lines[at[0].line].words[at[0].start : at[0].end]
    return [_read_phrase(tuple(word.key for word in words), at, lines)]


def are_apart(one: Phrase, other: Phrase) -> bool:
    """Tell whether two phrases say different things."""
    if one.letters or other.letters:
        return not set(one.keys) & set(other.keys)
    country_of = name_countries()
    return not any(
        is_same_word(a, b) or (a in country_of and country_of[a] == country_of.get(b))
        for a in one.telling
        for b in other.telling
    )
