"""What archives answered lately, in one small file, so that nothing is asked for twice."""

import time
from datetime import datetime
from pathlib import Path
from typing import Final

from tracker.collector.books import open_book

INDEX_AGE: Final = 86_400.0
"""Seconds for which the answer of an index holds: archives take in copies from the past, too."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS answers (
    url TEXT PRIMARY KEY,
    asked_at REAL NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    url TEXT NOT NULL,
    choice TEXT NOT NULL,
    PRIMARY KEY (url, choice)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refusals (
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    moment TEXT NOT NULL,
    PRIMARY KEY (source, url, moment)
) WITHOUT ROWID;
"""


class ArchiveBook:
    """The file in which answers of archives are remembered.

    Args:
        path: Where it is.

    Raises:
        StoreError: If it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._db = open_book(path, _TABLES)
        self._db.execute("DELETE FROM answers WHERE asked_at < ?", (time.time() - INDEX_AGE,))

    def read_answer(self, url: str) -> bytes | None:
        """Return what an index answered to `url` within the last day; None if it was not asked."""
        row = self._db.execute("SELECT body FROM answers WHERE url = ?", (url,)).fetchone()
        return None if row is None else bytes(row[0])

    def write_answer(self, url: str, body: bytes) -> None:
        """Remember what an index answered."""
        self._db.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (url, time.time(), body)
        )

    def read_refusals(self, source: str, url: str) -> set[datetime]:
        """Return which copies of the archive at `url` led elsewhere when they were asked for."""
        rows = self._db.execute(
            "SELECT moment FROM refusals WHERE source = ? AND url = ?", (source, url)
        )
        return {datetime.fromisoformat(moment) for (moment,) in rows}

    def write_refusal(self, source: str, url: str, moment: datetime) -> None:
        """Remember that a copy led elsewhere."""
        self._db.execute(
            "INSERT OR REPLACE INTO refusals VALUES (?, ?, ?)", (source, url, moment.isoformat())
        )

    def has_file(self, url: str, choice: str) -> bool:
        """Return whether a file was read to its end for the same choice of pages."""
        row = self._db.execute("SELECT 1 FROM files WHERE url = ? AND choice = ?", (url, choice))
        return row.fetchone() is not None

    def write_file(self, url: str, choice: str) -> None:
        """Remember that a file was read to its end."""
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (url, choice))

    def close(self) -> None:
        """Close the file."""
        self._db.close()
