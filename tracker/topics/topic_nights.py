"""One night's topics: what splits, merges, grows, returns and is born."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tracker.topics.clustering import find_near, link_rows
from tracker.topics.holds import Holds
from tracker.topics.lineage import Change, find_mergers, find_splits
from tracker.topics.model import EventClusters, Proposal, propose_topics
from tracker.topics.rosters import Roster, Topic
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
from tracker.topics.sleepers import Sleepers
from tracker.topics.texts import Texts
from tracker.topics.topic_wordings import word_topics
from tracker.topics.windows import Window

_ALL_ALONG = 0.5
"""Cosine of what two topics were about all along, from which on they may become one.

On a year of a front page the wrong mergers lay at .33 and .43, the right ones from .72 on.
"""


@dataclass(frozen=True)
class _Night:
    """What all steps of a night share; the arguments of `settle_night`."""

    roster: Roster
    window: Window
    events: Sequence[str]
    night: date
    settings: TopicSettings
    changes: list[Change]
    holds: Holds


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
    texts: Texts,
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
        texts: The texts of all headlines, of earlier nights too.
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
    tonight = _Night(roster, window, events, night, settings, changes, holds)
    split = _split(tonight, rows, {name: rows_of[name] for name in touched - holds.whole}, before)
    touched |= split
    gone = _merge(tonight, drawn, touched)
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
    grown = _settle(tonight, drawn, items, proposal, before)
    changed = (touched - gone) | grown
    word_topics(
        roster, window, events, rows, texts,
        clusters=proposal.clusters[items.item], terms=proposal.terms, changed=changed,
        before=before, worded=holds.worded,
    )  # fmt: skip
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
    tonight: _Night, rows: Rows, rows_of: Mapping[str, NDArray[np.intp]], before: dict[str, int]
) -> set[str]:
    """Return the topics that were split off; what leaves is moved to them.

    Only a part with news leaves: the past of another would stay where it was counted, and it
    would be a topic of which nothing was ever seen.
    Rows are taken as they are: drawn together, the parts of a topic are alike whatever they say.
    Topics that gave off a part go out of `before`: their label may be of what left.
    """
    roster, window, events = tonight.roster, tonight.window, tonight.events
    night = np.datetime64(tonight.night, "D")
    born = set()
    for name, own in sorted(rows_of.items()):
        inside = own.tolist()
        order = {event: k for k, event in enumerate(dict.fromkeys(events[i] for i in inside))}
        local = np.asarray([order[events[i]] for i in inside], np.intp)
        names = list(order)
        for part in find_splits(rows[inside], local, tonight.settings.split_similarity):
            leaving = [names[k] for k in part.items.tolist()]
            part_events = set(leaving)
            of_part = [i for i in inside if events[i] in part_events]
            if window.nights[of_part].max() < night:
                continue
            topic = roster.found(f"{leaving[0]} {tonight.night}", tonight.changes)
            for event in leaving:
                roster.move(event, topic)
            n_left = sum(len(roster.headlines[event]) for event in leaving)
            centre = unit(window.vectors[of_part].mean(axis=0))
            roster.put(topic, Topic("", (), n_left, centre, "active", tonight.night))
            inside = [i for i in inside if events[i] not in part_events]
            last = window.nights[inside].max().astype(object)
            whole = roster.topics[name]
            roster.put(name, replace(whole, size=whole.size - n_left, last_night=last))
            tonight.changes.append(Change(topic, "split", name, part.similarity))
            born.add(topic)
            before.pop(name, None)
    return born


def _merge(tonight: _Night, drawn: Rows, touched: set[str]) -> set[str]:
    """Return the topics that ended in others; those join `touched`, with news or without."""
    roster, holds = tonight.roster, tonight.holds
    items = _Items.of(roster, tonight.events)
    place = {name: number for number, name in enumerate(items.topics)}
    n_topics = len(items.topics)
    group = np.where(items.item < n_topics, items.item, -1)
    plain = np.bincount(items.item[~is_plain(drawn)], minlength=n_topics)[:n_topics] == 0
    centroids = np.vstack([roster.topics[name].centroid for name in items.topics] or [drawn[:0]])
    gone = set()
    for merger in find_mergers(
        mean_rows(drawn, group, n_topics),
        [roster.topics[name].size for name in items.topics],
        np.flatnonzero([name in touched for name in items.topics]),
        tonight.settings.merge_similarity,
        centroids=np.where(plain[:, None], np.nan, centroids),
        least=_ALL_ALONG,
        pinned={place[name] for name in holds.pinned if name in place},
        apart=[(place[a], place[b]) for a, b in holds.apart if a in place and b in place],
    ):
        absorbed, kept = items.topics[merger.absorbed], items.topics[merger.kept]
        roster.merge(absorbed, kept)
        tonight.changes.append(Change(absorbed, "merged", kept, merger.similarity))
        gone.add(absorbed)
        touched.add(kept)
    return gone


def _settle(
    tonight: _Night, drawn: Rows, items: _Items, proposal: Proposal, before: dict[str, int]
) -> set[str]:
    """Put loose events into the topics they cluster with, or found and wake topics.

    The size of those that are woken is noted in `before`.
    """
    roster, window, events = tonight.roster, tonight.window, tonight.events
    rows_of, night = items.list_rows(), np.datetime64(tonight.night, "D")
    new = {events[i] for i in np.flatnonzero(window.nights == night).tolist()}
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
            founder = min(joining, key=lambda event: (rows_of[event][0], event))
            home = _wake_or_found(
                tonight, drawn, inside, sleepers, before, None if cluster < 0 else founder
            )
            if home is None:
                continue
            topic = home
        earlier = [e for e in joining if window.nights[rows_of[e]].min() < night]
        if known and earlier:
            tonight.changes.append(_tell_joining(earlier, rows_of, drawn, topic, items, cluster))
        for event in joining:
            roster.move(event, topic)
        last = window.nights[inside].max().astype(object)
        roster.put(topic, roster.topics[topic].follow(window.vectors[inside], last))
        grown.add(topic)
    return grown


def _wake_or_found(
    tonight: _Night,
    drawn: Rows,
    inside: NDArray[np.intp],
    sleepers: Sleepers,
    before: dict[str, int],
    founder: str | None,
) -> str | None:
    """Return the topic asleep that some headlines are of, or else one that they found.

    Without a founder, the event they are named by, they found none.
    """
    roster, window = tonight.roster, tonight.window
    centre = unit(window.vectors[inside].mean(axis=0))
    texts = [window.texts[i] for i in inside.tolist()]
    is_read = not is_plain(drawn[inside]).all()
    back = sleepers.find(centre, texts, tonight.settings.revival_similarity, is_read=is_read)
    if back is not None:
        roster.draw_topics([back.topic])
        before.setdefault(back.topic, roster.topics[back.topic].size)
        _wake(roster, back.topic, float(back.centroid @ centre), tonight.changes)
        return back.topic
    if founder is None:
        return None
    topic = roster.found(f"{founder} {tonight.night}", tonight.changes)
    tonight.changes.append(Change(topic, "born"))
    roster.put(topic, Topic("", (), 0, centre, "active", tonight.night))
    return topic


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
