"""Judges of phrases: how well a phrase names the headlines of a topic."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tracker.topics.languages import settle_languages
from tracker.topics.lines import NOUNS_CAPITAL, Line, read_line
from tracker.topics.phrase_words import NAMING
from tracker.topics.phrases import MOST_WORDS, Phrase, find_phrases

LEAST_SPREAD: Final = 0.34
"""Share of the headlines, in which a second phrase stands."""
ENOUGH: Final = 8
"""Headlines, up to which a topic counts as small."""
_LOOKED_AT: Final = 200  # headlines, spread over all; more would not change what is common
_FADE: Final = 0.9  # weight of a term against the one before it
_UNLISTED: Final = 0.1  # weight of a word that is no term
_NOUN: Final = 0.4  # of a noun that stop words keep from being a term
_LISTED: Final = 0.4  # weight from which on a word is one of the topic's terms
_TOLD: Final = 0.6  # of 1, from which on a word names a subject
_LEAST_TOLD: Final = 0.25  # what a word is worth that tells nothing
_WHOLE: Final = 0.25  # of the headlines, in which a longer form of a name stands
_WRITTEN: Final = 0.1  # of the headlines, in which it stands unshortened
_SHORT: Final = 3  # words of a phrase that may stay though headlines say it in pieces only
_IN_PIECES: Final = 0.6  # of a headline that has all words of a phrase, but not together
_FOREIGN: Final = 0.6  # what a phrase is worth that the topic's main language does not have
_SHAPES: Final = (0.0, 0.75, 1.0, 1.0, 0.85, 0.7)
"""How good a label of so many words is."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A headline of a topic.

    Attributes:
        text: The headline.
        language: Its language, ISO 639-1; empty if unknown.
        source: Who published it.
        event: Its event.
    """

    text: str
    language: str = ""
    source: str = ""
    event: str = ""

    @property
    def parts(self) -> tuple[str, str, str]:
        """Text, language and source."""
        return self.text, self.language, self.source


@dataclass
class Judge:
    """Judges the phrases of a topic.

    Attributes:
        lines: Its headlines, each wording of an event once.
        shares: How much each counts, 1 in all.
        weights: How much a word says of the topic, by its key.
        shared: What may name it, because two headlines share it.
        single: What stands in one headline only.
        told: How much words tell that headlines of all topics were judged by, by their keys.
        language: The language of most of it.
        size: How many headlines it has, those that are not looked at too.
    """

    lines: Sequence[Line]
    shares: Sequence[float]
    weights: Mapping[str, float]
    shared: Sequence[Phrase]
    single: Sequence[Phrase]
    told: Mapping[str, float]
    language: str
    size: int
    _spreads: dict[tuple[str, ...], float] = field(default_factory=dict)
    _lines: dict[tuple[str, ...], frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        terms: Sequence[str],
        sayings: Sequence[Saying],
        telling: Mapping[str, float],
    ) -> "Judge":
        """Return the judge of the phrases of some headlines.

        Args:
            terms: The topic's words, best first, in lower case.
            sayings: Its headlines, latest last.
            telling: How much words tell, in [0, 1], in small letters.
        """
        some = sayings[:: max(1, -(-len(sayings) // _LOOKED_AT))]
        kept = list({(one.event, one.text): one for one in some}.values())
        outlets = frozenset(one.source for one in kept)
        languages = settle_languages(
            [one.text for one in kept], [one.source for one in kept], [one.language for one in kept]
        ).tolist()
        lines = [
            read_line(one.text, code, outlets) for one, code in zip(kept, languages, strict=True)
        ]
        sizes = Counter(one.event for one in kept)
        raw = [sizes[one.event] ** -0.5 if one.event else 1.0 for one in kept]
        total = sum(raw) or 1.0
        spoken: dict[str, float] = {}
        for line, value in zip(lines, raw, strict=True):
            spoken[line.language] = spoken.get(line.language, 0.0) + value
        language = max(spoken, key=lambda code: (spoken[code], code), default="")
        shares = [value / total for value in raw]
        # Names are known by their capitals; a country is in the news for many things.
        names = {word.key for line in lines for word in line.words if word.capital > 0}
        told = {
            word.key: telling[word.small]
            for line in lines for word in line.words
            if word.small in telling and word.key not in names
        }  # fmt: skip
        weights = _weigh_words(lines, terms, told)
        return cls(lines, shares, weights, *find_phrases(lines), told, language, len(sayings))

    def rank(self, phrases: Sequence[Phrase]) -> list[Phrase]:
        """Return phrases, the best first."""
        return sorted(phrases, key=lambda p: (-self.score(p), p.keys))

    def weigh(self, phrase: Phrase) -> float:
        """Return how much the words of a phrase say of the topic, together."""
        return sum((self.weights.get(key, 0.0) for key in phrase.telling), 0.0)

    def spread(self, phrase: Phrase) -> float:
        """Return the share of the headlines that speak of it, in [0, 1]."""
        if phrase.keys not in self._spreads:
            self._spreads[phrase.keys] = self._measure_spread(phrase)
        return self._spreads[phrase.keys]

    def _measure_spread(self, phrase: Phrase) -> float:
        at = {place.line for place in phrase.places}
        whole = self.weigh(phrase) or 1.0
        total = 0.0
        for number, (line, share) in enumerate(zip(self.lines, self.shares, strict=True)):
            if number in at:
                total += share
                continue
            there = [key for key in phrase.telling if key in line.keys]
            part = sum(self.weights.get(key, 0.0) for key in there) / whole
            by_surname = self.is_shortened(phrase) and there[-1:] == [phrase.telling[-1]]
            if len(there) == len(phrase.telling) or by_surname:
                total += share * _IN_PIECES
            elif part >= 0.5:
                total += share * _IN_PIECES * part / 2
        return total

    def find_lines(self, phrase: Phrase) -> frozenset[int]:
        """Return the headlines that say all of a phrase, together or in pieces."""
        if phrase.keys not in self._lines:
            wanted = {*(phrase.telling[-1:] if self.is_shortened(phrase) else phrase.telling)}
            there = {place.line for place in phrase.places}
            there |= {i for i, line in enumerate(self.lines) if wanted and wanted <= line.keys}
            self._lines[phrase.keys] = frozenset(there)
        return self._lines[phrase.keys]

    @staticmethod
    def is_shortened(phrase: Phrase) -> bool:
        """Return whether headlines may call what a phrase names by its last word alone."""
        return phrase.name and len(phrase.telling) == len(phrase.keys)

    def cover(self, phrases: Iterable[Phrase]) -> float:
        """Return the share of the headlines that say one of some phrases, in [0, 1]."""
        lines = {i for phrase in phrases for i in self.find_lines(phrase)}
        return sum(self.shares[i] for i in lines)

    def cover_whole(self, phrase: Phrase) -> float:
        """Return the share of the headlines that hold a phrase as it is, in [0, 1]."""
        return sum(self.shares[place.line] for place in phrase.places)

    def score(self, phrase: Phrase) -> float:
        """Return how well a phrase names the topic: what it says, of how many, in what form."""
        # What is never written small may be a name that headlines begin with.
        right = max(phrase.right, 0.5 if phrase.capital else 0.0)
        clean = 0.4 + 0.2 * phrase.left + 0.4 * right
        name = 1.15 if phrase.name else 1.08 if phrase.capital else 1.0
        shape = _SHAPES[min(phrase.n_words, MOST_WORDS)]
        own = any(self.lines[place.line].language == self.language for place in phrase.places)
        whole = math.sqrt(self.weigh(phrase)) * self.spread(phrase)
        return whole * clean * name * shape * (1.0 if own else _FOREIGN)

    def is_whole(self, longer: Phrase, name: Phrase) -> bool:
        """Return whether a name is one that the headlines shorten: Elizabeth for Elizabeth II."""
        at_end = name.keys[0] in (longer.keys[0], longer.keys[-1])
        return at_end and self.is_longer(longer, name, _WHOLE)

    def is_longer(self, longer: Phrase, word: Phrase, least: float) -> bool:
        """Return whether enough headlines mean a longer phrase when they say one word of it."""
        if self.is_shortened(longer):
            return self.spread(longer) >= least and self.cover_whole(longer) >= _WRITTEN
        ends = longer.name or not word.name or self.ends_well(longer)
        return ends and self.cover([longer]) >= least

    def is_listed(self, phrase: Phrase) -> bool:
        """Return whether the words of a phrase are among the topic's terms."""
        return self.weigh(phrase) >= _LISTED * len(phrase.telling)

    def ends_well(self, phrase: Phrase) -> bool:
        """Return whether a phrase ends with what is no verb as far as the headlines tell."""
        last = [p for p in self.shared if p.keys == phrase.keys[-1:]]
        return phrase.right >= 0.5 and all(p.noun for p in last)

    def is_subject(self, phrase: Phrase) -> bool:
        """Return whether a small word may stand beside another: no verb, no word for anything."""
        told, spread = self.told.get(phrase.keys[0]), self.spread(phrase)
        # Headlines in English leave articles out.
        noun = phrase.noun or self.language in NOUNS_CAPITAL
        if self.language in ("en", "") and spread >= 0.5:
            noun = True
        least = LEAST_SPREAD if told is not None and told >= _TOLD else 0.5
        vague = told is not None and told <= 1 - _TOLD
        return phrase.right >= 0.5 and spread >= least and noun and not vague

    def may_stand_beside(self, phrase: Phrase) -> bool:
        """Return whether a phrase says something beside another."""
        # A small word alone is often an adjective, a verb or a word for anything.
        small = phrase.n_words == 1 and not phrase.capital and not phrase.letters
        if small:
            return self.is_subject(phrase)
        many = len(self.lines) > ENOUGH
        return not many or phrase.n_words > 1 or self.is_listed(phrase)

    def is_pieced(self, phrase: Phrase) -> bool:
        """Return whether many headlines have all that a phrase of one says, in pieces."""
        many = max(2, LEAST_SPREAD * len(self.lines))
        return phrase.n_words <= _SHORT and all(
            sum(key in line.keys for line in self.lines) >= many for key in phrase.telling
        )


def _weigh_words(
    lines: Sequence[Line], terms: Sequence[str], told: Mapping[str, float]
) -> dict[str, float]:
    """Return how much words say of the topic, by their keys."""
    listed = {term: _FADE**rank for rank, term in enumerate(terms)}
    weights: dict[str, float] = {}
    for line in lines:
        for i, word in enumerate(line.words):
            if not word.letter:
                value = listed.get(word.small, _NOUN if word.small in NAMING else _UNLISTED)
                value *= _LEAST_TOLD + (1 - _LEAST_TOLD) * told.get(word.key, 1.0)
                if word.telling:
                    weights[word.key] = max(weights.get(word.key, 0.0), value)
                continue
            # Terms of scripts without spaces are pairs of letters.
            pair = line.words[i : i + 2]
            value = listed.get("".join(letter.small for letter in pair), 0.0) / 2
            for letter in pair if value else ():
                weights[letter.key] = max(weights.get(letter.key, 0.0), value)
    return weights
