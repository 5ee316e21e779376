"""Corrections of topics as rows of their table: completed, found again, and told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from tracker.errors import InputError, SubjectError
from tracker.ids import make_id, name_id
from tracker.names import SHORTEST_PREFIX
from tracker.nights.topic_moves import MOVING, Moves
from tracker.store import Store
from tracker.tables import CORRECTIONS, COVERAGE, MODELS, RUNS


@dataclass(frozen=True)
class Said:
    """One correction and what became of it.

    Attributes:
        correction_id: Its id.
        kind: merge, split, rename or pin.
        topic_id: The topic that goes on, is split, renamed or pinned.
        label: The label that topic had.
        other_id: The topic merged away or split off.
        other_label: Its label; of a renaming the new one.
        night: The night it holds from; if undone, the one it holds no longer from.
        since: The night from which what was merged or split off counts for the topic it came to;
            None of other kinds.
        first: The night on which the first of these headlines was seen; of other kinds, of all.
        undone: Whether it was undone.
        waits: Whether the next update carries this out.
        note: Why it is void.
        moves: What it moves, in numbers; None of an undoing that waits.
    """

    correction_id: str
    kind: str
    topic_id: str
    label: str
    other_id: str | None
    other_label: str | None
    night: date
    since: date | None
    first: date | None
    undone: bool
    waits: bool
    note: str | None
    moves: Moves | None


def complete_corrections(
    rows: list[dict[str, Any]], kind: str, now: datetime, night: date
) -> pl.DataFrame:
    """Return a frame of CORRECTIONS made now, each with its id and waiting to be carried out.

    Args:
        rows: What was asked for: topic_id, headlines, and what else the kind has.
        kind: merge, split, rename or pin.
        now: When it was said.
        night: The night it holds from.
    """
    whole = []
    for number, row in enumerate(rows):
        made_at = now + timedelta(microseconds=number)
        name = make_id(made_at.isoformat(), kind, row["topic_id"], row.get("other_id") or "")[:8]
        given = {"correction_id": name, "made_at": made_at, "night": night, "kind": kind}
        if kind == "split":
            given["other_id"] = name_id("t", f"split {name}")
        empty = dict.fromkeys(CORRECTIONS.schema.names())
        whole.append({**empty, "other_headlines": [], "state": "waiting", **row, **given})
    return CORRECTIONS.frame(whole)


def find_correction(rows: pl.DataFrame, name: str) -> dict[str, Any]:
    """Return the row of the correction of that id or beginning of an id.

    Raises:
        SubjectError: If there is none, or several.
    """
    exact = rows.filter(pl.col("correction_id") == name)
    begins = pl.col("correction_id").str.starts_with(name) & (len(name) >= SHORTEST_PREFIX)
    found = exact if exact.height else rows.filter(begins)
    if found.height != 1:
        many = ", ".join(found["correction_id"]) or "none"
        raise SubjectError(
            f"{name}: found {many}; wanted one correction (tracker topics corrections lists them)"
        )
    return dict(found.row(0, named=True))


def find_later(rows: pl.DataFrame, row: dict[str, Any], undoing: Collection[str]) -> list[str]:
    """Return the ids of later corrections, none of `undoing`, of the topic that a split made.

    Of another kind than a split none stands in the way of its undoing.
    """
    if row["kind"] != "split":
        return []
    part = row["other_id"]
    later = rows.filter(
        pl.col("made_at") > row["made_at"],
        pl.col("undone_at").is_null(),
        pl.col("kind") != "rename",
        (pl.col("topic_id") == part) | (pl.col("other_id") == part),
    )
    return [name for name in later["correction_id"] if name not in undoing]


def read_stand(store: Store) -> date:
    """Return the night the study stands at.

    Raises:
        InputError: If it was never updated, or the last update was cut off.
    """
    night = store.scan(COVERAGE).select(pl.col("night").max()).collect().item()
    if night is None:
        raise InputError(f"{store.folder}: found no topics yet; run tracker update first")
    updates = store.read(RUNS).filter(
        pl.col("command").is_in(["update", "replay"])
        | pl.col("command").str.starts_with("topics "),
        # A remodel that was refused changed nothing; one that was cut off says so in MODELS.
        pl.col("command") != "topics remodel",
    )
    cut = updates.sort("started_at")["outcome"].to_list()[-1:] in (["running"], ["failed"])
    if cut or False in store.read(MODELS).sort("made_at")["finished"].tail(1):
        raise InputError(
            f"{store.folder}: found that the last update did not come to its end; "
            "run tracker update first"
        )
    assert isinstance(night, date)
    return night


def tell_correction(
    row: dict[str, Any], labels: dict[str, str], moves: Moves | None, first: date | None
) -> Said:
    """Return a row of CORRECTIONS as it is told.

    Args:
        row: The row.
        labels: Labels of topics, by id.
        moves: What it moves.
        first: As in `Said`.
    """
    label = labels.get(row["topic_id"], row["topic_id"])
    if row["kind"] == "rename" and row["undone_at"] is not None:
        label = row["label_before"] or label
    other = row["label"] if row["kind"] in ("rename", "split") else labels.get(row["other_id"])
    return Said(
        row["correction_id"],
        row["kind"],
        row["topic_id"],
        label,
        row["other_id"],
        other,
        row["undone_night"] or row["night"],
        min(row["since"] or row["night"], row["night"]) if row["kind"] in MOVING else None,
        first,
        row["undone_at"] is not None,
        row["state"] == "waiting" or (row["undone_at"] is not None and row["state"] != "undone"),
        row["note"],
        moves,
    )
