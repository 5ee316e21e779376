"""Which labels topics have of their own and of people: what a renaming looks at."""

import polars as pl

from tracker.nights.topic_views import latest_topics, list_called
from tracker.store import Store
from tracker.tables import CORRECTIONS, LINEAGE


def list_holders(store: Store, label: str) -> set[str]:
    """Return the topics that are called so, or are as soon as what was said is carried out."""
    renames = store.read(CORRECTIONS).filter(kind="rename", state="waiting")
    waiting = renames.filter(pl.col("undone_at").is_null(), pl.col("label") == label)
    return {*list_called(store, label), *waiting["topic_id"]}


def read_own_label(store: Store, topic_id: str) -> str:
    """Return the label of a topic that no label writer wrote."""
    latest = latest_topics(store).filter(pl.col("topic_id") == topic_id)
    return str(latest.select("own_label").collect().item())


def find_renaming(store: Store, topic_id: str) -> str | None:
    """Return the own label of a topic that a person has renamed."""
    standing = store.read(CORRECTIONS).filter(
        pl.col("kind") == "rename", pl.col("state") == "standing", pl.col("undone_at").is_null()
    )
    named = store.read(LINEAGE).filter(pl.col("topic_id") == topic_id)
    held = standing.join(named, on="correction_id", how="semi").sort("made_at")
    label: str | None = held["label_before"][-1] if held.height else None
    return label
