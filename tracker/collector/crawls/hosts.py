"""What is known of hosts: when each may be asked again, and its robots.txt.

Everything stands in one small SQLite file and is written before a request goes out, so a crawl that
is killed and started again keeps every delay it owed. Times are seconds since 1970.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tracker.collector.books import open_book

MAX_HOLD: Final = 7 * 86_400.0
"""Seconds for which a host is left alone at most: a Retry-After in a far year is a mistake, and
would never be seen to be taken back."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS hosts (
    host TEXT PRIMARY KEY,
    last_request REAL NOT NULL DEFAULT 0,
    last_page REAL NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    delay REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots (
    origin TEXT PRIMARY KEY,
    fetched_at REAL NOT NULL,
    content BLOB NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """When a host may be asked.

    Attributes:
        wait: Seconds to wait before asking again for a turn; 0 if the turn is taken.
        reason: Why the wait is as long as it is, in words.
    """

    wait: float
    reason: str = ""


class HostBook:
    """The file in which hosts are remembered.

    Args:
        path: Where it is; None keeps it in memory.

    Raises:
        StoreError: If it cannot be used.
    """

    def __init__(self, path: Path | None) -> None:
        self._db = open_book(path, f"PRAGMA synchronous = NORMAL; {_TABLES}")

    def take_turn(
        self, host: str, delay: float, *, is_page: bool = True, stretch: float = 1.0
    ) -> Turn:
        """Return whether `host` may be asked now; if so, the request is written down as made.

        Two crawls that share the file never take the same turn. A Crawl-delay counts from page to
        page: reading robots.txt, which names it, is no visit. Both delays are multiplied by
        `stretch`.
        """
        now = time.time()
        self._db.execute("BEGIN IMMEDIATE")
        try:
            last, page, held, own = self._read(host)
            own *= is_page * stretch
            waits = {
                "the delay between two visits": min(last, now) + delay * stretch - now,
                "robots.txt's Crawl-delay": min(page, now) + own - now,
                "Retry-After or a failure": held - now,
            }
            reason = max(waits, key=lambda name: waits[name])
            if waits[reason] > 0:
                return Turn(waits[reason], reason)
            self._put(host, "last_request", now)
            if is_page:
                self._put(host, "last_page", now)
            return Turn(0.0)
        finally:
            self._db.execute("COMMIT")

    def end_turn(self, host: str, *, is_page: bool = True) -> None:
        """Count the delays from now: the answer took its time."""
        if is_page:
            self._put(host, "last_page", time.time())
        self._put(host, "last_request", time.time())

    def hold(self, host: str, seconds: float) -> None:
        """Leave `host` alone for so many seconds from now, at least; `MAX_HOLD` at most."""
        self._db.execute(
            "INSERT INTO hosts (host, not_before) VALUES (?, ?) ON CONFLICT (host) "
            "DO UPDATE SET not_before = max(not_before, excluded.not_before)",
            (host, time.time() + min(seconds, MAX_HOLD)),
        )

    def set_delay(self, host: str, seconds: float) -> None:
        """Remember the Crawl-delay of `host`; 0 if it has none any more."""
        self._put(host, "delay", seconds if math.isfinite(seconds) else 0.0)

    def read_robots(self, origin: str, age: float) -> bytes | None:
        """Return the robots.txt of `origin` if it was read in the last `age` seconds."""
        row = self._db.execute(
            "SELECT content FROM robots WHERE origin = ? AND fetched_at BETWEEN ? AND ?",
            (origin, time.time() - age, time.time() + 1),
        ).fetchone()
        return None if row is None else bytes(row[0])

    def write_robots(self, origin: str, content: bytes) -> None:
        """Remember the robots.txt of `origin`; empty if it has none."""
        self._db.execute(
            "INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", (origin, time.time(), content)
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _read(self, host: str) -> tuple[float, float, float, float]:
        row = self._db.execute(
            "SELECT last_request, last_page, not_before, delay FROM hosts WHERE host = ?", (host,)
        ).fetchone()
        return (0.0, 0.0, 0.0, 0.0) if row is None else row

    def _put(self, host: str, column: str, value: float) -> None:
        self._db.execute(
            f"INSERT INTO hosts (host, {column}) VALUES (?, ?) "
            f"ON CONFLICT (host) DO UPDATE SET {column} = excluded.{column}",
            (host, value),
        )
