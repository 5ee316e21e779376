"""Digests as an Atom feed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from lxml import etree

from tracker.plotter.words import clean

ATOM: Final = "http://www.w3.org/2005/Atom"
"""The namespace, which is a name and no address to visit."""


@dataclass(frozen=True)
class Entry:
    """One digest that was written.

    Attributes:
        night: The night it speaks of.
        updated: When it last changed, aware.
        title: Its heading.
        body: Its content, HTML.
    """

    night: date
    updated: datetime
    title: str
    body: str


def build_feed(entries: Sequence[Entry], *, title: str, seed: str, site: str = "") -> bytes:
    """Return an Atom feed, the latest entry first.

    Ids come from `seed` and the nights alone: the same study gives the same ones, wherever it
    lies and whatever it is called.

    Args:
        entries: What it holds.
        title: The study's name.
        seed: What tells this study from every other.
        site: Where the study's folder is read; beside the feed if empty.

    Source:
        RFC 4287.
    """
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    if site:
        feed.set("{http://www.w3.org/XML/1998/namespace}base", site)
        _add(feed, "link", rel="self", type="application/atom+xml", href=f"{site}feed.xml")
    _add(feed, "id", _make_id(seed, "feed"))
    _add(feed, "title", title)
    _add(feed, "updated", _stamp(max(entry.updated for entry in entries)))
    _add(_add(feed, "author"), "name", title)
    _add(feed, "generator", "tracker")
    _add(feed, "link", rel="alternate", type="text/html", href="digest.html")
    for entry in sorted(entries, key=lambda entry: entry.night, reverse=True):
        element = _add(feed, "entry")
        _add(element, "id", _make_id(seed, str(entry.night)))
        _add(element, "title", entry.title)
        _add(element, "updated", _stamp(entry.updated))
        href = f"digest.html#n{entry.night}"
        _add(element, "link", rel="alternate", type="text/html", href=href)
        content = _add(element, "content", type="html")
        content.text = _keep_xml(entry.body)
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        element.text = _keep_xml(clean(text))
    return element


def _keep_xml(text: str) -> str:
    """Return text without the few letters that XML cannot hold."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"
                   and not "\ud800" <= c <= "\udfff"))  # fmt: skip


def _make_id(seed: str, what: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{seed} {what}").urn


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
