"""What corrections move from topic to topic, in numbers."""

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from tracker.store import Store
from tracker.tables import LINEAGE, MEMBERS

MOVING: Final = ("merge", "split")
"""Kinds of correction that take headlines from one topic to another."""


@dataclass(frozen=True)
class Moves:
    """What one correction moved.

    Attributes:
        headlines: Headlines that moved to another topic.
        events: Events that these were in.
        parted: Those of these events of which other headlines stayed.
        staying: Headlines of the parted events that stayed.
        kept_headlines: Headlines that the topic which goes on has now.
        kept_events: Events that they are in.
        matching: If terms were given, how many of the headlines that moved have one of them.
    """

    headlines: int
    events: int
    parted: int
    staying: int
    kept_headlines: int
    kept_events: int
    matching: int | None = None


def read_places(store: Store) -> pl.DataFrame:
    """Return where headlines are now: headline_id, event_id, topic_id."""
    held = store.scan(MEMBERS).filter(pl.col("to_night").is_null())
    return held.select("headline_id", "event_id", "topic_id").collect()


def foresee_places(places: pl.DataFrame, row: dict[str, Any]) -> pl.DataFrame:
    """Return where headlines are once a merger or a split is carried out.

    Args:
        places: Where they are, as `read_places` gives it.
        row: The correction, a row of CORRECTIONS.
    """
    moving = {
        "merge": (row["other_headlines"], row["topic_id"]),
        "split": (row["headlines"], row["other_id"]),
    }
    headlines, topic = moving.get(row["kind"], ([], None))
    moves = pl.col("headline_id").is_in(headlines)
    return places.with_columns(
        pl.when(moves).then(pl.lit(topic)).otherwise("topic_id").alias("topic_id")
    )


def count_moves(
    store: Store, before: pl.DataFrame, after: pl.DataFrame, row: dict[str, Any]
) -> Moves:
    """Return what a correction moved.

    Args:
        store: The study's store.
        before: Where headlines were, as `read_places` gives it.
        after: Where they are.
        row: The correction, a row of CORRECTIONS.
    """
    kept, start, end = _find_ends(store, row)
    at_start = before.filter(pl.col("topic_id").eq_missing(pl.lit(start)) & (start is not None))
    at_end = after.filter(pl.col("topic_id").eq_missing(pl.lit(end)))
    moved = at_start.join(at_end, on="headline_id", how="semi")
    stay = at_start.join(moved, on="event_id", how="semi").join(moved, on="headline_id", how="anti")
    held = after.filter(pl.col("topic_id") == kept)
    return Moves(
        moved.height,
        moved["event_id"].n_unique(),
        stay["event_id"].n_unique(),
        stay.height,
        held.height,
        held["event_id"].n_unique(),
    )


def _find_ends(store: Store, row: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """Return the topic that goes on, the one headlines leave, and the one they come to.

    Where an id is not there any more, the lineage says which topic was meant.
    """
    topic, other = row["topic_id"], row["other_id"]
    if row["kind"] not in MOVING:
        return topic, None, None
    rows = store.read(LINEAGE).filter(
        pl.col("correction_id") == row["correction_id"], pl.col("event").is_in(["merged", "split"])
    )
    for told in rows.sort("night").tail(1).iter_rows(named=True):
        topic, other = told["other_id"], told["topic_id"]
    leaves = (row["kind"] == "split") != (row["undone_at"] is not None)
    return (topic, topic, other) if leaves else (topic, other, topic)
