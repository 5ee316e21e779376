"""Over seventy hosts, each with one habit of real sites, and what a visit to it must come to."""

import asyncio
import contextlib
import gzip
import random
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import brotli

from tests.collector.web import pages
from tests.collector.web.certificates import DAY, Authority
from tests.collector.web.servers import Hit, Reply, Script, Web

PAGE = pages.front().encode()
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass(frozen=True)
class Case:
    """One host and what a visit to it comes to.

    Attributes:
        name: Its habit.
        url: Where its front page is.
        outcome: The outcome of the visit.
        status: HTTP status of the last answer.
        note: What the note says, as a regular expression; empty if nothing.
        asked: What else the request says.
        tries: How often the page is asked for, if that matters.
    """

    name: str
    url: str
    outcome: str
    status: int | None
    note: str
    asked: dict[str, Any] = field(default_factory=dict)
    tries: int | None = None


class Builder:
    """Opens hosts on a web and remembers what is expected of them."""

    def __init__(self, web: Web, authority: Authority) -> None:
        self.web, self.authority = web, authority
        self.cases: list[Case] = []

    def add(
        self,
        name: str,
        answer: Script | Reply | bytes,
        outcome: str = "ok",
        status: int | None = 200,
        note: str = "",
        *,
        robots: Script | Reply | bytes = b"",
        tls: Any = None,
        tries: int | None = None,
        **asked: Any,
    ) -> str:
        """Open a host whose every page but robots.txt is `answer`."""
        page, rules = _script(answer), _script(robots)

        async def serve(hit: Hit, writer: asyncio.StreamWriter) -> Reply | None:
            return await (rules if hit.path == "/robots.txt" else page)(hit, writer)

        url = self.web.add(name, serve, tls=tls)
        self.cases.append(Case(name, url, outcome, status, note, asked, tries))
        return url

    def expect(self, name: str, url: str, outcome: str, note: str, **asked: Any) -> None:
        """Expect something of an address at which no host of ours is."""
        self.cases.append(Case(name, url, outcome, None, note, asked))


def build(web: Web, authority: Authority) -> list[Case]:
    """Open every host; return what visits to them come to."""
    builder = Builder(web, authority)
    for add in (_good, _redirects, _codings, _slow, _cut, _statuses, _robots, _tls, _walls, _odd):
        add(builder)
    return builder.cases


def _good(to: Builder) -> None:
    to.add("plain", PAGE)
    to.add("closes each time", Reply(PAGE, keep=False))
    to.add("no content type", Reply(PAGE, headers={}))
    to.add("called text", Reply(PAGE, headers={"Content-Type": "text/plain"}))
    to.add("xhtml", Reply(PAGE, headers={"Content-Type": "application/xhtml+xml"}))
    to.add("until it closes", _raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE))
    to.add("chunked", _raw(_head("Transfer-Encoding: chunked") + _chunks(PAGE)))
    to.add("sets cookies", Reply(PAGE, headers={**HTML, "Set-Cookie": "id=1; Path=/"}))
    to.add("many header lines", Reply(PAGE, headers={**HTML, **{f"X-{n}": "y" for n in range(90)}}))
    to.add("speaks no colon", _raw(_head("nonsense", f"Content-Length: {len(PAGE)}") + PAGE))
    to.add("other markup each time", _moving)
    to.add("same page by ETag", _same, "unchanged", 304, etag='"v1"')
    to.add("same page by date", _same, "unchanged", 304, last_modified=format_datetime(_NOW))
    to.add("newer page", _same, etag='"v0"')


def _redirects(to: Builder) -> None:
    for status in ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary"):
        to.add(f"moved by {status[:3]}", _at("/", _lead("/new", status)))
    to.add("moved without a word", _at("/", _lead("?x=1", "308 Permanent")))
    to.add("moved by meta", _at("/", Reply(_REFRESH + b"</head></html>")))
    to.add("moved to another host", _lead(to.cases[0].url))
    to.add("moved with a password", _lead(to.cases[0].url.replace("//", "//me:secret@")))
    more = "more than 5 redirects"
    to.add("leads to itself", _lead("/"), "http_error", 302, more)
    to.add("leads on for ever", _lead_on, "http_error", 302, more)
    to.add("circle of two", _circle, "http_error", 302, more)
    private = "169.254.169.254 is at a private address; not visited"
    to.add("leads to metadata", _lead("http://169.254.169.254/x"), "blocked", 302, private)
    to.add("leads to a file", _lead("file:///etc/passwd"), "http_error", 302, "leads to file:")
    to.add("leads to ftp", _lead("ftp://press.example/"), "http_error", 302, "leads to ftp:")
    to.add("leads nowhere", Reply(status="302 Found"), "http_error", 302, "answered 302")
    to.add("leads to rubbish", _lead("http://[::bad/"), "http_error", 302, "leads to http:")


def _codings(to: Builder) -> None:
    packed = gzip.compress(PAGE)
    to.add("gzip", _packed("gzip", packed))
    to.add(
        "gzip in two members", _packed("gzip", gzip.compress(PAGE[:99]) + gzip.compress(PAGE[99:]))
    )
    to.add("gzip without its end", _packed("gzip", packed[:-8]), note="page is whole")
    to.add("brotli", _packed("br", brotli.compress(PAGE)))
    to.add("deflate", _packed("deflate", zlib.compress(PAGE)))
    to.add("said to be gzip", _packed("gzip", PAGE), "http_error", 200, "cannot be unpacked")
    long = pages.front(f"<!-- {random.Random(1).randbytes(30_000).hex()} -->").encode()
    cut = gzip.compress(long)[:20_000]
    to.add("gzip cut off", _packed("gzip", cut), "http_error", 200, "cut off after")
    bomb = gzip.compress(b"<html>" + bytes(50_000_000))
    to.add("gzip bomb", _packed("gzip", bomb), "too_large", 200, "unpacks to more than 300,000")
    bomb = brotli.compress(b"<html>" + bytes(50_000_000), quality=1)
    to.add("brotli bomb", _packed("br", bomb), "too_large", 200, "unpacks to more than")
    latin = pages.front("<p>Été à Genève</p>").encode("cp1252")
    to.add("latin by header", Reply(latin, headers={"Content-Type": "text/html; charset=latin1"}))
    to.add("wrong charset", Reply(latin))
    to.add("no such charset", Reply(latin, headers={"Content-Type": "text/html; charset=x-user"}))


def _slow(to: Builder) -> None:
    slow = "no whole answer in time"
    to.add("slow but in time", _after(0.7, Reply(PAGE)))
    to.add("slow first byte", _after(30, Reply(PAGE)), "timeout", None, slow, tries=2)
    to.add("slow drip", _drip(_head(f"Content-Length: {len(PAGE)}"), PAGE), "timeout", None, slow)
    to.add("slow header", _drip(b"", _head("X-A: " + "b" * 4000)), "timeout", None, slow)
    to.add("slow at every redirect", _after(1.4, _lead("/a")), "timeout", None, slow)
    to.add(
        "endless slow body", _drip(_head("X: y"), b"<html>" + b" " * 9999), "timeout", None, slow
    )


def _cut(to: Builder) -> None:
    to.add("endless body", _endless, "too_large", None, "larger than the limit")
    to.add(
        "large by its own word",
        _raw(_head("Content-Length: 99999999") + PAGE),
        "too_large", None, "larger than the limit of 300,000 bytes",
    )  # fmt: skip
    half = _head(f"Content-Length: {len(PAGE)}") + PAGE[: len(PAGE) // 2]
    to.add("breaks off", _raw(half), "http_error", 200, "cut off after")
    longer = _head(f"Content-Length: {len(PAGE) + 500}") + PAGE
    to.add("wrong length, too long", _raw(longer), note="the page is whole")
    shorter = _head(f"Content-Length: {len(PAGE)}") + PAGE + b"more than was said"
    to.add("wrong length, too short", _raw(shorter))
    chunk = _head("Transfer-Encoding: chunked") + b"40\r\n" + PAGE[:64] + b"\r\n"
    to.add("chunks break off", _raw(chunk), "http_error", 200, "cut off after")
    to.add("says nothing", _raw(b""), "unreachable", None, "connection", tries=2)
    to.add("speaks no HTTP", _raw(b"\x00\x01SSH-2.0-x\r\n\r\n"), "unreachable", None, "connection")
    to.expect("nobody listens", "http://127.0.60.1:1/", "unreachable", "refused the connection")
    to.expect("no such name", "http://press.invalid/", "unreachable", "no address found")


def _statuses(to: Builder) -> None:
    for status in ("401 No", "403 Forbidden", "404 Not Found", "410 Gone", "418 Teapot"):
        to.add(status, Reply(b"<html>", status), "http_error", int(status[:3]), status[:3], tries=1)
    to.add("always 500", Reply(b"", "500 Oh"), "http_error", 500, "answered 500", tries=2)
    to.add("500, then good", _then(Reply(b"", "500 Oh"), Reply(PAGE)), note="500", tries=2)
    to.add("breaks, then good", _then(None, Reply(PAGE)), note="connection", tries=2)
    wait = Reply(b"", "429 Slow", {**HTML, "Retry-After": "1"})
    to.add("429, then good", _then(wait, Reply(PAGE)), note="429, Retry-After 1 s", tries=2)
    to.add("503, then good", _unavailable, note="503, Retry-After", tries=2)
    for status in ("429 Slow", "503 Down"):
        long = Reply(b"", status, {**HTML, "Retry-After": "3600"})
        note = f"{status[:3]}, Retry-After 3600 s, longer than our limit"
        to.add(f"{status[:3]} for an hour", long, "http_error", int(status[:3]), note, tries=1)
    to.add("304 unasked", Reply(b"", "304 Same"), "http_error", 304, "answered 304")


def _robots(to: Builder) -> None:
    forbids = b"User-agent: *\nDisallow: /\n"
    to.add("robots forbids", PAGE, "blocked", None, "robots.txt forbids /", robots=forbids, tries=0)
    us = b"User-agent: *\nAllow: /\n\nUser-agent: tracker\nDisallow: /\n"
    to.add("robots forbids us", PAGE, "blocked", None, "robots.txt forbids", robots=us)
    others = b"User-agent: otherbot\nDisallow: /\n"
    to.add("robots forbids others", PAGE, robots=others)
    to.add("robots absent", PAGE, robots=Reply(b"", "404 Not Found"))
    to.add("robots forbidden", PAGE, robots=Reply(b"", "403 Forbidden"))
    down = Reply(b"", "500 Oh")
    to.add("robots fails", PAGE, "blocked", None, "robots.txt answered 500", robots=down)
    hangs = _after(30, Reply(b""))
    to.add("robots hangs", PAGE, "timeout", None, "robots.txt: no whole answer", robots=hangs)
    to.add("robots moved", PAGE, robots=_at("/robots.txt", _lead("/rules"), Reply(b"")))
    to.add("robots in a circle", PAGE, robots=_lead("/robots.txt"))
    to.add("robots is binary", PAGE, robots=bytes(range(256)) * 9)
    to.add("robots is a page", PAGE, robots=PAGE)
    to.add("robots is endless", PAGE, robots=_endless)
    wait = b"User-agent: *\nCrawl-delay: 1\n"
    to.add("robots asks for a second", PAGE, robots=wait)
    to.add("robots asks for an hour", PAGE, robots=b"User-agent: *\nCrawl-delay: 3600\n")


def _tls(to: Builder) -> None:
    own = Authority(to.authority.path.parent / "own")
    sign, failed = to.authority.certify, "TLS failed"
    to.add("TLS", PAGE, tls=sign(to.web.next_address))
    tls = own.certify(to.web.next_address)
    to.add("TLS signed by nobody", PAGE, "unreachable", None, failed, tls=tls)
    tls = sign(to.web.next_address, ends_in=-DAY)
    to.add("TLS expired", PAGE, "unreachable", None, failed, tls=tls)
    to.add("TLS of another", PAGE, "unreachable", None, failed, tls=sign("127.9.9.9"))
    url = to.add("plain where TLS is wanted", PAGE).replace("http:", "https:")
    case = to.cases.pop()
    to.cases.append(Case(case.name, url, "unreachable", None, failed))


def _walls(to: Builder) -> None:
    walls = {
        "consent wall": ("consent wall", pages.CONSENT),
        "German consent wall": ("consent wall", pages.CONSENT_DE),
        "French consent wall": ("consent wall", pages.CONSENT_FR),
        "Japanese consent wall": ("consent wall", pages.CONSENT_JA),
        "long consent wall": ("consent wall", pages.CONSENT_LONG),
        "captcha wall": ("captcha wall", pages.CAPTCHA),
        "German captcha wall": ("captcha wall", pages.CAPTCHA_WORDS),
        "login wall": ("login wall", pages.LOGIN),
    }
    for name, (note, page) in walls.items():
        to.add(name, page.encode(), "blocked", 200, note)
    to.add(
        "captcha as 403", Reply(pages.CAPTCHA.encode(), "403 No"), "blocked", 403, "403, captcha"
    )
    to.add("front page with a banner", pages.front(pages.BANNER).encode())
    to.add("brief with a banner", pages.BRIEF.encode())
    to.add("story about consent", pages.LAW.encode())
    to.add("front page with a login", pages.LOGIN_CORNER.encode())


def _odd(to: Builder) -> None:
    to.add("empty", b"", "not_html", 200, "empty")
    to.add("only spaces", b" \n ", "not_html", 200, "empty")
    for media in ("application/pdf", "image/jpeg", "application/json"):
        reply = Reply(b"%PDF-1.7 \x00\xff", headers={"Content-Type": media})
        to.add(media, reply, "not_html", 200, f"found {media}")
    feed = Reply(b"<rss/>", headers={"Content-Type": "application/rss+xml"})
    to.add("feed for a page", feed, "not_html", 200, "found application/rss")
    to.add("feed for a feed", feed, role="feed")


_NOW = datetime.now(UTC).replace(microsecond=0)
_REFRESH = b'<html><head><meta http-equiv="refresh" content="0; url=/new">'


async def _same(hit: Hit, _: asyncio.StreamWriter) -> Reply:
    tags = {**HTML, "ETag": '"v1"', "Last-Modified": format_datetime(_NOW)}
    held = '"v1"', format_datetime(_NOW)
    if {hit.headers.get("if-none-match"), hit.headers.get("if-modified-since")} & set(held):
        return Reply(b"", "304 Not Modified", tags, bare=True)
    return Reply(PAGE, headers=tags)


async def _moving(hit: Hit, _: asyncio.StreamWriter) -> Reply:
    return Reply(pages.front(f"<p>{hit.number}</p>").encode())


async def _lead_on(hit: Hit, _: asyncio.StreamWriter) -> Reply:
    return Reply(b"", "302 Found", {"Location": f"{hit.path}x"})


async def _circle(hit: Hit, _: asyncio.StreamWriter) -> Reply:
    return Reply(b"", "302 Found", {"Location": "/b" if hit.path != "/b" else "/a"})


async def _endless(_: Hit, writer: asyncio.StreamWriter) -> None:
    writer.write(_head("X: y") + b"<html>")
    while True:
        writer.write(b"User-agent: other\n" * 500)
        await writer.drain()


async def _unavailable(hit: Hit, _: asyncio.StreamWriter) -> Reply:
    if hit.number:
        return Reply(PAGE)
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    return Reply(b"", "503 Down", {**HTML, "Retry-After": moment})


def _script(answer: Script | Reply | bytes) -> Script:
    if callable(answer):
        return answer
    reply = Reply(answer) if isinstance(answer, bytes) else answer

    async def say(_: Hit, __: asyncio.StreamWriter) -> Reply:
        return reply

    return say


def _lead(place: str, status: str = "302 Found") -> Reply:
    return Reply(b"", status, {"Location": place})


def _at(path: str, first: Script | Reply, other: Script | Reply | bytes = PAGE) -> Script:
    one, two = _script(first), _script(other)
    return lambda hit, writer: (one if hit.path == path else two)(hit, writer)


def _then(first: Reply | None, other: Reply) -> Script:
    async def say(hit: Hit, _: asyncio.StreamWriter) -> Reply | None:
        return first if hit.number == 0 else other

    return say


def _after(seconds: float, answer: Reply) -> Script:
    async def say(_: Hit, __: asyncio.StreamWriter) -> Reply:
        await asyncio.sleep(seconds)
        return answer

    return say


def _raw(data: bytes) -> Script:
    async def say(_: Hit, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        with contextlib.suppress(ConnectionError):
            await writer.drain()

    return say


def _drip(start: bytes, rest: bytes) -> Script:
    async def say(_: Hit, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for byte in rest:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.1)

    return say


def _packed(coding: str, body: bytes) -> Reply:
    return Reply(body, headers={**HTML, "Content-Encoding": coding})


def _head(*lines: str) -> bytes:
    named = "".join(f"{line}\r\n" for line in ("Content-Type: text/html", *lines))
    return f"HTTP/1.1 200 OK\r\n{named}\r\n".encode("latin-1")


def _chunks(body: bytes) -> bytes:
    parts = [body[place : place + 100] for place in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
