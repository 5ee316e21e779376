"""The words and labels of topics that a night changed."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tracker.topics.judges import Saying
from tracker.topics.labels import choose_label
from tracker.topics.rosters import Roster
from tracker.topics.salience import measure_telling
from tracker.topics.similarity import Rows, is_plain
from tracker.topics.windows import Window


def word_topics(
    roster: Roster,
    window: Window,
    events: Sequence[str],
    rows: Rows,
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
        clusters: The cluster each is in, (n_headlines,); -1 for none.
        terms: The words of each cluster, best first.
        changed: The topics.
        before: Their sizes before tonight, of those that were there.
        worded: Topics whose label a person gave or pinned.
    """
    votes: dict[str, dict[int, int]] = {}
    rows_of: dict[str, list[int]] = {}
    for i, event in enumerate(events):
        topic = roster.topic_of.get(event)
        if topic is not None and topic in changed:
            rows_of.setdefault(topic, []).append(i)
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
    for name, label in _choose_labels(roster, window, events, rows, rows_of, labelled).items():
        roster.put(name, replace(roster.topics[name], label=label))


def _choose_labels(
    roster: Roster,
    window: Window,
    events: Sequence[str],
    rows: Rows,
    rows_of: Mapping[str, Sequence[int]],
    names: Sequence[str],
) -> dict[str, str]:
    """Return the labels of topics, chosen with what the words of the window tell."""
    if not names:
        return {}
    words = {word for name in names for i in rows_of[name] for word in window.words[i].split()}
    telling = measure_telling(words, window.words, window.vectors, ~is_plain(rows))
    labels: dict[str, str] = {}
    awake = {name: roster.topics[name].label.casefold() for name in roster.list_awake()}
    for name in names:
        topic = roster.topics[name]
        awake.pop(name, None)
        alike = (window.vectors[rows_of[name]] @ topic.centroid).tolist()
        sayings = [
            Saying(window.texts[i], window.languages[i], window.sources[i], events[i], near)
            for i, near in zip(rows_of[name], alike, strict=True)
        ]
        labels[name] = choose_label(
            topic.terms, sayings, topic.label, telling, topic.size, frozenset(awake.values())
        )
        awake[name] = labels[name].casefold()
    return labels
