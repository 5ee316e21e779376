"""A topic's label: the phrase of its headlines that names most of it."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tracker.topics.full_names import find_full_names
from tracker.topics.languages import settle_languages
from tracker.topics.lines import NOUNS_CAPITAL, Line, read_line
from tracker.topics.phrase_words import NAMING
from tracker.topics.phrases import INFLECTED, MOST_WORDS, Phrase, are_apart, find_phrases

_LOOKED_AT: Final = 200  # headlines; more would not change what is most common
_FADE: Final = 0.9  # weight of a term against the one before it
_UNLISTED: Final = 0.1  # weight of a word that is no term
_NOUN: Final = 0.4  # of a noun that stop words keep from being a term
_TOLD: Final = 0.6  # of 1, from which on a word names a subject
_LEAST_TOLD: Final = 0.25  # what a word is worth that tells nothing
_WHOLE: Final = 0.25  # of the headlines, in which a longer form of a name stands
_SHORT: Final = 3  # words of a phrase that may stay though headlines say it in pieces only
_FEW: Final = 3  # headlines, of which the words of one may name all
_IN_PIECES: Final = 0.6  # of a headline that has all words of a phrase, but not together
_LEAST_SPREAD: Final = 0.34  # of the headlines, in which a second phrase stands
_SECOND: Final = 0.55  # score of a second phrase, against the first, where it is not needed
_MOST: Final = 0.5  # of a topic's headlines, from which its label may be chosen anew
_ENOUGH: Final = 8  # headlines, from which it may be whatever there were
_STEADY: Final = 0.7  # score from which on, against the best, an old label stays
_FOREIGN: Final = 0.6  # what a phrase is worth that the topic's main language does not have
_JOINTS: Final = re.compile(r", |: |、|：")
_LONGEST: Final = 80  # characters of a label that is no phrase
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
        alike: How alike it is to the topic's centroid.
    """

    text: str
    language: str = ""
    source: str = ""
    event: str = ""
    alike: float = 1.0


def choose_label(
    terms: Sequence[str],
    sayings: Sequence[Saying],
    held: str = "",
    telling: Mapping[str, float] = MappingProxyType({}),
    known: float = 1.0,
) -> str:
    """Return the words that name a topic: five at most, one only where no more are shared.

    The phrase is taken that stands in most of the headlines, those of one event counting less,
    and that holds most of the topic's best words; a second one beside it where it is a single
    word, or where both are as good. Where no phrase is shared, the headline nearest to the centre
    gives it.

    Args:
        terms: The topic's words, best first, in lower case.
        sayings: Its headlines, latest last.
        held: The label it has; it stays while it is nearly as good as the best.
        telling: How much words tell, in [0, 1], in small letters; 1 if they are not there.
        known: Share of the topic's headlines that are given. Where it is small, the label stays
            while they speak of it: it may have been chosen from more.

    Source:
        Phrases ranked by their words and by how many texts they stand in: Frantzi, Ananiadou and
        Mima (2000); a second one unlike the first: Carbonell and Goldstein (1998).
    """
    judge = _Judge.of(terms, sayings, telling, len(sayings) / known)
    if held and known < _MOST and len(sayings) < _ENOUGH and judge.speaks_of(held):
        return held
    ranked = judge.rank(judge.shared) or judge.rank(judge.single)
    if not ranked:
        return held or _begin(sayings[-1].text)
    chosen = judge.complete(ranked[0], ranked)
    old = judge.find(held)
    is_full = sum(p.n_words for p in old) > 1 or chosen[0].n_words == len(chosen) == 1
    if old and is_full and judge.score(old[0]) >= _STEADY * judge.score(chosen[0]):
        return held
    return judge.write(chosen)


@dataclass
class _Judge:
    """Judges the phrases of a topic.

    Attributes:
        lines: Its headlines, each wording of an event once.
        shares: How much each counts, 1 in all.
        weights: How much a word says of the topic, by its key.
        shared: What may name it, because two headlines share it.
        single: What stands in one headline only.
        told: How much words tell that headlines of all topics were judged by, by their keys.
        language: The language of most of it.
        size: How many headlines it has, those that are not given too.
    """

    lines: Sequence[Line]
    shares: Sequence[float]
    weights: Mapping[str, float]
    shared: Sequence[Phrase]
    single: Sequence[Phrase]
    told: Mapping[str, float]
    language: str
    size: float

    @classmethod
    def of(
        cls,
        terms: Sequence[str],
        sayings: Sequence[Saying],
        telling: Mapping[str, float],
        size: float,
    ) -> "_Judge":
        kept = list({(one.event, one.text): one for one in sayings[-_LOOKED_AT:]}.values())
        outlets = frozenset(one.source for one in kept)
        languages = settle_languages(
            [one.text for one in kept], [one.source for one in kept], [one.language for one in kept]
        ).tolist()
        lines = [
            read_line(one.text, code, outlets) for one, code in zip(kept, languages, strict=True)
        ]
        sizes = Counter(one.event for one in kept)
        raw = [one.alike / sizes[one.event] ** 0.5 if one.event else 1.0 for one in kept]
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
        return cls(lines, shares, weights, *find_phrases(lines), told, language, size)

    def rank(self, phrases: Sequence[Phrase]) -> list[Phrase]:
        """Return phrases, the best first."""
        return sorted(phrases, key=lambda p: (-self.score(p), p.keys))

    def weigh(self, phrase: Phrase) -> float:
        return sum((self.weights.get(key, 0.0) for key in phrase.telling), 0.0)

    def spread(self, phrase: Phrase) -> float:
        """Return the share of the headlines that speak of it, in [0, 1]."""
        at = {place.line for place in phrase.places}
        whole = self.weigh(phrase) or 1.0
        total = 0.0
        for number, (line, share) in enumerate(zip(self.lines, self.shares, strict=True)):
            if number in at:
                total += share
                continue
            there = [key for key in phrase.telling if key in line.keys]
            part = sum(self.weights.get(key, 0.0) for key in there) / whole
            by_surname = phrase.name and there[-1:] == [phrase.telling[-1]]
            if len(there) == len(phrase.telling) or by_surname:
                total += share * _IN_PIECES
            elif part >= 0.5:
                total += share * _IN_PIECES * part / 2
        return total

    def score(self, phrase: Phrase) -> float:
        # What is never written small may be a name that headlines begin with.
        right = max(phrase.right, 0.5 if phrase.capital else 0.0)
        clean = 0.4 + 0.2 * phrase.left + 0.4 * right
        name = 1.15 if phrase.name else 1.08 if phrase.capital else 1.0
        shape = _SHAPES[min(phrase.n_words, MOST_WORDS)]
        own = any(self.lines[place.line].language == self.language for place in phrase.places)
        whole = math.sqrt(self.weigh(phrase)) * self.spread(phrase)
        return whole * clean * name * shape * (1.0 if own else _FOREIGN)

    def complete(self, first: Phrase, ranked: Sequence[Phrase]) -> list[Phrase]:
        """Return a phrase, with another beside it if it needs one or that is as good."""
        alone = first.n_words < 2
        if alone and first.name:
            wholes = [p for p in ranked if p.name and p.n_words > 1 and self.is_whole(p, first)]
            if wholes:
                return wholes[:1]
            ranked = sorted(ranked, key=lambda other: not other.name)
        for least in (_LEAST_SPREAD, _LEAST_SPREAD / 2) if alone else (0.5,):
            for other in ranked if len(first.places) > 1 else ():
                if other.n_words + first.n_words > MOST_WORDS or self.spread(other) < least:
                    continue
                if alone and other.n_words > 1 and first.keys[0] in other.keys:
                    if first.name and not other.name and not self.ends_well(other):
                        continue
                    return [other]
                good = alone or self.score(other) >= _SECOND * self.score(first)
                # A small word alone is often an adjective, a verb or a word for anything.
                small = other.n_words == 1 and not other.capital and not other.letters
                good = good and (not small or self.is_subject(other))
                if good and are_apart(first, other):
                    first, other = (
                        (other, first) if other.capital > first.capital else (first, other)
                    )
                    return self.unite(first, other) or [first, other]
        return self.lengthen(first, ranked) if alone and self.size <= _ENOUGH else [first]

    def is_whole(self, longer: Phrase, name: Phrase) -> bool:
        """Return whether a name is one that the headlines shorten: Elizabeth for Elizabeth II."""
        ends = (longer.keys[0], longer.keys[-1])
        return name.keys[0] in ends and self.spread(longer) >= _WHOLE

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
        least = _LEAST_SPREAD if told is not None and told >= _TOLD else 0.5
        vague = told is not None and told <= 1 - _TOLD
        return phrase.right >= 0.5 and spread >= least and noun and not vague

    def lengthen(self, first: Phrase, ranked: Sequence[Phrase]) -> list[Phrase]:
        """Return a single word of few headlines with what only some of them say of it."""
        few = len(self.lines) <= _FEW
        bounded = [
            p for p in self.single
            if p.n_words <= _SHORT and p.left + p.right == 2
            and not (p.spell().endswith("ing") and p.keys[-1] != first.keys[0])
        ]  # fmt: skip
        longer = [p for p in bounded if few and p.n_words > 1 and first.keys[0] in p.keys]
        if not first.name:
            return self.rank(longer)[:1] or [first]
        after = [p for p in longer if p.keys[0] == first.keys[0] and not p.name]
        more = (
            find_full_names(first, self.single, self.lines)
            or [p for p in after if self.ends_line(p)]
        )  # fmt: skip
        if more:
            return self.rank(more)[:1]
        names = [
            p for p in (*ranked, *self.rank(bounded))
            if p.name and len(p.telling) == len(p.keys) and are_apart(first, p)
        ]  # fmt: skip
        beside = self.size <= _FEW and self.language not in INFLECTED
        return [first, *names[:1]] if beside else [first]

    def ends_line(self, phrase: Phrase) -> bool:
        """Return whether the headline that has a phrase ends with it."""
        place = phrase.places[0]
        return place.end == len(self.lines[place.line].words)

    def unite(self, first: Phrase, other: Phrase) -> list[Phrase]:
        """Return a phrase that says the words of both in one, if any headline does."""
        wanted = {*first.telling, *other.telling}
        whole = [
            p for p in (*self.shared, *self.single)
            if set(p.telling) == wanted and (len(p.places) > 1 or p.right + p.left >= 1)
        ]  # fmt: skip
        return self.rank(whole)[:1]

    def find(self, held: str) -> list[Phrase]:
        """Return the phrases of a label, if there are such."""
        found = []
        for part in _JOINTS.split(held):
            wanted = part.casefold()
            same = [
                phrase for phrase in (*self.shared, *self.single)
                if any(form.casefold() == wanted for form in phrase.forms)
                and (len(phrase.places) > 1 or self.is_pieced(phrase))
            ]  # fmt: skip
            found += same[:1]
        return found

    def speaks_of(self, held: str) -> bool:
        """Return whether at least half of the headlines have a word of a label."""
        keys = {word.key for word in read_line(held, self.language, ()).words if word.telling}
        there = [bool(keys & line.keys) for line in self.lines]
        return 2 * sum(there) >= len(there)

    def is_pieced(self, phrase: Phrase) -> bool:
        """Return whether many headlines have all that a phrase of one says, in pieces."""
        many = max(2, _LEAST_SPREAD * len(self.lines))
        return phrase.n_words <= _SHORT and all(
            sum(key in line.keys for line in self.lines) >= many for key in phrase.telling
        )

    def write(self, chosen: Sequence[Phrase]) -> str:
        parts = [phrase.spell() for phrase in chosen]
        unspaced = any(phrase.letters for phrase in chosen)
        names = all(phrase.name for phrase in chosen)
        comma, colon = ("、", "：") if unspaced else (", ", ": ")
        label = (comma if names else colon).join(parts)
        second = label[1:2]
        return label if second.isupper() else label[:1].upper() + label[1:]


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


def _begin(text: str) -> str:
    return " ".join(text.split()[:MOST_WORDS])[:_LONGEST]
