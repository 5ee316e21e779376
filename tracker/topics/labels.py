"""A topic's label: the phrase of its headlines that names most of it."""

import re
from collections.abc import Mapping, Sequence, Set
from types import MappingProxyType
from typing import Final

from tracker.topics.compositions import compose_label, tell_apart
from tracker.topics.judges import ENOUGH, LEAST_SPREAD, Judge, Saying
from tracker.topics.phrases import MOST_WORDS, Phrase, find_written

_STEADY: Final = 0.7  # score from which on, against the best, an old label stays
_STEADY_WITHIN: Final = 0.5  # where the best says only a part of what the old one says
_JOINTS: Final = re.compile(r", |: |、|：")
_LONGEST: Final = 80  # characters of a label that is no phrase


def choose_label(
    terms: Sequence[str],
    sayings: Sequence[Saying],
    held: str = "",
    telling: Mapping[str, float] = MappingProxyType({}),
    taken: Set[str] = frozenset(),
) -> str:
    """Return the words that name a topic: five at most, one only where no more are shared.

    The phrase is taken that stands in most of the headlines, those of one event counting less,
    and that holds most of the topic's best words; a second one beside it where it is a single
    word, or where both are as good; names of a kind where they speak of no single one. Where no
    phrase is shared, one headline gives it.

    Args:
        terms: The topic's words, best first, in lower case.
        sayings: Its headlines, latest last.
        held: The label it has; it stays while it is nearly as good as the best.
        telling: How much words tell, in [0, 1], in small letters; 1 if they are not there.
        taken: Labels of other topics, in small letters; what else is said of this one is put
            beside such a label.

    Source:
        Phrases ranked by their words and by how many texts they stand in: Frantzi, Ananiadou and
        Mima (2000); a second one unlike the first: Carbonell and Goldstein (1998).
    """
    judge = Judge.of(terms, sayings, telling)
    is_own = held.casefold() not in taken
    ranked = judge.rank(judge.shared) or judge.rank(judge.single)
    if not ranked:
        return held or " ".join(sayings[-1].text.split()[:MOST_WORDS])[:_LONGEST]
    chosen = compose_label(judge, ranked)
    if is_own and _is_good_yet(judge, held, chosen):
        return held
    labels = map(_write, (chosen, *tell_apart(judge, chosen, ranked)))
    return next((label for label in labels if label.casefold() not in taken), _write(chosen))


def _is_good_yet(judge: Judge, held: str, chosen: Sequence[Phrase]) -> bool:
    """Return whether a label is nearly as good as what would be chosen now."""
    old = _find(judge, held)
    if not old:
        return False
    first, best = old[0], chosen[0]
    said = {key for phrase in old for key in phrase.keys}
    is_within = all(set(phrase.keys) <= said for phrase in chosen)
    is_short = sum(p.n_words for p in old) < 2 <= sum(p.n_words for p in chosen)
    is_part = first.n_words == 1 < best.n_words and first.keys[0] in best.keys
    if is_short or is_part:
        return False
    # What stood beside the first was said of fewer headlines then.
    if len(judge.lines) >= ENOUGH and any(
        judge.cover([p]) < LEAST_SPREAD / 2 or not (p.capital or judge.may_stand_beside(p))
        for p in old[1:]
    ):
        return False
    return judge.score(first) >= (_STEADY_WITHIN if is_within else _STEADY) * judge.score(best)


def _find(judge: Judge, held: str) -> list[Phrase]:
    """Return the phrases of a label, none unless the headlines have all of them yet."""
    found: list[Phrase] = []
    for part in _JOINTS.split(held):
        same = [
            phrase for phrase in (*judge.shared, *judge.single)
            if any(form.casefold() == part.casefold() for form in phrase.forms)
            and (len(phrase.places) > 1 or judge.is_pieced(phrase))
        ]  # fmt: skip
        # What is told beside the first need stand in one of few headlines only.
        least = 1 if found and len(judge.lines) <= ENOUGH else 2
        same = same or [p for p in find_written(part, judge.lines) if len(p.places) >= least]
        if not same:
            return []
        found.append(same[0])
    return found


def _write(chosen: Sequence[Phrase]) -> str:
    parts = [phrase.spell() for phrase in chosen]
    unspaced = any(phrase.letters for phrase in chosen)
    names = len(chosen) > 2 or all(phrase.name or phrase.capital for phrase in chosen)
    comma, colon = ("、", "：") if unspaced else (", ", ": ")
    label = (comma if names else colon).join(parts)
    second = label[1:2]
    return label if second.isupper() else label[:1].upper() + label[1:]
