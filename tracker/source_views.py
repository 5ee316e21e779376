"""The configured sources, with what their last visits brought."""

from typing import Any, Final

import polars as pl

from tracker.config import Config
from tracker.store import Store
from tracker.tables import CAPTURES, LISTS, SEEN_OUTCOMES

_SCHEMA: Final[dict[str, Any]] = {
    "name": pl.String, "health": pl.String, "last_visit": pl.Datetime("us", "UTC"),
    "outcome": pl.String, "lists": pl.Int64, "headlines": pl.Int64, "kind": pl.String,
    "url": pl.String, "note": pl.String,
}  # fmt: skip


def view_health(store: Store, config: Config) -> pl.DataFrame:
    """Return a row for each configured source: its last visit, what came back, and its health.

    `lists` and `headlines` count what the pages of its last visit showed. Health is good, or says
    what is wrong.
    """
    names = [source.name for source in config.source]
    captures = (
        store.scan(CAPTURES)
        .filter(pl.col("source").is_in(names))
        .sort("captured_at")
        .group_by("source", "url", maintain_order=True)
        .last()
        .collect()
    )
    boxes = store.scan(LISTS).filter(
        pl.col("capture_id").is_in(captures["capture_id"].implode()), pl.col("kind") != "article"
    )
    counts = (
        boxes.group_by("capture_id")
        .agg(
            (pl.col("outcome") != "missing").sum().cast(pl.Int64).alias("lists"),
            (pl.col("outcome") == "missing").sum().cast(pl.Int64).alias("missing"),
            pl.col("n_items").sum().cast(pl.Int64).alias("headlines"),
        )
        .collect()
    )
    seen = captures.join(counts, on="capture_id", how="left").with_columns(
        pl.col("lists", "missing", "headlines").fill_null(0)
    )
    rows: list[tuple[Any, ...]] = []
    for source in config.source:
        own = seen.filter(pl.col("source") == source.name).sort("captured_at")
        if own.is_empty():
            rows.append(
                (source.name, "never visited", None, None, 0, 0, source.kind, source.url, None)
            )
            continue
        last = own.row(-1, named=True)
        lately = own.filter(pl.col("captured_at") > last["captured_at"] - pl.duration(hours=1))
        rows.append(
            (
                source.name, judge(lately), last["captured_at"], last["outcome"],
                lately["lists"].sum(), lately["headlines"].sum(), source.kind, source.url,
                last["note"],
            )
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def judge(pages: pl.DataFrame) -> str:
    """Return in words how the pages of a source's last visit were."""
    failed = pages.filter(~pl.col("outcome").is_in(SEEN_OUTCOMES))
    if failed.height == pages.height:
        return f"failed: {failed['outcome'][-1]}"
    if not pages["headlines"].sum():
        return "broken: no headlines found"
    if missing := pages["missing"].sum():
        return f"{missing} lists missing"
    if failed.height:
        return f"{failed.height} of {pages.height} pages failed"
    return "good"
