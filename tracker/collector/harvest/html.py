"""Headline lists of a page of HTML."""

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.boxes import Box, find_boxes, set_headings
from tracker.collector.harvest.decoding import decode
from tracker.collector.harvest.evidence import holds_headlines, weigh
from tracker.collector.harvest.facts import find_title, read_facts
from tracker.collector.harvest.identity import name_boxes
from tracker.collector.harvest.links import canonicalise
from tracker.collector.harvest.outline import Outline, read_outline
from tracker.collector.harvest.pages import HeadlineList, Item, Page
from tracker.collector.harvest.settings import Setting, find_article, read_setting
from tracker.collector.harvest.tabs import name_panels
from tracker.collector.harvest.verdicts import kind_of_box


def harvest_html(body: bytes, *, url: str | None = None, charset: str | None = None) -> Page:
    """Return the headline lists of a page.

    Args:
        body: The page as it came.
        url: Its address; without one, what the page says of itself is taken.
        charset: The charset that the HTTP header names, if any.
    """
    parser = LexborHTMLParser(decode(body, charset))
    facts = read_facts(parser)
    address = url if url is not None else facts.address
    base = (canonicalise(facts.base, address) if facts.base else None) or address
    outline = read_outline(parser)
    article = find_article(outline)
    title = find_title(outline, facts, address, is_article=bool(article))
    setting = read_setting(outline, address, article, title)
    boxes = [box for box in judge_boxes(outline, setting) if box.kind]
    lists = tuple(
        HeadlineList(list_id, box.heading.text, box.kind, _items(box, base))
        for list_id, box in zip(name_boxes(outline, boxes), boxes, strict=True)
    )
    return Page(address, title, facts.language, lists)


def judge_boxes(outline: Outline, setting: Setting) -> list[Box]:
    """Return all boxes of a page, those that are headline lists with their kind."""
    boxes = find_boxes(outline)
    for box in boxes:
        weigh(outline, box, setting)
    set_headings(outline, boxes)
    name_panels(outline, boxes)
    for box in boxes:
        if holds_headlines(outline, box, setting):
            box.kind = kind_of_box(outline, box, setting)
    return boxes


def _items(box: Box, base: str | None) -> tuple[Item, ...]:
    return tuple(
        Item(rank, story.title, canonicalise(story.href, base) if story.href else None)
        for rank, story in enumerate(box.stories, 1)
    )
