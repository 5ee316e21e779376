"""Which outlets are visited, and how: the part of tracker.toml that the collector reads."""

import dataclasses
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from tracker.collector.harvest.overrides import Override
from tracker.collector.sources import find_fault
from tracker.errors import ConfigError


@dataclass(frozen=True)
class CollectSettings:
    """How pages are visited.

    Attributes:
        contact: Who is behind the visits, as mailto:desk@example.org or an address; sites find
            it in the user agent and can write instead of blocking.
        delay: Least seconds between two requests to one host; robots.txt may ask for more.
        timeout: Seconds for one page, from the first to the last byte.
        max_bytes: Largest page, in bytes, unpacked.
        hosts: Hosts that are spoken to at the same time.
        follow: Article pages to visit each time, besides the source's own, where a source does
            not say it itself: sidebars live there.
    """

    contact: str = ""
    delay: float = 5.0
    timeout: float = 30.0
    max_bytes: int = 10_000_000
    hosts: int = 32
    follow: int = 3

    def __post_init__(self) -> None:
        """Check that every value makes sense.

        Raises:
            ConfigError: If one does not.
        """
        if not (self.contact.isascii() and self.contact.isprintable()):
            raise ConfigError(
                f"collect.contact: found {self.contact!r}; wanted a mailto: or an address on one "
                "line, in ASCII, as it is sent to every host"
            )
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            least = 0 if item.name in ("delay", "follow") else 1
            if not isinstance(value, str) and not least <= value < float("inf"):
                raise ConfigError(f"collect.{item.name}: found {value}; wanted {least} or more")


@dataclass(frozen=True)
class SourceSettings:
    """One outlet.

    Attributes:
        name: How the outlet is called in tables and charts.
        url: Its address, the page that is visited; pages of this host belong to it.
        kind: What stands at that address: page (a front page or section), feed (RSS, Atom or
            JSON Feed) or sitemap (a news sitemap, or an index of them).
        feeds: Feeds and news sitemaps that are read besides.
        follow: Article pages to visit each time, chosen from the lists just found.
        language: Its language, such as en, if it is known; it is only kept for you.
        fetcher: http, or browser for pages that show nothing without their scripts.
        delay: Least seconds between two requests to its hosts, in place of the general delay.
        allow_private: Whether its host may have a loopback, private or link-local address.
        override: Boxes of its pages that are missed or taken for another kind, pointed out by
            hand (tracker peek --explain says where they stand). They count for pages that are
            taken in from then on.
    """

    name: str
    url: str
    kind: Literal["page", "feed", "sitemap"] = "page"
    feeds: tuple[str, ...] = ()
    follow: int | None = None
    language: str | None = None
    fetcher: Literal["http", "browser"] = "http"
    delay: float | None = None
    allow_private: bool = False
    override: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        """Check that every value makes sense.

        Raises:
            ConfigError: If an address is none of the web, a number is below zero, or the name is
                too long.
        """
        if fault := find_fault(self.name):
            raise ConfigError(fault)
        for url in (self.url, *self.feeds):
            if not is_address(url):
                raise ConfigError(f"{self.name}: found {url!r}; wanted an http or https address")
        for name in ("follow", "delay"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < float("inf"):
                raise ConfigError(f"{self.name}: found {name} = {value}; wanted 0 or more")


def is_address(url: str) -> bool:
    """Return whether `url` is an http or https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
