"""The headlines behind the points, as data files a page loads when it needs them."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.plotter.prepared import Prepared
from tracker.plotter.slots import ORDER, scan_rows
from tracker.plotter.words import clean, web_link

_KEY: Final = ["night", "source", "channel", "list_id", "headline_id", "title"]
MOST_SLOTS: Final = 500_000
"""Slots that a page holds in itself, about 25 MB: the headlines of its last weeks."""

_CHUNK: Final = 500_000
"""Slots that are held at a time, about."""


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


def read_weeks(
    prepared: Prepared, subjects: Collection[str] = (), since: date | None = None
) -> Iterator[Week]:
    """Yield the weeks in order, each with its headlines and the facts of its points.

    Args:
        prepared: The study.
        subjects: Leave out all slots but those of these subjects, if there are any.
        since: Monday of the first week; of the first with any slots if None.
    """
    monday = pl.col("night").dt.truncate("1w").alias("week")
    mentions = prepared.slots.mentions.select("subject", *_KEY, "slot", monday)
    facts = prepared.data.attention.filter(
        (pl.col("slots") > 0) & (pl.col("night") <= prepared.data.last_night)
    ).with_columns(monday)
    chosen = list(subjects) or list(prepared.subjects)
    known = pl.col("subject").is_in(chosen)
    by_week = mentions.filter(known).partition_by("week", as_dict=True)
    facts = facts.filter(known).sort("subject", "night")
    facts_by_week = facts.partition_by("week", as_dict=True)
    for week, rows in _read_rows(prepared, since or date.min, every=not subjects):
        own = by_week.get((week,), mentions.clear())
        if subjects:
            rows = rows.join(own, on="slot", how="semi")
        if rows.height:
            yield Week(week, _read_week(rows, own, facts_by_week.get((week,), facts.clear())))


def find_first(prepared: Prepared, most: int = MOST_SLOTS) -> date | None:
    """Return the Monday from which on there are at most `most` slots; the last if it has more."""
    monday = pl.col("night").dt.truncate("1w").alias("week")
    weeks = prepared.slots.totals.group_by(monday).agg(pl.col("rows").sum())
    weeks = weeks.sort("week", descending=True)
    kept = weeks.filter((pl.col("rows").cum_sum() <= most) | (pl.int_range(pl.len()) == 0))
    first = kept["week"].min()
    return first if isinstance(first, date) else None


def _read_rows(
    prepared: Prepared, since: date, *, every: bool
) -> Iterator[tuple[date, pl.DataFrame]]:
    """Yield the slots of each week, or of those that are drawn only, a few weeks in memory."""
    monday = pl.col("night").dt.truncate("1w").alias("week")
    if not every:
        rows = prepared.slots.rows.filter(pl.col("night") >= since).with_columns(monday)
        for (week,), part in sorted(rows.partition_by("week", as_dict=True).items()):
            yield week, part
        return
    counted = prepared.slots.totals.filter(pl.col("night") >= since)
    weeks = counted.group_by(monday).agg(pl.col("rows").sum()).sort("week")
    chunks = weeks.group_by(
        (pl.col("rows").cum_sum() // _CHUNK).alias("chunk"), maintain_order=True
    ).agg(pl.col("week").min().alias("first"), pl.col("week").max().alias("last"))
    for first, last in chunks.select("first", "last").iter_rows():
        within = pl.col("night").is_between(first, last + timedelta(days=6))
        rows = scan_rows(prepared.data).filter(within).collect().sort(ORDER)
        parts = rows.with_columns(monday).partition_by("week", as_dict=True)
        yield from ((week, part) for (week,), part in sorted(parts.items()))


def _read_week(rows: pl.DataFrame, mentions: pl.DataFrame, facts: pl.DataFrame) -> dict[str, Any]:
    titles = rows.select("title", "url").unique(maintain_order=True).with_row_index("title_at")
    boxes = ["source", "channel", "heading", "kind", "page"]
    lists = rows.select(boxes).unique(maintain_order=True).with_row_index("list_at")
    rows = (
        rows.join(titles, on=["title", "url"], nulls_equal=True, maintain_order="left")
        .join(lists, on=boxes, maintain_order="left")
        .with_row_index("at")
    )
    places = mentions.join(rows.select(*_KEY, "at"), on=_KEY).sort("at")
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
