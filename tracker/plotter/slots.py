"""Which headline stood where on which night, and which source was observed when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from tracker.plotter.inputs import ReportData
from tracker.plotter.subjects import list_members
from tracker.plotter.words import LISTS
from tracker.tables import SEEN_OUTCOMES, night_of

ORDER: Final = ("night", "source", "list_id", "rank", "headline_id", "title")
"""How rows are sorted: what stood highest first."""

NOT_VISITED, FAILED, OBSERVED = 0, 1, 2
"""States of a source on a night in the coverage charts."""


@dataclass(frozen=True)
class Slots:
    """The slots of a study, folded to one row per night, list and wording.

    Attributes:
        rows: Those of subjects that are drawn: night, source, channel, list_id, heading, kind,
            page, headline_id, title, url?, rank (its best), seen (slots it filled that night),
            weight (what these weigh in a share), and `slot`, the row's number.
        totals: night, source, channel, seen and weight of all slots, and rows, how many they are.
        mentions: The rows once per subject they carry, with `subject` first, sorted by it.
        spans: Per subject where its mentions begin, and how many they are.
        coverage: source, night, state (`NOT_VISITED`, `FAILED` or `OBSERVED`), slots, captures,
            reason? (why not all of it counts).
        unlisted: subject, headline_id, title, source, url?, first, last, wordings, worded_at?,
            earlier: headlines of a subject that never held a slot, such as the page's own story,
            or only before they were its own (`earlier`); by subject, the latest first.
        unlisted_spans: Per subject where its unlisted headlines begin, and how many they are.
    """

    rows: pl.DataFrame
    totals: pl.DataFrame
    mentions: pl.DataFrame
    spans: Mapping[str, tuple[int, int]]
    coverage: pl.DataFrame
    unlisted: pl.DataFrame
    unlisted_spans: Mapping[str, tuple[int, int]]

    @property
    def sources(self) -> list[str]:
        """Return every source that was ever visited, in the order of the alphabet."""
        return self.coverage["source"].unique().sort().to_list()

    def of(self, subject: str) -> pl.DataFrame:
        """Return the rows that carry `subject`."""
        return self.mentions.slice(*self.spans.get(subject, (0, 0)))

    def unlisted_of(self, subject: str) -> pl.DataFrame:
        """Return the headlines of `subject` that never held a slot, the latest first."""
        return self.unlisted.slice(*self.unlisted_spans.get(subject, (0, 0)))


def read_slots(data: ReportData) -> Slots:
    """Return every counted slot of what is drawn with what it belongs to.

    Menus and the like are left out, and so is what did not count: broken pages, standing boxes.
    """
    every, members = scan_rows(data), list_members(data)
    totals = (
        every.group_by("night", "source", "channel")
        .agg(pl.col("seen", "weight").sum(), pl.len().alias("rows"))
        .collect(engine="streaming")
    )
    ids = members.lazy().select("headline_id").unique()
    kept = every.join(ids, on="headline_id", how="semi").collect(engine="streaming")
    rows = kept.sort(ORDER).with_row_index("slot")
    night, start, end = pl.col("night"), pl.col("from_night"), pl.col("to_night")
    mentions = (
        rows.select("slot", "night", "headline_id")
        .join(members, on="headline_id")
        .filter((night >= start) & (end.is_null() | (night <= end)))
        .select("subject", "slot")
        .unique()
        .join(rows, on="slot")
        .sort("subject", "slot")
    )
    unlisted = _read_unlisted(data, rows, members, mentions)
    return Slots(
        rows,
        totals,
        mentions,
        _find_spans(mentions),
        _read_coverage(data, totals),
        unlisted,
        _find_spans(unlisted),
    )


def scan_rows(data: ReportData) -> pl.LazyFrame:
    """Return all counted slots, as `Slots.rows` has them but without a number."""
    weight = pl.col("slots").cast(pl.Float64) if data.weighting == "slots" else "discounted"
    return (
        data.slots.lazy()
        .filter(pl.col("night") <= data.last_night)
        .with_columns(pl.col("slots").cast(pl.Int32).alias("seen"), weight=weight)
        .select(
            "night", "source", "channel", "list_id", "headline_id", "title", "heading", "kind",
            "page", "url", "rank", "seen", "weight",
        )
    )  # fmt: skip


def _find_spans(rows: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Return where the rows of each subject begin and how many they are, in rows sorted by it."""
    counts = rows.group_by("subject", maintain_order=True).len()
    ends = counts["len"].cum_sum().to_list()
    return {key: (end - n, n) for (key, n), end in zip(counts.iter_rows(), ends, strict=True)}


def _read_unlisted(
    data: ReportData, rows: pl.DataFrame, members: pl.DataFrame, mentions: pl.DataFrame
) -> pl.DataFrame:
    """Return the headlines of each subject that stand in no counted list, or did only before."""
    zone, keys = data.time_zone, ["subject", "headline_id"]
    listed = pl.col("headline_id").is_in(rows["headline_id"].unique().implode())
    held = members.group_by(keys).agg(pl.col("to_night").is_null().any().alias("open"))
    return (
        held.with_columns(listed.alias("earlier"))
        .filter(~pl.col("earlier") | pl.col("open"))
        .join(mentions, on=keys, how="anti")
        .join(data.headlines, on="headline_id")
        .select(
            *keys,
            "title",
            "source",
            "url",
            night_of("first_seen", zone).alias("first"),
            night_of("last_seen", zone).alias("last"),
            "wordings",
            "worded_at",
            "earlier",
        )
        .sort("subject", "last", "headline_id", descending=[False, True, False])
    )


def _read_reasons(data: ReportData) -> pl.DataFrame:
    """Return source, night and reason where not all that was visited counts."""
    lists = pl.col("channel").replace_strict(LISTS, return_dtype=pl.String)
    whose = pl.format("{}: {}", lists, pl.coalesce("reason", "state"))
    reason = pl.col("reason")
    alike = (reason.count() == pl.len()) & (reason.n_unique() == 1)
    told = (
        data.coverage.filter(reason.is_not_null().any().over("source", "night"))
        .sort("channel", descending=True)
        .group_by("source", "night")
        .agg(pl.when(alike).then(reason.first()).otherwise(whose.str.join("; ")).alias("reason"))
    )
    failed = (
        data.captures.filter(~pl.col("outcome").is_in(SEEN_OUTCOMES))
        .with_columns(night_of("captured_at", data.time_zone).alias("night"))
        .group_by("source", "night")
        .agg(pl.col("outcome").unique().sort().str.join(", ").alias("outcomes"))
        .with_columns(pl.format("no page came: {}", "outcomes").alias("reason"))
        .join(told, on=["source", "night"], how="anti")
    )
    return pl.concat([told, failed.select(told.columns)])


def _read_coverage(data: ReportData, totals: pl.DataFrame) -> pl.DataFrame:
    """Return one row per source and night from the first visit to the last night."""
    visits = (
        data.captures.with_columns(night_of("captured_at", data.time_zone).alias("night"))
        .filter(pl.col("night") <= data.last_night)
        .group_by("source", "night")
        .agg(pl.len().alias("captures"))
    )
    observed = totals.group_by("source", "night").agg(pl.col("seen").sum().alias("slots"))
    if visits.is_empty():
        grid = visits.select("source", "night")
    else:
        first: date = visits["night"].min()  # type: ignore[assignment]
        nights = pl.date_range(first, data.last_night, eager=True).alias("night").to_frame()
        grid = visits.select("source").unique().join(nights, how="cross")
    return (
        grid.join(visits, on=["source", "night"], how="left")
        .join(observed, on=["source", "night"], how="left")
        .join(_read_reasons(data), on=["source", "night"], how="left")
        .with_columns(pl.col("captures", "slots").fill_null(0).cast(pl.Int64))
        .with_columns(
            pl.when(pl.col("slots") > 0)
            .then(OBSERVED)
            .when(pl.col("captures") > 0)
            .then(FAILED)
            .otherwise(NOT_VISITED)
            .alias("state")
        )
        .sort("source", "night")
    )
