"""The roster: topics, their events and the headlines of these, all there ever were."""

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from tracker.topics.lineage import Change
from tracker.topics.namings import Naming
from tracker.topics.similarity import Rows, unit

_MEMORY = 50  # headlines; a centroid moves by at most one part in so many for each new one


@dataclass(frozen=True)
class Topic:
    """A topic as it is now.

    Attributes:
        label: Two to five words.
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


@dataclass
class Roster:
    """Topics by id, the topic of each event that has one, the headlines of each event.

    `ended` holds the topics that were merged away, as they last were.
    """

    topics: dict[str, Topic] = field(default_factory=dict)
    topic_of: dict[str, str] = field(default_factory=dict)
    headlines: dict[str, list[str]] = field(default_factory=dict)
    ended: dict[str, Topic] = field(default_factory=dict)
    naming: Naming = field(default_factory=Naming)
    _moved: set[str] = field(default_factory=set)
    _absorbed: list[str] = field(default_factory=list)

    def found(self, founder: str, changes: list[Change]) -> str:
        """Return the id of a topic that is founded now; if it is one before's, say so."""
        own = self.naming.name(founder)
        carried = self.naming.carried.get(own)
        if carried is None:
            return own
        changes.append(Change(carried.topic_id, "carried", own, carried.similarity))
        return carried.topic_id

    def add_headline(self, event: str, headline: str) -> None:
        """Put a headline into an event."""
        self.headlines.setdefault(event, []).append(headline)

    def move(self, event: str, topic: str) -> None:
        """Put an event, with its headlines, into a topic."""
        self.topic_of[event] = topic
        self._moved.add(event)

    def merge(self, absorbed: str, kept: str) -> None:
        """Put all of one topic into another; the first ends."""
        for event in sorted(e for e, topic in self.topic_of.items() if topic == absorbed):
            self.move(event, kept)
        self.topics[kept] = self.topics[kept].absorb(self.topics[absorbed])
        self.topics[absorbed] = replace(self.topics[absorbed], size=0, state="retired")
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

    def is_alive(self, topic: str) -> bool:
        """Return whether there is a topic of this id that has not ended in a merger."""
        return topic in self.topics and topic not in self._absorbed

    def put(self, name: str, topic: Topic) -> None:
        """Put a topic in, or what it is now; it may have ended before."""
        self.topics[name] = topic
        self.ended.pop(name, None)

    def sleeping(self) -> list[str]:
        """Return the ids of the topics that are dormant or retired, sorted."""
        ended = set(self._absorbed)
        return sorted(
            name
            for name, topic in self.topics.items()
            if topic.state != "active" and name not in ended
        )

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
        touched = set()
        for name, topic in self.topics.items():
            idle = (night - topic.last_night).days
            state = topic.state
            if state == "active" and idle >= window_nights:
                state = "dormant"
            if state == "dormant" and idle >= retire_nights and name not in pinned:
                state = "retired"
            if state != topic.state:
                self.topics[name] = replace(topic, state=state)
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
