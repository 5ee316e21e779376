"""What people have said about topics, carried out on its night and respected from then on.

A correction is carried out at the end of the night it holds from, after the tracker's own work of
that night. From the next night on it binds the tracker:

- a topic that a person merged others into is not split again by the tracker;
- two topics that a person split apart are not merged by the tracker;
- a renamed topic keeps its label;
- a pinned topic keeps its id, its label and its headlines: the tracker neither merges it away nor
  splits it nor retires it. It may still sleep, take in news, and take in other topics.

What a correction says of topics is said by their ids. Where an id is not there (a late archive or
another encoder has made other topics), the topic that shares more than half of its headlines with
what it had is meant, the same one whenever the id is named. Without one the correction is void, and
says why.

Undoing goes forward too: nights before the undoing stay as they were. A topic that was merged away
lives on under its old id with its own headlines and with what came since and is more like it; a
topic that was split off ends and its headlines go back; an own label comes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from tracker.topics.lineage import Change
from tracker.topics.rosters import Roster, Topic
from tracker.topics.similarity import Rows, unit

OUTCOMES: Final = pl.Schema({"correction_id": pl.String, "state": pl.String, "note": pl.String})


@dataclass(frozen=True)
class Correction:
    """One correction, as a row of CORRECTIONS.

    Attributes:
        correction_id: Its id.
        kind: merge, split, rename or pin.
        night: The night it holds from.
        topic_id: The topic that goes on, is split, renamed or pinned.
        other_id: The topic merged away or split off.
        label: Label given, or that of the topic split off.
        label_before: Label that a renamed topic had.
        headlines: Headline ids of the topic; if split, those that leave.
        other_headlines: Headline ids of the topic merged away.
        undone_night: The night it holds no longer from.
        centroid: Of a split, the mean of what leaves, unit length.
    """

    correction_id: str
    kind: str
    night: date
    topic_id: str
    other_id: str | None = None
    label: str | None = None
    label_before: str | None = None
    headlines: tuple[str, ...] = ()
    other_headlines: tuple[str, ...] = ()
    undone_night: date | None = None
    centroid: Rows | None = None


@dataclass(frozen=True)
class Act:
    """A correction to be carried out, or to be undone."""

    correction: Correction
    is_undoing: bool = False


@dataclass(frozen=True)
class _Hold:
    correction: Correction
    topic: str
    other: str


class Holds:
    """The corrections that hold, and the topics they hold of by now."""

    def __init__(self) -> None:
        self._holds: dict[str, _Hold] = {}
        self._heirs: dict[str, str] = {}

    @property
    def pinned(self) -> set[str]:
        """Return the topics that are pinned."""
        return {hold.topic for hold in self._of("pin")}

    @property
    def worded(self) -> set[str]:
        """Return the topics whose label stays."""
        return self.pinned | {hold.topic for hold in self._of("rename")}

    @property
    def whole(self) -> set[str]:
        """Return the topics that the tracker does not split."""
        return self.pinned | {self._follow(hold.other) for hold in self._of("merge")}

    @property
    def apart(self) -> set[frozenset[str]]:
        """Return the pairs of topics that the tracker does not merge."""
        return {
            frozenset((self._follow(hold.topic), self._follow(hold.other)))
            for hold in self._of("split")
        }

    def find_topics(self, correction_id: str) -> tuple[str, str] | None:
        """Return the topic a correction changed, and where the other one's headlines are now.

        None if it does not hold.
        """
        hold = self._holds.get(correction_id)
        return (hold.topic, self._follow(hold.other)) if hold else None

    def find_alias(self, topic: str) -> str | None:
        """Return the topic that was meant by an id when it was named before."""
        for hold in self._holds.values():
            said = hold.correction
            if said.kind == "merge" and said.other_id == topic:
                return self._follow(hold.topic)
            if said.topic_id == topic:
                return self._follow(hold.other if said.kind in ("merge", "split") else hold.topic)
        return None

    def find_label(self, topic: str) -> str | None:
        """Return the label that a person gave a topic last."""
        labels = [hold.correction.label for hold in self._of("rename") if hold.topic == topic]
        return labels[-1] if labels else None

    def note(self, change: Change, act: Act | None = None) -> None:
        """Follow a change of identity, in the order in which they happen."""
        if change.event == "merged" and change.other_id is not None:
            self._heirs[change.topic_id] = change.other_id
        else:
            self._heirs.pop(change.topic_id, None)
        if act is not None and not act.is_undoing:
            hold = _Hold(act.correction, change.topic_id, change.other_id or change.topic_id)
            self._holds[act.correction.correction_id] = hold

    def drop(self, correction_id: str) -> None:
        """Hold no longer of a correction, if it was held of."""
        self._holds.pop(correction_id, None)

    def _of(self, kind: str) -> list[_Hold]:
        return [hold for hold in self._holds.values() if hold.correction.kind == kind]

    def _follow(self, topic: str) -> str:
        """Return the topic in which a topic has ended by now, or itself."""
        while topic in self._heirs:
            topic = self._heirs[topic]
        return topic


def read_corrections(
    rows: pl.DataFrame, centroids: Mapping[str, Rows] | None = None
) -> list[Correction]:
    """Return the corrections in a frame of CORRECTIONS, in the order they were made.

    Args:
        rows: The frame.
        centroids: Centroids of what leaves in splits, by correction id.
    """
    given = centroids or {}
    return [
        Correction(
            correction_id=row["correction_id"],
            kind=row["kind"],
            night=row["night"],
            topic_id=row["topic_id"],
            other_id=row["other_id"],
            label=row["label"],
            label_before=row["label_before"],
            headlines=tuple(row["headlines"]),
            other_headlines=tuple(row["other_headlines"]),
            undone_night=row["undone_night"],
            centroid=given.get(row["correction_id"]),
        )
        for row in rows.sort("made_at", "correction_id").iter_rows(named=True)
    ]


def list_acts(
    rows: pl.DataFrame,
    nights: Sequence[date],
    centroids: Mapping[str, Rows] | None = None,
) -> dict[date, list[Act]]:
    """Return what is to be done on each night, in the order in which it was said.

    What is said for a night without captures is done on the next night with some. A correction
    made and undone for one night is only undone.

    Args:
        rows: A frame of CORRECTIONS.
        nights: All nights with captures, rising.
        centroids: As in `read_corrections`.
    """
    times = {
        row["correction_id"]: (row["made_at"], row["undone_at"])
        for row in rows.iter_rows(named=True)
    }

    def find_night(wanted: date | None) -> date | None:
        return next((night for night in nights if wanted is not None and night >= wanted), None)

    said = []
    for correction in read_corrections(rows, centroids):
        made_at, undone_at = times[correction.correction_id]
        made, undone = find_night(correction.night), find_night(correction.undone_night)
        if made is not None and made != undone:
            said.append((made, made_at, correction.correction_id, Act(correction)))
        if undone is not None:
            act = Act(correction, is_undoing=True)
            said.append((undone, undone_at, correction.correction_id, act))
    acts: dict[date, list[Act]] = {}
    for night, _, _, act in sorted(said, key=lambda item: item[:3]):
        acts.setdefault(night, []).append(act)
    return acts


def restore_holds(lineage: pl.DataFrame, acts: Mapping[date, Sequence[Act]], as_of: date) -> Holds:
    """Return what holds after night `as_of`.

    Args:
        lineage: The changes of identity up to that night, a frame of LINEAGE.
        acts: What was to be done on each night.
        as_of: The night.
    """
    holds = Holds()
    own: dict[date, list[Change]] = {}
    said: dict[tuple[date, str], Change] = {}
    for row in lineage.sort("night", "topic_id", "event").iter_rows(named=True):
        night = row.pop("night")
        change = Change(**row)
        if change.correction_id is None:
            own.setdefault(night, []).append(change)
        else:
            said[night, change.correction_id] = change
    for night in sorted({*own, *(night for night in acts if night <= as_of)}):
        for change in own.get(night, ()):
            holds.note(change)
        for act in acts.get(night, ()):
            found = said.get((night, act.correction.correction_id))
            if found is not None:
                holds.note(found, act)
            if act.is_undoing:
                holds.drop(act.correction.correction_id)
    return holds


class Corrector:
    """Carries out corrections on a roster at the end of a night.

    Args:
        roster: Topics and events; changed.
        holds: What holds by now; changed.
        event_of: The event of each headline.
        night_of: The night each headline was first seen.
        vectors: Unit vectors of the window's headlines.
        night: The night.
        window_nights: Nights without news after which a topic sleeps.
    """

    def __init__(
        self,
        roster: Roster,
        holds: Holds,
        event_of: Mapping[str, str],
        night_of: Mapping[str, date],
        vectors: Mapping[str, Rows],
        night: date,
        window_nights: int,
    ) -> None:
        self.roster, self.holds = roster, holds
        self.night, self.window_nights = night, window_nights
        self.event_of, self.night_of, self.vectors = event_of, night_of, vectors
        self.changes: list[Change] = []
        self.touched: set[str] = set()
        self.outcomes: list[tuple[str, str, str | None]] = []

    def run(self, acts: Iterable[Act]) -> None:
        """Carry out what is to be done tonight."""
        for act in acts:
            correction = act.correction
            change = (self._undo if act.is_undoing else self._make)(correction)
            note = change if isinstance(change, str) else None
            if isinstance(change, Change):
                change = replace(change, correction_id=correction.correction_id)
                self.holds.note(change, act)
                self.changes.append(change)
                self.touched |= {change.topic_id, change.other_id or change.topic_id}
            if act.is_undoing:
                self.holds.drop(correction.correction_id)
            state = "undone" if act.is_undoing else "void" if note else "standing"
            self.outcomes.append((correction.correction_id, state, note))

    def _make(self, correction: Correction) -> Change | str:
        """Return what a correction changed, or why it is void."""
        whole = correction.kind != "split"
        topic = self._find(correction.topic_id, correction.headlines, whole=whole)
        if topic is None:
            return f"no topic holds what {correction.topic_id} held"
        if correction.kind == "merge":
            return self._merge(correction, topic)
        if correction.kind == "split":
            return self._split(correction, topic)
        if correction.kind == "rename":
            self._relabel(topic, correction.label or "")
            return Change(topic, "renamed")
        return Change(topic, "pinned")

    def _undo(self, correction: Correction) -> Change | str | None:
        """Return what the undoing changed; None if there was nothing to change."""
        held = self.holds.find_topics(correction.correction_id)
        if held is None:
            return None
        topic, other = held
        if correction.kind == "merge":
            return self._part(correction, topic, other)
        if not self.roster.is_alive(topic):
            return None  # it ended in another topic meanwhile
        if correction.kind == "split":
            if topic in self.holds.pinned:
                return f"{topic} is pinned and was not merged back"
            alike = self._compare(topic, other)
            self.roster.merge(topic, other)
            return Change(topic, "merged", other, alike)
        if correction.kind == "rename":
            self.holds.drop(correction.correction_id)
            given = self.holds.find_label(topic) or correction.label_before
            self._relabel(topic, given or self.roster.topics[topic].label)
            return Change(topic, "renamed")
        return Change(topic, "unpinned")

    def _merge(self, correction: Correction, kept: str) -> Change | str:
        absorbed = self._find(correction.other_id or "", correction.other_headlines)
        if absorbed is None:
            return f"no topic holds what {correction.other_id} held"
        if absorbed == kept:
            return "the two are one topic already"
        if absorbed in self.holds.pinned:
            return f"{absorbed} is pinned"
        alike = self._compare(absorbed, kept)
        self.roster.merge(absorbed, kept)
        return Change(absorbed, "merged", kept, alike)

    def _split(self, correction: Correction, topic: str) -> Change | str:
        events = self._list_events(topic)
        wanted = {self.event_of.get(name) for name in correction.headlines}
        leaving = [event for event in events if event in wanted]
        if not leaving or len(leaving) == len(events):
            share = "all" if leaving else "none"
            return f"{share} of the events of {topic} would leave"
        assert correction.other_id is not None
        label = correction.label or ""
        # Until it has news and words of its own, what it is called is what it is known by.
        part = Topic(
            label,
            tuple(label.lower().split()),
            0,
            self.roster.topics[topic].centroid
            if correction.centroid is None
            else correction.centroid,
            "active",
            self.night,
        )
        return self._take_out(correction.other_id, part, topic, leaving)

    def _part(self, correction: Correction, absorbed: str, kept: str) -> Change | str:
        """Give a merged topic back what it had, and what came since and is more like it."""
        own = {self.event_of.get(name) for name in correction.other_headlines}
        others = {self.event_of.get(name) for name in correction.headlines} - own
        events = self._list_events(kept)
        here = self._mean([event for event in events if event in others])
        there = self._mean([event for event in events if event in own])
        ended = self.roster.ended[absorbed]
        towards = (ended.centroid if there is None else there) - (
            self.roster.topics[kept].centroid if here is None else here
        )
        leaving = []
        for event in events:
            mean = None if event in own or event in others else self._mean([event])
            if event in own or (mean is not None and float(mean @ towards) > 0):
                leaving.append(event)
        if not leaving or len(leaving) == len(events):
            return f"nothing of {absorbed} could be told from {kept}"
        return self._take_out(absorbed, replace(ended, state="active"), kept, leaving)

    def _take_out(self, part: str, topic: Topic, whole: str, leaving: Sequence[str]) -> Change:
        for event in leaving:
            self.roster.move(event, part)
        for name, now in ((part, topic), (whole, self.roster.topics[whole])):
            heads = [h for event in self._list_events(name) for h in self.roster.headlines[event]]
            last = max(self.night_of[head] for head in heads)
            idle = (self.night - last).days >= self.window_nights
            state = "active" if not idle else "dormant" if now.state == "active" else now.state
            self.roster.put(name, replace(now, size=len(heads), last_night=last, state=state))
        return Change(part, "split", whole, self._compare(part, whole))

    def _relabel(self, topic: str, label: str) -> None:
        self.roster.topics[topic] = replace(self.roster.topics[topic], label=label)

    def _find(self, topic: str, headlines: Sequence[str], *, whole: bool = True) -> str | None:
        """Return the topic of that id, else the one that is it by its headlines.

        Args:
            topic: The id.
            headlines: Headlines it had.
            whole: Whether these were all it had: then more than half of all that either has must
                be in both, else more than half of these must be in it.

        Source: Jaccard, 1901 (shared headlines of all).
        """
        if self.roster.is_alive(topic):
            return topic
        alias = self.holds.find_alias(topic)
        if alias is not None and self.roster.is_alive(alias):
            return alias
        votes: dict[str, int] = {}
        known = [name for name in headlines if name in self.event_of]
        for name in known:
            holder = self.roster.topic_of.get(self.event_of[name])
            if holder is not None:
                votes[holder] = votes.get(holder, 0) + 1
        for holder, shared in sorted(votes.items()):
            held = self.roster.topics[holder].size - shared if whole else 0
            if 2 * shared > len(known) + held:
                return holder
        return None

    def _list_events(self, topic: str) -> list[str]:
        return sorted(event for event, of in self.roster.topic_of.items() if of == topic)

    def _mean(self, events: Iterable[str]) -> Rows | None:
        """Return the mean vector of events' headlines in the window; None if none are there."""
        heads = [head for event in events for head in self.roster.headlines[event]]
        inside = [self.vectors[head] for head in heads if head in self.vectors]
        return unit(np.mean(inside, axis=0)) if inside else None

    def _compare(self, one: str, other: str) -> float:
        pair = self.roster.topics[one].centroid @ self.roster.topics[other].centroid
        return float(np.clip(pair, 0, 1))
