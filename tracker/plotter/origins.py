"""Where a subject stood: its outlets, and the captures that show it."""

from bisect import bisect_left, bisect_right
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


def read_outlets(prepared: Prepared, subjects: Sequence[Subject]) -> dict[str, list[Outlet]]:
    """Return by subject the sources that carried it, the one that gave it most room first."""
    rows = prepared.slots.mentions.filter(
        pl.col("subject").is_in([subject.key for subject in subjects])
    )
    night, channel = pl.col("night"), pl.col("channel")
    nights = rows.group_by("subject").agg(night.min().alias("first"), night.max().alias("last"))
    spans = {key: (first, last) for key, first, last in nights.iter_rows()}
    found = rows.group_by("subject", "source").agg(
        *(
            pl.col("weight").filter(channel == name).sum().alias(name)
            for name in ("editorial", "audience")
        ),
        pl.col("headline_id").n_unique().alias("headlines"),
        pl.col("rank").min(),
        night.max(),
    )
    room = _Room(prepared.slots.totals)
    outlets: dict[str, list[Outlet]] = {}
    for key, source, editorial, audience, *rest in found.iter_rows():
        share = room.part(editorial, source, "editorial", *spans[key])
        most_read = room.part(audience, source, "audience", *spans[key])
        outlets.setdefault(key, []).append(Outlet(source, share, most_read, *rest))
    for some in outlets.values():
        some.sort(key=lambda o: (-(o.share or 0), -(o.most_read or 0), o.source))
    return outlets


class _Room:
    """What the slots of each source weigh, over any stretch of nights.

    Args:
        totals: `Slots.totals`.
    """

    def __init__(self, totals: pl.DataFrame) -> None:
        summed = totals.sort("night").group_by("source", "channel", maintain_order=True)
        self._sums = {
            (source, channel): (nights, [0.0, *weights])
            for source, channel, nights, weights in summed.agg(
                "night", pl.col("weight").cum_sum()
            ).iter_rows()
        }

    def part(
        self, weight: float, source: str, channel: str, first: date, last: date
    ) -> float | None:
        """Return a weight as a part of all from `first` to `last`; None where there was none."""
        nights, sums = self._sums.get((source, channel), ((), ()))
        start, end = bisect_left(nights, first), bisect_right(nights, last)
        return weight / (sums[end] - sums[start]) if end > start else None


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
