"""Lists that a page always has, and tonight has not."""

import polars as pl

from tracker.tables import LISTS, SEEN_OUTCOMES


def name_pages(captures: pl.DataFrame, lists: pl.DataFrame) -> pl.DataFrame:
    """Return capture_id, captured_at, source and `page` of the captures that were seen.

    `page` is what a capture is compared with: its address, or `article` for all articles of a
    source, as each has an address of its own.

    Args:
        captures: CAPTURES.
        lists: LISTS.
    """
    articles = lists.filter(pl.col("kind") == "article").select("capture_id", article=True)
    return (
        captures.filter(pl.col("outcome").is_in(SEEN_OUTCOMES))
        .join(articles, on="capture_id", how="left")
        .select(
            "capture_id",
            "captured_at",
            "source",
            page=pl.when("article").then(pl.lit("article")).otherwise("url"),
        )
    )


def find_missing(
    lists: pl.DataFrame,
    captures: pl.DataFrame,
    *,
    window: int = 10,
    min_captures: int = 5,
    min_presence: float = 0.8,
) -> pl.DataFrame:
    """Return LISTS rows with outcome `missing`: boxes that were expected and are not there.

    A box is expected on a page when it was on most of the pages of the same kind before it: on
    the same address, or, for articles, on any article of the source. A source that drops a box
    for good is missing it for some captures, until the box is no longer expected.

    Args:
        lists: LISTS; rows of outcome `missing` are passed over.
        captures: CAPTURES; only those that were seen expect anything.
        window: Captures of the same kind of page that are looked back at.
        min_captures: Captures there must be among these before anything is expected.
        min_presence: Share of them that the box must have been on.
    """
    found = lists.filter(pl.col("outcome") != "missing")
    pages = name_pages(captures, found).sort("source", "page", "captured_at", "capture_id")
    on_page = ["source", "page"]
    boxes = (
        found.filter(pl.col("kind") != "article")
        .join(pages, on="capture_id")
        .sort("captured_at", "capture_id")
        .group_by(*on_page, "list_id", maintain_order=True)
        .agg(pl.len(), pl.col("heading", "kind", "position").last())
        .filter(pl.col("len") >= min_captures)
    )
    present = found.select("capture_id", "list_id", present=1)
    before = pl.col("present").fill_null(0).shift(1)
    grid = (
        pages.join(boxes, on=on_page)
        .join(present, on=["capture_id", "list_id"], how="left")
        .sort("captured_at", "capture_id")
        .with_columns(
            before.rolling_mean(window, min_samples=min_captures)
            .over(*on_page, "list_id")
            .alias("presence")
        )
    )
    missing = grid.filter(pl.col("present").is_null(), pl.col("presence") >= min_presence)
    return LISTS.check(
        missing.with_columns(n_items=pl.lit(0, dtype=pl.Int32), outcome=pl.lit("missing")).select(
            LISTS.schema.names()
        )
    )
