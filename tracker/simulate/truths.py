"""What is true of a world, as frames to hold results against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.simulate.editions import Edition
from tracker.simulate.scripts import N_NIGHTS, Finding, Script
from tracker.tables import CHANNEL_OF, CHANNELS, TEXTS, TIME

LISTS_SCHEMA: Final[dict[str, Any]] = {
    "captured_at": TIME,
    "night": pl.Date,
    "source": pl.String,
    "page_url": pl.String,
    "position": pl.Int32,
    "heading": pl.String,
    "list_kind": pl.String,
    "rank": pl.Int32,
    "title": pl.String,
    "url": pl.String,
    "event": pl.String,
    "topic": pl.String,
    "themes": TEXTS,
}


@dataclass(frozen=True)
class Truth:
    """What is true of a world.

    Attributes:
        lists: One slot of one box of one page: `captured_at, night, source, page_url, position,
            heading, list_kind, rank, title, url, event, topic, themes`; event and topic are null
            for advertisements, topic for one-off stories.
        headlines: One story of one source: `source, url, title, wordings, language, event, topic,
            themes, first_night, last_night`, as far as it was shown in a list of a channel.
        attention: One subject on one night in one channel: `subject, level, night, channel,
            share, slots, observed_slots, n_sources, observed_sources`. The share is the mean over
            the observed sources of slots carrying the subject by slots; null where no source
            was observed, 0 where sources were and the subject was not.
        findings: What a report has to show: `subject, level, kind, night, to, other`; kinds as in
            the signals table, and "merged". They cover every change of a topic by more than
            eight points of the editorial share within four nights.
        outlets: `source, name, language, first_night, gap_from, gap_to, redesigned`.
        incidents: Holes that are not news: `source, what, night, to`; a null source is all.
        topics: `topic, name`.
    """

    lists: pl.DataFrame
    headlines: pl.DataFrame
    attention: pl.DataFrame
    findings: pl.DataFrame
    outlets: pl.DataFrame
    incidents: pl.DataFrame
    topics: pl.DataFrame


def tell_truth(
    script: Script, editions: Sequence[Edition], *, nights: int, last_night: date
) -> Truth:
    """Return what is true of the world those editions show."""
    first_night = last_night - timedelta(days=nights - 1)

    def day(night: int) -> date:
        return last_night - timedelta(days=N_NIGHTS - night)

    lists = pl.DataFrame(
        (row for edition in editions for row in _slots(edition, day(edition.night))),
        schema=LISTS_SCHEMA,
        orient="row",
    )
    all_nights = pl.date_range(first_night, last_night, eager=True).alias("night")
    return Truth(
        lists=lists,
        headlines=_headlines(lists, script),
        attention=_attention(lists, all_nights, script),
        findings=_findings(script.findings, day, first_night),
        outlets=_outlets(script, day),
        incidents=_incidents(script, day, first_night),
        topics=pl.DataFrame(
            [(topic.code, topic.name) for topic in script.topics],
            schema={"topic": pl.String, "name": pl.String},
            orient="row",
        ),
    )


def _slots(edition: Edition, night: date) -> Iterable[tuple[Any, ...]]:
    for position, box in enumerate(edition.boxes, 1):
        for rank, link in enumerate(box.links, 1):
            story = link.story
            yield (
                edition.captured_at,
                night,
                edition.outlet.host,
                edition.url,
                position,
                box.heading,
                box.kind,
                rank,
                link.title,
                link.url,
                story.event if story else None,
                story.topic if story else None,
                list(story.themes) if story else [],
            )


def _in_channels(lists: pl.DataFrame) -> pl.DataFrame:
    return lists.with_columns(
        channel=pl.col("list_kind").replace_strict(CHANNEL_OF, default=None, return_dtype=pl.String)
    ).filter(pl.col("channel").is_not_null())


def _headlines(lists: pl.DataFrame, script: Script) -> pl.DataFrame:
    languages = {outlet.host: outlet.language for outlet in script.outlets}
    return (
        _in_channels(lists)
        .sort("captured_at", "position", "rank")
        .group_by("source", "url", maintain_order=True)
        .agg(
            pl.col("title").last(),
            pl.col("title").unique(maintain_order=True).alias("wordings"),
            pl.col("source").first().replace_strict(languages).alias("language"),
            pl.col("event", "topic", "themes").first(),
            pl.col("night").min().alias("first_night"),
            pl.col("night").max().alias("last_night"),
        )
    )


def _attention(lists: pl.DataFrame, nights: pl.Series, script: Script) -> pl.DataFrame:
    slots = _in_channels(lists)
    cell = ["night", "channel", "source"]
    seen = slots.group_by(cell).agg(observed=pl.len())
    about = pl.concat(
        [
            slots.filter(pl.col("topic").is_not_null()).select(
                *cell, pl.col("topic").alias("subject"), level=pl.lit("topic")
            ),
            slots.explode("themes", empty_as_null=False).select(
                *cell, pl.col("themes").alias("subject"), level=pl.lit("theme")
            ),
        ]
    )
    subjects = about.select("subject", "level").unique(maintain_order=True)
    carried = about.group_by("subject", "level", *cell).agg(slots=pl.len())
    grid = (
        subjects.join(nights.to_frame(), how="cross")
        .join(pl.DataFrame({"channel": list(CHANNELS)}), how="cross")
        .join(seen, on=["night", "channel"], how="left")
        .join(carried, on=["subject", "level", *cell], how="left")
        .with_columns(pl.col("slots").fill_null(0))
    )
    return (
        grid.group_by("subject", "level", "night", "channel")
        .agg(
            share=(pl.col("slots") / pl.col("observed")).mean(),
            slots=pl.col("slots").sum().cast(pl.Int64),
            observed_slots=pl.col("observed").sum().cast(pl.Int64),
            n_sources=(pl.col("slots") > 0).sum().cast(pl.Int64),
            observed_sources=pl.col("source").count().cast(pl.Int64),
        )
        .sort("level", "subject", "channel", "night")
    )


def _findings(findings: Sequence[Finding], day: Any, first_night: date) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (f.subject, f.level, f.kind, day(f.begins), day(f.ends), f.other)
            for f in findings
            if day(f.begins) > first_night
        ],
        schema={
            "subject": pl.String,
            "level": pl.String,
            "kind": pl.String,
            "night": pl.Date,
            "to": pl.Date,
            "other": pl.String,
        },
        orient="row",
    ).sort("night", "subject")


def _outlets(script: Script, day: Any) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (
                outlet.host,
                outlet.name,
                outlet.language,
                day(outlet.joins),
                day(outlet.gap[0]) if outlet.gap else None,
                day(outlet.gap[1]) if outlet.gap else None,
                day(outlet.redesigned) if outlet.redesigned else None,
            )
            for outlet in script.outlets
        ],
        schema={
            "source": pl.String,
            "name": pl.String,
            "language": pl.String,
            "first_night": pl.Date,
            "gap_from": pl.Date,
            "gap_to": pl.Date,
            "redesigned": pl.Date,
        },
        orient="row",
    )


def _incidents(script: Script, day: Any, first_night: date) -> pl.DataFrame:
    broken = script.box_missing
    rows: list[tuple[str | None, str, date, date]] = [
        (None, "missing night", day(script.missing_night), day(script.missing_night)),
        (
            script.outlet(broken.outlet).host,
            f"{broken.kind} box missing",
            day(broken.begins),
            day(broken.ends),
        ),
    ]
    for outlet in script.outlets:
        if outlet.joins > 1:
            rows.append((outlet.host, "joined", day(outlet.joins), day(outlet.joins)))
        if outlet.gap:
            rows.append((outlet.host, "gap", day(outlet.gap[0]), day(outlet.gap[1])))
        if outlet.redesigned:
            night = day(outlet.redesigned)
            rows.append((outlet.host, "redesigned", night, night))
    return pl.DataFrame(
        [row for row in rows if row[3] >= first_night],
        schema={"source": pl.String, "what": pl.String, "night": pl.Date, "to": pl.Date},
        orient="row",
    ).sort("night", "what")
