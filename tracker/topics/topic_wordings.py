"""The words and labels of topics that a night changed."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tracker.topics.judges import Saying
from tracker.topics.labels import choose_label
from tracker.topics.rosters import Roster
from tracker.topics.salience import find_terms, measure_telling
from tracker.topics.similarity import Rows, is_plain
from tracker.topics.texts import Texts
from tracker.topics.windows import Window
from tracker.topics.words import content_words


def word_topics(
    roster: Roster,
    window: Window,
    events: Sequence[str],
    rows: Rows,
    texts: Texts,
    *,
    clusters: NDArray[np.intp],
    terms: Sequence[tuple[str, ...]],
    changed: Set[str],
    before: Mapping[str, int],
    worded: Set[str],
) -> None:
    """Give each changed topic the words of the cluster that holds most of its headlines.

    Its label is chosen anew only when its size has doubled, and stays then too while it is nearly
    as good as another, so that it stays while the topic does; and it never changes when a person
    gave it or pinned the topic.

    Args:
        roster: Topics and events; it is brought up to date.
        window: Headlines of the window.
        events: The event of each.
        rows: Their blended rows.
        texts: The texts of all headlines.
        clusters: The cluster each is in, (n_headlines,); -1 for none.
        terms: The words of each cluster, best first.
        changed: The topics.
        before: Their sizes before tonight, of those that were there.
        worded: Topics whose label a person gave or pinned.
    """
    votes: dict[str, dict[int, int]] = {}
    for i, event in enumerate(events):
        topic = roster.topic_of.get(event)
        if topic is not None and topic in changed:
            cluster = int(clusters[i])
            if cluster >= 0:
                poll = votes.setdefault(topic, {})
                poll[cluster] = poll.get(cluster, 0) + 1
    labelled = []
    for name in sorted(changed):
        now = roster.topics[name]
        poll = votes.get(name, {})
        best = terms[min(poll, key=lambda c: (-poll[c], c))] if poll else ()
        roster.put(name, replace(now, terms=best or now.terms))
        doubled = now.size.bit_length() != before.get(name, 0).bit_length()
        if not now.label or (doubled and name not in worded):
            labelled.append(name)
    for name, label in _choose_labels(roster, window, events, rows, texts, labelled).items():
        roster.put(name, replace(roster.topics[name], label=label))


def _choose_labels(
    roster: Roster,
    window: Window,
    events: Sequence[str],
    rows: Rows,
    texts: Texts,
    names: Sequence[str],
) -> dict[str, str]:
    """Return the labels of topics, chosen by all their headlines, those of long ago too.

    The window says what words tell, and how common they are.
    """
    if not names:
        return {}
    said = _read_sayings(roster, texts, names)
    words = {
        name: Counter(w for one in said[name] for w in content_words(*one.parts)) for name in names
    }
    telling = measure_telling(
        {word for counts in words.values() for word in counts},
        window.words, window.vectors, ~is_plain(rows),
    )  # fmt: skip
    common = Counter(word for text in window.words for word in text.split())
    classes = {roster.topic_of.get(event, event) for event in events}
    labels: dict[str, str] = {}
    awake = {name: roster.topics[name].label.casefold() for name in roster.list_awake()}
    for name in names:
        awake.pop(name, None)
        terms = find_terms(words[name], common, common.total() / len(classes))
        held, taken = roster.topics[name].label, frozenset(awake.values())
        labels[name] = choose_label(terms, said[name], held, telling, taken)
        awake[name] = labels[name].casefold()
    return labels


def _read_sayings(roster: Roster, texts: Texts, names: Sequence[str]) -> dict[str, list[Saying]]:
    """Return all headlines of some topics, by the night they were first seen and their ids."""
    heads = {
        name: [head for event in roster.list_events(name) for head in roster.headlines[event]]
        for name in names
    }
    found = {
        head: Saying(text, language, source, roster.places[head].event)
        for head, text, language, source in texts.find([h for some in heads.values() for h in some])
    }
    return {
        name: [found[head] for head in sorted(some, key=lambda h: (roster.places[h].night, h))]
        for name, some in heads.items()
    }
