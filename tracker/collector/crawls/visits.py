"""What to visit, how to behave, and what came back: the words every crawl is spoken of in."""

from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit, urlunsplit

from tracker.collector.documents import Document
from tracker.errors import InputError
from tracker.tables import Outcome

Role = Literal["front", "follow", "feed", "sitemap", "index", "replay"]
Fetcher = Literal["http", "browser"]
PAGES: Final[tuple[Role, ...]] = ("front", "follow", "replay")
"""The roles that want an HTML page; the others are read by whoever asked for them."""


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """How a crawl behaves.

    Attributes:
        contact: Who is behind it, a mailto: or an address; part of the user agent.
        delay: Least seconds between two requests to one host; up to a quarter is added at random.
        timeout: Seconds for one try at a page: every redirect, the last byte included.
        max_bytes: Largest page, packed or unpacked, in bytes.
        hosts: Hosts that are spoken to at the same time.
        tries: How often a page is asked for before giving up.
        backoff: Seconds before the second try; each further one waits twice as long.
        patience: Seconds a visit waits for its turn at most, whatever robots.txt or Retry-After ask
            for; a host that asks for more is left alone and the visit is `blocked`.
        redirects: Most redirects of one page.
        robots_age: Seconds for which a robots.txt is not asked for again.
        browser: Where the Chromium is that pages with `fetcher="browser"` are read by; empty looks
            for the usual names.
    """

    contact: str = ""
    delay: float = 5.0
    timeout: float = 30.0
    max_bytes: int = 10_000_000
    hosts: int = 32
    tries: int = 3
    backoff: float = 10.0
    patience: float = 120.0
    redirects: int = 5
    robots_age: float = 86_400.0
    browser: str = ""


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """One page to visit.

    Attributes:
        url: An http or https address. A user name and password in it are dropped.
        source: Who publishes it.
        role: What the page is wanted for.
        fetcher: How it is fetched: over plain HTTP, or by a browser that runs its scripts; feeds
            and the like, which have none, are fetched over HTTP in any case.
        allow_private: Whether loopback, private and link-local addresses may be visited.
        etag: The ETag that came with the copy we hold.
        last_modified: The Last-Modified that came with it.
        delay: Least seconds between two requests to its host, in place of the crawl's.
        meta: Anything the caller wants back with the visit; it never leaves the caller's process.

    Raises:
        InputError: If the address is not http or https, or the role is none.
    """

    url: str
    source: str = ""
    role: Role = "front"
    fetcher: Fetcher = "http"
    allow_private: bool = False
    etag: str | None = None
    last_modified: str | None = None
    delay: float | None = None
    meta: Any = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", strip_credentials(self.url))
        if self.role not in get_args(Role):
            raise InputError(f"{self.url}: found role {self.role!r}; wanted one of {Role}")

    @property
    def host(self) -> str:
        """Return the host that is asked for it."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What came back from one page.

    Attributes:
        request: What was asked for.
        outcome: What came back, in a word; one of `tables.CAPTURE_OUTCOMES`.
        note: What was tried and what came back, in words; empty if all went well.
        status: HTTP status of the last answer; None without one.
        url: Address of the last answer, after redirects.
        redirects: The addresses before it, first to last.
        sent: Header lines of the last request, as (name, value).
        headers: Header lines of the last answer, as (name, value).
        raw: Body of the last answer as sent, still packed if it was; chunks are joined.
        body: The same body unpacked; empty unless the outcome is ok.
        charset: What the server said of its encoding.
        started_at: When the last request went out; aware UTC.
        seconds: How long the last try took, redirects included.
        tries: How often the page was asked for; 0 if it never was.
    """

    request: VisitRequest
    outcome: Outcome
    note: str = ""
    status: int | None = None
    url: str = ""
    redirects: tuple[str, ...] = ()
    sent: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    raw: bytes = field(default=b"", repr=False)
    body: bytes = field(default=b"", repr=False)
    charset: str | None = None
    started_at: datetime | None = None
    seconds: float = 0.0
    tries: int = 0

    def header(self, name: str) -> str | None:
        """Return the first header line of that name; None without one."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def etag(self) -> str | None:
        """Return the ETag, for the next conditional request."""
        return self.header("ETag")

    @property
    def last_modified(self) -> str | None:
        """Return the Last-Modified, for the next conditional request."""
        return self.header("Last-Modified")

    @property
    def document(self) -> Document | None:
        """Return the page, for the harvester; None unless the outcome is ok."""
        if self.outcome != "ok":
            return None
        return Document(
            origin=self.request.url,
            body=self.body,
            form="html",
            url=self.url,
            captured_at=self.started_at,
            charset=self.charset,
            status=self.status,
            source=self.request.source or None,
        )


def name_agent(contact: str) -> str:
    """Return how we call ourselves, with whom to write to."""
    about = f"reads headline lists of news pages; {contact}".rstrip("; ")
    return f"tracker/{version('tracker')} ({about})"


def strip_credentials(url: str) -> str:
    """Return `url` without user name, password and fragment.

    Raises:
        InputError: If it is not an http or https address with a host.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"{url[:200]!r}: {error}; wanted an http or https address") from error
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(f"{url[:200]!r}: wanted an http or https address")
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
