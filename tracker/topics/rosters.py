"""The roster: topics, their events and the headlines of these, all there ever were."""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from tracker.topics.lineage import Change
from tracker.topics.namings import Naming
from tracker.topics.shelves import Shelf
from tracker.topics.similarity import Rows, unit
from tracker.topics.sleepers import Sleeper, Sleepers

_MEMORY = 50  # headlines; a centroid moves by at most one part in so many for each new one


@dataclass(frozen=True)
class Place:
    """Where a headline is.

    Attributes:
        event: Its event.
        topic: Its topic, as last written.
        since: Since which night it is there.
        probability: How well it fits its event, in [0, 1].
        night: The night it was first seen.
    """

    event: str
    topic: str | None
    since: date
    probability: float
    night: date


@dataclass(frozen=True)
class Topic:
    """A topic as it is now.

    Attributes:
        label: Its name, five words at most.
        terms: Its words, best first.
        size: Headlines placed in it.
        centroid: Unit vector under the study's encoder, (dimension,) float32.
        state: active, dormant or retired.
        last_night: Night of its last new headline.
    """

    label: str
    terms: tuple[str, ...]
    size: int
    centroid: Rows
    state: str
    last_night: date

    def follow(self, vectors: Rows, night: date) -> "Topic":
        """Return the topic with new headlines of these vectors, (n, dimension)."""
        return replace(
            self,
            size=self.size + len(vectors),
            centroid=_drift(self.centroid, self.size, vectors.mean(axis=0), len(vectors)),
            last_night=max(night, self.last_night),
        )

    def absorb(self, other: "Topic") -> "Topic":
        """Return the topic with everything of `other`."""
        return replace(
            self,
            size=self.size + other.size,
            centroid=_drift(self.centroid, self.size, other.centroid, other.size),
            last_night=max(self.last_night, other.last_night),
            state="active" if "active" in (self.state, other.state) else self.state,
        )


class Roster:
    """Topics, their events and the headlines of these, all there ever were.

    What a night asks of it costs as much as what the night changes, however many topics sleep.

    Attributes:
        topics: Topics by id; changed by `put` and `merge` alone.
        topic_of: The topic of each event that has one.
        headlines: The headlines of each event.
        places: Where each headline is.
        ended: The topics that were merged away, as they last were.

    All of these lack what is still on the shelf, until it is drawn.

    Args:
        naming: How topics are called when they are founded.
        shelf: Topics and headlines of earlier nights, if any.
    """

    def __init__(self, naming: Naming, shelf: Shelf | None = None) -> None:
        self.topics: dict[str, Topic] = {}
        self.places: dict[str, Place] = {}
        self._shelf = shelf
        self.topic_of: dict[str, str] = {}
        self.headlines: dict[str, list[str]] = {}
        self.ended: dict[str, Topic] = {}
        self._naming = naming
        self._events: dict[str, set[str]] = {}
        self._moved: set[str] = set()
        self._absorbed: list[str] = []
        self._sleepers = Sleepers(shelf)
        self._changed: set[str] = set()
        # Topics that are not retired, by their state and the night of their last headline.
        self._idle: dict[tuple[str, date], set[str]] = {}

    def draw_topics(self, names: Iterable[str]) -> None:
        """Take some topics from the shelf, if they are there."""
        wanted = [name for name in names if name not in self.topics and name not in self.ended]
        if self._shelf is None or not wanted:
            return
        rows, centroids = self._shelf.take_topics(wanted)
        for row, centroid in zip(rows.iter_rows(named=True), centroids, strict=True):
            name, alive = row.pop("topic_id"), row.pop("alive")
            topic = Topic(**row | {"terms": tuple(row["terms"])}, centroid=centroid)
            if alive:
                self._enter(name, topic)
            else:
                self.ended[name] = topic
            if alive and topic.state != "active":
                # Also until the next change of the sleepers it can be found among them.
                self._sleepers.put(name, Sleeper(topic.centroid, topic.terms))

    def draw_events(self, events: Iterable[str]) -> None:
        """Take the headlines of some events, and the topics of these, from the shelf."""
        if self._shelf is not None:
            self._bring_out(self._shelf.take_events(events))

    def draw_headlines(self, headlines: Collection[str]) -> None:
        """Take all of the events of some headlines from the shelf."""
        if self._shelf is not None and headlines:
            self.draw_events(self._shelf.find_events(headlines))

    def draw_window(self, start: date) -> None:
        """Take from the shelf what has had a headline since night `start`, and what is awake."""
        if self._shelf is not None:
            self.draw_events(self._shelf.list_events_since(start))
            self.draw_topics(self._shelf.list_active())

    def list_known(self, headlines: pl.Series) -> list[str]:
        """Return those of some headlines that were placed before, on the shelf or not."""
        known = set() if self._shelf is None else self._shelf.find_headlines(headlines)
        return [name for name in headlines if name in known or name in self.places]

    def _bring_out(self, rows: pl.DataFrame) -> None:
        for row in rows.iter_rows():
            headline, event, topic, *rest = row
            self.places[headline] = Place(event, topic, *rest)
            self.add_headline(event, headline)
            if topic is not None:
                self.place(event, topic)
        self.draw_topics(rows["topic_id"].drop_nulls().unique())

    def found(self, founder: str, changes: list[Change]) -> str:
        """Return the id of a topic that is founded now; if it is one before's, say so."""
        own = self._naming.name(founder)
        carried = self._naming.carried.get(own)
        if carried is None:
            return own
        changes.append(Change(carried.topic_id, "carried", own, carried.similarity))
        return carried.topic_id

    def add_headline(self, event: str, headline: str) -> None:
        """Put a headline into an event."""
        self.headlines.setdefault(event, []).append(headline)

    def merge_events(self, absorbed: str, kept: str) -> list[str]:
        """Put the headlines of one event into another of the same topic; return them."""
        headlines = self.headlines.pop(absorbed)
        self.headlines[kept] += headlines
        topic = self.topic_of.pop(absorbed, None)
        if topic is not None:
            self._events[topic].discard(absorbed)
        return headlines

    def part_event(self, event: str, part: str, leaving: Set[str]) -> None:
        """Put some headlines of an event into one of their own; it is in no topic yet."""
        heads = self.headlines[event]
        self.headlines[event] = [head for head in heads if head not in leaving]
        self.headlines[part] = [head for head in heads if head in leaving]
        for head in self.headlines[part]:
            self.places[head] = replace(self.places[head], event=part)

    def join_event(self, part: str, event: str) -> None:
        """Put a part of an event back into it, where both are in the same topic."""
        for head in self.merge_events(part, event):
            self.places[head] = replace(self.places[head], event=event)
        self._moved.discard(part)
        self._moved.add(event)

    def place(self, event: str, topic: str) -> None:
        """Say that an event is in a topic."""
        if event in self.topic_of:
            self._events[self.topic_of[event]].discard(event)
        self.topic_of[event] = topic
        self._events.setdefault(topic, set()).add(event)

    def move(self, event: str, topic: str) -> None:
        """Put an event, with its headlines, into a topic tonight."""
        self.place(event, topic)
        self._moved.add(event)

    def list_events(self, topic: str) -> list[str]:
        """Return the events of a topic, sorted."""
        if self._shelf is not None:
            self._bring_out(self._shelf.take_topic_events(topic))
        return sorted(self._events.get(topic, ()))

    def merge(self, absorbed: str, kept: str) -> None:
        """Put all of one topic into another; the first ends."""
        for event in self.list_events(absorbed):
            self.move(event, kept)
        self.put(kept, self.topics[kept].absorb(self.topics[absorbed]))
        self.put(absorbed, replace(self.topics[absorbed], size=0, state="retired"))
        self._absorbed.append(absorbed)

    def take_moved(self) -> set[str]:
        """Return the events moved since the last call."""
        moved, self._moved = self._moved, set()
        return moved

    def forget_absorbed(self) -> None:
        """Put the topics that ended in a merger aside; their rows have been written."""
        for name in self._absorbed:
            self.ended[name] = self.topics.pop(name)
        self._absorbed = []

    def list_awake(self) -> list[str]:
        """Return the topics that are active."""
        return [
            name for (state, _), names in self._idle.items() if state == "active" for name in names
        ]

    def is_alive(self, topic: str) -> bool:
        """Return whether there is a topic of this id that has not ended in a merger."""
        self.draw_topics([topic])
        return topic in self.topics and topic not in self._absorbed

    def put(self, name: str, topic: Topic) -> None:
        """Put a topic in, or what it is now; it may have ended before."""
        self.draw_topics([name])
        self._enter(name, topic)

    def _enter(self, name: str, topic: Topic) -> None:
        before = self.topics.get(name)
        self._changed.add(name)
        if before is not None and before.state != "retired":
            place = (before.state, before.last_night)
            self._idle[place].discard(name)
            if not self._idle[place]:
                del self._idle[place]
        if topic.state != "retired":
            self._idle.setdefault((topic.state, topic.last_night), set()).add(name)
        self.topics[name] = topic
        self.ended.pop(name, None)

    def take_sleepers(self) -> Sleepers:
        """Return the topics that are dormant or retired by now; the next call changes them."""
        for name in self._changed:
            topic = self.topics.get(name)
            if topic is None or topic.state == "active" or not self.is_alive(name):
                self._sleepers.drop(name)
            else:
                self._sleepers.put(name, Sleeper(topic.centroid, topic.terms))
        self._changed = set()
        return self._sleepers

    def let_sleep(
        self,
        night: date,
        window_nights: int,
        retire_nights: int,
        changes: list[Change],
        pinned: Set[str] = frozenset(),
    ) -> set[str]:
        """Return the topics that fall asleep or retire tonight; retirements go into `changes`.

        Pinned topics are not retired.
        """
        nights = {"active": window_nights, "dormant": retire_nights}
        if self._shelf is not None:
            self.draw_topics(self._shelf.list_dormant(night - timedelta(days=retire_nights)))
        idle = [
            name
            for (state, last), names in self._idle.items()
            if (night - last).days >= nights[state]
            for name in names
        ]
        touched = set()
        for name in idle:
            topic = self.topics[name]
            state = "dormant"
            if (night - topic.last_night).days >= retire_nights and name not in pinned:
                state = "retired"
            if state != topic.state:
                self.put(name, replace(topic, state=state))
                touched.add(name)
        changes += [
            Change(name, "retired")
            for name in sorted(touched)
            if self.topics[name].state == "retired"
        ]
        return touched


def _drift(centroid: Rows, size: int, towards: Rows, weight: int) -> Rows:
    pull = weight / (weight + min(size, _MEMORY))
    return unit(np.asarray((1 - pull) * centroid + pull * towards, np.float32))
