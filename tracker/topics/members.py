"""Members: the stretches of nights for which headlines keep their place."""

import polars as pl

from tracker.tables import MEMBERS


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
