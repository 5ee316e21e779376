"""From harvested pages and headline tables to rows, and from sightings to headlines."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import polars as pl

from tracker.collector.documents import Document
from tracker.collector.harvest.links import canonicalise
from tracker.collector.harvest.pages import PARSER, Page
from tracker.collector.harvest.titles import LONGEST_TITLE
from tracker.ids import make_id
from tracker.tables import CAPTURES, HEADLINES, LISTS, SIGHTINGS

NO_HEADLINES: Final = ("menu", "sponsored")
"""Kinds of list whose items are not stories of the source."""


@dataclass(frozen=True)
class Rows:
    """What one or more captures add to the tables.

    Attributes:
        captures: CAPTURES rows.
        lists: LISTS rows.
        sightings: SIGHTINGS rows.
    """

    captures: pl.DataFrame
    lists: pl.DataFrame
    sightings: pl.DataFrame


def concat_rows(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all parts; at least one is wanted."""
    return Rows(
        pl.concat(rows.captures for rows in parts),
        pl.concat(rows.lists for rows in parts),
        pl.concat(rows.sightings for rows in parts),
    )


def identify_capture(document: Document, source: str, url: str, captured_at: datetime) -> str:
    """Return the id of one capture: the same page at the same time has the same id anywhere."""
    return make_id(source, url, captured_at.isoformat(), document.body_hash)


def tabulate_page(
    document: Document,
    page: Page,
    *,
    source: str,
    url: str,
    captured_at: datetime,
    note: str | None = None,
) -> Rows:
    """Return the rows of one harvested page; its own story becomes a list of kind `article`.

    A page that came back unchanged shows its lists again: it was seen, not skipped.

    Args:
        document: The page.
        page: What was found on it.
        source: Who published it.
        url: Its address.
        captured_at: When it was as it is.
        note: What there is to say of the visit, besides what there is of the page.
    """
    capture_id = identify_capture(document, source, url, captured_at)
    unchanged = document.status == 304
    is_good = unchanged or document.status is None or 200 <= document.status < 300
    capture = {
        "capture_id": capture_id,
        "source": source,
        "url": url,
        "captured_at": captured_at,
        "outcome": "unchanged" if unchanged else "ok" if is_good else "http_error",
        "status": document.status,
        "n_bytes": len(document.body),
        "body": document.body_hash,
        "parser": PARSER,
        "note": _join_notes(note, page.note),
    }
    boxes = [(box.list_id, box.heading, box.kind, box.items) for box in page.lists if is_good]
    lists = [
        (capture_id, list_id, heading, kind, position, len(items), "ok" if items else "empty")
        for position, (list_id, heading, kind, items) in enumerate(boxes, 1)
    ]
    sightings = [
        (
            capture_id,
            list_id,
            item.rank,
            identify_headline(source, item.url, item.title),
            item.title,
            item.url,
            captured_at,
        )
        for list_id, _, _, items in boxes
        for item in items
    ]
    if page.title and is_good:
        list_id = make_id("article")
        lists.append((capture_id, list_id, "", "article", len(lists) + 1, 1, "ok"))
        # An address that only names the file would make every wording another story.
        own = page.url if page.url and page.url.startswith("http") else None
        own = canonicalise(own, own) if own else None
        headline_id = identify_headline(source, own, page.title)
        sightings.append((capture_id, list_id, 1, headline_id, page.title, own, captured_at))
    return Rows(CAPTURES.frame([capture]), LISTS.frame(lists), SIGHTINGS.frame(sightings))


def _join_notes(visit: str | None, page: str | None) -> str | None:
    """Return what there is to say of a visit and its page, which may have been said before."""
    if visit is None or page is None:
        return visit or page
    return visit if page in visit else f"{visit}; {page}"


def tabulate_failure(
    *, source: str, url: str, captured_at: datetime, outcome: str, status: int | None, note: str
) -> Rows:
    """Return the row of a visit that brought no page."""
    capture_id = make_id("failure", source, url, captured_at.isoformat())
    row = (capture_id, source, url, captured_at, outcome, status, 0, None, PARSER, note)
    return Rows(CAPTURES.frame([row]), LISTS.empty(), SIGHTINGS.empty())


def tabulate_table(rows: pl.DataFrame) -> Rows:
    """Return the rows of a headline table (see `read_headline_table`).

    One capture per source and time. Slots of one kind and heading form one list; where a rank is
    taken twice the second goes to a second list, in the order of the titles, so that the order of
    the file's rows does not matter.
    """
    columns = ["captured_at", "source", "list_kind", "heading", "rank", "title", "url"]
    rows = rows.with_columns(pl.col("url").fill_null("")).unique().sort(columns)
    rows = rows.with_columns(pl.int_range(pl.len()).over(columns[:5]).alias("copy"))
    text = pl.concat_str(*columns[2:], separator="\x1f").str.join("\x1e")
    # Once a capture, not once a slot: what a capture holds is as long as its slots are many.
    contents = rows.group_by("source", "captured_at", maintain_order=True).agg(
        text.alias("content")
    )
    ids = [make_capture_id(*capture) for capture in contents.iter_rows()]
    captured = contents.drop("content").with_columns(pl.Series("capture_id", ids, pl.String))
    rows = rows.join(captured, on=["source", "captured_at"], maintain_order="left")
    rows = _attach_ids(rows, "list_id", ["source", "list_kind", "heading", "copy"], make_list_id)
    addresses = {raw: canonicalise(raw, raw) if raw else None for raw in rows["url"].unique()}
    rows = rows.with_columns(
        pl.col("url").replace_strict(addresses, return_dtype=pl.String).alias("url")
    )
    rows = _attach_ids(rows, "headline_id", ["source", "url", "title"], identify_headline)
    captures = rows.group_by("capture_id", "source", "captured_at").agg(
        pl.col("title").str.len_bytes().sum().cast(pl.Int64).alias("n_bytes")
    )
    captures = captures.with_columns(
        url=pl.col("source"),
        outcome=pl.lit("ok"),
        status=pl.lit(None, dtype=pl.Int32),
        body=pl.lit(None, dtype=pl.String),
        parser=pl.lit("table"),
        note=pl.lit(None, dtype=pl.String),
    )
    lists = (
        rows.group_by("capture_id", "list_id", "heading", "list_kind", "copy")
        .agg(pl.len().cast(pl.Int32).alias("n_items"))
        .sort("capture_id", "list_kind", "heading", "copy")
        .with_columns(
            position=pl.int_range(1, pl.len() + 1).over("capture_id").cast(pl.Int32),
            outcome=pl.lit("ok"),
        )
        .rename({"list_kind": "kind"})
        .drop("copy")
    )
    return Rows(
        CAPTURES.check(captures),
        LISTS.check(lists),
        SIGHTINGS.check(rows.select(SIGHTINGS.schema.names())),
    )


def make_capture_id(source: str, captured_at: datetime, content: str) -> str:
    """Return the id of one capture of a headline table; two tables of one time are two captures."""
    return make_id("table", source, captured_at.isoformat(), content)


def make_list_id(source: str, kind: str, heading: str, copy: int) -> str:
    """Return the id of one list of a headline table."""
    return make_id("table", source, kind, heading, str(copy))


_SPACE: Final = re.compile(r"[\W_]+")
STORY: Final = re.compile(r"\d{3}|[^/]*[-_][^/]*[-_]")
"""What the path of a story's address holds: a number of three digits, or a slug of three words."""


def identify_headline(source: str, url: str | None, title: str) -> str:
    """Return the id of a story: by its address, or by its wording where the address names none.

    An address names a story when its path or query holds a number of three digits or more, or a
    slug of three words; `/news` and `/live` show another story every day.
    """
    if url:
        parts = urlsplit(url)
        if STORY.search(parts.path) or re.search(r"\d", parts.query):
            return make_id(source, "url", url.split("://", 1)[-1].rstrip("/"))
    return make_id(source, "title", fold_wording(title))


def fold_wording(title: str) -> str:
    """Return `title` without case, punctuation and white space: the same wording is equal."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", title)).casefold() or title


def derive_headlines(
    sightings: pl.LazyFrame, lists: pl.LazyFrame, captures: pl.LazyFrame
) -> pl.DataFrame:
    """Return the HEADLINES rows of all sightings in lists of stories; `language` is null.

    Of a title that is no headline by its length, `LONGEST_TITLE` characters are taken: all that
    is done with words takes more time the longer they are.
    """
    stories = (
        lists.filter(~pl.col("kind").is_in(NO_HEADLINES))
        .join(captures.select("capture_id", "source"), on="capture_id")
        .select("capture_id", "list_id", "source")
    )
    # Wordings first: they are few, while sorting millions of sightings takes gigabytes.
    wordings = (
        sightings.join(stories, on=["capture_id", "list_id"])
        .group_by("headline_id", "source", "title", "url")
        .agg(
            pl.col("captured_at").min().alias("first"),
            pl.col("captured_at").max().alias("last"),
            pl.len().cast(pl.Int64).alias("n"),
        )
        .collect(engine="streaming")
        .with_columns(pl.col("title").str.head(LONGEST_TITLE))
        # Two lists of one capture may word a story differently; the first by name wins, always.
        .sort("first", "title", "url")
    )
    return HEADLINES.check(
        wordings.group_by("headline_id")
        .agg(
            pl.col("source").first(),
            pl.col("title").sort_by("last", "title").last().alias("title"),
            pl.col("title").unique(maintain_order=True).alias("wordings"),
            pl.col("first").filter(pl.col("title").is_first_distinct()).alias("worded_at"),
            pl.col("url").drop_nulls().first(),
            pl.lit(None, dtype=pl.String).alias("language"),
            pl.col("first").min().alias("first_seen"),
            pl.col("last").max().alias("last_seen"),
            pl.col("n").sum().alias("n_sightings"),
        )
        .sort("first_seen", "headline_id")
    )


def _attach_ids(
    rows: pl.DataFrame, name: str, parts: list[str], make: Callable[..., str]
) -> pl.DataFrame:
    keys = rows.select(parts).unique()
    ids = [make(*key) for key in keys.iter_rows()]
    return rows.join(
        keys.with_columns(pl.Series(name, ids, dtype=pl.String)), on=parts, nulls_equal=True
    )
