"""What happens to one visit on its way through the crawler."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

Lines = tuple[tuple[str, str], ...]

KEY: Final = "track"
"""Under which name a request of the crawler carries its track."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a server, as it was sent.

    Attributes:
        url: The address asked for.
        status: HTTP status.
        sent: Header lines of the request.
        headers: Header lines of the answer.
        raw: Body as sent, chunks joined.
        flags: What the crawler noticed while reading.
    """

    url: str
    status: int
    sent: Lines
    headers: Lines
    raw: bytes
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class Track:
    """What happened to one visit so far.

    Attributes:
        allow_private: Whether private addresses may be connected to.
        delay: Least seconds between two requests to one host.
        fetcher: How the page is fetched.
        robots: Whether this is a visit to a robots.txt.
        tries: Tries so far.
        spent: Seconds that this try has taken on the network.
        started_at: When the last request went out.
        answer: The last answer.
        notes: What went wrong in earlier tries, in words.
        reason: Why there was no further try, in words.
        remark: What else there is to say of the last answer, in words.
        refused: The private address that was not connected to.
        chain: The addresses asked for, redirects in their order.
        n_bytes: Bytes of the body read so far.
    """

    allow_private: bool
    delay: float
    fetcher: str = "http"
    robots: bool = False
    tries: int = 1
    spent: float = 0.0
    started_at: datetime | None = None
    answer: Answer | None = None
    notes: list[str] = field(default_factory=list)
    reason: str | None = None
    remark: str | None = None
    refused: str | None = None
    chain: list[str] = field(default_factory=list)
    n_bytes: int = 0

    @property
    def in_browser(self) -> bool:
        """Return whether a browser asks; robots.txt is read without one."""
        return self.fetcher == "browser" and not self.robots

    def asked(self, url: str) -> None:
        """Write down that an address is asked for; a further try is no redirect."""
        if not self.chain or self.chain[-1] != url:
            self.chain.append(url)
        self.n_bytes, self.answer, self.remark = 0, None, None


class Stopped(Exception):
    """A visit ends here, before or without an answer."""

    def __init__(self, outcome: str, note: str) -> None:
        super().__init__(note)
        self.outcome = outcome
        self.note = note


CURRENT: ContextVar[Track | None] = ContextVar("track", default=None)
"""The visit for which a connection is being made; without one, no private address is allowed."""
