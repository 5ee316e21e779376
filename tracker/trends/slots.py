"""Slots: places of one headline list on one capture, with the channel that chose to fill them."""

import polars as pl

from tracker.tables import CHANNEL_OF, SLOTS, night_of
from tracker.trends.panels import add_up, discount_rank


def expose_slots(
    sightings: pl.DataFrame,
    lists: pl.DataFrame,
    captures: pl.DataFrame,
    *,
    time_zone: str = "UTC",
    unobserved: pl.DataFrame | None = None,
    standing: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the slots that somebody chose to fill, with their source, night and channel.

    Lists whose kind is in no channel (menus, sponsored boxes, the page's own article) are left
    out.

    Args:
        sightings: Frame of `tracker.tables.SIGHTINGS`.
        lists: Frame of `tracker.tables.LISTS`.
        captures: Frame of `tracker.tables.CAPTURES`.
        time_zone: IANA name of the zone whose local date is a sighting's night.
        unobserved: Captures, with `capture_id` and `channel`, whose slots in that channel do not
            count: a page that is broken was not observed, and must not read as a fade.
        standing: Boxes that are no signal of the night, as `tracker.trends.standing` finds them.

    Returns:
        A frame of `tracker.tables.SLOTS`, sorted by its key.
    """
    channels = pl.DataFrame(
        list(CHANNEL_OF.items()),
        schema={"kind": pl.String, "channel": pl.String},
        orient="row",
    )
    boxes = lists.lazy().join(channels.lazy(), on="kind")
    boxes = boxes.select("capture_id", "list_id", "channel", "kind", "heading")
    if unobserved is not None:
        boxes = boxes.join(unobserved.lazy(), on=["capture_id", "channel"], how="anti")
    pages = captures.lazy().select(
        "capture_id",
        "source",
        "captured_at",
        pl.col("url").alias("page"),
        night_of("captured_at", time_zone).alias("night"),
    )
    slots = (
        pages.join(sightings.lazy().drop("captured_at"), on="capture_id")
        .join(boxes, on=["capture_id", "list_id"])
    )  # fmt: skip
    if standing is not None:
        slots = slots.join(standing.lazy(), on=["source", "night", "list_id"], how="anti")
    last = pl.col("url", "kind", "heading", "page", "capture_id")
    return (
        slots.group_by(SLOTS.key)
        .agg(
            last.sort_by("captured_at", "capture_id", "rank").last(),
            pl.col("rank").min(),
            pl.len().cast(pl.Int64).alias("slots"),
            add_up(discount_rank(pl.col("rank"))).alias("discounted"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SLOTS.schema.items())
        .sort(SLOTS.key)
        .collect()
    )
