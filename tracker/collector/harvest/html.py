"""Headline lists of a page of HTML."""

import re
from dataclasses import replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.boxes import Box, find_boxes
from tracker.collector.harvest.decoding import decode
from tracker.collector.harvest.evidence import Setting, judge
from tracker.collector.harvest.facts import find_address, find_base, find_language, find_title
from tracker.collector.harvest.identity import name_boxes
from tracker.collector.harvest.links import canonicalise, unarchived
from tracker.collector.harvest.outline import Outline, read_outline
from tracker.collector.harvest.pages import HeadlineList, Item, Page
from tracker.collector.harvest.stories import Story, find_stories


_HOST: Final = re.compile(r"https?://[^/?#]+", re.IGNORECASE)


def harvest_html(body: bytes, *, url: str | None = None, charset: str | None = None) -> Page:
    """Return the headline lists of a page.

    Args:
        body: The page as it came.
        url: Its address; without one, what the page says of itself is taken.
        charset: The charset that the HTTP header names, if any.
    """
    parser = LexborHTMLParser(decode(body, charset))
    address = find_address(parser, url)
    base = find_base(parser, address)
    outline = read_outline(parser)
    setting = find_setting(outline, address or guess_site(outline))
    title = find_title(parser, address, is_article=setting.is_article)
    setting = replace(setting, title=title)
    boxes = judge(outline, find_boxes(outline, *find_stories(outline)), setting)
    lists = tuple(
        HeadlineList(list_id, box.heading.text, box.kind, _items(box, base))
        for list_id, box in zip(name_boxes(outline, boxes), boxes, strict=True)
    )
    return Page(address, title, find_language(parser), lists)


def _items(box: Box, base: str | None) -> tuple[Item, ...]:
    return tuple(
        Item(rank, story.title, canonicalise(story.href, base))
        for rank, story in enumerate(box.stories, 1)
    )


def guess_site(outline: Outline) -> str | None:
    """Return the address of the host that most absolute links of the page lead to."""
    hosts: dict[str, int] = {}
    for i, tag in enumerate(outline.tags):
        if tag == "a":
            host = _HOST.match(unarchived(outline.attribute(i, "href")))
            if host:
                hosts[host[0]] = hosts.get(host[0], 0) + 1
    usual = max(hosts, key=lambda h: hosts[h], default="")
    return usual + "/" if usual and hosts[usual] * 2 > sum(hosts.values()) else None


def find_setting(outline: Outline, url: str | None) -> Setting:
    """Return where the article stands on the page."""
    scores: dict[int, int] = {}
    spans: dict[int, tuple[int, int]] = {}
    for i, tag in enumerate(outline.tags):
        if tag == "p":
            size = len(outline.text(i))
            if size > 80:
                p = outline.parents[i]
                scores[p] = scores.get(p, 0) + size
                first, _ = spans.get(p, (i, i))
                spans[p] = (first, outline.ends[i])
    if not scores:
        return Setting(url, range(0), False)
    best = max(scores, key=lambda p: scores[p])
    if scores[best] < 300:
        return Setting(url, range(0), False)
    return Setting(url, range(*spans[best]), True)


def debug_boxes(outline: Outline, url: str | None) -> list[Box]:
    """Return all boxes with their evidence."""
    boxes = find_boxes(outline, *find_stories(outline))
    kept = judge(outline, boxes, find_setting(outline, url))
    for box in boxes:
        if box not in kept:
            box.kind = "DROPPED"
    return boxes
