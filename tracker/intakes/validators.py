"""What the web told us about the pages we hold, so that it need not send them again.

It stands in the file in which hosts are remembered, and not in a table: it is no observation, it
is overwritten on every visit, and whoever deletes the file only has each page sent in full once
more.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tracker.collector.books import open_book

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS pages (
    source TEXT NOT NULL,
    asked TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    seen_at REAL NOT NULL,
    PRIMARY KEY (source, asked)
) WITHOUT ROWID;
"""
STATE_NAME: Final = "hosts.sqlite"
"""The file in a study's folder that holds what is known of hosts and pages."""
KEPT_DAYS: Final = 60
"""How long a page that is not visited any more is remembered."""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page as it last came.

    Attributes:
        url: Its address after redirects.
        body: Content hash of it.
        etag: The ETag that came with it.
        last_modified: The Last-Modified that came with it.
    """

    url: str
    body: str
    etag: str | None
    last_modified: str | None


class PageBook:
    """The pages that were visited, by source and the address asked for.

    Args:
        path: The state file; made if it is not there.

    Raises:
        StoreError: If it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._db = open_book(path, _TABLE)

    def read(self, source: str, asked: str) -> KnownPage | None:
        """Return what is known of a page; None if nothing is."""
        with closing(
            self._db.execute(
                "SELECT url, body, etag, last_modified FROM pages WHERE source = ? AND asked = ?",
                (source, asked),
            )
        ) as rows:
            row = rows.fetchone()
        return None if row is None else KnownPage(*row)

    def write(self, source: str, asked: str, page: KnownPage, seen_at: float) -> None:
        """Remember a page that came."""
        self._db.execute(
            "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)",
            (source, asked, page.url, page.body, page.etag, page.last_modified, seen_at),
        )

    def forget(self, source: str, asked: str) -> None:
        """Forget a page, so that it is asked for in full."""
        self._db.execute("DELETE FROM pages WHERE source = ? AND asked = ?", (source, asked))

    def prune(self, now: float) -> None:
        """Forget pages that were not seen for long; `now` is seconds since 1970."""
        self._db.execute("DELETE FROM pages WHERE seen_at < ?", (now - KEPT_DAYS * 86_400,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
