"""The tables of what was done: runs, digests, and what an update need not do again."""

from typing import Final

import polars as pl

from tracker.tables.schemas import Column, Table
from tracker.tables.values import TEXTS, TIME

READINGS: Final = Table(
    "readings",
    "one night as it was when its slots were counted last: what is so still is not counted again",
    (
        Column("night", pl.Date, "the night"),
        Column("taken", pl.String, "digest of what was taken in of it and what of that counts"),
        Column("standing", pl.Int64, "hash of its boxes that stood, 0 for none"),
        Column(
            "slots",
            pl.Int64,
            "hash of its slots, 0 for none; null before it was kept",
            nullable=True,
        ),
    ),
    ("night",),
)

LEFT: Final = Table(
    "left",
    "one table as the last update left it: the next one goes on from it where it is so still",
    (
        Column("name", pl.String, "the table"),
        Column("content", pl.Int64, "hash of its rows then, in any order"),
        Column("made", pl.String, "digest of the settings it was derived with", nullable=True),
    ),
    ("name",),
)

DIGESTS: Final = Table(
    "digests",
    "one digest: what was told of a night",
    (
        Column("night", pl.Date, "the night it speaks of"),
        Column("since", pl.Date, "the night up to which the digest before it spoke"),
        Column("written_at", TIME, "when it last changed"),
        Column("title", pl.String, "what it says first"),
        Column("body", pl.String, "what it says, HTML"),
        Column("sent", TEXTS, "digests of the addresses that have it"),
    ),
    ("night",),
)

RUNS: Final = Table(
    "runs",
    "one run of a command that wrote to the study",
    (
        Column("run_id", pl.String, "id"),
        Column("command", pl.String, "the verb, such as ingest, update or topics merge"),
        Column("started_at", TIME, "when it began"),
        Column("finished_at", TIME, "when it ended; null if it was cut off", nullable=True),
        Column("outcome", pl.String, "running, ok, partly or failed"),
        Column("details", pl.String, "JSON: counts, problems, versions of parser and encoder"),
    ),
    ("run_id",),
)
