"""What ran on a study, when, and how it ended."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl

from tracker.ids import make_id
from tracker.store import Store
from tracker.tables import RUNS


def read_clock() -> datetime:
    """Return the time now, in aware UTC."""
    return datetime.now(UTC)


@dataclass
class Run:
    """One run of a command that writes to a study.

    Attributes:
        run_id: Its id.
        started_at: When it began.
        outcome: How it ended: ok, partly or failed.
        details: What it did, as JSON can say it.
    """

    run_id: str
    started_at: datetime
    outcome: str = "ok"
    details: dict[str, Any] = field(default_factory=dict)


def find_cut(store: Store) -> list[str]:
    """Return the ids of runs that did not come to their end and whose pages nobody took in since.

    A run that failed may have, as one that was killed, pages on the disk that no table knows, or
    lists whose capture was not written any more.
    """
    cut = store.scan(RUNS).filter(pl.col("outcome").is_in(["running", "failed"]))
    cut = cut.select("run_id", "details")
    return [
        run for run, said in cut.collect().iter_rows() if "recovered_by" not in json.loads(said)
    ]


def mark_recovered(store: Store, run_id: str, by: str) -> None:
    """Write that the pages of a run that was cut off were taken in by another run."""
    (row,) = store.scan(RUNS).filter(pl.col("run_id") == run_id).collect().to_dicts()
    details = {**json.loads(row["details"]), "recovered_by": by}
    store.upsert(RUNS, RUNS.frame([{**row, "details": json.dumps(details, ensure_ascii=False)}]))


@contextmanager
def record_run(
    store: Store, command: str, clock: Callable[[], datetime] = read_clock
) -> Iterator[Run]:
    """Hold the study for writing and keep a row in RUNS of what was done.

    The row is there from the start: a run that was cut off is one without an end.
    """
    with store.writing(command):
        started_at = clock()
        run = Run(make_id(command, started_at.isoformat())[:8], started_at)
        row = {"run_id": run.run_id, "command": command, "started_at": started_at}
        store.append(
            RUNS, RUNS.frame([{**row, "finished_at": None, "outcome": "running", "details": "{}"}])
        )
        try:
            yield run
        except BaseException as error:  # Ctrl-C and a full disk, too
            run.outcome = "failed"
            run.details["error"] = str(error) or type(error).__name__
            raise
        finally:
            details = json.dumps(run.details, ensure_ascii=False, default=str)
            ended = {"finished_at": clock(), "outcome": run.outcome, "details": details}
            store.upsert(RUNS, RUNS.frame([{**row, **ended}]))
