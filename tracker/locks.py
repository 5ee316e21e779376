"""One writer to a study at a time: who writes, and how long another one waits for it."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from tracker.errors import StoreError

LOCK_SECONDS: Final = 30.0
"""How long to wait for another writer before giving up."""
LOCK: Final = ".lock"
WRITER: Final = ".writer.json"
"""File that says who holds the lock; one that was killed leaves it, and no lock."""

Tell = Callable[[str], None]
"""Told in a sentence what a person should know at once."""
tell_log: Final[Tell] = logging.getLogger(__name__).warning


@contextmanager
def hold_study(folder: Path, command: str, tell: Tell) -> Iterator[None]:
    """Hold a study for one writer; where there is another, say so at once and wait for it.

    Args:
        folder: The study's folder.
        command: What is to be done, for whoever waits.
        tell: Told that, for whom and for how long it waits.

    Raises:
        StoreError: If another process still writes after `LOCK_SECONDS`.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(
            f"{folder}: {_describe(folder)} is writing to this study; waiting for it for up to "
            f"{LOCK_SECONDS:.0f} s"
        )
        try:
            _wait(lock, folder)
        except Timeout as error:
            raise StoreError(
                f"{folder}: {_describe(folder)} is still writing to this study; try again later"
            ) from error
    try:
        (folder / WRITER).unlink(missing_ok=True)  # of one that was killed
        said = {"pid": os.getpid(), "command": command, "since": datetime.now(UTC).isoformat()}
        (folder / WRITER).write_text(json.dumps(said), encoding="utf-8")
        yield
    finally:
        (folder / WRITER).unlink(missing_ok=True)
        lock.release()


def _wait(lock: FileLock, folder: Path) -> None:
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except FileNotFoundError:  # whoever was waited for took nothing in, and left no folder
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=LOCK_SECONDS)


def _describe(folder: Path) -> str:
    """Return who writes to a study, as far as is known: it may not have said so yet."""
    try:
        said = json.loads((folder / WRITER).read_text(encoding="utf-8"))
        since = datetime.fromisoformat(said["since"])
        who = f"tracker {said['command']} (process {said['pid']}, since {since:%Y-%m-%d %H:%M} UTC)"
    except (OSError, ValueError, KeyError, TypeError):
        return "another tracker"
    return f"another tracker, {who},"
