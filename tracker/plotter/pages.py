"""What the pages say: plain records that the templates lay out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from markupsafe import Markup

from tracker.plotter.curves import Curve
from tracker.plotter.findings import Finding, read_findings
from tracker.plotter.prepared import Prepared
from tracker.plotter.sparklines import bin_nights, draw_sparkline
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, web_link

MOST_HEADLINES = 200


@dataclass(frozen=True, slots=True)
class Link:
    """A headline as shown in a list."""

    title: str
    url: str | None
    about: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of subjects."""

    subject: Subject
    terms: str
    telling: str
    state: str
    spark: Markup
    last: float | None
    peak: float
    peak_night: date | None
    n_headlines: int
    sources: Sequence[int]
    first: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One headline of a subject with where and when it stood.

    Attributes:
        link: Its latest wording.
        source: Whose it is.
        first: The night on which it was first seen in this wording.
        last: The last night on which it was seen.
        nights: Nights on which it held a slot, in any wording.
        best: Its best rank; None where it held no slot.
        earlier: Whether it held slots only before it was the subject's.
        others: Its other wordings, each with its first night, the earliest first.
    """

    link: Link
    source: str
    first: date
    last: date
    nights: int
    best: int | None
    earlier: bool
    others: Sequence[tuple[date, str]]


def read_links(prepared: Prepared, key: str, night: date, most: int = 3) -> list[Link]:
    """Return the headlines that held most slots of a subject on a night, or last did before it."""
    rows = prepared.slots.of(key).filter(pl.col("night") <= night)
    rows = rows.filter(pl.col("night") == pl.col("night").max())
    best = (
        rows.group_by("title", "source")
        .agg(pl.col("url").drop_nulls().first(), pl.col("seen").sum(), pl.col("rank").min())
        .sort(["seen", "rank", "title", "source"], descending=[True, False, False, False])
        .unique("title", maintain_order=True)
    )
    return [
        Link(clean(title, 160), web_link(url), source)
        for title, source, url in best.head(most).select("title", "source", "url").iter_rows()
    ]


def read_rows(prepared: Prepared, sources: Sequence[str]) -> list[Row]:
    """Return the table of subjects: watched ones first, then those with most room tonight."""
    topics = {
        key: (", ".join(clean(term, 30) for term in terms[:6]), state)
        for key, terms, state in prepared.data.topics.select(
            "topic_id", "terms", "state"
        ).iter_rows()
    }
    largest = ["n_headlines", "n_sources", "last_night", "event_id"]
    told = prepared.data.events.sort(largest, descending=[True, True, True, False])
    telling = dict(
        told.unique("topic_id", keep="first", maintain_order=True)
        .select("topic_id", "label").iter_rows()
    )  # fmt: skip
    place = {source: i for i, source in enumerate(sources)}
    paged = prepared.data.paged
    rows = []
    for subject in prepared.subjects.values():
        if subject.kind == "topic" and paged is not None and subject.key not in paged:
            continue
        curve, extent = prepared.curve(subject.key), prepared.extents.get(subject.key)
        if extent is None and (curve is None or not subject.watched):
            continue
        terms, state = topics.get(subject.key, ("", "watched" if subject.watched else "theme"))
        if curve is None:
            # None of its headlines has been in the lists since they are its own.
            curve = _rest(prepared, subject)
        peak = curve.peak
        rows.append(
            Row(
                subject,
                terms,
                clean(telling.get(subject.key, ""), 120),
                state,
                draw_sparkline(bin_nights(curve)),
                curve.last,
                (curve.share[peak] or 0.0) if peak is not None else 0.0,
                prepared.curves.nights[peak] if peak is not None and curve.share[peak] else None,
                extent.headlines if extent else 0,
                sorted(place[source] for source in extent.sources) if extent else [],
                extent.first if extent else None,
                extent.last if extent else None,
            )
        )
    rows.sort(key=lambda r: (not r.subject.watched, -(r.last or 0), -r.n_headlines, r.subject.key))
    return rows


def _rest(prepared: Prepared, subject: Subject) -> Curve:
    """Return the curve of a topic that has none: only of tonight it is known what it had."""
    curves, channel = prepared.curves, prepared.channel
    nothing: list[float | None] = [None] * len(curves.nights)
    observed = curves.observed.get(channel, [0] * len(nothing))
    share = [*nothing[1:], 0.0 if observed[-1] else None]
    return Curve(subject, channel, share, nothing, nothing, observed, len(nothing) - 1)


def read_shown(prepared: Prepared, subject: Subject) -> list[Shown]:
    """Return a subject's headlines, the latest first, at most `MOST_HEADLINES`.

    Those that never held a slot come last.
    """
    slots = prepared.slots.of(subject.key).sort("night", "slot")
    rows = (
        slots.group_by("headline_id")
        .agg(
            pl.col("title", "source").last(),
            pl.col("url").drop_nulls().last(),
            pl.col("night").min().alias("first"),
            pl.col("night").max().alias("last"),
            pl.col("night").n_unique().alias("nights"),
            pl.col("rank").min().alias("best"),
        )
        .sort(["last", "first", "headline_id"], descending=[True, True, False])
    )
    unlisted = prepared.slots.unlisted_of(subject.key).drop("subject")
    rows = pl.concat([rows, unlisted], how="diagonal").head(MOST_HEADLINES)
    listed = (
        slots.join(rows.select("headline_id"), on="headline_id", how="semi", maintain_order="left")
        .group_by("headline_id", "title", maintain_order=True)
        .agg(pl.col("night").first())
    )
    worded: dict[str, dict[str, date]] = {}
    for name, title, night in listed.iter_rows():
        worded.setdefault(name, {})[title] = night
    zone = ZoneInfo(prepared.data.time_zone)
    return [
        _show(row, worded.get(row["headline_id"]) or _date_wordings(row, zone))
        for row in rows.iter_rows(named=True)
    ]


def _date_wordings(row: Mapping[str, Any], zone: ZoneInfo) -> dict[str, date]:
    """Return the first night of each wording of a headline without a slot, as far as kept."""
    times = zip(row["wordings"], row["worded_at"] or (), strict=False)
    return {title: at.astimezone(zone).date() for title, at in times}


def _show(row: Mapping[str, Any], worded: Mapping[str, date]) -> Shown:
    title = row["title"]
    return Shown(
        Link(clean(title), web_link(row["url"]), ""),
        row["source"],
        worded.get(title, row["first"]),
        row["last"],
        row["nights"] or 0,
        row["best"],
        bool(row["earlier"]),
        [(night, clean(other)) for other, night in worded.items() if other != title],
    )


def read_life(prepared: Prepared, subject: Subject) -> list[tuple[date, str, Subject | None]]:
    """Return what happened to a topic: night, words, and the other topic it happened with."""
    words = {
        "born": "Born",
        "joined": "Was joined by earlier headlines",
        "merged": "Merged into",
        "split": "Split from",
        "revived": "Came back to life",
        "retired": "Retired",
        "carried": "Made anew by another model",
        "parted": "Holds a part of an event",
        "renamed": "Named by a person",
        "pinned": "Pinned by a person",
        "unpinned": "No longer pinned",
    }
    rows = prepared.lineage_of(subject.key).sort("night", "topic_id", "event")
    life = []
    for row in rows.iter_rows(named=True):
        if row["topic_id"] == subject.key:
            other = prepared.subjects.get(row["other_id"] or "")
            life.append((row["night"], words[row["event"]], other))
        elif row["event"] in ("merged", "split"):
            taken = "Took in" if row["event"] == "merged" else "Gave off"
            life.append((row["night"], taken, prepared.subjects.get(row["topic_id"])))
    return life


def read_subject_findings(prepared: Prepared) -> dict[str, list[Finding]]:
    """Return all findings by subject, the latest first."""
    found: dict[str, list[Finding]] = {}
    for finding in read_findings(prepared):
        found.setdefault(finding.subject.key, []).append(finding)
    return found
