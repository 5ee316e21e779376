"""What ran on a study, when, and how it ended."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tracker.errors import TrackerError
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


@contextmanager
def record_run(
    store: Store, command: str, clock: Callable[[], datetime] = read_clock
) -> Iterator[Run]:
    """Hold the study for writing and keep a row in RUNS of what was done.

    The row is there from the start: a run that was cut off is one without an end.
    """
    started_at = clock()
    run = Run(make_id(command, started_at.isoformat())[:8], started_at)
    row = {"run_id": run.run_id, "command": command, "started_at": started_at}
    with store.writing():
        store.append(
            RUNS, RUNS.frame([{**row, "finished_at": None, "outcome": "running", "details": "{}"}])
        )
        try:
            yield run
        except TrackerError as error:
            run.outcome = "failed"
            run.details["error"] = str(error)
            raise
        finally:
            details = json.dumps(run.details, ensure_ascii=False, default=str)
            ended = {"finished_at": clock(), "outcome": run.outcome, "details": details}
            store.upsert(RUNS, RUNS.frame([{**row, **ended}]))
