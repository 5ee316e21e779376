"""The configured sources, with what their last visits brought and what is broken."""

from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl

from tracker.collector.breaks import find_breaks
from tracker.collector.expectations import find_missing
from tracker.config import Config
from tracker.names import count
from tracker.store import Store
from tracker.tables import CAPTURES, LISTS, SEEN_OUTCOMES

LOOK_BACK: Final = timedelta(days=90)
"""How far back a source's own history is read."""
ONE_VISIT: Final = timedelta(hours=1)
"""The pages of a source that were captured so shortly before its last are of the same visit."""

_SCHEMA: Final[dict[str, Any]] = {
    "name": pl.String, "health": pl.String, "last_visit": pl.Datetime("us", "UTC"),
    "outcome": pl.String, "lists": pl.Int64, "headlines": pl.Int64, "kind": pl.String,
    "url": pl.String, "note": pl.String,
}  # fmt: skip


def judge_sources(store: Store, config: Config, since: datetime | None = None) -> pl.DataFrame:
    """Return a row for each source with captures: its last visit and what is broken about it.

    Columns are source, last_visit, outcome and note (of the last visit's main or only page),
    pages, failed, lists, missing, headlines (counts over that visit; missing are lists that front
    and section pages always had) and breaks, a list of sentences, one for each page that shows
    far less than it always did.

    Args:
        store: The study's store.
        config: Its settings.
        since: Leave out sources without a capture since then.
    """
    last = store.scan(CAPTURES).group_by("source").agg(pl.col("captured_at").max().alias("last"))
    recent = (
        store.scan(CAPTURES)
        .join(last, on="source")
        .filter(pl.col("captured_at") > pl.col("last") - LOOK_BACK)
        .filter(pl.col("last") >= since if since else pl.lit(value=True))
        .collect()
    )
    of_it = pl.col("capture_id").is_in(recent["capture_id"].implode())
    lists = store.scan(LISTS).filter(of_it, pl.col("outcome") != "missing").collect()
    captures = recent.drop("last")
    visit = recent.filter(pl.col("captured_at") > pl.col("last") - ONE_VISIT)
    breaks = find_breaks(captures, lists, time_zone=config.study.time_zone).select(
        "capture_id", "reason"
    )
    # One article more or less without a box says little of a site.
    articles = lists.filter(pl.col("kind") == "article").select("capture_id")
    lost = find_missing(lists, captures).join(articles, on="capture_id", how="anti")
    missing = lost.group_by("capture_id").len("missing")
    shown = (
        lists.filter(pl.col("kind") != "article")
        .group_by("capture_id")
        .agg(pl.len().alias("lists"), pl.col("n_items").sum().alias("headlines"))
    )
    seen = pl.col("outcome").is_in(SEEN_OUTCOMES)
    own = [source.url for source in config.source]
    return (
        visit.join(breaks.group_by("capture_id").agg("reason"), on="capture_id", how="left")
        .join(missing, on="capture_id", how="left")
        .join(shown, on="capture_id", how="left")
        .with_columns(
            pl.col("missing", "lists", "headlines").fill_null(0).cast(pl.Int64),
            pl.col("url").is_in(own).alias("own"),
        )
        .sort("source", "own", "captured_at", "capture_id")
        .group_by("source", maintain_order=True)
        .agg(
            pl.col("last").first().alias("last_visit"),
            pl.col("outcome", "note").last(),
            pl.len().alias("pages"),
            (~seen).sum().alias("failed"),
            pl.col("lists", "missing", "headlines").sum(),
            pl.format("{}: {}", "url", pl.col("reason").list.unique().list.sort().list.join(", "))
            .drop_nulls()
            .alias("breaks"),
        )
    )


def describe_health(row: dict[str, Any]) -> str:
    """Return in words how a source is, of a row of `judge_sources`."""
    if row["failed"] == row["pages"]:
        return f"failed: {row['outcome']}"
    if row["breaks"]:
        return f"broken: {row['breaks'][0].partition(': ')[2]}"
    if not row["headlines"]:
        return "broken: no headlines found"
    if row["missing"]:
        return f"{count(row['missing'], 'list that was', 'lists that were')} always there missing"
    if row["failed"]:
        return f"{row['failed']} of {count(row['pages'], 'page')} failed"
    return "good"


def view_health(store: Store, config: Config) -> pl.DataFrame:
    """Return a row for each configured source: its last visit, what came back, and its health.

    `lists` and `headlines` count what the pages of its last visit showed. Health is good, or says
    what is wrong.
    """
    known = {row["source"]: row for row in judge_sources(store, config).iter_rows(named=True)}
    rows: list[tuple[Any, ...]] = []
    for source in config.source:
        row = known.get(source.name)
        if row is None:
            nothing = (None, None, 0, 0, source.kind, source.url, None)
            rows.append((source.name, "never visited", *nothing))
            continue
        counts = (row["last_visit"], row["outcome"], row["lists"], row["headlines"])
        told = (source.kind, source.url, row["note"])
        rows.append((source.name, describe_health(row), *counts, *told))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
