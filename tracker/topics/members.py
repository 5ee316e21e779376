"""Members: the stretches of nights for which headlines keep their place."""

from datetime import date

import polars as pl

from tracker.tables import MEMBERS


def held_on(night: date) -> pl.Expr:
    """Return whether a stretch of nights, such as a row of MEMBERS, held on a night."""
    ends = pl.col("to_night")
    return (pl.col("from_night") <= night) & (ends.is_null() | (ends >= night))


def close_stretches(members: pl.DataFrame, closed: pl.DataFrame) -> pl.DataFrame:
    """Return the stretches of a frame of MEMBERS, with an end where `closed` gives them one.

    Args:
        members: Stretches, among them at least those that end.
        closed: headline_id and from_night of those that end, and to_night, their last night.
    """
    ended = closed.rename({"to_night": "ended"})
    joined = members.join(
        ended, on=list(MEMBERS.key), how="left", maintain_order="left"
    ).with_columns(to_night=pl.coalesce("ended", "to_night"))
    return MEMBERS.check(joined.drop("ended"))


def list_placed(members: pl.LazyFrame) -> pl.DataFrame:
    """Return headline_id and topic_id of the headlines that are in a topic by now.

    Args:
        members: MEMBERS.
    """
    held = members.filter(pl.col("to_night").is_null(), pl.col("topic_id").is_not_null())
    return held.select("headline_id", "topic_id").collect()
