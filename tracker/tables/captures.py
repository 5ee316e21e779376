"""The tables of what was taken in: visits, pages, lists, slots and headlines."""

from typing import Final

import polars as pl

from tracker.tables.schemas import Column, Table
from tracker.tables.values import CAPTURE_OUTCOMES, LIST_KINDS, LIST_OUTCOMES, TEXTS, TIME, TIMES

CAPTURES: Final = Table(
    "captures",
    "one visit to one page, good or not",
    (
        Column("capture_id", pl.String, "id, from source, url, captured_at and body"),
        Column("source", pl.String, "who published the page, usually its host without www"),
        Column("url", pl.String, "address visited; the file's path where a page has none"),
        Column("captured_at", TIME, "when the page was as it is kept"),
        Column("outcome", pl.String, "what came back", allowed=CAPTURE_OUTCOMES),
        Column("status", pl.Int32, "HTTP status", nullable=True),
        Column("n_bytes", pl.Int64, "size of the decoded body, bytes"),
        Column("body", pl.String, "content hash of the raw page in the store", nullable=True),
        Column("parser", pl.String, "version of the harvester that read the page"),
        Column("note", pl.String, "what was tried and what came back, in words", nullable=True),
    ),
    ("capture_id",),
)

BODIES: Final = Table(
    "bodies",
    "one raw page, kept once however often it was seen",
    (
        Column("body", pl.String, "content hash"),
        Column("path", pl.String, "WARC file inside the study's captures folder"),
        Column("offset", pl.Int64, "where its record begins in that file, bytes"),
        Column("n_bytes", pl.Int64, "size of the body, bytes"),
    ),
    ("body",),
)

LISTS: Final = Table(
    "lists",
    "one headline list of one capture, or one that was expected and is missing",
    (
        Column("capture_id", pl.String, "its capture"),
        Column("list_id", pl.String, "the same box keeps it from night to night"),
        Column("heading", pl.String, "heading as shown; empty where there is none"),
        Column("kind", pl.String, "kind of list", allowed=LIST_KINDS),
        Column("position", pl.Int32, "place among the lists of the page, from 1"),
        Column("n_items", pl.Int32, "headlines in it"),
        Column("outcome", pl.String, "whether it was there", allowed=LIST_OUTCOMES),
    ),
    ("capture_id", "list_id"),
)

SIGHTINGS: Final = Table(
    "sightings",
    "one headline in one slot of one list",
    (
        Column("capture_id", pl.String, "its capture"),
        Column("list_id", pl.String, "its list"),
        Column("rank", pl.Int32, "slot in the list, from 1"),
        Column("headline_id", pl.String, "the story of that source"),
        Column("title", pl.String, "wording in that slot"),
        Column("url", pl.String, "canonical address", nullable=True),
        Column("captured_at", TIME, "when it was seen"),
    ),
    ("capture_id", "list_id", "rank"),
)

HEADLINES: Final = Table(
    "headlines",
    "one story of one source",
    (
        Column("headline_id", pl.String, "id, from source and address, else wording"),
        Column("source", pl.String, "who published it"),
        Column("title", pl.String, "latest wording"),
        Column("wordings", TEXTS, "all wordings, in the order they were first seen"),
        Column("url", pl.String, "canonical address", nullable=True),
        Column("language", pl.String, "ISO 639-1 code", nullable=True),
        Column("first_seen", TIME, "first sighting"),
        Column("last_seen", TIME, "last sighting"),
        Column("n_sightings", pl.Int64, "slots it was seen in"),
        Column(
            "worded_at", TIMES, "when each wording was first seen; null before it was kept", True
        ),
    ),
    ("headline_id",),
)


def date_titles(headlines: pl.DataFrame) -> pl.DataFrame:
    """Return HEADLINES rows with `titled_at`: when the wording in `title` was first seen.

    One address keeps its headline while its story changes, so that `first_seen` may be that of a
    title which says something else. Null where it was not kept.
    """
    kept = headlines.filter(pl.col("worded_at").is_not_null())
    dated = (
        kept.select("headline_id", "title", "wordings", titled_at="worded_at")
        .explode("wordings", "titled_at", empty_as_null=False)
        .filter(pl.col("wordings") == pl.col("title"))
        .select("headline_id", "titled_at")
    )
    return headlines.join(dated, on="headline_id", how="left", maintain_order="left")
