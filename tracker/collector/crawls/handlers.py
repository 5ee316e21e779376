"""The last step before the network: a host's turn, a page's time, and no private address."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from random import uniform
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from tracker.collector.crawls.browsers import BrowserFetcher
from tracker.collector.crawls.guards import may_connect
from tracker.collector.crawls.hosts import HostBook
from tracker.collector.crawls.tracks import CURRENT, KEY, Stopped, Track
from tracker.collector.crawls.visits import CrawlSettings

MIN_JITTER: Final = 0.01
MAX_JITTER: Final = 0.25
"""Between these shares of a delay are added to it, so that hosts are not visited in step."""


class PoliteHandler:
    """Downloads one request when its host's turn has come.

    Every request goes through here: pages, robots.txt, redirects and further tries.
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        spider: Any = crawler.spider
        self._settings: CrawlSettings = spider.crawl_settings
        self._book: HostBook = spider.book
        self._free: asyncio.Semaphore = spider.free
        self._busy: defaultdict[str, asyncio.Lock] = spider.busy
        self._http = HTTP11DownloadHandler(crawler)
        # A kept connection would be reused, or opened again in silence, for whoever comes next.
        self._http._pool.persistent = False
        self._browser = BrowserFetcher(self._settings, self._book)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "PoliteHandler":
        """Make the handler, as the crawler asks for it."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the answer to one request.

        Raises:
            Stopped: If the host wants more patience than there is, its address is private, or a
                browser is wanted and missing.
        """
        track: Track = request.meta[KEY]
        host = urlsplit(request.url).hostname or ""
        # The crawler's own queues know a redirect only by the host that it came from.
        if track.in_browser:
            await self._browser.start()
        async with self._busy[host]:
            await self._wait_for_turn(host, track)
            left = self._settings.timeout - track.spent
            if left <= 0:
                raise DownloadTimeoutError(request.url)
            async with self._browser.free if track.in_browser else self._free:
                return await self._download(request, track, host, left)

    async def _download(self, request: Request, track: Track, host: str, left: float) -> Response:
        request.meta["download_timeout"] = left
        track.asked(request.url)
        track.started_at, start = datetime.now(UTC), time.monotonic()
        CURRENT.set(track)
        try:
            async with asyncio.timeout(left + 1):
                if track.in_browser:
                    return await self._browser.fetch(request, track, left)
                return await self._http.download_request(request)
        except TimeoutError as error:
            raise DownloadTimeoutError(request.url) from error
        except CannotResolveHostError as error:
            if track.refused:
                raise Stopped("blocked", f"{host} is at a private address; not visited") from error
            raise
        finally:
            track.spent += time.monotonic() - start
            self._book.end_turn(host, is_page=not track.robots)

    async def _wait_for_turn(self, host: str, track: Track) -> None:
        patience = max(self._settings.patience, (1.0 + MAX_JITTER) * track.delay)
        stretch = 1.0 + uniform(MIN_JITTER, MAX_JITTER)
        while True:
            turn = self._book.take_turn(
                host, track.delay, is_page=not track.robots, stretch=stretch
            )
            if not turn.wait:
                return
            if turn.wait > patience:
                raise Stopped(
                    "blocked",
                    f"{turn.reason} keeps us from {host} for {turn.wait:.0f} s more, "
                    f"and {patience:g} s is our limit; not visited",
                )
            await asyncio.sleep(turn.wait)

    async def close(self) -> None:
        """Close all connections, and the browser if there is one."""
        await self._browser.close()
        await self._http.close()


@implementer(IHostnameResolver)
class GuardedResolver(CachingHostnameResolver):
    """Finds the addresses of a name and hands on only those that may be connected to.

    What is handed on is what is connected to, so a name that leads elsewhere the second time
    changes nothing.
    """

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """Tell the receiver the addresses of the host, without the forbidden ones."""
        track = CURRENT.get()
        receiver: Any = _GuardedReceiver(resolutionReceiver, track)
        return super().resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IResolutionReceiver)
class _GuardedReceiver:
    def __init__(self, receiver: Any, track: Track | None) -> None:
        self._receiver = receiver
        self._track = track

    def resolutionBegan(self, resolution: Any) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        allow_private = self._track is not None and self._track.allow_private
        if not may_connect(address.host, allow_private=allow_private):
            if self._track is not None:
                self._track.refused = address.host
            return
        self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:
        self._receiver.resolutionComplete()
