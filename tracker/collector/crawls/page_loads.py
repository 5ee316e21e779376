"""One page in a browser: what it may load, when it is whole, and what stands in it then."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag

from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError

from tracker.collector.crawls.page_policies import Event, add_permissions, is_wanted
from tracker.collector.crawls.tracks import Lines, Stopped

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession

QUIET: Final = 0.5
"""Seconds without anything loading after which a page is taken to be whole."""
UNPACKED: Final = 8
"""How much larger than the limit on bytes everything that is loaded may be once unpacked."""

_PAGES: Final = ("", "text/html", "application/xhtml+xml")
_SHARES: Final = (0.6, 0.8)
"""By when, as shares of the time, a page that never falls quiet is scrolled, and then read."""
_SCROLL: Final = "window.scrollTo(0, document.documentElement.scrollHeight)"
_READ: Final = """(() => {
    const root = document.documentElement, type = document.doctype;
    const html = root === null ? "" : root.outerHTML;
    if (html.length > %d) return null;
    return (type === null ? "" : new XMLSerializer().serializeToString(type) + "\\n") + html;
})()"""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page came to.

    Attributes:
        status: HTTP status.
        sent: Header lines of the request.
        headers: Header lines of the answer.
        html: What it shows, in UTF-8; None for a redirect or an answer without a page.
    """

    status: int
    sent: Lines
    headers: Lines
    html: bytes | None = None


class PageLoad:
    """Loads one page into a fresh browser and reads it.

    Args:
        url: Its address.
        max_bytes: Most bytes that are loaded in all, as sent, and of the page when it is read.
        allows: Tells whether robots.txt allows an address.
        end: When it must be there, on the monotonic clock.

    Attributes:
        failure: What the browser calls it if nothing came, as ERR_EMPTY_RESPONSE; else empty.
        n_forbidden: Requests of the page that its robots.txt forbids.
        was_busy: Whether something was still being loaded when the page was read.
    """

    def __init__(self, url: str, max_bytes: int, allows: Callable[[str], bool], end: float) -> None:
        self.failure = ""
        self.n_forbidden = 0
        self.was_busy = False
        self._url, self._max_bytes, self._allows = url, max_bytes, allows
        self._start, self._end = time.monotonic(), end
        self._n_sent = self._n_unpacked = self._n_page = 0
        self._answer: Page | None = None
        self._asked = self._is_cut = False
        self._parsed = asyncio.Event()
        self._frame = self._document = ""
        self._loading: set[str] = set()
        self._changed = time.monotonic()
        self._ended: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._session: CDPSession
        self._gatekeeper: CDPSession

    def count_sent(self, n_bytes: int) -> None:
        """Count bytes that came; too many end the visit."""
        self._n_sent += n_bytes
        if self._n_sent > self._max_bytes:
            self._fail(DownloadCancelledError(self._url))

    async def run(self, context: "BrowserContext") -> Page:
        """Return the page; if `failure` is set, it is empty.

        Raises:
            Stopped: If it is no page, or breaks its browser.
            DownloadCancelledError: If it is larger than allowed.
            DownloadTimeoutError: If it is not there in time.
            ResponseDataLossError: If it breaks off.
        """
        showing = asyncio.ensure_future(self._show(context))
        try:
            left = max(0.0, self._end - time.monotonic())
            done, _ = await asyncio.wait(
                (showing, self._ended), timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
            if self._ended in done:
                return self._ended.result()
            if showing in done:
                return showing.result()
            raise DownloadTimeoutError(self._url)
        finally:
            self._ended.cancel()
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def _show(self, context: "BrowserContext") -> Page:
        page = context.pages[0]
        assert context.browser is not None
        context.on("page", lambda other: other.close())
        page.on("crash", self._note_crash)
        self._session = session = await context.new_cdp_session(page)
        self._frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        # The browser itself is asked: the page's own session does not hear of every frame.
        self._gatekeeper = gatekeeper = await context.browser.new_browser_cdp_session()
        gatekeeper.on("Fetch.requestPaused", self._judge)
        session.on("Network.requestWillBeSent", self._note_request)
        session.on("Network.dataReceived", self._note_data)
        session.on("Network.loadingFinished", self._note_end)
        session.on("Network.loadingFailed", self._note_end)
        session.on("Page.domContentEventFired", lambda _: self._parsed.set())
        await session.send("Network.enable")
        await session.send("Page.enable")
        stages = [
            {"urlPattern": "*"},
            {"urlPattern": "*", "resourceType": "Document", "requestStage": "Response"},
        ]
        await gatekeeper.send("Fetch.enable", {"patterns": stages})
        error = await self._go()
        if self._answer is None:
            self.failure = error or "ERR_FAILED"
            return Page(0, (), ())
        if error:
            return self._answer
        if self._answer.status == 200:
            await self._wait_for_quiet(_SHARES[0])
        world = await session.send(
            "Page.createIsolatedWorld", {"frameId": self._frame, "worldName": "reader"}
        )
        if self._answer.status == 200:
            await self._evaluate(_SCROLL, world)
            self.was_busy = not await self._wait_for_quiet(_SHARES[1])
        html = await self._evaluate(_READ % self._max_bytes, world)
        body = None if html is None else str(html).encode("utf-8", "replace")
        if body is None or len(body) > self._max_bytes:
            raise DownloadCancelledError(self._url)
        return Page(self._answer.status, self._answer.sent, self._answer.headers, body)

    async def _go(self) -> str:
        """Go there and wait for the end of the page's own text; return the browser's error."""
        answer = await self._session.send("Page.navigate", {"url": self._url})
        if error := answer.get("errorText"):
            return str(error).removeprefix("net::")
        await self._parsed.wait()
        if self._is_cut:
            raise ResponseDataLossError(self._url)
        return ""

    async def _evaluate(self, expression: str, world: Event) -> Any:
        """Evaluate in a world of our own, in which nothing of the page's scripts is."""
        answer = await self._session.send(
            "Runtime.evaluate",
            {
                "expression": expression,
                "contextId": world["executionContextId"],
                "returnByValue": True,
            },
        )
        return answer["result"].get("value")

    async def _wait_for_quiet(self, share: float) -> bool:
        """Wait until nothing is loaded any more, or a share of the time is over."""
        last = self._start + share * (self._end - self._start)
        self._changed = time.monotonic()
        while (now := time.monotonic()) < last:
            if not self._loading and now - self._changed > QUIET:
                return True
            await asyncio.sleep(QUIET / 5)
        return False

    async def _judge(self, event: Event) -> None:
        """Let a request or an answer pass, or not."""
        is_page = event["resourceType"] == "Document" and event["frameId"] == self._frame
        is_answer = "responseStatusCode" in event or "responseErrorReason" in event
        passes = self._judge_answer(event) if is_answer else self._judge_request(event, is_page)
        more: Event = {}
        order = "Fetch.continueRequest"
        if not passes and is_page:  # an answer that leaves what is shown as it is
            order, more = "Fetch.fulfillRequest", {"responseCode": 204}
        elif not passes:
            order, more = "Fetch.failRequest", {"errorReason": "Aborted"}
        elif "responseStatusCode" in event:
            order = "Fetch.continueResponse"
            more["responseCode"] = event["responseStatusCode"]
            more["responseHeaders"] = add_permissions(event["responseHeaders"])
        with contextlib.suppress(Exception):  # the browser has given the request up, or is gone
            await self._gatekeeper.send(order, {"requestId": event["requestId"], **more})

    def _judge_request(self, event: Event, is_page: bool) -> bool:
        request = event["request"]
        url = request["url"]
        if not url.startswith(("http://", "https://")):
            return False
        if is_page and not self._asked:
            self._asked = True
            return True
        if is_page:  # a script leads on, or downloads a file, which is no load of the network
            is_move = "networkId" in event and request["method"] == "GET"
            if is_move and urldefrag(url)[0] != urldefrag(self._url)[0]:
                self._end_by(Page(302, (), (("Location", url),)))
            elif is_move and not self._parsed.is_set():
                self._fail(Stopped("http_error", "the page only loads itself again; not read"))
            return False
        if not is_wanted(event, self._frame):
            return False
        if not self._allows(url):
            self.n_forbidden += 1
            return False
        return True

    def _judge_answer(self, event: Event) -> bool:
        if "responseStatusCode" not in event:
            return True
        status = event["responseStatusCode"]
        headers = _lines((line["name"], line["value"]) for line in event["responseHeaders"])
        sent = _lines(event["request"]["headers"].items())
        self._answer = Page(status, sent, headers)
        self._document = event.get("networkId", "")
        if 300 <= status < 400:
            self._end_by(self._answer)
            return False
        said = {name.lower(): value for name, value in headers}
        media = said.get("content-type", "").split(";")[0].strip().lower()
        is_file = said.get("content-disposition", "").lower().startswith("attachment")
        if status == 200 and (is_file or media not in _PAGES):
            found = "a download" if is_file else re.sub(r"[^ -~]", "?", media)[:200]
            self._fail(Stopped("not_html", f"found {found}; wanted an HTML page"))
            return False
        return True

    def _note_request(self, event: Event) -> None:
        if event["request"]["url"].startswith("http"):
            self._loading.add(event["requestId"])
            self._changed = time.monotonic()

    def _note_data(self, event: Event) -> None:
        self._n_unpacked += event["dataLength"]
        if event["requestId"] == self._document:
            self._n_page += event["dataLength"]
        if self._n_page > self._max_bytes or self._n_unpacked > UNPACKED * self._max_bytes:
            self._fail(DownloadCancelledError(self._url))

    def _note_end(self, event: Event) -> None:
        if event["requestId"] in self._loading:
            self._changed = time.monotonic()
        self._loading.discard(event["requestId"])
        if "errorText" in event and event["requestId"] == self._document:
            self._is_cut = True
            self._parsed.set()

    def _note_crash(self, _: Any) -> None:
        words = "the page took more memory than it may, or broke its browser; not read"
        self._fail(Stopped("too_large", words))

    def _end_by(self, page: Page) -> None:
        if not self._ended.done():
            self._ended.set_result(page)

    def _fail(self, error: Exception) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)


def _lines(pairs: Any) -> Lines:
    return tuple((str(name), str(value)) for name, value in pairs)
