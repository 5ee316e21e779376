"""A small news world as the frames a report is made from: two outlets, forty nights.

Night 20 was not observed at all, and on the last night only one outlet was. Ukraine rises on night
25, the strike fades on night 12, Honduras is in two headlines, Atlantis is watched and never seen.
Some headlines are hostile.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl

from tracker import tables
from tracker.plotter.inputs import ReportData
from tracker.trends.attention import measure_attention
from tracker.trends.panels import Weighting, measure_panel
from tracker.trends.signals import find_signals
from tracker.trends.slots import expose_slots

FIRST = date(2024, 1, 1)
NIGHTS = 40
LAST = FIRST + timedelta(days=NIGHTS - 1)
GAP = FIRST + timedelta(days=20)
SOURCES = ("daily.example", "herald.example")

HOSTILE = {
    "script": "<script>window.hacked = 1</script>Minister resigns",
    "image": '<img src=x onerror="window.hacked = 2"> storm nears coast',
    "quotes": '"\'><svg/onload=window.hacked=3> ‘quoted’ & "double"',
    "right_to_left": "\u202eevil\u202c حكومة جديدة في بيروت",
    "emoji": "🔥🔥 Heat record 👩‍👩‍👧‍👦 broken %{y} $x^2$ {{ 7 * 7 }}",
    "long": "Endless " * 625,
    "block": "</script></title><b>bold claim",
}


@dataclass
class World:
    """Rows of the tables, night by night."""

    captures: list[dict[str, Any]] = field(default_factory=list)
    lists: list[dict[str, Any]] = field(default_factory=list)
    sightings: list[dict[str, Any]] = field(default_factory=list)

    def show(self, night: date, source: str, kind: str, titles: list[str]) -> None:
        at = datetime(night.year, night.month, night.day, 21, 5, tzinfo=UTC)
        capture = f"{source}-{night}"
        if not any(row["capture_id"] == capture for row in self.captures[-4:]):
            self.visit(night, source, "ok")
        box = f"{kind}-{source}"
        self.lists.append(
            {"capture_id": capture, "list_id": box, "heading": f"The <i>{kind}</i> list",
             "kind": kind, "position": 1, "n_items": len(titles), "outcome": "ok"}
        )  # fmt: skip
        for rank, title in enumerate(titles, 1):
            self.sightings.append(
                {"capture_id": capture, "list_id": box, "rank": rank,
                 "headline_id": headline_id(source, title), "title": title,
                 "url": link_of(source, title), "captured_at": at}
            )  # fmt: skip

    def visit(self, night: date, source: str, outcome: str) -> None:
        self.captures.append(
            {"capture_id": f"{source}-{night}", "source": source, "url": f"https://{source}/",
             "captured_at": datetime(night.year, night.month, night.day, 21, 5, tzinfo=UTC),
             "outcome": outcome, "status": 200 if outcome == "ok" else 503, "n_bytes": 1000,
             "body": f"{source}-{night}" if outcome == "ok" else None, "parser": "1",
             "note": None}
        )  # fmt: skip


def headline_id(source: str, title: str) -> str:
    return f"{source}:{title[:40]}"


def link_of(source: str, title: str) -> str:
    if title == HOSTILE["image"]:
        return "javascript:window.hacked=4"
    if title == HOSTILE["quotes"]:
        return "data:text/html,<script>window.hacked=5</script>"
    return f"https://{source}/story?t={abs(hash_text(title))}&a=b"


def hash_text(text: str) -> int:
    return sum(ord(letter) * (i + 1) for i, letter in enumerate(text[:60]))


def titles_of(i: int, source: str) -> tuple[list[str], list[str]]:
    """Return what a source's editors and readers had on night `i`."""
    ukraine = 1 if i < 25 else 6
    strike = 4 if i < 12 else 0
    editors = [f"Ukraine: report {i // 2}.{n} from the front" for n in range(ukraine)]
    editors += [f"Rail strike enters day {i - n}, no talks" for n in range(strike)]
    if i in (8, 9) and source == SOURCES[0]:
        editors.append("Honduras counts its votes after a tense election")
    if i in (9, 10) and source == SOURCES[1]:
        editors.append("Vote count in Honduras goes into a third day")
    hostile = list(HOSTILE.values())
    editors.append(hostile[i % len(hostile)])
    editors += [f"Local notes {i}-{n} of {source}" for n in range(20 - len(editors))]
    readers = [f"Recipe of the day number {i}", *editors[:4]]
    return editors, readers


def subject_of(title: str) -> str | None:
    for word, topic in (("Ukraine", "t1"), ("strike", "t2"), ("Honduras", "t3")):
        if word in title:
            return topic
    return "t4" if title in HOSTILE.values() else None


@cache
def build_world() -> ReportData:
    """Return the world as report data, attention and signals measured by the real stages."""
    return assemble(*show_world())


def show_world() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return captures, lists and sightings of the world."""
    world = World()
    for i in range(NIGHTS):
        night = FIRST + timedelta(days=i)
        for source in SOURCES:
            if night == GAP:
                continue
            if night == LAST and source == SOURCES[1]:
                world.visit(night, source, "http_error")
                continue
            editors, readers = titles_of(i, source)
            world.show(night, source, "latest", editors)
            world.show(night, source, "most_read", readers)
    sightings = tables.SIGHTINGS.frame(world.sightings)
    lists, captures = tables.LISTS.frame(world.lists), tables.CAPTURES.frame(world.captures)
    return captures, lists, sightings


def assemble(
    captures: pl.DataFrame,
    lists: pl.DataFrame,
    sightings: pl.DataFrame,
    *,
    unobserved: pl.DataFrame | None = None,
    standing: pl.DataFrame | None = None,
    weighting: Weighting = "slots",
    **changes: Any,
) -> ReportData:
    source = pl.col("headline_id").str.split(":").list.first()
    headlines = tables.HEADLINES.check(
        sightings.sort("captured_at")
        .group_by("headline_id", maintain_order=True)
        .agg(
            source.first().alias("source"),
            pl.col("title").last(),
            pl.col("title").unique(maintain_order=True).alias("wordings"),
            pl.col("url").last(),
            pl.lit("en").alias("language"),
            pl.col("captured_at").min().alias("first_seen"),
            pl.col("captured_at").max().alias("last_seen"),
            pl.len().cast(pl.Int64).alias("n_sightings"),
            pl.col("captured_at").filter(pl.col("title").is_first_distinct()).alias("worded_at"),
        )
    )
    placed = [(h, subject_of(t), n.date()) for h, t, n in
              headlines.select("headline_id", "title", "first_seen").iter_rows()]  # fmt: skip
    members = tables.MEMBERS.frame(
        [
            {"headline_id": h, "event_id": f"e-{topic}" if topic else None, "topic_id": topic,
             "from_night": night, "to_night": None, "probability": 1.0}
            for h, topic, night in placed
        ]
    )  # fmt: skip
    names = {"t1": "Ukraine front", "t2": "Rail strike", "t3": "Honduras votes",
             "t4": "<script>hacked=6</script> & \u202efriends"}  # fmt: skip
    topics = tables.TOPICS.frame(
        [
            {"night": LAST, "topic_id": key, "label": name, "terms": [*name.lower().split(), "<b>"],
             "size": 9, "centroid": [1.0, i / 10], "state": "active"}
            for i, (key, name) in enumerate(names.items())
        ]
    )  # fmt: skip
    words = {"Ukraine": "Ukraine", "Honduras": "Honduras"}
    themes = tables.THEMES.frame(
        [
            {"theme": theme, "headline_id": h, "how": "term", "score": 1.0, "from_night": FIRST}
            for theme, word in words.items()
            for h, title in headlines.select("headline_id", "title").iter_rows()
            if word in title
        ]
    )
    slots = expose_slots(sightings, lists, captures, unobserved=unobserved, standing=standing)
    subjects = pl.concat(
        [
            members.drop_nulls("topic_id").select(
                pl.col("topic_id").alias("subject"), "headline_id", "from_night", "to_night"
            ),
            themes.select(
                pl.col("theme").alias("subject"),
                "headline_id",
                pl.lit(FIRST).alias("from_night"),
                pl.lit(None, pl.Date).alias("to_night"),
            ),
        ]
    )
    watched = ("Ukraine", "Atlantis", "Côte d’Ivoire")
    attention = measure_attention(
        slots, subjects, first_night=FIRST, last_night=LAST, themes=(*watched, *words),
        weighting=weighting,
    )  # fmt: skip
    panel = measure_panel(slots, subjects, first_night=FIRST, last_night=LAST, weighting=weighting)
    events = tables.EVENTS.frame(
        [
            {"event_id": "e-t1", "topic_id": "t1", "label": "Ukraine: report 0.0 from the front",
             "first_night": FIRST, "last_night": LAST, "n_headlines": 40, "n_sources": 2},
            {"event_id": "e-t2", "topic_id": "t2", "label": HOSTILE["script"],
             "first_night": FIRST, "last_night": FIRST + timedelta(days=11), "n_headlines": 40,
             "n_sources": 2},
        ]
    )  # fmt: skip
    bodies = tables.BODIES.frame(
        [
            {"body": body, "path": "captures/tracker-1.warc.gz", "offset": 100 * i, "n_bytes": 9}
            for i, body in enumerate(captures["body"].drop_nulls().unique().sort())
        ]
    )  # fmt: skip
    lineage = tables.LINEAGE.frame(
        [
            {"night": FIRST, "topic_id": "t1", "event": "born", "other_id": None,
             "similarity": None, "correction_id": None},
            {"night": GAP, "topic_id": "t3", "event": "merged", "other_id": "t1",
             "similarity": 0.8, "correction_id": None},
        ]
    )  # fmt: skip
    given: dict[str, Any] = {
        "attention": attention,
        "signals": find_signals(attention, panel=panel),
        "headlines": headlines,
        "sightings": sightings,
        "slots": slots,
        "weighting": weighting,
        "captures": captures,
        "members": members,
        "events": events,
        "topics": topics,
        "lineage": lineage,
        "themes": themes,
        "bodies": bodies,
        "archive": "https://archive.example/web",
        "time_zone": "UTC",
        "title": "A small <world>",
        "generated_at": datetime(2024, 2, 9, 23, 0, tzinfo=UTC),
        "last_night": LAST,
        "watchlist": watched,
        "problems": ("herald.example answered 503 <tonight>",),
    }
    return ReportData(**{**given, **changes})
