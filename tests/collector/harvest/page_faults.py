"""What every harvested page must be, whatever came in: shared by tests and benchmarks."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from tracker.collector.harvest.links import LONGEST_URL
from tracker.collector.harvest.pages import HeadlineList, Page
from tracker.collector.harvest.titles import LONGEST_TITLE
from tracker.tables import LIST_KINDS

LIST_ID = re.compile(r"[0-9a-f]{12}")


def find_faults(page: Page) -> list[str]:
    """Return in what a page breaks what pages promise."""
    faults = [*_faults_of_text("page title", page.title)] if page.title is not None else []
    if page.language is not None and not re.fullmatch(r"[a-z]{2,3}", page.language):
        faults.append(f"language {page.language!r}")
    names = [found.list_id for found in page.lists]
    if len(set(names)) < len(names):
        faults.append("two lists of one name")
    for found in page.lists:
        faults += _faults_of_list(found)
    return faults


def _faults_of_list(found: HeadlineList) -> Iterator[str]:
    if found.kind not in LIST_KINDS or found.kind == "article":
        yield f"kind {found.kind!r}"
    if not LIST_ID.fullmatch(found.list_id):
        yield f"list_id {found.list_id!r}"
    if not found.items:
        yield "a list without items"
    if [item.rank for item in found.items] != list(range(1, len(found.items) + 1)):
        yield "ranks that do not count from 1"
    if found.heading:
        yield from _faults_of_text("heading", found.heading)
        if len(found.heading) > LONGEST_TITLE:
            yield f"a heading of {len(found.heading)} characters"
    for item in found.items:
        yield from _faults_of_text("title", item.title)
        if len(item.title) > LONGEST_TITLE:
            yield f"a title of {len(item.title)} characters"
        if item.url is not None:
            yield from _faults_of_url(item.url)


def _faults_of_text(what: str, text: str) -> Iterator[str]:
    shown = ascii(text[:60])
    if not text:
        yield f"an empty {what}"
    if " ".join(text.split()) != text:
        yield f"{what} {shown}: white space not folded"
    if not unicodedata.is_normalized("NFC", text):
        yield f"{what} {shown}: not NFC"
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        yield f"{what} {shown}: control characters"


def _faults_of_url(url: str) -> Iterator[str]:
    if len(url) > LONGEST_URL:
        yield f"address {url[:80]!a}: {len(url)} characters"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield f"address {url[:80]!a}: not absolute, or not of the web"
    if "#" in url:
        yield f"address {url[:80]!a}: with a fragment"
    if any(c.isspace() or unicodedata.category(c) in ("Cc", "Cs") for c in url):
        yield f"address {url[:80]!a}: white space or control characters"
