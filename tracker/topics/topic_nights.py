"""One night's topics: what splits, merges, grows, returns and is born."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tracker.topics.clustering import find_near, link_rows
from tracker.topics.holds import Holds
from tracker.topics.judges import Saying
from tracker.topics.labels import choose_label
from tracker.topics.lineage import Change, find_mergers, find_splits
from tracker.topics.model import EventClusters, Proposal, propose_topics
from tracker.topics.rosters import Roster, Topic
from tracker.topics.salience import measure_telling
from tracker.topics.settings import TopicSettings
from tracker.topics.similarity import (
    NEIGHBOURS,
    Rows,
    draw_together,
    draw_within,
    is_plain,
    mean_rows,
    pull_all,
    unit,
)
from tracker.topics.windows import Window


@dataclass(frozen=True)
class _Items:
    """Topics of the window, then its events without one; and the item of each headline."""

    topics: list[str]
    loose: list[str]
    item: NDArray[np.intp]

    @classmethod
    def of(cls, roster: Roster, events: Sequence[str]) -> "_Items":
        named = [roster.topic_of.get(event) for event in events]
        topics = sorted({topic for topic in named if topic is not None})
        loose = sorted({e for e, topic in zip(events, named, strict=True) if topic is None})
        place = {name: i for i, name in enumerate([*topics, *loose])}
        item = [place[topic or event] for event, topic in zip(events, named, strict=True)]
        return cls(topics, loose, np.asarray(item, np.intp))

    def __len__(self) -> int:
        return len(self.topics) + len(self.loose)

    def list_rows(self) -> dict[str, NDArray[np.intp]]:
        """Return the rows of each topic and each event without one, ascending."""
        order, ends = np.argsort(self.item, kind="stable"), np.cumsum(np.bincount(self.item))
        return dict(zip([*self.topics, *self.loose], np.split(order, ends[:-1]), strict=True))


def settle_night(
    roster: Roster,
    window: Window,
    events: Sequence[str],
    rows: Rows,
    night: date,
    settings: TopicSettings,
    changes: list[Change],
    holds: Holds,
) -> set[str]:
    """Return the topics that changed; the roster and `changes` are brought up to date.

    Args:
        roster: Topics and events.
        window: Headlines of the window; those of `night` are new.
        events: The event of each.
        rows: Their blended rows.
        night: The night.
        settings: Thresholds.
        changes: Where changes of identity are noted.
        holds: What people have said and still holds.
    """
    fresh = np.flatnonzero(window.nights == np.datetime64(night, "D"))
    touched = {roster.topic_of[events[i]] for i in fresh.tolist() if events[i] in roster.topic_of}
    items = _Items.of(roster, events)
    before = {name: roster.topics[name].size for name in items.topics}
    rows_of = items.list_rows()
    near = _find_near(rows, items, fresh, settings.topic_similarity)
    drawn = _draw(rows, items, near)
    for name in sorted(touched):
        inside = rows_of[name]
        new = inside[window.nights[inside] == np.datetime64(night, "D")]
        roster.put(name, roster.topics[name].follow(window.vectors[new], night))
    split = _split(
        roster, window, events, drawn, night,
        {name: rows_of[name] for name in touched - holds.whole}, settings, changes,
    )  # fmt: skip
    touched |= split
    gone = _merge(roster, events, drawn, touched, settings, changes, holds)
    if split or gone:
        items = _Items.of(roster, events)
        near = _find_near(rows, items, fresh, settings.topic_similarity)
    proposal = propose_topics(
        window.words,
        drawn,
        EventClusters(
            items.item,
            len(items.topics),
            near,
            items.item[fresh],
            settings.topic_similarity,
            settings.birth_similarity,
            settings.least_headlines,
        ),
    )
    grown = _settle(
        roster, window, events, drawn, items, proposal, night, settings, changes, before
    )
    changed = (touched - gone) | grown
    _word(roster, window, events, rows, items, proposal, changed, before, holds.worded)
    return changed | gone


def _find_near(
    rows: Rows, items: _Items, fresh: NDArray[np.intp], threshold: float
) -> NDArray[np.intp]:
    """Return the items that tonight's headlines are in or may come to."""
    means = mean_rows(rows, items.item, len(items))
    changed = np.unique(items.item[fresh])
    return np.union1d(find_near(means[changed], means, threshold), changed)


def _draw(rows: Rows, items: _Items, near: NDArray[np.intp]) -> Rows:
    """Draw the headlines of near items together: topics within, loose events towards all."""
    inside = np.isin(items.item, near)
    loose = np.flatnonzero(inside & (items.item >= len(items.topics)))
    placed = np.flatnonzero(inside & (items.item < len(items.topics)))
    drawn = rows.copy()
    drawn[placed] = draw_within(rows[placed], items.item[placed], NEIGHBOURS)
    others = rows[np.concatenate([loose, placed])]
    drawn[loose] = draw_together(rows[loose], others, NEIGHBOURS, pull_all)
    return drawn


def _split(
    roster: Roster,
    window: Window,
    events: Sequence[str],
    drawn: Rows,
    night: date,
    rows_of: Mapping[str, NDArray[np.intp]],
    settings: TopicSettings,
    changes: list[Change],
) -> set[str]:
    born = set()
    for name, rows in sorted(rows_of.items()):
        inside = rows.tolist()
        order = {event: k for k, event in enumerate(dict.fromkeys(events[i] for i in inside))}
        local = np.asarray([order[events[i]] for i in inside], np.intp)
        names = list(order)
        for part in find_splits(drawn[inside], local, settings.split_similarity):
            leaving = [names[k] for k in part.items.tolist()]
            part_events = set(leaving)
            topic = roster.found(f"{leaving[0]} {night}", changes)
            of_part = [i for i in inside if events[i] in part_events]
            for event in leaving:
                roster.move(event, topic)
            n_left = sum(len(roster.headlines[event]) for event in leaving)
            centre = unit(window.vectors[of_part].mean(axis=0))
            last = window.nights[of_part].max().astype(object)
            roster.put(topic, Topic("", (), n_left, centre, "active", last))
            inside = [i for i in inside if events[i] not in part_events]
            last = window.nights[inside].max().astype(object)
            whole = roster.topics[name]
            roster.put(name, replace(whole, size=whole.size - n_left, last_night=last))
            changes.append(Change(topic, "split", name, part.similarity))
            born.add(topic)
    return born


def _merge(
    roster: Roster,
    events: Sequence[str],
    drawn: Rows,
    touched: set[str],
    settings: TopicSettings,
    changes: list[Change],
    holds: Holds,
) -> set[str]:
    """Return the topics that ended in others; those join `touched`, with news or without."""
    items = _Items.of(roster, events)
    place = {name: number for number, name in enumerate(items.topics)}
    n_topics = len(items.topics)
    group = np.where(items.item < n_topics, items.item, -1)
    gone = set()
    for merger in find_mergers(
        mean_rows(drawn, group, n_topics),
        [roster.topics[name].size for name in items.topics],
        np.flatnonzero([name in touched for name in items.topics]),
        settings.merge_similarity,
        pinned={place[name] for name in holds.pinned if name in place},
        apart=[(place[a], place[b]) for a, b in holds.apart if a in place and b in place],
    ):
        absorbed, kept = items.topics[merger.absorbed], items.topics[merger.kept]
        roster.merge(absorbed, kept)
        changes.append(Change(absorbed, "merged", kept, merger.similarity))
        gone.add(absorbed)
        touched.add(kept)
    return gone


def _settle(
    roster: Roster,
    window: Window,
    events: Sequence[str],
    drawn: Rows,
    items: _Items,
    proposal: Proposal,
    night: date,
    settings: TopicSettings,
    changes: list[Change],
    before: dict[str, int],
) -> set[str]:
    """Put loose events into the topics they cluster with, or found and wake topics.

    The size of those that are woken is noted in `before`.
    """
    rows_of = items.list_rows()
    tonight = np.datetime64(night, "D")
    new = {events[i] for i in np.flatnonzero(window.nights == tonight).tolist()}
    together: dict[int, list[str]] = {}
    for k, event in enumerate(items.loose):
        cluster = int(proposal.clusters[len(items.topics) + k])
        together.setdefault(cluster if cluster >= 0 else -1 - k, []).append(event)
    sleepers = roster.take_sleepers()
    grown = set()
    for cluster, names in sorted(together.items()):
        known = 0 <= cluster < len(items.topics)
        # Only news moves: what was left out before does not join behind the reader's back.
        joining = [event for event in names if event in new or not known]
        if not new.intersection(joining):
            continue
        inside = np.concatenate([rows_of[event] for event in joining])
        if known:
            topic = items.topics[cluster]
        else:
            centre = unit(window.vectors[inside].mean(axis=0))
            texts = [window.texts[i] for i in inside.tolist()]
            is_read = not is_plain(drawn[inside]).all()
            back = sleepers.find(centre, texts, settings.revival_similarity, is_read=is_read)
            if back is None and cluster < 0:
                continue
            if back is None:
                founder = min(joining, key=lambda event: (rows_of[event][0], event))
                topic = roster.found(f"{founder} {night}", changes)
                changes.append(Change(topic, "born"))
                roster.put(topic, Topic("", (), 0, centre, "active", night))
            else:
                topic = back.topic
                roster.draw_topics([topic])
                before.setdefault(topic, roster.topics[topic].size)
                _wake(roster, topic, float(back.centroid @ centre), changes)
        earlier = [e for e in joining if window.nights[rows_of[e]].min() < tonight]
        if known and earlier:
            changes.append(_tell_joining(earlier, rows_of, drawn, topic, items, cluster))
        for event in joining:
            roster.move(event, topic)
        last = window.nights[inside].max().astype(object)
        roster.put(topic, roster.topics[topic].follow(window.vectors[inside], last))
        grown.add(topic)
    return grown


def _tell_joining(
    events: Sequence[str],
    rows_of: Mapping[str, NDArray[np.intp]],
    drawn: Rows,
    topic: str,
    items: _Items,
    number: int,
) -> Change:
    """Return the change that says why headlines of earlier nights come to a topic."""
    event = max(events, key=lambda name: (len(rows_of[name]), name))
    homes = drawn[items.item == number].mean(axis=0, keepdims=True)
    alike = link_rows(drawn[rows_of[event]].mean(axis=0, keepdims=True), homes).item()
    return Change(topic, "joined", event, min(max(alike, 0.0), 1.0))


def _wake(roster: Roster, topic: str, alike: float, changes: list[Change]) -> None:
    if roster.topics[topic].state != "active":  # two clusters of one night may wake it
        changes.append(Change(topic, "revived", None, min(max(alike, 0.0), 1.0)))
        roster.put(topic, replace(roster.topics[topic], state="active"))


def _word(
    roster: Roster,
    window: Window,
    events: Sequence[str],
    rows: Rows,
    items: _Items,
    proposal: Proposal,
    changed: set[str],
    before: Mapping[str, int],
    worded: set[str],
) -> None:
    """Give each changed topic the words of the cluster that holds most of its headlines.

    Its label is chosen anew only when its size has doubled, and stays then too while it is nearly
    as good as another, so that it stays while the topic does; and it never changes when a person
    gave it or pinned the topic.
    """
    votes: dict[str, dict[int, int]] = {}
    rows_of: dict[str, list[int]] = {}
    for i, event in enumerate(events):
        topic = roster.topic_of.get(event)
        if topic in changed:
            rows_of.setdefault(topic, []).append(i)
            cluster = int(proposal.clusters[items.item[i]])
            if cluster >= 0:
                poll = votes.setdefault(topic, {})
                poll[cluster] = poll.get(cluster, 0) + 1
    labelled = []
    for name in sorted(changed):
        now = roster.topics[name]
        poll = votes.get(name, {})
        terms = proposal.terms[min(poll, key=lambda c: (-poll[c], c))] if poll else ()
        roster.put(name, replace(now, terms=terms or now.terms))
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
    labels = {}
    for name in names:
        topic = roster.topics[name]
        alike = (window.vectors[rows_of[name]] @ topic.centroid).tolist()
        sayings = [
            Saying(window.texts[i], window.languages[i], window.sources[i], events[i], near)
            for i, near in zip(rows_of[name], alike, strict=True)
        ]
        labels[name] = choose_label(topic.terms, sayings, topic.label, telling, topic.size)
    return labels
