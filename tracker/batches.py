"""Work that takes long, written piece by piece, so that little of it is done twice if stopped."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

SECONDS: Final = 30.0
"""After about how long what is done is written at the latest."""

_Piece = TypeVar("_Piece")


@contextmanager
def saving(write: Callable[[list[_Piece]], None], most: int) -> Iterator[Callable[[_Piece], None]]:
    """Give what takes in pieces of work one by one, and writes some of them together.

    What is left is written at the end, also where that is a Ctrl-C or an error; a process that is
    killed has to do again what it did in the last `SECONDS`.

    Args:
        write: Writes pieces, in the order in which they came.
        most: How many are written together at most.
    """
    kept: list[_Piece] = []
    written = time.monotonic()

    def keep(piece: _Piece) -> None:
        nonlocal kept, written
        kept.append(piece)
        if len(kept) >= most or time.monotonic() - written >= SECONDS:
            # Out of `kept` first: what was written in part is not written again on top of it.
            ready, kept = kept, []
            write(ready)
            written = time.monotonic()

    try:
        yield keep
    finally:
        if kept:
            write(kept)
