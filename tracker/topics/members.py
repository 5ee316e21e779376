"""Members: the stretches of nights for which headlines keep their place."""

from datetime import date, timedelta

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


def give_past(members: pl.DataFrame, topic: str, night: date, since: date) -> pl.DataFrame:
    """Return MEMBERS in which the headlines that came to a topic on a night were its own before.

    Args:
        members: Stretches, a frame of MEMBERS.
        topic: The topic.
        night: The night on which they came to it.
        since: The first night on which they are its own; the stretch they were in then is cut.
    """
    came = members.filter(pl.col("topic_id") == topic, pl.col("from_night") == night)
    mine = pl.col("headline_id").is_in(came["headline_id"].implode())
    given = mine & (pl.col("from_night") < night) & (pl.col("to_night") >= since)
    past = members.filter(given)
    before = past.filter(pl.col("from_night") < since).with_columns(
        to_night=pl.lit(since - timedelta(days=1))
    )
    own = past.with_columns(
        from_night=pl.max_horizontal("from_night", pl.lit(since)), topic_id=pl.lit(topic)
    )
    rest = members.filter(~given.fill_null(value=False))
    return MEMBERS.check(pl.concat([rest, before, own]))


def list_placed(members: pl.LazyFrame) -> pl.DataFrame:
    """Return headline_id and topic_id of the headlines that are in a topic by now.

    Args:
        members: MEMBERS.
    """
    held = members.filter(pl.col("to_night").is_null(), pl.col("topic_id").is_not_null())
    return held.select("headline_id", "topic_id").collect()
