"""One night's events: which headlines join one, found one, and which events merge."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tracker.ids import name_id
from tracker.topics.events import place_headlines
from tracker.topics.holds import Holds
from tracker.topics.rosters import Place, Roster
from tracker.topics.settings import TopicSettings
from tracker.topics.similarity import Rows
from tracker.topics.windows import Window


def place_events(
    roster: Roster,
    window: Window,
    rows: Rows,
    n_new: int,
    night: date,
    settings: TopicSettings,
    holds: Holds,
) -> set[str]:
    """Return the headlines whose event is another since tonight; the roster is brought up to date.

    Args:
        roster: Topics and events.
        window: Headlines of the window, the new ones last.
        rows: Their blended rows.
        n_new: How many are new.
        night: The night.
        settings: Thresholds.
        holds: What people have said and still holds.
    """
    n_old = len(window) - n_new
    awake = np.datetime64(night - timedelta(days=settings.event_nights), "D")
    first = int(np.searchsorted(window.nights, awake))
    named = [roster.places[name].event for name in window.ids[first:n_old]]
    names, numbers = np.unique(np.asarray(named, object), return_inverse=True)
    last = np.zeros(len(names), "datetime64[D]")
    np.maximum.at(last, numbers, window.nights[first:n_old])
    placement = place_headlines(
        rows[first:n_old],
        numbers.astype(np.intp),
        rows[n_old:],
        settings.event_similarity,
        _own_events(roster, holds, names.tolist()),
        (np.datetime64(night, "D") - last).astype(np.intp) - 1,
        _measure_ages(roster, names.tolist(), night),
    )
    rehomed = _merge_events(roster, names.tolist(), placement.merged)
    events = dict(enumerate(names.tolist()))
    for name, number, probability in zip(
        window.ids[n_old:], placement.event.tolist(), placement.probability, strict=True
    ):
        event = events.setdefault(number, name_id("e", name))
        roster.places[name] = Place(event, None, night, float(probability), night)
        roster.add_headline(event, name)
    return rehomed


def _measure_ages(roster: Roster, events: Sequence[str], night: date) -> NDArray[np.intp]:
    """Return the nights since each event began, (n_events,)."""
    began = [min(roster.places[head].night for head in roster.headlines[e]) for e in events]
    return np.asarray([(night - first).days for first in began], np.intp)


def _own_events(roster: Roster, holds: Holds, events: Sequence[str]) -> NDArray[np.intp]:
    """Return what each event belongs to, numbered: its topic, or that it has none.

    Where a person has merged topics or parted an event each event is its own: what was said
    could not be undone otherwise.
    """
    alone = holds.whole | holds.parted
    topics = [roster.topic_of.get(event) for event in events]
    owner = [e if t in alone else t for e, t in zip(events, topics, strict=True)]
    place = {name: number for number, name in enumerate(dict.fromkeys(owner))}
    return np.asarray([place[name] for name in owner], np.intp)


def _merge_events(roster: Roster, events: Sequence[str], merged: NDArray[np.intp]) -> set[str]:
    """Merge events, each into the one numbered so; return the headlines that moved."""
    moved = set()
    for number in np.flatnonzero(merged != np.arange(len(events))).tolist():
        kept = events[int(merged[number])]
        for name in roster.merge_events(events[number], kept):
            roster.places[name] = replace(roster.places[name], event=kept)
            moved.add(name)
    return moved
