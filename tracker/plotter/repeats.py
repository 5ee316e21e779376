"""Subjects that tell what another one tells already, and are not told twice."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tracker.plotter.prepared import Prepared


def keep_distinct(prepared: Prepared, keys: Sequence[str], overlap: float = 0.6) -> set[str]:
    """Return `keys` without those that tell what one before tells.

    That is, whose latest headlines are mostly the same; or mostly those that a theme has in their
    languages, where one before tells of the theme or of its headlines in others.
    """
    mentions = _read_theme_mentions(prepared)
    kept: set[str] = set()
    told: set[str] = set()
    by_headline: dict[str, list[frozenset[str]]] = {}
    for key in keys:
        rows = prepared.slots.of(key)
        night = rows["night"].max()
        own = frozenset(rows.filter(pl.col("night") == night)["headline_id"])
        themes = {key, *_find_themes(mentions.get(night), own, overlap)}
        others = {other for headline in own for other in by_headline.get(headline, ())}
        if themes & told or any(_is_mostly(own, other, overlap) for other in others):
            continue
        kept.add(key)
        told |= themes
        for headline in own:
            by_headline.setdefault(headline, []).append(own)
    return kept


def _read_theme_mentions(prepared: Prepared) -> Mapping[Any, pl.DataFrame]:
    """Return by night subject, headline_id and language of what themes had."""
    themes = [s.key for s in prepared.subjects.values() if s.kind == "theme"]
    rows = (
        prepared.slots.mentions.filter(pl.col("subject").is_in(themes))
        .select("subject", "night", "headline_id")
        .unique(maintain_order=True)
        .join(
            prepared.data.headlines.select("headline_id", "language"),
            on="headline_id",
            maintain_order="left",
        )
    )
    return {night: part for (night,), part in rows.partition_by("night", as_dict=True).items()}


def _find_themes(mentions: pl.DataFrame | None, own: frozenset[str], overlap: float) -> list[str]:
    """Return the themes that have mostly these headlines among those in their languages."""
    if mentions is None:
        return []
    mine = mentions.filter(pl.col("headline_id").is_in(list(own)))
    if mine.is_empty():
        return []
    near = mentions.filter(
        pl.col("subject").is_in(mine["subject"].unique().implode()),
        pl.col("language").is_in(mine["language"].drop_nulls().unique().implode()),
    )
    return [
        subject
        for (subject,), found in near.group_by("subject", maintain_order=True)
        if _is_mostly(own, frozenset(found["headline_id"]), overlap)
    ]


def _is_mostly(one: frozenset[str], other: frozenset[str], overlap: float) -> bool:
    return len(one & other) > overlap * len(one | other)
