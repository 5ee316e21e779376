"""What a page says of itself: its address, its language and the headline of its own story."""

import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.links import canonicalise
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.titles import clean_title

_LANGUAGE: Final = re.compile(r"^\s*([a-z]{2})(?:[-_][a-z0-9-_]+)?\s*$", re.IGNORECASE)
_OUTLET: Final = re.compile(r"\s+[|\-–—»·:•]+\s+")
_FRONT: Final = re.compile(r"https?://[^/]+/?(?:index\.\w+)?$")
_LANGUAGES: Final = ("content-language", "og:locale", "language")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the head of a page says.

    Attributes:
        address: Its canonical address, None where it says none.
        base: What its relative links start from, None where it says nothing of it.
        language: ISO 639-1 code, None where it declares none.
        headline: What it calls itself when shared, else in its title; the outlet's name may follow.
        is_story: Whether it calls itself an article.
    """

    address: str | None
    base: str | None
    language: str | None
    headline: str
    is_story: bool


def read_facts(parser: LexborHTMLParser) -> Facts:
    """Return what the head of a page says of it."""
    said: dict[str, str] = {}
    for node in parser.css("meta, link[rel=canonical], base, title"):
        own = node.attributes
        if node.tag == "meta":
            name = own.get("property") or own.get("name") or own.get("http-equiv")
            if name and own.get("content"):
                said.setdefault(name.lower(), own["content"] or "")
        elif node.tag == "title":
            said.setdefault("title", node.text())
        elif own.get("href"):
            said.setdefault(node.tag or "", own["href"] or "")
    root = parser.root.attributes if parser.root else {}
    declared = (root.get("lang"), root.get("xml:lang"), *map(said.get, _LANGUAGES))
    codes = (_LANGUAGE.match(code) for code in declared if code)
    language = next((code[1].lower() for code in codes if code), None)
    base = said.get("base")
    addresses = (canonicalise(said[k], None) for k in ("link", "og:url") if k in said)
    return Facts(
        address=next((a for a in addresses if a), canonicalise(base, None) if base else None),
        base=base,
        language=language,
        headline=clean_title(said.get("og:title") or said.get("title") or ""),
        is_story="article" in said.get("og:type", ""),
    )


def find_title(outline: Outline, facts: Facts, url: str | None, *, is_article: bool) -> str | None:
    """Return the headline of the page's own story; None on front and section pages."""
    if not (is_article or facts.is_story) or (url and _FRONT.match(url)):
        return None
    stated = facts.headline
    shown = [clean_title(outline.text(i)) for i in outline.where("h1")]
    for headline in shown:
        if len(headline) >= 8 and (headline in stated or stated in headline):
            return headline
    parts = _OUTLET.split(stated)
    longest = max(parts, key=len)
    if len(parts) > 1 and len(parts[0]) >= 0.5 * len(longest):
        longest = parts[0]
    return longest or next((h for h in shown if len(h) >= 12), None)
