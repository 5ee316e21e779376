"""What is known of hosts: when each may be asked again, and its robots.txt.

Everything stands in one small SQLite file and is written before a request goes out, so a crawl that
is killed and started again keeps every delay it owed. Times are seconds since 1970.
"""

import math
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS hosts (
    host TEXT PRIMARY KEY,
    last_request REAL NOT NULL DEFAULT 0,
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
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", timeout=10.0, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)

    def take_turn(self, host: str, delay: float, now: float | None = None) -> Turn:
        """Return whether `host` may be asked now; if so, the request is written down as made.

        Two crawls that share the file never take the same turn.
        """
        now = time.time() if now is None else now
        self._db.execute("BEGIN IMMEDIATE")
        try:
            last, not_before, own = self._read(host)
            due = last + max(delay, own)
            if last > now + max(delay, own):
                due = 0.0  # the clock was set back since
            if now < due or now < not_before:
                wait = max(due, not_before) - now
                reason = "Retry-After" if not_before > due else "the delay between two visits"
                if own > delay and due >= not_before:
                    reason = f"robots.txt's Crawl-delay of {own:g} s"
                return Turn(wait, reason)
            self._db.execute(
                "INSERT INTO hosts (host, last_request) VALUES (?, ?) "
                "ON CONFLICT (host) DO UPDATE SET last_request = excluded.last_request",
                (host, now),
            )
            return Turn(0.0)
        finally:
            self._db.execute("COMMIT")

    def end_turn(self, host: str) -> None:
        """Count the delay from now: the answer took its time."""
        self._db.execute("UPDATE hosts SET last_request = ? WHERE host = ?", (time.time(), host))

    def hold(self, host: str, seconds: float) -> None:
        """Leave `host` alone for so many seconds from now, at least."""
        self._put(host, "not_before", time.time() + seconds)

    def set_delay(self, host: str, seconds: float) -> None:
        """Remember the Crawl-delay of `host`; 0 if it has none any more."""
        self._db.execute(
            "INSERT INTO hosts (host, delay) VALUES (?, ?) "
            "ON CONFLICT (host) DO UPDATE SET delay = excluded.delay",
            (host, seconds if math.isfinite(seconds) else 0.0),
        )

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

    def _read(self, host: str) -> tuple[float, float, float]:
        row = self._db.execute(
            "SELECT last_request, not_before, delay FROM hosts WHERE host = ?", (host,)
        ).fetchone()
        return (0.0, 0.0, 0.0) if row is None else row

    def _put(self, host: str, column: str, value: float) -> None:
        self._db.execute(
            f"INSERT INTO hosts (host, {column}) VALUES (?, ?) "
            f"ON CONFLICT (host) DO UPDATE SET {column} = max({column}, excluded.{column})",
            (host, value),
        )
