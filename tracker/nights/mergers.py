"""Topics that were merged away: into which topic, on which night."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from tracker.names import SHORTEST_PREFIX, find_same, part_mark
from tracker.nights.heirs import follow
from tracker.store import Store
from tracker.tables import EVENTS, LINEAGE


@dataclass(frozen=True, slots=True)
class Merger:
    """What became of a topic that is there no more.

    Attributes:
        into: The topic it was merged into.
        night: The night of that.
        heir: The topic in which it has ended by now: `into`, or what that was merged into.
    """

    into: str
    night: date
    heir: str


def list_mergers(store: Store) -> dict[str, Merger]:
    """Return what became of each topic merged away, by its id; not of those that are back."""
    living = store.scan(EVENTS).select(pl.col("topic_id").drop_nulls().unique()).collect()
    rows = (
        store.read(LINEAGE)
        .filter(pl.col("event") == "merged", pl.col("other_id").is_not_null())
        .join(living, on="topic_id", how="anti")
        .sort("night")
    )
    next_of = dict(rows.select("topic_id", "other_id").iter_rows())
    return {
        topic: Merger(into, night, follow(next_of, into))
        for topic, into, night in rows.select("topic_id", "other_id", "night").iter_rows()
    }


def find_merged(store: Store, wanted: str, labels: Mapping[str, str]) -> list[Merger]:
    """Return what became of the topics merged away of that id, beginning of an id, or label.

    Args:
        store: The study's store.
        wanted: What somebody calls them.
        labels: The latest label of every topic there ever was, by id.
    """
    mergers = list_mergers(store)
    begins = [key for key in mergers if key.startswith(wanted)]
    if len(wanted) >= SHORTEST_PREFIX and len(begins) == 1:
        return [mergers[begins[0]]]
    names = {key: labels.get(key, key) for key in mergers}
    label, mark = part_mark(wanted)
    marked = {key: name for key, name in names.items() if key.startswith(mark)}
    return [mergers[key] for key in find_same(wanted, names) or find_same(label, marked)]
