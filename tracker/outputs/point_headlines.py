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
    wordings = _read_wordings(store, config, details["headline_id"], night)
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
        .join(wordings.drop("captured_at"), on=["headline_id", "title"], how="left")
        .join(_measure_dwell(wordings), on="headline_id")
        .join(kept, on="body", how="left")
        .rename({"page": "capture_url"})
        .sort("slots", "rank", "source", "headline_id", descending=[True, False, False, False])
        .select(
            "source", "title", "url", "rank", "slots", "lists", "dwell_hours",
            "titled_at", "first_seen", "last_seen", "wordings", "capture_url", "captured_at",
            "warc", "offset",
        )
    )  # fmt: skip


def _read_wordings(store: Store, config: Config, headlines: pl.Series, night: date) -> pl.DataFrame:
    """Return when each wording of headlines was first and last seen up to a night."""
    return (
        store.scan(SIGHTINGS)
        .filter(pl.col("headline_id").is_in(headlines.unique().implode()))
        .filter(night_of("captured_at", config.study.time_zone) <= night)
        .group_by("headline_id", "title")
        .agg(pl.col("captured_at").min().alias("titled_at"), pl.col("captured_at").max())
        .sort("headline_id", "titled_at", "title")
        .collect()
    )


def _measure_dwell(wordings: pl.DataFrame) -> pl.DataFrame:
    """Return when each headline was first and last seen in any wording, and the time between."""
    return (
        wordings.group_by("headline_id", maintain_order=True)
        .agg(
            pl.col("titled_at").min().alias("first_seen"),
            pl.col("captured_at").max().alias("last_seen"),
            pl.struct("title", pl.col("titled_at").alias("first_seen")).alias("wordings"),
        )
        .with_columns(
            ((pl.col("last_seen") - pl.col("first_seen")).dt.total_seconds() / 3600)
            .round(1)
            .alias("dwell_hours")
        )
    )
