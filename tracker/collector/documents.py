"""What is taken out of files and archives: documents, and problems in place of documents."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, Literal

from tracker.ids import hash_bytes

MAX_BYTES: Final = 30_000_000
"""No news page is larger; what is larger is a film, a bomb or a mistake."""


Form = Literal["html", "text", "feed", "sitemap"]


@dataclass(frozen=True)
class Document:
    """One page as it was kept somewhere.

    Attributes:
        origin: The file, and the place in it, that people are shown.
        body: The page, not decoded.
        form: Whether `body` is HTML, the text of a page, a feed or a sitemap.
        url: Its address, where the file says so.
        captured_at: When it was captured, where the file says so; aware UTC.
        charset: What the server said of its encoding.
        status: HTTP status of the capture; 304 where the server said that the page it had sent
            before, which is the body, still stands.
        source: Who published it, where the file says more than its address does.
        headers: What the server sent above the body, name and value.
        request: What it was asked with, name and value.
    """

    origin: str
    body: bytes
    form: Form
    url: str | None = None
    captured_at: datetime | None = None
    charset: str | None = None
    status: int | None = None
    source: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    request: tuple[tuple[str, str], ...] = ()

    @cached_property
    def body_hash(self) -> str:
        """Return the content hash of the body, worked out once."""
        return hash_bytes(self.body)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read.

    Attributes:
        origin: The file, and the place in it.
        message: What was found and what was wanted.
    """

    origin: str
    message: str

    def __str__(self) -> str:
        """Return the line that people are shown."""
        return f"{self.origin}: {self.message}"


_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


def find_charset(content_type: str) -> str | None:
    """Return the charset that a Content-Type names; None without one."""
    found = _CHARSET.search(content_type)
    return found[1] if found else None


_DATE: Final = re.compile(
    r"(?<![0-9A-Za-z])((?:19|20)\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])"
    r"(?:[T_-]?([01]\d|2[0-3])[:-]?([0-5]\d)[:-]?([0-5]\d)?Z?)?(?![0-9A-Za-z])"
)


def find_date(name: str) -> datetime | None:
    """Return the last date (and time) written in a file name or path, as UTC; None without one.

    Read are `2024-03-05`, `20240305`, `20240305201500` and `2024-03-05T20:15:00`, as archives and
    scripts write them.
    """
    found = None
    for match in _DATE.finditer(name):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        try:
            found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
    return found
