"""Corrections carried out on the roster, at the end of their night."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from tracker.ids import name_id
from tracker.topics.corrections import Act, Correction
from tracker.topics.holds import Holds
from tracker.topics.lineage import Change
from tracker.topics.namings import LEAST_ALIKE
from tracker.topics.rosters import Roster, Topic
from tracker.topics.similarity import Rows, unit

OUTCOMES: Final = pl.Schema({"correction_id": pl.String, "state": pl.String, "note": pl.String})


class Corrector:
    """Carries out corrections on a roster at the end of a night.

    Args:
        roster: Topics and events; changed.
        holds: What holds by now; changed.
        vectors: Unit vectors of the window's headlines.
        night: The night.
        window_nights: Nights without news after which a topic sleeps.
    """

    def __init__(
        self,
        roster: Roster,
        holds: Holds,
        vectors: Mapping[str, Rows],
        night: date,
        window_nights: int,
    ) -> None:
        self.roster, self.holds = roster, holds
        self.night, self.window_nights = night, window_nights
        self.vectors = vectors
        self.changes: list[Change] = []
        self.touched: set[str] = set()
        self.outcomes: list[tuple[str, str, str | None]] = []

    def run(self, acts: Iterable[Act]) -> None:
        """Carry out what is to be done tonight."""
        for act in acts:
            correction = act.correction
            self.roster.draw_headlines([*correction.headlines, *correction.other_headlines])
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
            self._join_events(correction, other)
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
        events = self.roster.list_events(topic)
        plan = {event: self._plan_leaving(event, correction) for event in events}
        if not any(plan.values()):
            return f"none of the events of {topic} would leave"
        if all(len(plan[event]) == len(self.roster.headlines[event]) for event in events):
            return f"all of the events of {topic} would leave"
        assert correction.other_id is not None
        label = correction.label or ""
        # Until it has news and words of its own, what it is called is what it is known by.
        part = Topic(
            label,
            tuple(label.lower().replace(",", " ").split()),
            0,
            self.roster.topics[topic].centroid
            if correction.centroid is None
            else correction.centroid,
            "active",
            self.night,
        )
        leaving = self._part_events(plan, correction)
        return self._take_out(correction.other_id, part, topic, leaving)

    def _plan_leaving(self, event: str, correction: Correction) -> set[str]:
        """Return the headlines of an event that a split takes out of its topic.

        By terms the ones leave that were named and, of those that were not there when it was said,
        the ones that have a term. Else all leave with one that is to leave, unless some are to
        stay; then of those that were not there the ones leave that are more like what leaves.
        """
        heads = set(self.roster.headlines[event])
        leave = heads.intersection(correction.headlines)
        stay = heads.intersection(correction.other_headlines)
        if correction.matching is not None:
            return leave | (heads & correction.matching) - stay
        if not leave or not stay:
            return heads if leave else leave
        there, here = self._average(sorted(leave)), self._average(sorted(stay))
        if there is not None and here is not None:
            unsaid = [head for head in heads - leave - stay if head in self.vectors]
            leave |= {head for head in unsaid if float(self.vectors[head] @ (there - here)) > 0}
        return leave

    def _part_events(self, plan: Mapping[str, set[str]], correction: Correction) -> list[str]:
        """Return the events that leave; one that leaves only in part is parted, and told of."""
        events, parted = [], []
        for event, leaving in plan.items():
            if not leaving or len(leaving) == len(self.roster.headlines[event]):
                events += [event] if leaving else []
                continue
            part = _name_part(event, correction)
            self.roster.part_event(event, part, leaving)
            events.append(part)
            parted.append((len(leaving), event, part))
        if parted:
            assert correction.other_id is not None
            _, event, part = max(parted)
            one, other = self._mean([event]), self._mean([part])
            alike = None if one is None or other is None else float(np.clip(one @ other, 0, 1))
            change = Change(correction.other_id, "parted", event, alike, correction.correction_id)
            self.changes.append(change)
        return events

    def _join_events(self, correction: Correction, topic: str) -> None:
        """Put the parts of a topic's events back that a split took out of them."""
        for event in self.roster.list_events(topic):
            part = _name_part(event, correction)
            if self.roster.topic_of.get(part) == topic:
                self.roster.join_event(part, event)

    def _part(self, correction: Correction, absorbed: str, kept: str) -> Change | str:
        """Give a merged topic back what it had, and what came since and is more like it.

        What began before the merger and was neither topic's came with a third one, and stays.
        """
        own = self._list_events(correction.other_headlines)
        others = self._list_events(correction.headlines) - own
        events = self.roster.list_events(kept)
        here = self._mean([event for event in events if event in others])
        there = self._mean([event for event in events if event in own])
        self.roster.draw_topics([absorbed])
        ended = self.roster.ended[absorbed]
        towards = (ended.centroid if there is None else there) - (
            self.roster.topics[kept].centroid if here is None else here
        )

        def is_news_of_it(event: str) -> bool:
            began = min(self.roster.places[head].night for head in self.roster.headlines[event])
            mean = self._mean([event]) if began > correction.night else None
            return mean is not None and float(mean @ towards) > 0

        leaving = [
            event for event in events
            if event in own or (event not in others and is_news_of_it(event))
        ]  # fmt: skip
        if not leaving or len(leaving) == len(events):
            return f"nothing of {absorbed} could be told from {kept}"
        return self._take_out(absorbed, replace(ended, state="active"), kept, leaving)

    def _take_out(self, part: str, topic: Topic, whole: str, leaving: Sequence[str]) -> Change:
        for event in leaving:
            self.roster.move(event, part)
        for name, now in ((part, topic), (whole, self.roster.topics[whole])):
            events = self.roster.list_events(name)
            heads = [head for event in events for head in self.roster.headlines[event]]
            last = max(self.roster.places[head].night for head in heads)
            idle = (self.night - last).days >= self.window_nights
            state = "active" if not idle else "dormant" if now.state == "active" else now.state
            self.roster.put(name, replace(now, size=len(heads), last_night=last, state=state))
        return Change(part, "split", whole, self._compare(part, whole))

    def _relabel(self, topic: str, label: str) -> None:
        self.roster.put(topic, replace(self.roster.topics[topic], label=label))

    def _find(self, topic: str, headlines: Sequence[str], *, whole: bool = True) -> str | None:
        """Return the topic of that id, else the one that is it by its headlines.

        Args:
            topic: The id.
            headlines: Headlines it had.
            whole: Whether these were all it had: then the two must be alike too.

        Source: Jaccard, 1901 (shared headlines of all); from `LEAST_ALIKE` on as in `match_topics`.
        """
        if self.roster.is_alive(topic):
            return topic
        alias = self.holds.find_alias(topic)
        if alias is not None and self.roster.is_alive(alias):
            return alias
        votes: dict[str, int] = {}
        known = [name for name in headlines if name in self.roster.places]
        for name in known:
            holder = self.roster.topic_of.get(self.roster.places[name].event)
            if holder is not None:
                votes[holder] = votes.get(holder, 0) + 1
        for holder, shared in sorted(votes.items()):
            union = len(known) + self.roster.topics[holder].size - shared
            is_alike = not whole or shared >= LEAST_ALIKE * union
            if 2 * shared > len(known) and is_alike:
                return holder
        return None

    def _list_events(self, headlines: Iterable[str]) -> set[str]:
        places = self.roster.places
        return {places[name].event for name in headlines if name in places}

    def _mean(self, events: Iterable[str]) -> Rows | None:
        """Return the mean vector of events' headlines in the window; None if none are there."""
        return self._average(head for event in events for head in self.roster.headlines[event])

    def _average(self, heads: Iterable[str]) -> Rows | None:
        inside = [self.vectors[head] for head in heads if head in self.vectors]
        return unit(np.mean(inside, axis=0)) if inside else None

    def _compare(self, one: str, other: str) -> float:
        self.roster.draw_topics([one, other])
        pair = self.roster.topics[one].centroid @ self.roster.topics[other].centroid
        return float(np.clip(pair, 0, 1))


def _name_part(event: str, correction: Correction) -> str:
    """Return the id of what a split takes out of an event."""
    return name_id("e", f"{correction.correction_id} {event}")
