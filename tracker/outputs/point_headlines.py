"""The headlines behind one point of a curve: where and for how long each stood, its page."""

from datetime import date

import polars as pl

from tracker.config import Config
from tracker.store import Store
from tracker.tables import BODIES, CAPTURES, SIGHTINGS, SLOTS, night_of
from tracker.topics.members import held_on


def list_headlines(
    store: Store,
    config: Config,
    stretches: pl.DataFrame,
    subject: str,
    night: date,
    channel: str,
) -> pl.DataFrame:
    """Return the headlines that carried a subject, the most prominent first.

    Args:
        store: The study's store.
        config: Its settings.
        stretches: The subject's headlines, as `list_stretches` says.
        subject: Its key.
        night: The night.
        channel: The channel.
    """
    members = stretches.filter(pl.col("subject") == subject, held_on(night))
    ids = members["headline_id"].unique().implode()
    slots = store.scan(SLOTS).filter(
        pl.col("night") == night, pl.col("channel") == channel, pl.col("headline_id").is_in(ids)
    )
    captures = store.scan(CAPTURES).select("capture_id", "captured_at", "body")
    details = slots.join(captures, on="capture_id").collect()
    kept = store.scan(BODIES).select("body", pl.col("path").alias("warc"), "offset").collect()
    last = pl.col("title", "url", "kind", "heading", "page", "captured_at", "body").last()
    place = ("kind", "heading", "rank", "slots")
    return (
        details.sort("captured_at", "capture_id", "title")
        .group_by("source", "headline_id", "list_id", maintain_order=True)
        .agg(last, pl.col("rank").min(), pl.col("slots").sum())
        .sort("captured_at", "list_id")
        .group_by("source", "headline_id", maintain_order=True)
        .agg(
            pl.col("title", "url", "page", "captured_at", "body").last(),
            pl.col("rank").min(),
            pl.col("slots").sum(),
            pl.struct(place).sort_by("slots", "rank", "list_id", descending=[True, False, False])
            .alias("lists"),
        )
        .join(_measure_dwell(store, config, details["headline_id"], night), on="headline_id")
        .join(kept, on="body", how="left")
        .rename({"page": "capture_url"})
        .sort("slots", "rank", "source", "headline_id", descending=[True, False, False, False])
        .select(
            "source", "title", "url", "rank", "slots", "lists", "dwell_hours",
            "first_seen", "last_seen", "capture_url", "captured_at", "warc", "offset",
        )
    )  # fmt: skip


def _measure_dwell(store: Store, config: Config, headlines: pl.Series, night: date) -> pl.DataFrame:
    """Return when each headline was first and last seen up to a night, and the time between."""
    zone = config.study.time_zone
    return (
        store.scan(SIGHTINGS)
        .filter(pl.col("headline_id").is_in(headlines.unique().implode()))
        .filter(night_of("captured_at", zone) <= night)
        .group_by("headline_id")
        .agg(
            pl.col("captured_at").min().alias("first_seen"),
            pl.col("captured_at").max().alias("last_seen"),
        )
        .with_columns(
            ((pl.col("last_seen") - pl.col("first_seen")).dt.total_seconds() / 3600)
            .round(1)
            .alias("dwell_hours")
        )
        .collect()
    )
