"""What people ask a study for, as frames: the stored tables joined and put into words."""

from collections.abc import Callable
from datetime import date
from typing import Final

import polars as pl

from tracker.nights.counts import read_attention
from tracker.nights.topic_views import label_topics, view_topics
from tracker.store import Store
from tracker.tables import (
    ATTENTION,
    CAPTURES,
    CORRECTIONS,
    COVERAGE,
    HEADLINES,
    LINEAGE,
    LISTS,
    MEMBERS,
    SEEN_OUTCOMES,
    SIGNALS,
    THEMES,
    date_titles,
)
from tracker.topics.theme_overlaps import overlap_themes


def view_headlines(store: Store) -> pl.DataFrame:
    """Return the headlines, latest first, with their topic's label and their themes.

    `titled_at` is when the wording in `title` was first seen; null where that was not kept.
    """
    headlines = store.read(HEADLINES)
    current = store.scan(MEMBERS).filter(pl.col("to_night").is_null())
    places = (
        current.join(label_topics(store).lazy(), on="topic_id", how="left")
        .select("headline_id", pl.col("label").alias("topic"))
        .collect()
    )
    themes = store.read(THEMES).group_by("headline_id").agg(pl.col("theme").sort().alias("themes"))
    return (
        date_titles(headlines)
        .join(places, on="headline_id", how="left")
        .join(themes, on="headline_id", how="left")
        .sort("last_seen", "n_sightings", "headline_id", descending=[True, True, False])
        .select(
            "last_seen",
            "source",
            "title",
            "topic",
            "themes",
            "n_sightings",
            "titled_at",
            "first_seen",
            "wordings",
            "url",
            "headline_id",
        )
    )


def view_lists(store: Store) -> pl.DataFrame:
    """Return every list a source has, with how often it was seen and when last."""
    captures = store.scan(CAPTURES).select("capture_id", "source", "captured_at")
    return (
        store.scan(LISTS)
        .join(captures, on="capture_id")
        .sort("captured_at")
        .group_by("source", "list_id")
        .agg(
            pl.col("kind").last(),
            pl.col("heading").last(),
            pl.len().alias("captures"),
            pl.col("n_items").mean().round(1).alias("mean_items"),
            pl.col("captured_at").last().alias("last_seen"),
            (pl.col("outcome") != "ok").sum().alias("missing"),
        )
        .sort("source", "captures", "list_id", descending=[False, True, False])
        .select(pl.exclude("list_id"), "list_id")
        .collect()
    )


def view_corrections(store: Store) -> pl.DataFrame:
    """Return the corrections people have made, latest first, with the topics' labels.

    One made and undone on nights that are set aside, as in a view of an earlier night, is undone.
    """
    labels = label_topics(store)
    others = labels.rename({"topic_id": "other_id", "label": "other"})
    # An id that is not there any more meant another topic: the lineage says which.
    topics = store.read(LINEAGE).filter(pl.col("event") != "parted")
    meant = topics.select("correction_id", a="topic_id", b="other_id")
    meant = meant.drop_nulls("correction_id").unique("correction_id", keep="any")
    kept = pl.when(pl.col("kind").is_in(["merge", "split"])).then("b").otherwise("a")
    return (
        store.read(CORRECTIONS)
        .join(meant, on="correction_id", how="left")
        .with_columns(pl.coalesce(kept, "topic_id").alias("topic_id"))
        .rename({"label": "given"})
        .join(labels.rename({"label": "topic"}), on="topic_id", how="left")
        .join(others, on="other_id", how="left")
        .with_columns(
            pl.when(pl.col("kind") == "rename").then("given")
            .otherwise(pl.coalesce("other", "given")).alias("other"),
            pl.when(pl.col("kind") == "rename").then("label_before").otherwise("topic")
            .alias("topic"),
            pl.when(pl.col("undone_at").is_not_null(), pl.col("state") == "waiting")
            .then(pl.lit("undone")).otherwise("state").alias("state"),
        )
        .sort("made_at", "correction_id", descending=True)
        .select(
            pl.col("correction_id").alias("id"), "kind", "state", "night", "topic", "other",
            "since", "undone_night", "note", "made_at", "undone_at", "topic_id", "other_id",
        )
    )  # fmt: skip


def view_themes(store: Store) -> pl.DataFrame:
    """Return the themes with their headlines and their share of the last night observed."""
    themes = store.read(THEMES)
    seen = store.scan(HEADLINES).select("headline_id", "last_seen").collect()
    names, coverage = themes["theme"].unique(), store.read(COVERAGE)
    attention, last = ATTENTION.empty(), coverage["night"].max()
    if isinstance(last, date):
        attention = read_attention(store, coverage, names, themes=names, night=last)
    shares = (
        attention.filter(pl.col("channel") == "editorial", pl.col("share").is_not_null())
        .sort("night")
        .group_by("subject")
        .agg(pl.col("share", "low", "high", "night").last())
        .rename({"subject": "theme"})
    )
    return (
        themes.join(seen, on="headline_id")
        .group_by("theme")
        .agg(
            pl.len().alias("headlines"),
            pl.col("from_night").min().alias("first_night"),
            pl.col("last_seen").max(),
        )
        .join(shares, on="theme", how="left")
        .sort("headlines", "theme", descending=[True, False])
    )


def view_signals(store: Store) -> pl.DataFrame:
    """Return the findings, latest and strongest first, with the subject's name."""
    labels = label_topics(store).rename({"topic_id": "subject"})
    return (
        store.read(SIGNALS)
        .join(labels, on="subject", how="left")
        .with_columns(pl.coalesce("label", "subject").alias("name"))
        .sort("night", pl.col("value").abs(), descending=True)
        .select(
            "night", "kind", "name", "channel", "value", "low", "high", "q", "from", "to", "subject"
        )
    )


def view_sources(store: Store) -> pl.DataFrame:
    """Return the sources with what was last observed of each."""
    lists = store.scan(LISTS).filter(pl.col("kind") != "article")
    per_capture = lists.group_by("capture_id").agg(
        pl.len().alias("lists"), pl.col("n_items").sum().alias("slots")
    )
    return (
        store.scan(CAPTURES)
        .join(per_capture, on="capture_id", how="left")
        .group_by("source")
        .agg(
            pl.len().alias("captures"),
            pl.col("captured_at").max().alias("last_capture"),
            pl.col("lists").fill_null(0).mean().round(1).alias("mean_lists"),
            pl.col("slots").fill_null(0).mean().round(1).alias("mean_slots"),
            (~pl.col("outcome").is_in(SEEN_OUTCOMES)).sum().alias("failed"),
            (pl.col("slots").fill_null(0) == 0).sum().alias("without_lists"),
            pl.col("captured_at").min().alias("first_capture"),
        )
        .sort("source")
        .collect()
    )


def view_overlaps(store: Store) -> pl.DataFrame:
    """Return which themes and topics share headlines, and how many, most first."""
    overlaps = overlap_themes(store.read(THEMES), store.read(MEMBERS))
    labels = label_topics(store).rename({"label": "topic"})
    return overlaps.join(labels, on="topic_id", how="left", maintain_order="left").select(
        "theme", "topic", "shared", "of_theme", "of_topic", "topic_id"
    )


VIEWS: Final[dict[str, Callable[[Store], pl.DataFrame]]] = {
    "headlines": view_headlines,
    "lists": view_lists,
    "topics": view_topics,
    "themes": view_themes,
    "overlaps": view_overlaps,
    "signals": view_signals,
    "sources": view_sources,
}
"""What `tracker show` can show."""
