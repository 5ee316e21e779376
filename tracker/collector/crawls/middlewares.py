"""What the crawler lacks: robots.txt to the letter, Retry-After, and answers as they were sent."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform
from typing import Any, Final
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Headers, Response
from scrapy.http.request import NO_CALLBACK

from tracker.collector.crawls.hosts import HostBook
from tracker.collector.crawls.tracks import KEY, Answer, Lines, Stopped, Track
from tracker.collector.crawls.verdicts import name_error
from tracker.collector.crawls.visits import CrawlSettings, strip_credentials

ROBOTS_BYTES: Final = 512_000
"""What a robots.txt is read to: RFC 9309 asks for 500 kibibytes at least."""


class RobotsRules:
    """Keeps to robots.txt as RFC 9309 reads it: unreachable forbids, absent allows.

    It is asked for once a day and origin, its Crawl-delay is obeyed for the whole host, and one
    that answers 429 is no consent.
    """

    def __init__(self, crawler: Crawler) -> None:
        spider: Any = crawler.spider
        self._crawler = crawler
        self._settings: CrawlSettings = spider.crawl_settings
        self._book: HostBook = spider.book
        self._agent = crawler.settings["USER_AGENT"]
        self._rules: dict[tuple[str, bool], asyncio.Future[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsRules":
        """Make the middleware, as the crawler asks for it."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware.cut_short, signal=signals.bytes_received)
        return middleware

    def cut_short(self, data: bytes, request: Request) -> None:
        """Stop reading a robots.txt that is longer than any should be; its start counts."""
        track: Track = request.meta[KEY]
        track.n_bytes += len(data)
        if track.robots and track.n_bytes > min(ROBOTS_BYTES, self._settings.max_bytes):
            raise StopDownload(fail=False)

    async def process_request(self, request: Request) -> Request | None:
        """Let the request pass, or end the visit."""
        track: Track = request.meta[KEY]
        parts = urlsplit(request.url)
        if "@" in parts.netloc:
            return request.replace(url=strip_credentials(request.url))
        if track.robots:
            return None
        origin = f"{parts.scheme}://{parts.netloc}"
        key = origin, track.allow_private  # what one source may not reach, another may
        if key not in self._rules:
            self._rules[key] = asyncio.ensure_future(self._read(origin, track))
        rules = await asyncio.shield(self._rules[key])
        if not rules.can_fetch(request.url, self._agent):
            path = parts.path or "/"
            raise Stopped("blocked", f"robots.txt forbids {path[:200]}; not visited")
        return None

    async def _read(self, origin: str, track: Track) -> Protego:
        content = self._book.read_robots(origin, self._settings.robots_age)
        if content is None:
            content = await self._fetch(origin, track)
            self._book.write_robots(origin, content)
        rules = Protego.parse(content.decode("utf-8-sig", "replace"))
        delay = rules.crawl_delay(self._agent) or 0.0
        self._book.set_delay(urlsplit(origin).hostname or "", float(delay))
        return rules

    async def _fetch(self, origin: str, track: Track) -> bytes:
        own = Track(allow_private=track.allow_private, delay=track.delay, robots=True)
        request = Request(f"{origin}/robots.txt", meta={KEY: own}, callback=NO_CALLBACK)
        engine: Any = self._crawler.engine
        try:
            response = await engine.download_async(request)
        except Stopped as stopped:
            raise Stopped(stopped.outcome, f"robots.txt: {stopped.note}") from stopped
        except IgnoreRequest as ignored:
            if "redirections" in str(ignored):
                return b""  # as good as absent, says the standard
            note = "robots.txt unpacks to more than any should hold; page not visited"
            raise Stopped("blocked", note) from ignored
        except Exception as error:
            outcome, words = name_error(error)
            raise Stopped(outcome, f"robots.txt: {words}; page not visited") from error
        if response.status == 429 or response.status >= 500:
            note = f"robots.txt answered {response.status}; page not visited"
            raise Stopped("blocked", note)
        if response.status != 200:
            return b""
        return bytes(response.body[:ROBOTS_BYTES])


class Patience(RetryMiddleware):
    """Tries again what may be better soon: after the time a server names, else ever later."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Patience":
        """Make the middleware, as the crawler asks for it."""
        middleware: Patience = super().from_crawler(crawler)
        return middleware

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Any:
        """Return the answer, or the request for another try."""
        if response.status not in self.retry_http_codes:
            return response
        track: Track = request.meta[KEY]
        asked = read_retry_after(response.headers)
        host = urlsplit(request.url).hostname or ""
        said = str(response.status)
        if asked is not None:
            self._book.hold(host, asked)
            said += f", Retry-After {asked:.0f} s"
            if asked > self._settings.patience:
                limit = f"{self._settings.patience:g} s"
                track.reason = f"{said}, longer than our limit of {limit}; gave up"
                return response
        else:
            self._back_off(host, track)
        return self._again(request, response.status, said) or response

    def process_exception(self, request: Request, exception: Exception, spider: Any = None) -> Any:
        """Return the request for another try; None if there is none."""
        if not isinstance(exception, self.exceptions_to_retry):
            return None
        track: Track = request.meta[KEY]
        self._back_off(urlsplit(request.url).hostname or "", track)
        return self._again(request, exception, name_error(exception)[1])

    def _again(self, request: Request, reason: Any, words: str) -> Request | None:
        track: Track = request.meta[KEY]
        again = self._retry(request, str(reason))
        if again is not None:
            track.notes.append(words)
            track.tries += 1
            track.spent = 0.0
        return again

    def _back_off(self, host: str, track: Track) -> None:
        base = self._settings.backoff * 2 ** (track.tries - 1)
        self._book.hold(host, base * uniform(0.75, 1.25))

    @property
    def _book(self) -> HostBook:
        spider: Any = self.crawler.spider
        book: HostBook = spider.book
        return book

    @property
    def _settings(self) -> CrawlSettings:
        spider: Any = self.crawler.spider
        settings: CrawlSettings = spider.crawl_settings
        return settings


class RawAnswers:
    """Keeps every answer as it was sent, before anything is unpacked or followed."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the answer as it is."""
        track: Track = request.meta[KEY]
        track.answer = Answer(
            url=response.url,
            status=response.status,
            sent=(("Host", urlsplit(response.url).netloc), *_lines(request.headers)),
            headers=_lines(response.headers),
            raw=response.body,
            flags=tuple(response.flags),
        )
        return response


def read_retry_after(headers: Headers) -> float | None:
    """Return the seconds a Retry-After asks for, as a number or a date; None without one."""
    line = headers.get("Retry-After")
    if line is None:
        return None
    text = line.decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _lines(headers: Headers) -> Lines:
    pairs: Iterable[tuple[bytes, list[bytes]]] = headers.items()
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in pairs
        for value in values
    )
