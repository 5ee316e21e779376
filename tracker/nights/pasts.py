"""Which headline counts for which topic on which night, where a person gave a topic its past."""

import polars as pl

from tracker.store import Store
from tracker.tables import CORRECTIONS, LINEAGE, MEMBERS
from tracker.topics.members import give_past


def scan_counted(store: Store) -> pl.LazyFrame:
    """Return MEMBERS as they count for attention, charts and tests.

    MEMBERS itself says what was known on each night and stays as it is; it is followed but for
    what was split off with a past. Where that split does not hold, as in a view of an earlier
    night, there is nothing to differ in.
    """
    members, pasts = store.scan(MEMBERS), list_pasts(store)
    if pasts.is_empty():
        return members
    counted = members.collect()
    for row in pasts.iter_rows(named=True):
        counted = give_past(counted, row["topic_id"], row["night"], row["since"])
    return counted.lazy()


def list_pasts(store: Store) -> pl.DataFrame:
    """Return the splits that hold and gave their topic a past, in the order they were made.

    Returns:
        correction_id, topic_id (what was split off), night (on which it was) and since.
    """
    said = store.read(CORRECTIONS).filter(
        pl.col("kind") == "split", pl.col("state") == "standing", pl.col("since").is_not_null()
    )
    splits = store.read(LINEAGE).filter(pl.col("event") == "split")
    return (
        splits.join(said.select("correction_id", "since", "made_at"), on="correction_id")
        .filter(pl.col("since") < pl.col("night"))
        .sort("night", "made_at", "correction_id")
        .select("correction_id", "topic_id", "night", "since")
    )
