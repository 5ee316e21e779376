"""Keeps what a page makes its browser hold within bounds, where the system tells (Linux)."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Final

LIMIT: Final = 1_000_000_000
"""Most bytes of memory that one page may take; a page of a newspaper takes 100 to 400 million."""

_PROCESSES: Final = Path("/proc")
_PAUSE: Final = 0.5


async def watch_memory() -> None:
    """End every page of our own browsers that takes more memory than it may; until cancelled.

    Scripts can fill the memory of a machine within seconds, in ways that no setting of a browser
    bounds.
    """
    size = os.sysconf("SC_PAGE_SIZE")
    while True:
        for pid in _list_descendants():
            with contextlib.suppress(OSError, ValueError, IndexError):
                n_pages = int((_PROCESSES / str(pid) / "statm").read_text().split()[1])
                if n_pages * size > LIMIT and _shows_a_page(pid):
                    os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(_PAUSE)


def _shows_a_page(pid: int) -> bool:
    return b"--type=renderer" in (_PROCESSES / str(pid) / "cmdline").read_bytes()


def _list_descendants() -> set[int]:
    """Return the processes that come from this one; none where the system does not tell."""
    parents: dict[int, int] = {}
    for folder in _PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            said = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(said[1])
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}
