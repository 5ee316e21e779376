"""Heirs: topics with the headlines of others that are not there any more.

An id comes from the headline that founded a topic, so that the same headlines give the same ids in
whatever order they came. Where something older comes in, a topic may be founded by another
headline, with all of its headlines and another id. Its old id then stands for it still.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import polars as pl

from tracker.store import Store
from tracker.tables import HEIRS, MEMBERS, PLACES, TOPICS
from tracker.topics.members import list_placed
from tracker.topics.namings import compare_topics

LEAST_SHARE: Final = 0.5
"""Share of a topic's headlines from which on another has its place."""


@dataclass(frozen=True)
class Places:
    """Where headlines were before nights are done again.

    Attributes:
        placed: What `list_placed` gave then.
        first: First night that is done again.
        stood: The night the study stood at.
        stopped: Whether an update had begun with it that was stopped.
    """

    placed: pl.DataFrame
    first: date
    stood: date
    stopped: bool = False


@dataclass(frozen=True)
class Moved:
    """What became of topics when earlier nights were done again.

    Attributes:
        first: First night that was done again; None if none was that the study had stood at.
        stood: The night the study stood at before.
        stopped: Whether an update had begun with it that was stopped.
        kept: How many have their id.
        moved: How many have another, under which most of their headlines are.
        gone: How many are gone, or in several.
    """

    first: date | None = None
    stood: date | None = None
    stopped: bool = False
    kept: int = 0
    moved: int = 0
    gone: int = 0


def read_places(store: Store) -> Places | None:
    """Return where headlines were before an update that was stopped; None if none was."""
    rows = store.read(PLACES)
    if rows.is_empty():
        return None
    placed = rows.select("headline_id", "topic_id")
    return Places(placed, rows["first"][0], rows["stood"][0], stopped=True)


def keep_places(store: Store, start: date | None, stood: date | None, night: date) -> Places | None:
    """Write where headlines are before nights are done again, so that it outlives a stop.

    Where an update was stopped in the midst of that, what was there before that one counts.

    Args:
        store: The study's store.
        start: First night that is done now; None if none is.
        stood: The night the study stands at; None if it never did.
        night: The last night that is done.

    Returns:
        What is to be compared with once `night` is done; None if nothing is, or not yet.
    """
    kept = left = read_places(store)
    if start is not None and left is not None:
        kept = replace(left, first=min(left.first, start))
    elif start is not None and stood is not None and start <= stood <= night:
        kept = Places(list_placed(store.scan(MEMBERS)), start, stood)
    if kept is None:
        return None
    if left is None or kept.first < left.first:
        stamps = pl.lit(kept.first).alias("first"), pl.lit(kept.stood).alias("stood")
        store.replace(PLACES, kept.placed.with_columns(*stamps))
    return kept if kept.stood <= night else None


def drop_places(store: Store) -> None:
    """Write that what became of topics has been noted."""
    store.replace(PLACES, PLACES.empty())


def note_heirs(store: Store, before: Places, now: datetime) -> Moved:
    """Write where the headlines of topics are whose ids nothing has any more.

    Args:
        store: The study's store, its topics done again.
        before: Where headlines were before.
        now: The time.
    """
    there = store.scan(TOPICS).select(pl.col("topic_id").unique()).collect()["topic_id"]
    fates = compare_topics(before.placed, list_placed(store.scan(MEMBERS))).filter(
        pl.col("headlines_before") > 0
    )
    lost = fates.filter(~pl.col("topic_id").is_in(there.implode()))
    moved = lost.filter(pl.col("heir_id").is_not_null(), pl.col("share") > LEAST_SHARE)
    stamps = (pl.lit(before.first).alias("night"), pl.lit(now).alias("made_at"))
    store.upsert(HEIRS, moved.select("topic_id", "heir_id", "share", *stamps))
    return Moved(
        before.first,
        before.stood,
        before.stopped,
        kept=fates.height - lost.height,
        moved=moved.height,
        gone=lost.height - moved.height,
    )


def follow_heirs(store: Store) -> dict[str, str]:
    """Return by the id of each topic that moved the one that has its place by now."""
    there = set(store.scan(TOPICS).select(pl.col("topic_id").unique()).collect()["topic_id"])
    next_of = dict(store.read(HEIRS).select("topic_id", "heir_id").iter_rows())
    found = {name: follow(next_of, name, there) for name in next_of.keys() - there}
    return {name: heir for name, heir in found.items() if heir in there}


def follow(next_of: Mapping[str, str], name: str, there: Container[str] = ()) -> str:
    """Return the last that is reached from a name, or the first that is there."""
    seen: set[str] = set()
    while name in next_of and name not in there and name not in seen:
        seen.add(name)
        name = next_of[name]
    return name
