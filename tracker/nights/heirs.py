"""Heirs: topics with the headlines of others that are not there any more.

An id comes from the headline that founded a topic, so that the same headlines give the same ids in
whatever order they came. Where something older comes in, a topic may be founded by another
headline, with all of its headlines and another id. Its old id then stands for it still.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl

from tracker.store import Store
from tracker.tables import HEIRS, MEMBERS, TOPICS
from tracker.topics.members import list_placed
from tracker.topics.namings import compare_topics

LEAST_SHARE: Final = 0.5
"""Share of a topic's headlines from which on another has its place."""


@dataclass(frozen=True)
class Moved:
    """What became of topics when earlier nights were done again.

    Attributes:
        kept: How many have their id.
        moved: How many have another, under which most of their headlines are.
        gone: How many are gone, or in several.
    """

    kept: int = 0
    moved: int = 0
    gone: int = 0


def note_heirs(store: Store, before: pl.DataFrame, night: date, now: datetime) -> Moved:
    """Write where the headlines of topics are whose ids nothing has any more.

    Args:
        store: The study's store, its topics done again.
        before: What `list_placed` gave before.
        night: First night that was done again.
        now: The time.
    """
    there = store.scan(TOPICS).select(pl.col("topic_id").unique()).collect()["topic_id"]
    fates = compare_topics(before, list_placed(store.scan(MEMBERS))).filter(
        pl.col("headlines_before") > 0
    )
    lost = fates.filter(~pl.col("topic_id").is_in(there.implode()))
    moved = lost.filter(pl.col("heir_id").is_not_null(), pl.col("share") > LEAST_SHARE)
    stamps = (pl.lit(night).alias("night"), pl.lit(now).alias("made_at"))
    store.upsert(HEIRS, moved.select("topic_id", "heir_id", "share", *stamps))
    return Moved(fates.height - lost.height, moved.height, lost.height - moved.height)


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
