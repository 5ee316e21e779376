"""News sitemaps as headline lists, and indexes of sitemaps."""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any, Final

from tracker.collector.feeds import MAX_ITEMS, list_page, plain, read_language
from tracker.collector.harvest.links import LONGEST_URL, absolute
from tracker.collector.harvest.pages import Page
from tracker.collector.sources import is_near

MAX_BYTES: Final = 20_000_000
"""What a sitemap is read to, unpacked; the protocol allows 50 MB, a news sitemap 1,000 items."""
MAX_ENTRIES: Final = 50_000
"""What the protocol allows one sitemap."""
MAX_PARTS: Final = 10_000
"""Elements that one entry may hold, pictures by the hundred included; a bomb holds millions."""

_NEWS: Final = re.compile(r"news|nachrichten|noticias|actualit|latest|aktuell", re.IGNORECASE)


def read_sitemap(body: bytes, *, url: str | None = None) -> Page:
    """Return a news sitemap as a page with one list of kind `latest`, newest first.

    Only addresses that come with a headline (news:title) count. Entities are not expanded, and
    what a sitemap refers to is not fetched.

    Source: Google's news sitemap schema 0.9; sitemaps.org protocol 0.9.

    Args:
        body: The sitemap; gzip too.
        url: Its address.
    """
    rows: list[tuple[str, str, str]] = []
    language, name = None, ""
    for element in _walk(body, "url"):
        said = _collect(element)
        if "title" in said and "loc" in said:
            when = said.get("publication_date") or said.get("lastmod") or ""
            rows.append((when, said["title"], said["loc"]))
            language = language or read_language(said.get("language"))
            name = name or plain(said.get("name"))[:200]
        if len(rows) == 10 * MAX_ITEMS:
            break
    # Dates of W3C's format sort as text, and a sitemap has one time zone.
    rows.sort(key=lambda row: row[0], reverse=True)
    return list_page("sitemap", url, name, language, [row[1:] for row in rows])


def find_sitemaps(body: bytes, url: str | None = None, most: int = 2) -> list[str]:
    """Return the sitemaps an index names that most likely hold tonight's news; empty if no index.

    Those whose address speaks of news come first, then those changed last. Those of other sites
    are left out: an index speaks for its own.
    """
    found: list[tuple[bool, str, str]] = []
    for element in _walk(body, "sitemap"):
        said = _collect(element)
        address = absolute(said.get("loc", ""), url)
        if address and (url is None or is_near(address, url)):
            found.append((bool(_NEWS.search(address)), said.get("lastmod", ""), address))
        if len(found) == 10_000:
            break
    ranked = sorted(found, key=lambda row: row[:2], reverse=True)
    return list(dict.fromkeys(address for _, _, address in ranked))[:most]


def _walk(body: bytes, name: str) -> Iterator[Any]:
    """Yield the entries of that name, whatever their namespace, and forget all that was read."""
    from lxml import etree  # noqa: PLC0415 - 0.1 s that a night without sitemaps should not cost

    events = etree.iterparse(
        io.BytesIO(_unpack(body)), events=("end",), recover=True, resolve_entities=False,
        load_dtd=False, no_network=True, huge_tree=False,
    )  # fmt: skip
    n_entries = n_held = 0
    try:
        for _, element in events:
            n_held += 1
            root = element.getparent()
            if root is None or n_held > MAX_PARTS or n_entries == MAX_ENTRIES:
                return
            if root.getparent() is not None:
                continue
            if element.tag.rpartition("}")[2] == name:
                yield element
            element.clear()
            while element.getprevious() is not None:
                del root[0]
            n_entries, n_held = n_entries + 1, 0
    except etree.XMLSyntaxError:
        return


def _collect(element: Any) -> dict[str, str]:
    """Return the first text of each element below, by its name without namespace."""
    said: dict[str, str] = {}
    for child in element.iter():
        if isinstance(child.tag, str) and child.text and len(said) < 50:
            # One more than an address may have, so that no other page's address is made of it.
            text = child.text.strip()[: LONGEST_URL + 1]
            said.setdefault(child.tag.rpartition("}")[2], text)
    return said


def _unpack(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body[:MAX_BYTES]
    try:
        return zlib.decompressobj(31).decompress(body, MAX_BYTES)
    except zlib.error:
        return b""
