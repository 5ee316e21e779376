"""The crawler's own process: requests come in at stdin, visits go out at stdout.

Started by `tracker.collector.crawls.crawlers`; whoever holds stdin owns it, and it ends with them.
"""

import asyncio
import logging
import os
import pickle
import signal
import sys
import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from tracker.collector.crawls.hosts import HostBook
from tracker.collector.crawls.tracks import KEY, Stopped, Track
from tracker.collector.crawls.verdicts import judge, name_error, name_failure
from tracker.collector.crawls.visits import PAGES, CrawlSettings, Visit, VisitRequest, name_agent
from tracker.collector.documents import find_charset

_HERE: Final = "tracker.collector.crawls"
_SCRAPY: Final = "scrapy.downloadermiddlewares"
Item = tuple[int, VisitRequest]


def configure(settings: CrawlSettings) -> dict[str, Any]:
    """Return the crawler's own settings; what it does not do stands in our few middlewares."""
    return {
        "USER_AGENT": name_agent(settings.contact),
        "DOWNLOAD_HANDLERS": {
            "http": f"{_HERE}.handlers.PoliteHandler",
            "https": f"{_HERE}.handlers.PoliteHandler",
        },
        "DOWNLOADER_MIDDLEWARES_BASE": {
            f"{_HERE}.middlewares.RobotsRules": 100,
            f"{_SCRAPY}.defaultheaders.DefaultHeadersMiddleware": 400,
            f"{_SCRAPY}.useragent.UserAgentMiddleware": 500,
            f"{_HERE}.middlewares.Patience": 550,
            f"{_SCRAPY}.redirect.MetaRefreshMiddleware": 580,
            f"{_SCRAPY}.httpcompression.HttpCompressionMiddleware": 590,
            f"{_SCRAPY}.redirect.RedirectMiddleware": 600,
            f"{_HERE}.middlewares.RawAnswers": 700,
        },
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
        },
        "DNS_RESOLVER": f"{_HERE}.handlers.GuardedResolver",
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REDIRECT_MAX_TIMES": settings.redirects,
        "METAREFRESH_MAXDELAY": 5,
        "RETRY_TIMES": settings.tries - 1,
        "RETRY_HTTP_CODES": [408, 429, 500, 502, 503, 504, 522, 524],
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
    }


class VisitSpider(Spider):
    """Visits what it is told to: the requests of one host in their order, all hosts at once.

    Args:
        crawl_settings: How to behave.
        book: What is known of hosts.
        inbox: Where requests come from, pickled and numbered; None ends the crawl.
        outbox: Where visits go to, under the numbers of their requests.
    """

    name = "visits"

    def __init__(
        self,
        crawl_settings: CrawlSettings,
        book: HostBook,
        inbox: IO[bytes],
        outbox: IO[bytes],
    ) -> None:
        super().__init__()
        self.crawl_settings, self.book = crawl_settings, book
        self.free = asyncio.Semaphore(crawl_settings.hosts)
        self.busy: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._inbox, self._outbox = inbox, outbox
        self._waiting: dict[str, deque[Item]] = {}
        self._sending = asyncio.Lock()

    async def start(self) -> AsyncIterator[Any]:
        """Work until no more requests come; the crawler's own queue stays empty."""
        requests: asyncio.Queue[Item | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, args=(loop, requests), daemon=True).start()
        async with asyncio.TaskGroup() as hosts:
            while (item := await requests.get()) is not None:
                host = item[1].host
                if host in self._waiting:
                    self._waiting[host].append(item)
                else:
                    self._waiting[host] = deque([item])
                    hosts.create_task(self._visit_host(host))
        nothing: tuple[Any, ...] = ()
        for request in nothing:
            yield request

    def _listen(
        self, loop: asyncio.AbstractEventLoop, requests: "asyncio.Queue[Item | None]"
    ) -> None:
        item: Item | None
        while True:
            try:
                item = pickle.load(self._inbox)
            except Exception:
                os._exit(1)  # nobody is there to tell
            loop.call_soon_threadsafe(requests.put_nowait, item)
            if item is None:
                return

    async def _visit_host(self, host: str) -> None:
        queue = self._waiting[host]
        while queue:
            number, request = queue.popleft()
            visit = await self._visit(request)
            async with self._sending:
                await asyncio.to_thread(self._send, (number, visit))
        del self._waiting[host]

    def _send(self, message: tuple[int, Visit]) -> None:
        pickle.dump(message, self._outbox, pickle.HIGHEST_PROTOCOL)
        self._outbox.flush()

    async def _visit(self, request: VisitRequest) -> Visit:
        delay = self.crawl_settings.delay if request.delay is None else request.delay
        fetcher = request.fetcher if request.role in PAGES else "http"
        track = Track(request.allow_private, delay, fetcher=fetcher)
        most = f"{self.crawl_settings.max_bytes:,} bytes (max_bytes)"
        response: Response | None = None
        outcome: Any
        try:
            engine: Any = self.crawler.engine
            response = await engine.download_async(_make_request(request, track))
        except Stopped as stopped:
            outcome, note = stopped.outcome, stopped.note
        except IgnoreRequest as ignored:
            is_loop = "redirections" in str(ignored)
            outcome = "http_error" if is_loop else "too_large"
            note = (
                f"more than {self.crawl_settings.redirects} redirects; gave up"
                if is_loop
                else f"unpacks to more than {most}; not read"
            )
        except Exception as error:
            outcome, note = (
                name_error(error) if track.answer is None else name_failure(track.answer)
            )
            if outcome == "too_large":
                note = f"larger than the limit of {most}; not read to its end"
        else:
            assert track.answer is not None
            outcome, note = judge(request, track.answer, response.body)
        body = response.body if response is not None and outcome == "ok" else b""
        return _report(request, track, Visit(request, outcome, note, body=body))


def _make_request(request: VisitRequest, track: Track) -> Request:
    headers = {}
    # What a browser shows may change while the page that its scripts fill stays the same.
    if request.etag and not track.in_browser:
        headers["If-None-Match"] = request.etag
    if request.last_modified and not track.in_browser:
        headers["If-Modified-Since"] = request.last_modified
    return Request(
        request.url, headers=headers, meta={KEY: track}, dont_filter=True, callback=NO_CALLBACK
    )


def _report(request: VisitRequest, track: Track, visit: Visit) -> Visit:
    """Return the visit with everything that its track tells."""
    last = track.reason or visit.note
    note = "; then ".join([*track.notes, last] if last else track.notes)
    if track.tries > 1:
        note = f"{note} ({track.tries} tries)"
    note = "; ".join(filter(None, (note, track.remark)))
    visit = replace(
        visit,
        note=note,
        url=track.chain[-1] if track.chain else request.url,
        redirects=tuple(track.chain[:-1]),
        started_at=track.started_at,
        seconds=round(track.spent, 3),
        tries=track.tries if track.chain else 0,
    )
    if (answer := track.answer) is None:
        return visit
    media = next((value for name, value in answer.headers if name.lower() == "content-type"), "")
    return replace(
        visit,
        status=answer.status,
        sent=answer.sent,
        headers=answer.headers,
        raw=answer.raw,
        charset=find_charset(media),
    )


def main() -> None:
    """Crawl what stdin asks for."""
    # Stops that are meant for all are heard by the caller, who ends this process.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    inbox = sys.stdin.buffer
    outbox = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    logging.basicConfig(level=logging.ERROR)
    settings, state = pickle.load(inbox)
    book = HostBook(Path(state) if state else None)
    process = AsyncCrawlerProcess(configure(settings), install_root_handler=False)
    process.crawl(VisitSpider, settings, book, inbox, outbox)
    process.start(install_signal_handlers=False)


if __name__ == "__main__":
    main()
