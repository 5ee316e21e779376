"""Headlines into events: the same happening across outlets and nights."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.tables import EVENTS
from tracker.topics.clustering import join_items
from tracker.topics.members import held_on
from tracker.topics.similarity import NEIGHBOURS, Rows, draw_twice, find_drawing, mean_rows, unit
from tracker.topics.words import content_words

_FADING: Final = 0.02
"""What an event loses of its similarity to news with each night on which there was none of it."""
_PRIME: Final = 7  # nights that an event goes on for before it ages
_AGEING: Final = 0.03
"""What it loses with each night beyond, so that it takes nothing more after about a month.

A war is many events. A week, since what happens is told for days; the same served front pages of
one year and labelled stories whose headlines lie within a week.
"""


@dataclass(frozen=True)
class Placement:
    """Where new headlines go, and which events turn out to be one.

    Attributes:
        event: For each new headline the number of its event: those below the number of
            existing events are these, the others are founded now.
        probability: How alike it is to its event, in [0, 1].
        merged: For each existing event the number of the one it is in now, its own mostly.
    """

    event: NDArray[np.intp]
    probability: NDArray[np.float64]
    merged: NDArray[np.intp]


def place_headlines(
    pool: Rows,
    events: NDArray[np.intp],
    new: Rows,
    threshold: float,
    owners: NDArray[np.intp] | None = None,
    silent: NDArray[np.intp] | None = None,
    ages: NDArray[np.intp] | None = None,
) -> Placement:
    """Return the event of each new headline, and events that new headlines bring together.

    Headlines are first drawn towards their nearest neighbours, so that the wordings of one
    happening come together; then headlines and events are agglomerated. An event that no new
    headline is near stays as it is; events become one when a new headline belongs to both, and
    the one that began first goes on.

    Args:
        pool: Rows of the headlines whose events still take more, oldest first.
        events: Their events, numbered from 0 without holes.
        new: Rows of the new headlines, in the order of their ids.
        threshold: Similarity at which headlines are one event.
        owners: What each event belongs to, -1 for nothing: events of two owners stay two.
        silent: Nights each event has been without a new headline.
        ages: Nights since each began.

    Source: Allan, Papka and Lavrenko, 1998 (thresholds that rise with an event's age).
    """
    n_events = int(events.max()) + 1 if len(pool) else 0
    owners = np.full(n_events, -1, np.intp) if owners is None else owners
    silent = np.zeros(n_events, np.intp) if silent is None else silent
    ages = np.zeros(n_events, np.intp) if ages is None else ages
    began = np.unique(events, return_index=True)[1]
    open_events = np.unique(events[find_drawing(pool, new)])
    open_events = open_events[np.argsort(began[open_events], kind="stable")]
    n_open = len(open_events)
    place = np.full(n_events, -1, np.intp)
    place[open_events] = np.arange(n_open)
    inside = np.flatnonzero(place[events] >= 0)
    drawn = draw_twice(np.vstack([pool[inside], new]), NEIGHBOURS)
    groups = np.concatenate([place[events[inside]], n_open + np.arange(len(new))])
    means = mean_rows(drawn, groups, n_open + len(new))
    doubts = _FADING * silent[open_events] + _AGEING * np.maximum(ages - _PRIME, 0)[open_events]
    # The square, since the link of two rows grows with the root of each one's length.
    means[:n_open] *= np.maximum(1 - doubts, 0)[:, None] ** 2
    joined = join_items(
        means,
        np.bincount(groups),
        threshold,
        np.concatenate([owners[open_events], np.full(len(new), -1)]),
    )
    homes = unit(mean_rows(drawn, joined[groups], int(joined.max()) + 1))[joined[n_open:]]
    fit = np.einsum("ij,ij->i", unit(drawn[len(inside) :]), homes)
    # A cluster without news stays the events it was made of; the first of the others goes on.
    cluster, fresh = joined[:n_open], joined[n_open:]
    number = np.full(len(joined), -1, np.intp)
    number[cluster[::-1]] = open_events[::-1]
    merged = np.arange(n_events)
    bridged = np.isin(cluster, fresh)
    merged[open_events[bridged]] = number[cluster[bridged]]
    founded = np.unique(fresh[number[fresh] < 0])
    number[founded] = n_events + np.arange(len(founded))
    return Placement(number[fresh], np.clip(fit, 0, 1).astype(np.float64), merged)


def summarise_events(
    members: pl.DataFrame,
    headlines: pl.DataFrame,
    as_of: date,
    stored: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the events as known on night `as_of`, a frame of EVENTS.

    An event is called by the headline whose words most of its headlines hold; one of two, and one
    whose headlines share no word, by that which is most like the mean of its event.

    Args:
        members: Stretches of nights, a frame of MEMBERS.
        headlines: Columns headline_id, source, text, language, night (first seen).
        as_of: The night.
        stored: Events as they were, a frame of EVENTS: those that are the same by what is counted
            keep their label, so that a night costs what it changes.

    Source: Radev, Jing, Styś and Tam, 2004 (the text nearest to the centroid of the words).
    """
    columns = ["headline_id", "source", "text", "language", "night"]
    held = (
        members.filter(held_on(as_of), pl.col("event_id").is_not_null())
        .join(headlines.select(columns), on="headline_id")
        .sort("probability", "night", "headline_id", descending=[True, False, False])
    )
    events = EVENTS.check(
        held.group_by("event_id")
        .agg(
            pl.first("topic_id"),
            pl.first("text").alias("label"),
            pl.min("night").alias("first_night"),
            pl.max("night").alias("last_night"),
            pl.len().alias("n_headlines"),
            pl.n_unique("source").alias("n_sources"),
        )
        .sort("event_id")
    )
    called = _call_events(held, events, EVENTS.empty() if stored is None else stored)
    events = events.join(called, on="event_id", how="left", maintain_order="left")
    return events.with_columns(label=pl.coalesce("called", "label")).drop("called")


def _call_events(held: pl.DataFrame, events: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return event_id and called, the label of each event of more than two headlines.

    Args:
        held: Their headlines, those most like the mean of their event first.
        events: What is counted of them.
        stored: Events that are called already.
    """
    counted = ["event_id", "first_night", "last_night", "n_headlines", "n_sources"]
    many = events.filter(pl.col("n_headlines") > 2).select(counted)
    known = many.join(stored.rename({"label": "called"}), on=counted).select("event_id", "called")
    rest = many.join(known, on="event_id", how="anti")
    groups = (
        held.join(rest, on="event_id", how="semi", maintain_order="left")
        .group_by("event_id", maintain_order=True)
        .agg("text", "language", "source")
    )
    rows = [(event, _find_central(*heads)) for event, *heads in groups.iter_rows()]
    return pl.concat([known, pl.DataFrame(rows, schema=known.schema, orient="row")])


def _find_central(texts: list[str], languages: list[str | None], sources: list[str]) -> str:
    """Return the text whose words most of the others hold; the first where none is shared."""
    words = [set(content_words(*one)) for one in zip(texts, languages, sources, strict=True)]
    held = Counter(word for one in words for word in one)
    near = [sum(held[word] - 1 for word in one) / len(one) ** 0.5 for one in words]
    return texts[near.index(max(near))]


def pick_telling(events: pl.DataFrame, most: int = 3) -> pl.DataFrame:
    """Return the most telling headlines of each topic: topic_id and telling, a list of texts.

    Each is what an event is called; the events are the largest, of equal ones the latest.

    Args:
        events: A frame of EVENTS.
        most: How many of a topic at most.
    """
    order = ["n_headlines", "n_sources", "last_night", "event_id"]
    return (
        events.filter(pl.col("topic_id").is_not_null())
        .sort(order, descending=[True, True, True, False])
        .group_by("topic_id", maintain_order=True)
        .agg(pl.col("label").unique(maintain_order=True).head(most).alias("telling"))
    )
