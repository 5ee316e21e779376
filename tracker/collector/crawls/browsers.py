"""Pages that only a browser can show, by the system's Chromium: one of its own for each page."""

import asyncio
import json
import os
import shutil
import socket
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, HtmlResponse, Response

from tracker.collector.crawls.gates import Gate, Place, PrivateAddressError
from tracker.collector.crawls.hosts import HostBook
from tracker.collector.crawls.memories import watch_memory
from tracker.collector.crawls.page_loads import Page, PageLoad
from tracker.collector.crawls.page_policies import PREFERENCES, route
from tracker.collector.crawls.tracks import Lines, Stopped, Track
from tracker.collector.crawls.visits import CrawlSettings
from tracker.names import count

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""What Chromium is called, in the order in which it is looked for."""
SIDE_BY_SIDE: Final = 2
"""Browsers at the same time: each takes a core and some 500 MB."""

_WINDOW: Final = (1280, 2000)
_RENDERED: Final = (
    "not as sent, but as Chromium %s showed it after its scripts and one scroll, "
    f"in a window of {_WINDOW[0]}x{_WINDOW[1]}"
)
_FLAGS: Final = (
    # The proxy is the only way out: nothing is resolved here, and nothing goes past it by UDP.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-gpu",
    "--js-flags=--max-old-space-size=512",
)
_OF_THE_WIRE: Final = (
    *("content-type", "content-encoding", "content-length", "transfer-encoding"),
    *("etag", "last-modified"),
)
"""Headers that speak of what the server sent, not of what its scripts made of it."""


class BrowserFetcher:
    """Shows pages and returns what stands in them when their scripts have run.

    Nothing is kept from one page to the next: each has a browser process, a profile and a proxy of
    its own.

    Args:
        settings: How to behave.
        book: What is known of hosts: what a robots.txt in it forbids is not loaded either.

    Attributes:
        free: Taken by whoever fetches.
    """

    def __init__(self, settings: CrawlSettings, book: HostBook) -> None:
        self.free = asyncio.Semaphore(SIDE_BY_SIDE)
        self._settings = settings
        self._book = book
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None

    async def start(self) -> None:
        """Make ready to fetch.

        Raises:
            Stopped: If Playwright or Chromium is missing; the words say what to install.
        """
        find_browser(self._settings.browser)
        async with self._starting:
            if self._playwright is None:
                try:
                    # An extra, and slow to load for crawls that need no browser.
                    from playwright.async_api import async_playwright  # noqa: PLC0415
                except ImportError as error:
                    words = "the source wants a browser; pip install 'tracker[browser]' brings it"
                    raise Stopped("unreachable", f"{words}; not visited") from error
                self._playwright = await async_playwright().start()

    async def fetch(self, request: Request, track: Track, seconds: float) -> Response:
        """Return what a page shows, as an answer; a redirect, by HTTP or a script, is returned too.

        Raises:
            Stopped: If it is no page, larger than allowed, or breaks its browser.
            CannotResolveHostError: If no address is found, or only private ones.
            DownloadConnectionRefusedError: If the host refuses.
            DownloadFailedError: If the connection fails otherwise.
            DownloadTimeoutError: If the page is not there in time.
            ResponseDataLossError: If the page breaks off.
        """
        end = time.monotonic() + seconds
        agent = (request.headers.get("User-Agent") or b"").decode("latin-1")
        parts = urlsplit(request.url)
        place = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        load = PageLoad(request.url, self._settings.max_bytes, self._make_rules(agent), end)
        home = place if track.allow_private else None
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            async with Gate(home, load.count_sent) as gate:
                context = await self._launch(Path(profile), gate.url, agent)
                watch = asyncio.ensure_future(watch_memory())
                try:
                    assert context.browser is not None
                    version = context.browser.version
                    page = await load.run(context)
                finally:
                    watch.cancel()
                    # A browser that ends lets go what was held back, and pages may send more.
                    await gate.close()
                    await context.close()
        if load.failure:
            raise _translate(load.failure, gate.failures.get(place), track)
        if page.html is not None:
            track.remark = _remark(load, gate)
        return _respond(request, page, version)

    async def _launch(self, profile: Path, proxy: str, agent: str) -> "BrowserContext":
        assert self._playwright is not None
        (profile / "Default").mkdir()
        (profile / "Default" / "Preferences").write_text(json.dumps(PREFERENCES))
        try:
            return await self._playwright.chromium.launch_persistent_context(
                profile,
                executable_path=find_browser(self._settings.browser),
                # Chromium refuses to start its sandbox as root.
                chromium_sandbox=os.geteuid() != 0,
                ignore_default_args=["--disable-popup-blocking"],
                args=[*_FLAGS, *route(proxy), f"--user-agent={agent}"],
                handle_sigint=False,
                viewport={"width": _WINDOW[0], "height": _WINDOW[1]},
                accept_downloads=False,
                service_workers="block",
                extra_http_headers={"Accept-Language": "*"},
            )
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            raise Stopped("unreachable", f"the browser does not start ({said})") from error

    def _make_rules(self, agent: str) -> Any:
        """Return what tells whether the robots.txt of a host, if we know it, forbids an address."""

        @lru_cache(maxsize=100)
        def read(origin: str) -> Protego | None:
            content = self._book.read_robots(origin, self._settings.robots_age)
            return (
                None if content is None else Protego.parse(content.decode("utf-8-sig", "replace"))
            )

        def allows(url: str) -> bool:
            parts = urlsplit(url)
            rules = read(f"{parts.scheme}://{parts.netloc}")
            return rules is None or bool(rules.can_fetch(url, agent))

        return allows

    async def close(self) -> None:
        """End what was started."""
        if self._playwright is not None:
            await self._playwright.stop()


def find_browser(wanted: str = "") -> str:
    """Return where Chromium is.

    Args:
        wanted: Where it should be; empty looks for its usual names.

    Raises:
        Stopped: If it is not there; the words say what to install.
    """
    for name in [wanted] if wanted else NAMES:
        if path := shutil.which(name):
            return path
    missing = f"no program at {wanted}" if wanted else f"none of {', '.join(NAMES)} found"
    words = "install Chromium (Debian: apt install chromium) or name it in the settings"
    raise Stopped("unreachable", f"the source wants a browser; {missing}: {words}; not visited")


def _translate(code: str, failure: OSError | None, track: Track) -> Exception:
    """Return the error that plain HTTP would have had."""
    if isinstance(failure, PrivateAddressError):
        track.refused = failure.address
        return CannotResolveHostError(code)
    if isinstance(failure, socket.gaierror):
        return CannotResolveHostError(code)
    if isinstance(failure, ConnectionRefusedError):
        return DownloadConnectionRefusedError(code)
    if code.startswith(("ERR_CERT", "ERR_SSL", "ERR_BAD_SSL")):
        return Stopped("unreachable", f"TLS failed ({code})")
    if "TIMED_OUT" in code:
        return DownloadTimeoutError(code)
    return DownloadFailedError(code)


def _remark(load: PageLoad, gate: Gate) -> str | None:
    private: list[Place] = [
        place for place, why in gate.failures.items() if isinstance(why, PrivateAddressError)
    ]
    kept = count(len(private), "private address", "private addresses")
    said = [
        f"{load.n_forbidden} of its requests kept back by robots.txt" if load.n_forbidden else "",
        f"{kept} kept from it" if private else "",
        "still loading when it was read" if load.was_busy else "",
    ]
    return ", ".join(filter(None, said)) or None


def _respond(request: Request, page: Page, version: str) -> Response:
    request.headers = Headers(_merge(page.sent))
    if page.html is None:
        return Response(request.url, page.status, Headers(_merge(page.headers)), request=request)
    headers: Lines = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Archive-Rendered", _RENDERED % version),
        *(
            (f"X-Archive-Orig-{name}" if name.lower() in _OF_THE_WIRE else name, value)
            for name, value in page.headers
        ),
    )
    return HtmlResponse(
        request.url,
        page.status,
        Headers(_merge(headers)),
        page.html,
        request=request,
        encoding="utf-8",
    )


def _merge(lines: Lines) -> dict[str, list[str]]:
    merged: dict[str, list[str]] = {}
    for name, value in lines:
        merged.setdefault(name, []).append(value)
    return merged
