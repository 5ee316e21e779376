"""Since when a topic is counted, in words: why there is nothing to show of it before."""

from datetime import date
from typing import Any

import polars as pl

from tracker.nights.pasts import scan_counted
from tracker.nights.topic_views import read_labels
from tracker.store import Store
from tracker.tables import CORRECTIONS, LINEAGE


def tell_beginning(store: Store, topic: str, night: date) -> str:
    """Return why a topic has no share on a night, nor on any before.

    Args:
        store: The study's store.
        topic: Its id.
        night: The night.
    """
    counted = scan_counted(store)
    mine = counted.filter(pl.col("topic_id") == topic)
    ids = mine.select("headline_id").unique().collect()["headline_id"]
    begins = mine.select(pl.col("from_night").min()).collect().item()
    first = counted.filter(pl.col("headline_id").is_in(ids.implode()))
    first = first.select(pl.col("from_night").min()).collect().item()
    if not isinstance(begins, date) or not isinstance(first, date):
        return "this topic has no headlines"
    split = _find_split(store, topic)
    if split is None:
        words = f"this topic began on {begins}"
    else:
        whole = read_labels(store).get(split["other_id"], split["other_id"])
        words = f"this topic was split off {whole!r} by hand on {split['night']}"
        if begins < split["night"]:
            words += f", with its past from {begins} on"
    if night >= begins:
        words += ", and none of its headlines has been in these lists since"
    if split is None or begins < split["night"] or first >= begins:
        return words
    return (
        f"{words}; on nights before they count for the topic they were in. To give it its past: "
        f"tracker topics undo {split['correction_id']}, then split with --since {first}"
    )


def _find_split(store: Store, topic: str) -> dict[str, Any] | None:
    """Return the row of LINEAGE in which a person split a topic off, if one holds."""
    said = store.read(CORRECTIONS).filter(
        pl.col("kind") == "split", pl.col("state") == "standing", pl.col("undone_at").is_null()
    )
    rows = store.read(LINEAGE).filter(pl.col("event") == "split", pl.col("topic_id") == topic)
    return next(rows.join(said, on="correction_id", how="semi").iter_rows(named=True), None)
