"""Compositions: the phrases that a label is put together from."""

from collections.abc import Iterator, Sequence
from typing import Final

from tracker.topics.full_names import FEW, find_full_names
from tracker.topics.judges import ENOUGH, LEAST_SPREAD, Judge
from tracker.topics.phrases import (
    INFLECTED,
    MOST_WORDS,
    Phrase,
    are_apart,
    find_forms,
    find_set_phrase,
)

_SECOND: Final = 0.55  # score of a second phrase, against the first, where it is not needed
_SHORT: Final = 3  # words of a phrase that one headline has
_BROAD: Final = 0.5  # of the headlines, below which a label lists more names of them
_PARTS: Final = 3  # phrases of such a label
_GAIN: Final = 0.08  # of the headlines, that a name listed beside others must speak for
_BOUNDED: Final = 0.5  # how often a small word or an end stands behind it
_RANKED: Final = 40  # phrases, the best ones, of which it is taken


def compose_label(judge: Judge, ranked: Sequence[Phrase]) -> list[Phrase]:
    """Return the best phrase, with others beside it if it needs them or that are as good.

    Where headlines share a single word, a longer phrase with it is taken, or another beside it;
    where they share no subject but are about many of one kind, up to three names are listed.

    Args:
        judge: Judge of the topic's phrases.
        ranked: Its phrases, the best first.
    """
    first = ranked[0]
    is_single = first.n_words < 2
    if is_single and first.name:
        wholes = [p for p in ranked if p.name and p.n_words > 1 and judge.is_whole(p, first)]
        if wholes:
            return wholes[:1]
        ranked = sorted(ranked, key=lambda other: not other.name)
    parts = _pair(judge, first, ranked) if len(first.places) > 1 else [first]
    if len(judge.lines) > ENOUGH:
        parts = _list_names(judge, parts, ranked)
        return parts if judge.cover(parts) >= LEAST_SPREAD else _add_form(judge, parts)
    if is_single and parts == [first] and judge.size <= ENOUGH:
        return _lengthen(judge, first, ranked)
    return parts


def tell_apart(
    judge: Judge, chosen: Sequence[Phrase], ranked: Sequence[Phrase]
) -> Iterator[list[Phrase]]:
    """Yield what a topic may be called whose label another has: its first phrase and another.

    Longer phrases come first, then names and nouns, then what else is a term of it.
    """
    first = chosen[0]
    shared = [p for p in ranked[:_RANKED] if len(p.places) > 1]
    yield from ([p] for p in shared if set(first.keys) < set(p.keys) and p.right >= _BOUNDED)
    beside = [
        p for p in shared
        if p.n_words + first.n_words <= MOST_WORDS
        and p.right >= _BOUNDED and judge.is_listed(p) and are_apart(first, p)
    ]  # fmt: skip
    for other in sorted(beside, key=lambda p: not (p.name or p.noun)):
        yield [first, other] if other.capital <= first.capital else [other, first]


def _pair(judge: Judge, first: Phrase, ranked: Sequence[Phrase]) -> list[Phrase]:
    """Return a phrase, a longer one, or it with another that it needs or that is as good."""
    is_single = first.n_words < 2
    others = [p for p in ranked if p.n_words + first.n_words <= MOST_WORDS]
    for least in (LEAST_SPREAD, LEAST_SPREAD / 2) if is_single else (0.5,):
        for other in others:
            if is_single and other.n_words > 1 and first.keys[0] in other.keys:
                if judge.is_longer(other, first, least):
                    return [other]
                continue
            good = is_single or judge.score(other) >= _SECOND * judge.score(first)
            if (
                good
                and judge.cover([other]) >= least
                and judge.may_stand_beside(other)
                and are_apart(first, other)
            ):
                pair = [first, other] if other.capital <= first.capital else [other, first]
                return _unite(judge, *pair) or pair
    return [first]


def _list_names(judge: Judge, parts: Sequence[Phrase], ranked: Sequence[Phrase]) -> list[Phrase]:
    """Return names with those that most of the other headlines name, where they say too little."""
    chosen = [part for part in parts if part.name] or list(parts)
    names = [
        p for p in ranked[:_RANKED]
        if p.name and p.right >= _BOUNDED and judge.is_listed(p)
    ]  # fmt: skip
    while len(chosen) < _PARTS and chosen[0].name and judge.cover(chosen) < _BROAD:
        said, words = judge.cover(chosen), sum(part.n_words for part in chosen)
        gains = {
            p.keys: judge.cover([*chosen, p]) - said
            for p in names
            if words + p.n_words <= MOST_WORDS and all(are_apart(part, p) for part in chosen)
        }
        more = [p for p in names if gains.get(p.keys, 0.0) >= _GAIN]
        if not more:
            break
        chosen.append(max(more, key=lambda p: gains[p.keys] * judge.weigh(p) / len(p.telling)))
    return chosen if judge.cover(chosen) > judge.cover(parts) else list(parts)


def _add_form(judge: Judge, parts: list[Phrase]) -> list[Phrase]:
    """Return the first of some phrases with what most headlines say though it is no subject.

    So are headlines called that share no more than their form: actor dies, striking pictures.
    """
    found = [p for p in find_forms(judge.lines) if judge.cover([p]) >= LEAST_SPREAD]
    if not found:
        return parts
    form = max(found, key=lambda p: (judge.cover([p]), p.keys))
    whole = find_set_phrase(parts[0], form, judge.lines)
    return whole or [parts[0], form]


def _lengthen(judge: Judge, first: Phrase, ranked: Sequence[Phrase]) -> list[Phrase]:
    """Return a single word of few headlines with what only some of them say of it."""
    few = len(judge.lines) <= FEW
    bounded = [
        p for p in judge.single
        if p.n_words <= _SHORT and p.left + p.right == 2
        and not (p.spell().endswith("ing") and p.keys[-1] != first.keys[0])
    ]  # fmt: skip
    longer = [p for p in bounded if few and p.n_words > 1 and first.keys[0] in p.keys]
    if not first.name:
        return judge.rank(longer)[:1] or [first]
    after = [p for p in longer if p.keys[0] == first.keys[0] and not p.name]
    more = (
        find_full_names(first, judge.single, judge.lines)
        or [p for p in after if _ends_line(judge, p)]
    )  # fmt: skip
    if more:
        return judge.rank(more)[:1]
    names = [
        p for p in (*ranked, *judge.rank(bounded))
        if p.name and len(p.telling) == len(p.keys) and are_apart(first, p)
    ]  # fmt: skip
    beside = judge.size <= FEW and judge.language not in INFLECTED
    return [first, *names[:1]] if beside else [first]


def _ends_line(judge: Judge, phrase: Phrase) -> bool:
    """Return whether the headline that has a phrase ends with it."""
    place = phrase.places[0]
    return place.end == len(judge.lines[place.line].words)


def _unite(judge: Judge, first: Phrase, other: Phrase) -> list[Phrase]:
    """Return a phrase that says the words of both in one, if headlines have one."""
    wanted = {*first.telling, *other.telling}
    whole = [
        p for p in (*judge.shared, *judge.single)
        if set(p.telling) == wanted and (len(p.places) > 1 or p.right + p.left >= 1)
        and (len(p.keys) == len(wanted) or not (first.name and other.name))
    ]  # fmt: skip
    return judge.rank(whole)[:1] or find_set_phrase(first, other, judge.lines)
