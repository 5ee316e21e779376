"""Feeds as headline lists: RSS, Atom and JSON Feed; and where pages say that they have one."""

import html
import io
import json
import re
from itertools import islice
from typing import Any, Final, Literal

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.identity import name_all
from tracker.collector.harvest.links import absolute, canonicalise, is_overlong
from tracker.collector.harvest.pages import HeadlineList, Item, Page, tell_overlong
from tracker.collector.harvest.titles import LONGEST_TITLE, fold_text
from tracker.names import count

MAX_BYTES: Final = 1_000_000
"""What a feed is read to. Those of newsrooms are far smaller; all before the cut is kept."""
MAX_ITEMS: Final = 200
"""Items taken of one feed or sitemap, from the first on."""

# Comments are atomic: each could else end at the end of any later one, in all combinations.
_FEED: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]{0,500}\?>|(?><!--.{0,2000}?-->)|"
    rb"<!DOCTYPE[^>\[]{0,300}>)*<(?:\w{1,20}:)?(rss|feed|rdf)\b",
    re.IGNORECASE | re.DOTALL,
)
_SITEMAP: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]{0,500}\?>|(?><!--.{0,2000}?-->))*"
    rb"<(?:\w{1,20}:)?(urlset|sitemapindex)\b",
    re.IGNORECASE | re.DOTALL,
)
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
_JSON_FEED: Final = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org\\?/version')
_ITEM: Final = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_TAG: Final = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_COMMENTS: Final = re.compile(r"comment|kommentar|comentario|commentaire|commenti", re.IGNORECASE)


def sniff_feed(body: bytes) -> Literal["feed", "sitemap"] | None:
    """Return whether a body is a feed or a sitemap, by its first bytes; None if neither."""
    start = body[:8000]
    if _FEED.match(start) or (_JSON.match(start) and _JSON_FEED.search(start)):
        return "feed"
    if _SITEMAP.match(start) or body[:2] == b"\x1f\x8b":
        return "sitemap"
    return None


def read_feed(body: bytes, *, url: str | None = None, charset: str | None = None) -> Page:
    """Return a feed as a page with one list of kind `latest`, in the feed's own order.

    The list is known by the feed's address. A broken feed gives what stands before the break;
    nothing that it refers to is fetched.

    Args:
        body: The feed, unpacked.
        url: Its address.
        charset: What the server said of its encoding.
    """
    body = _cut(body[:MAX_BYTES])
    found = _read_json(body) if _JSON.match(body) else _read_xml(body, charset)
    return list_page("feed", url, found.title, found.language, found.items)


class Entries:
    """What was read of a feed: its title, language and items as (title, address).

    Args:
        title: How it calls itself.
        language: What it says of its language.
    """

    def __init__(self, title: object, language: object) -> None:
        self.title = plain(title)[:200]
        self.language = read_language(language)
        self.items: list[tuple[str, str]] = []


def list_page(
    what: str,
    url: str | None,
    heading: str,
    language: str | None,
    entries: list[tuple[str, str]],
) -> Page:
    """Return titles and addresses as a page with one list of kind `latest`.

    Items whose title is longer than a headline are left out, and so are addresses that are too
    long; both are counted in the page's note.
    """
    rows: dict[tuple[str, str | None], None] = {}
    overlong, long_addresses = 0, 0
    for title, href in entries[:MAX_ITEMS]:
        text = plain(title)
        overlong += len(text) > LONGEST_TITLE
        if 0 < len(text) <= LONGEST_TITLE:
            address = href.encode("utf-8", "ignore").decode()
            long_addresses += is_overlong(address, url)
            rows.setdefault((text, canonicalise(address, url) if address else None))
    items = tuple(Item(rank, *row) for rank, row in enumerate(rows, 1))
    (name,) = name_all([f"{what}|{url or heading}"])
    box = HeadlineList(name, heading, "latest", items)
    said = f"left out {count(overlong, 'item')} with a title of over {LONGEST_TITLE} characters"
    notes = (said if overlong else None, tell_overlong(long_addresses))
    return Page(url, None, language, (box,), "; ".join(filter(None, notes)) or None)


def find_feeds(body: bytes, url: str | None = None) -> list[str]:
    """Return the addresses of the feeds that an HTML page names in its head, in its order.

    Those that carry readers' comments are left out. The declared encoding does not matter:
    addresses are ASCII.

    Source: RSS Advisory Board, RSS Autodiscovery (2006).
    """
    tree = LexborHTMLParser(body[:1_000_000].decode("utf-8", "replace"))
    found: dict[str, None] = {}
    for link in tree.css("link[rel~=alternate][href]")[:100]:
        said = link.attributes
        media = (said.get("type") or "").split(";")[0].strip().lower()
        href = said.get("href") or ""
        if media not in _TYPES or _COMMENTS.search(f"{href} {said.get('title') or ''}"):
            continue
        if address := absolute(href, url):
            found.setdefault(address)
    return list(found)


def plain(text: object) -> str:
    """Return a title as people read it: without markup and controls, entities decoded, folded."""
    if not isinstance(text, str):
        return ""
    text = text[:2000]
    words = html.unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
    return fold_text(words)


def read_language(said: object) -> str | None:
    """Return the two letters of a language tag such as `pt-BR`; None if it is none."""
    found = re.match(r"[a-zA-Z]{2}(?=$|[-_])", said.strip()) if isinstance(said, str) else None
    return found[0].lower() if found else None


def _cut(body: bytes) -> bytes:
    """Return a feed up to its last item that is taken; the rest would cost time for nothing."""
    starts = islice(_ITEM.finditer(body), MAX_ITEMS, None)
    return next((body[: start.start()] for start in starts), body)


def _read_xml(body: bytes, charset: str | None) -> Entries:
    import feedparser  # noqa: PLC0415 - 0.1 s that a night without feeds should not cost

    headers = {"content-type": f"application/xml; charset={charset}"} if charset else {}
    found: Any = feedparser.parse(
        # As a file: a string would be taken for an address and fetched.
        io.BytesIO(body), response_headers=headers, sanitize_html=False,
        resolve_relative_uris=False,
    )  # fmt: skip
    entries = Entries(found.feed.get("title"), found.feed.get("language"))
    for entry in found.entries[:MAX_ITEMS]:
        href = entry.get("link") or ""
        entries.items.append((entry.get("title") or "", href if isinstance(href, str) else ""))
    return entries


def _read_json(body: bytes) -> Entries:
    try:
        found = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return Entries("", None)
    if not isinstance(found, dict):
        return Entries("", None)
    entries = Entries(found.get("title"), found.get("language"))
    items = found.get("items")
    for item in items[:MAX_ITEMS] if isinstance(items, list) else ():
        if isinstance(item, dict):
            href = item.get("url")
            title = item.get("title")
            entries.items.append(
                (title if isinstance(title, str) else "", href if isinstance(href, str) else "")
            )
    return entries
