"""Small SQLite files in which a crawl, and an archive's answers, are remembered."""

import sqlite3
from pathlib import Path

from tracker.errors import StoreError


def open_book(path: Path | None, tables: str) -> sqlite3.Connection:
    """Return an open file that several processes may write to, each statement by itself.

    Args:
        path: Where it is; made if it is not there. None keeps it in memory.
        tables: The SQL that makes its tables where they are not.

    Raises:
        StoreError: If it cannot be opened or written, or holds something else.
    """
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        book = sqlite3.connect(path or ":memory:", timeout=10.0, isolation_level=None)
        book.execute("PRAGMA journal_mode = WAL")
        book.executescript(tables)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{path}: cannot be used ({error}); it is made anew if you move it away"
        ) from error
    return book
