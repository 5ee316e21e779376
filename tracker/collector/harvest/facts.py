"""What a page says of itself: its address, its language and the headline of its own story."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.links import canonicalise
from tracker.collector.harvest.titles import clean_title

_LANGUAGE: Final = re.compile(r"^\s*([a-z]{2})(?:[-_][a-z0-9-_]+)?\s*$", re.IGNORECASE)
_OUTLET: Final = re.compile(r"\s+[|\-–—»·:•]+\s+")


def find_address(parser: LexborHTMLParser, url: str | None) -> str | None:
    """Return the address given, else the canonical one that the page states."""
    if url is not None:
        return url
    for query, name in (
        ("link[rel=canonical]", "href"),
        ("meta[property='og:url']", "content"),
        ("base[href]", "href"),
    ):
        found = _attribute(parser, query, name)
        address = canonicalise(found, None) if found else None
        if address:
            return address
    return None


def find_base(parser: LexborHTMLParser, url: str | None) -> str | None:
    """Return the address that the page's relative links start from."""
    found = _attribute(parser, "base[href]", "href")
    base = canonicalise(found, url) if found else None
    return base or url


def find_language(parser: LexborHTMLParser) -> str | None:
    """Return the ISO 639-1 code of the language that the page declares, if any."""
    for query, name in (
        ("html", "lang"),
        ("html", "xml:lang"),
        ("meta[http-equiv=content-language i]", "content"),
        ("meta[property='og:locale']", "content"),
        ("meta[name=language i]", "content"),
    ):
        found = _attribute(parser, query, name)
        code = _LANGUAGE.match(found) if found else None
        if code:
            return code[1].lower()
    return None


def find_title(parser: LexborHTMLParser, url: str | None, *, is_article: bool) -> str | None:
    """Return the headline of the page's own story; None on front and section pages."""
    kind = _attribute(parser, "meta[property='og:type']", "content") or ""
    if not is_article and "article" not in kind:
        return None
    if url and re.fullmatch(r"https?://[^/]+/?(?:index\.\w+)?", url):
        return None
    stated = _attribute(parser, "meta[property='og:title']", "content")
    if not stated:
        node = parser.css_first("title")
        stated = node.text() if node else ""
    stated = clean_title(stated or "")
    shown = [clean_title(h.text(separator=" ")) for h in parser.css("h1")]
    for headline in shown:
        if headline and (headline in stated or stated in headline) and len(headline) >= 8:
            return headline
    parts = _OUTLET.split(stated)
    best = max(parts, key=len) if parts else ""
    if len(parts) > 1 and len(parts[0]) >= 0.5 * len(best):
        best = parts[0]
    if best:
        return best
    return next((h for h in shown if len(h) >= 12), None)


def _attribute(parser: LexborHTMLParser, query: str, name: str) -> str | None:
    node = parser.css_first(query)
    return node.attributes.get(name) if node else None
