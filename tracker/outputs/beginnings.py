"""Since when a topic is counted, in words: why there is nothing to show of it before."""

from datetime import date
from typing import Any

import polars as pl

from tracker.nights.mergers import Merger
from tracker.nights.pasts import list_pasts, scan_counted
from tracker.nights.topic_views import read_labels
from tracker.store import Store
from tracker.tables import CORRECTIONS, LINEAGE, MEMBERS


def tell_beginning(store: Store, topic: str, night: date) -> str:
    """Return why a topic has no share on a night, nor on any before.

    Args:
        store: The study's store.
        topic: Its id.
        night: The night.
    """
    counted, mine = scan_counted(store), pl.col("topic_id") == topic
    ids = counted.filter(mine).select("headline_id").unique().collect()["headline_id"]
    begins = _find_first(counted.filter(mine))
    first = _find_first(counted.filter(pl.col("headline_id").is_in(ids.implode())))
    if begins is None or first is None:
        return _tell_end(store, topic) or "this topic has no headlines"
    split = _find_split(store, topic)
    known = _find_first(store.scan(MEMBERS).filter(mine)) or begins
    if split is None:
        words = f"this topic began on {known}"
    else:
        words = f"this topic was split off {_name(store, split['other_id'])} by hand on "
        words += f"{split['night']}"
    if begins < known:
        words += f", with its past from {begins} on"
    if night >= begins:
        words += ", and none of its headlines has been in these lists since"
    if split is None or begins < known or first >= begins:
        return words
    return (
        f"{words}; on nights before they count for the topic they were in. To give it its past: "
        f"tracker topics undo {split['correction_id']}, then split with --since {first}"
    )


def tell_merger(store: Store, merger: Merger) -> str:
    """Return into which topic, on which night, a topic was merged, and where that is by now."""
    words = f"it was merged into {_name(store, merger.into)} ({merger.into}) on {merger.night}"
    if merger.heir == merger.into:
        return words
    return f"{words}, which is in {_name(store, merger.heir)} ({merger.heir}) by now"


def _find_first(members: pl.LazyFrame) -> date | None:
    found = members.select(pl.col("from_night").min()).collect().item()
    return found if isinstance(found, date) else None


def _find_split(store: Store, topic: str) -> dict[str, Any] | None:
    """Return the row of LINEAGE in which a person split a topic off, if one holds."""
    said = store.read(CORRECTIONS).filter(
        pl.col("kind") == "split", pl.col("state") == "standing", pl.col("undone_at").is_null()
    )
    rows = store.read(LINEAGE).filter(pl.col("event") == "split", pl.col("topic_id") == topic)
    return next(rows.join(said, on="correction_id", how="semi").iter_rows(named=True), None)


def _tell_end(store: Store, topic: str) -> str | None:
    """Return for which topic all headlines of one count that a person merged into it."""
    into = list_pasts(store).filter(pl.col("event") == "merged", pl.col("other_id") == topic)
    for row in into.tail(1).iter_rows(named=True):
        whole = _name(store, row["topic_id"])
        return f"this topic was merged into {whole} by hand on {row['night']}, with its past"
    return None


def _name(store: Store, topic: str) -> str:
    return repr(read_labels(store).get(topic, topic))
