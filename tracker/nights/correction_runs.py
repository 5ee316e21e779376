"""Runs that write corrections of topics down, carry them out, and tell what they moved."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl

from tracker.config import Config
from tracker.nights.amendments import carry_out
from tracker.nights.corrections import Said, complete_corrections, read_stand, tell_correction
from tracker.nights.topic_moves import Moves, count_moves, foresee_places, read_places
from tracker.nights.topic_views import read_labels
from tracker.progress import Progress
from tracker.runs import record_run
from tracker.store import Store
from tracker.tables import CORRECTIONS, MEMBERS
from tracker.topics.encoder import Encoder


def run_corrections(
    store: Store,
    config: Config,
    encoder: Callable[[], Encoder],
    clock: Callable[[], datetime],
    kind: str,
    rows: list[dict[str, Any]],
    *,
    later: bool,
    progress: Progress,
) -> tuple[Said, ...]:
    """Write what was said, and carry it out unless that is left to the next update.

    Args:
        store: The study's store.
        config: Its settings.
        encoder: Loads the encoder.
        clock: Says what time it is.
        kind: merge, split, rename or pin; undo of corrections that are to be taken back.
        rows: What was asked for, as `complete_corrections` takes it; of an undoing the rows of
            CORRECTIONS.
        later: Leave it to the next update to carry it out.
        progress: Told how far it is.
    """
    night, labels = read_stand(store), read_labels(store)
    before = read_places(store)
    with record_run(store, f"topics {kind}", clock) as run:
        now = run.started_at
        if kind == "undo":
            rows = [
                {**row, "undone_at": now, "undone_night": max(night, row["night"])} for row in rows
            ]
            frame = CORRECTIONS.frame(rows)
        else:
            frame = complete_corrections(rows, kind, now, night)
        store.upsert(CORRECTIONS, frame)
        if not later:
            done_now = carry_out(
                store, config, encoder, frame, now=now, night=night, progress=progress
            )
            run.details.update(done_now)
        done = store.read(CORRECTIONS).join(frame, on="correction_id", how="semi")
        named = {**read_labels(store), **labels}
        after = before if later else read_places(store)
        if later:
            # All that was said together: what the topic will have in the end.
            for row in frame.iter_rows(named=True):
                after = foresee_places(after, row)
        said = tuple(
            tell_correction(
                row,
                named,
                _count(store, before, after, row, later=later),
                _find_first(store, row),
            )
            for row in done.sort("made_at").iter_rows(named=True)
        )
        run.outcome = "partly" if any(one.note for one in said) else "ok"
    return said


def _find_first(store: Store, row: dict[str, Any]) -> date | None:
    """Return the night on which the first of what a correction moved was seen."""
    moved = row["other_headlines" if row["kind"] == "merge" else "headlines"]
    mine = pl.col("headline_id").is_in(moved)
    first = store.scan(MEMBERS).filter(mine).select(pl.col("from_night").min())
    found: date | None = first.collect().item()
    return found


def _count(
    store: Store, before: pl.DataFrame, after: pl.DataFrame, row: dict[str, Any], *, later: bool
) -> Moves | None:
    """Return what a correction has moved; if it waits, what it will, as far as is known."""
    if later and row["undone_at"] is not None:
        return None
    return count_moves(store, before, after, row)
