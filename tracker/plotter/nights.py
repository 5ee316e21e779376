"""The headlines behind the points, as data files a page loads when it needs them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from tracker.plotter.prepared import Prepared
from tracker.plotter.words import clean, web_link


@dataclass(frozen=True)
class Week:
    """The slots of one week.

    Attributes:
        monday: Its first day.
        content: Plain data: titles, lists, rows and which rows carry which subject.
    """

    monday: date
    content: dict[str, Any]


def to_json(content: Any) -> str:
    """Return compact JSON that is also a safe script and a safe script block."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def monday_of(night: date) -> date:
    """Return the Monday of a night's week."""
    return night - timedelta(days=night.weekday())


def read_weeks(prepared: Prepared) -> Iterator[Week]:
    """Yield the weeks in order, each with its headlines and the facts of its points."""
    monday = pl.col("night").dt.truncate("1w").alias("week")
    rows = prepared.slots.rows.with_columns(monday)
    mentions = prepared.slots.mentions.select("subject", "slot", monday)
    known = pl.Series(list(prepared.subjects), dtype=pl.String)
    facts = prepared.data.attention.filter(
        pl.col("subject").is_in(known.implode())
        & (pl.col("slots") > 0)
        & (pl.col("night") <= prepared.data.last_night)
    ).with_columns(monday)
    by_week = mentions.partition_by("week", as_dict=True)
    facts_by_week = facts.sort("subject", "night").partition_by("week", as_dict=True)
    for (week,), frame in sorted(rows.partition_by("week", as_dict=True).items()):
        own = by_week.get((week,), mentions.clear())
        yield Week(week, _read_week(frame, own, facts_by_week.get((week,), facts.clear())))


def _read_week(rows: pl.DataFrame, mentions: pl.DataFrame, facts: pl.DataFrame) -> dict[str, Any]:
    titles = rows.select("title", "url").unique(maintain_order=True).with_row_index("title_at")
    boxes = ["source", "channel", "heading", "kind", "page"]
    lists = rows.select(boxes).unique(maintain_order=True).with_row_index("list_at")
    rows = (
        rows.sort("slot")
        .join(titles, on=["title", "url"], nulls_equal=True, maintain_order="left")
        .join(lists, on=boxes, maintain_order="left")
        .with_row_index("at")
    )
    places = mentions.join(rows.select("slot", "at"), on="slot").sort("at")
    grouped = places.group_by("subject", maintain_order=True).agg("at").sort("subject")
    columns = ["night", "channel", "share", "low", "high", "slots", "observed_slots",
               "n_sources", "observed_sources"]  # fmt: skip
    shares = pl.col("share", "low", "high").round(4)
    by_subject: dict[str, list[Any]] = {}
    for key, *fact in facts.with_columns(shares).select("subject", *columns).iter_rows():
        by_subject.setdefault(key, []).append([str(fact[0]), *fact[1:]])
    return {
        "titles": [[clean(title), web_link(url)] for title, url in titles.drop("title_at").rows()],
        "lists": [
            [source, channel, clean(heading, 80), kind, web_link(page)]
            for source, channel, heading, kind, page in lists.select(boxes).rows()
        ],
        "night": [str(night) for night in rows["night"]],
        "title": rows["title_at"].to_list(),
        "list": rows["list_at"].to_list(),
        "rank": rows["rank"].to_list(),
        "seen": rows["seen"].to_list(),
        "subjects": dict(grouped.iter_rows()),
        "facts": by_subject,
    }
