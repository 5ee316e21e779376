"""One page from the live web: robots.txt obeyed, sizes and times bounded, private nets shut."""

import ipaddress
import re
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx2
from protego import Protego

from tracker.collector.documents import Document, Problem

MAX_FETCH: Final = 10_000_000
MAX_REDIRECTS: Final = 5
DEADLINE: Final = 30.0
"""Seconds for a whole visit, redirects and robots.txt included."""
ROBOTS_BYTES: Final = 500_000
"""What a robots.txt is read to: RFC 9309 asks for 500 kibibytes at least."""

_HTML: Final = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class _Refusal(Exception):
    """Why a visit ended without a page."""

    reason: str


def fetch_page(url: str, *, allow_private: bool = False) -> Document | Problem:
    """Return the page at `url`, or the problem in its place.

    Args:
        url: An http or https address.
        allow_private: Whether loopback, private and link-local addresses may be visited.
    """
    deadline = time.monotonic() + DEADLINE
    agent = f"tracker/{version('tracker')} (reads headline lists of news pages)"
    try:
        with httpx2.Client(
            headers={"User-Agent": agent, "Accept": "text/html, application/xhtml+xml;q=0.9"},
            timeout=httpx2.Timeout(10.0),
            follow_redirects=False,
        ) as client:
            return _visit(client, url, agent, deadline, allow_private=allow_private)
    except _Refusal as refusal:
        return Problem(url, refusal.reason)
    except httpx2.TimeoutException:
        return Problem(url, "the server took too long; gave up")
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError) as error:
        return Problem(url, f"cannot be fetched: {error or type(error).__name__}")


def _visit(
    client: httpx2.Client, url: str, agent: str, deadline: float, *, allow_private: bool
) -> Document:
    origin = url
    for _ in range(MAX_REDIRECTS + 1):
        _check_address(url, allow_private)
        _check_robots(client, url, agent, deadline, allow_private)
        with client.stream("GET", url) as response:
            _check_peer(response, allow_private)
            if response.is_redirect:
                url = urljoin(url, response.headers.get("location", ""))
                continue
            if response.status_code != 200:
                raise _Refusal(f"the server answered {response.status_code}; wanted 200")
            media = response.headers.get("content-type", "").split(";")[0].strip().lower()
            if media and media not in _HTML:
                raise _Refusal(f"found {media}; wanted an HTML page")
            return Document(
                origin=origin,
                body=_read(response, MAX_FETCH, deadline),
                form="html",
                url=url,
                captured_at=datetime.now(UTC),
                charset=response.charset_encoding,
                status=200,
            )
    raise _Refusal(f"more than {MAX_REDIRECTS} redirects; gave up")


def _read(response: httpx2.Response, most: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes(1 << 16):
        size += len(part)
        if size > most:
            raise _Refusal(f"larger than {most:,} bytes; not read")
        if time.monotonic() > deadline:
            raise _Refusal(f"took longer than {DEADLINE:g} s; gave up")
        parts.append(part)
    return b"".join(parts)


def _check_robots(
    client: httpx2.Client, url: str, agent: str, deadline: float, allow_private: bool
) -> None:
    """Refuse what robots.txt forbids, as RFC 9309 reads it: unreachable forbids, absent allows."""
    robots = urljoin(url, "/robots.txt")
    for _ in range(MAX_REDIRECTS + 1):
        _check_address(robots, allow_private)
        with client.stream("GET", robots) as response:
            _check_peer(response, allow_private)
            if response.is_redirect:
                robots = urljoin(robots, response.headers.get("location", ""))
                continue
            if response.status_code >= 500:
                raise _Refusal(f"robots.txt answered {response.status_code}; not visited")
            if response.status_code != 200:
                return
            rules = _read(response, ROBOTS_BYTES, deadline).decode("utf-8", "replace")
            if not Protego.parse(rules).can_fetch(url, agent):
                raise _Refusal("robots.txt forbids this page; not visited")
            return


def _check_address(url: str, allow_private: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _Refusal(f"leads to {re.sub(r'[^ -~]', '?', url)[:200]}; wanted http or https")
    if allow_private:
        return
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Refusal(f"no address found for {parts.hostname}") from error
    for *_, place in found:
        _check_ip(str(place[0]))


def _check_peer(response: httpx2.Response, allow_private: bool) -> None:
    """Look again at who answered: a name may have led elsewhere the second time."""
    stream = response.extensions.get("network_stream")
    place = stream.get_extra_info("server_addr") if stream is not None else None
    if place and not allow_private:
        _check_ip(str(place[0]))


def _check_ip(text: str) -> None:
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return
    if not address.is_global:
        raise _Refusal("leads to a private address; not visited")
