"""Where a subject stood: its outlets, and the captures that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from tracker.plotter.pages import Link
from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject
from tracker.plotter.words import web_link

MOST_CAPTURES = 60


@dataclass(frozen=True, slots=True)
class Outlet:
    """What one source gave a subject.

    Attributes:
        source: Who.
        share: Part of the source's slots over the nights from the subject's first to its last.
        most_read: Part of its most-read slots over these nights; None where it has no such list.
        headlines: Different headlines.
        best: The best rank any of them had.
        night: The last night it carried one.
    """

    source: str
    share: float | None
    most_read: float | None
    headlines: int
    best: int
    night: date


@dataclass(frozen=True, slots=True)
class Sight:
    """One capture that shows a subject.

    Attributes:
        at: When, in the study's time zone.
        source: Whose page.
        page: Its address, with a link where it has one.
        headlines: How many of the subject's headlines it shows.
        file: The file of the raw page, relative to the report's folder; None where none is kept.
        offset: Where the page begins in that file, bytes.
        copy: Address of an archive's copy next to that time; None where there is no archive.
    """

    at: datetime
    source: str
    page: Link
    headlines: int
    file: str | None
    offset: int | None
    copy: str | None


def read_outlets(prepared: Prepared, subject: Subject) -> list[Outlet]:
    """Return the sources that carried a subject, the one that gave it most room first."""
    own = prepared.slots.of(subject.key)
    if own.is_empty():
        return []
    rows = prepared.slots.totals.filter(
        pl.col("night").is_between(own["night"].min(), own["night"].max())
    )
    totals = rows.group_by("source", "channel").agg(pl.col("weight").sum().alias("all"))
    had = own.group_by("source", "channel").agg(pl.col("weight").sum().alias("own"))
    shares = totals.join(had, on=["source", "channel"], how="left").with_columns(
        (pl.col("own").fill_null(0) / pl.col("all")).alias("share")
    )
    found = own.group_by("source").agg(
        pl.col("headline_id").n_unique().alias("headlines"),
        pl.col("rank").min().alias("best"),
        pl.col("night").max(),
    )
    for channel in ("editorial", "audience"):
        part = shares.filter(pl.col("channel") == channel).select(
            "source", pl.col("share").alias(channel)
        )
        found = found.join(part, on="source", how="left")
    columns = ("source", "editorial", "audience", "headlines", "best", "night")
    outlets = [Outlet(*row) for row in found.select(columns).iter_rows()]
    return sorted(outlets, key=lambda o: (-(o.share or 0), -(o.most_read or 0), o.source))


def read_sights(
    prepared: Prepared, subjects: Sequence[Subject], most: int = MOST_CAPTURES
) -> dict[str, list[Sight]]:
    """Return by subject the latest captures that show it, of those that any does."""
    data = prepared.data
    keys = [subject.key for subject in subjects]
    place = ["headline_id", "list_id", "title"]
    own = prepared.slots.mentions.filter(pl.col("subject").is_in(keys)).select("subject", *place)
    seen = (
        data.sightings.lazy()
        .select("capture_id", *place)
        .join(own.unique().lazy(), on=place)
        .group_by("subject", "capture_id")
        .agg(pl.col("headline_id").n_unique().alias("headlines"))
        .join(data.captures.lazy().select("capture_id", "captured_at"), on="capture_id")
        .collect(engine="streaming")
        .sort(["subject", "captured_at", "capture_id"], descending=[False, True, True])
        .group_by("subject", maintain_order=True)
        .head(most)
        .join(data.captures.drop("captured_at"), on="capture_id", maintain_order="left")
        .join(
            data.bodies.select("body", "path", "offset"),
            on="body",
            how="left",
            maintain_order="left",
        )
    )
    zone = ZoneInfo(data.time_zone)
    sights: dict[str, list[Sight]] = {}
    for row in seen.iter_rows(named=True):
        sights.setdefault(row["subject"], []).append(_see(data.archive, zone, row))
    return sights


def _see(archive: str, zone: ZoneInfo, row: dict[str, object]) -> Sight:
    at, url = row["captured_at"], str(row["url"])
    assert isinstance(at, datetime)
    link = web_link(url)
    copy = web_link(f"{archive.rstrip('/')}/{at:%Y%m%d%H%M%S}/{url}") if archive and link else None
    headlines, offset, path = row["headlines"], row["offset"], row["path"]
    assert isinstance(headlines, int)
    return Sight(
        at.astimezone(zone),
        str(row["source"]),
        Link(url if link else url.rpartition("/")[2], link, ""),
        headlines,
        str(path) if path else None,
        offset if isinstance(offset, int) else None,
        copy,
    )


def read_kin(prepared: Prepared, subject: Subject, kind: str) -> Sequence[Subject]:
    """Return the themes or topics that share headlines with a subject, the nearest first."""
    near = [prepared.subjects.get(key) for key in prepared.neighbours.get(subject.key, ())]
    return [other for other in near if other is not None and other.kind == kind]
