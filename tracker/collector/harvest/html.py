"""Headline lists of a page of HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.boxes import Box, find_boxes, set_headings
from tracker.collector.harvest.decoding import decode
from tracker.collector.harvest.embedded import read_data_lists
from tracker.collector.harvest.evidence import holds_headlines, weigh
from tracker.collector.harvest.explanations import Decision, tell_decisions
from tracker.collector.harvest.facts import find_title, read_facts
from tracker.collector.harvest.identity import name_all, name_boxes
from tracker.collector.harvest.links import canonicalise, is_overlong
from tracker.collector.harvest.markup import make_safe
from tracker.collector.harvest.outline import Outline, read_outline
from tracker.collector.harvest.overrides import Override
from tracker.collector.harvest.pages import HeadlineList, Item, Page, tell_overlong
from tracker.collector.harvest.pointed_boxes import point_out
from tracker.collector.harvest.promotions import part_promoted
from tracker.collector.harvest.settings import Setting, find_article, read_setting
from tracker.collector.harvest.tabs import name_panels
from tracker.collector.harvest.titles import cut_text, fold_text
from tracker.collector.harvest.verdicts import kind_of_box


@dataclass(frozen=True, slots=True)
class _Reading:
    outline: Outline
    boxes: list[Box]
    address: str | None
    base: str | None
    title: str | None
    language: str | None


def harvest_html(
    body: bytes,
    *,
    url: str | None = None,
    charset: str | None = None,
    overrides: Sequence[Override] = (),
) -> Page:
    """Return the headline lists of a page.

    Args:
        body: The page as it came.
        url: Its address; without one, what the page says of itself is taken.
        charset: The charset that the HTTP header names, if any.
        overrides: Boxes pointed out by hand, which are taken whatever they look like; their
            `valid_until` is for the caller to judge.
    """
    text = make_safe(decode(body, charset))
    reading = _read(text, url, overrides)
    boxes = [box for box in reading.boxes if box.kind]
    lists = tuple(
        HeadlineList(list_id, _head(box.heading.text), box.kind, _items(box, reading.base))
        for list_id, box in zip(name_boxes(reading.outline, boxes), boxes, strict=True)
    )
    if not lists:
        lists = _lists_of_data(text, reading.base)
    overlong = sum(
        item.url is None and bool(story.href) and is_overlong(story.href, reading.base)
        for box, found in zip(boxes, lists, strict=False)  # without boxes they are lists of data
        for story, item in zip(box.stories, found.items, strict=True)
    )
    return Page(reading.address, reading.title, reading.language, lists, tell_overlong(overlong))


def explain_html(
    body: bytes,
    *,
    url: str | None = None,
    charset: str | None = None,
    overrides: Sequence[Override] = (),
) -> tuple[Decision, ...]:
    """Return why each block of links of a page was taken or left, in the order of the page.

    Takes the arguments of `harvest_html`, and goes the same way.
    """
    reading = _read(make_safe(decode(body, charset)), url, overrides)
    return tell_decisions(reading.outline, reading.boxes)


def _read(text: str, url: str | None, overrides: Sequence[Override]) -> _Reading:
    parser = LexborHTMLParser(text)
    facts = read_facts(parser)
    address = url if url is not None else facts.address
    base = (canonicalise(facts.base, address) if facts.base else None) or address
    outline = read_outline(parser)
    article = find_article(outline, is_story=facts.is_story)
    title = find_title(outline, facts, address, is_article=bool(article))
    setting = read_setting(outline, address, article, title)
    boxes = _judge(outline, setting)
    if overrides:
        boxes = point_out(parser, outline, boxes, overrides)
    return _Reading(outline, boxes, address, base, title, facts.language)


def _judge(outline: Outline, setting: Setting) -> list[Box]:
    """Return all boxes of a page, those that are headline lists with their kind."""
    boxes = find_boxes(outline)
    for box in boxes:
        weigh(outline, box, setting)
    set_headings(outline, boxes)
    name_panels(outline, boxes)
    before, judged = None, list[Box]()
    for box in boxes:
        if holds_headlines(outline, box, setting):
            box.kind = kind_of_box(outline, box, setting, before)
            judged.extend(part_promoted(outline, box))
        else:
            judged.append(box)
        if not box.hopeless:
            before = box
    return judged


def _head(text: str) -> str:
    return cut_text(fold_text(text))


def _items(box: Box, base: str | None) -> tuple[Item, ...]:
    return tuple(
        Item(rank, story.title, canonicalise(story.href, base) if story.href else None)
        for rank, story in enumerate(box.stories, 1)
    )


def _lists_of_data(text: str, base: str | None) -> tuple[HeadlineList, ...]:
    found = read_data_lists(text, base)
    names = name_all(f"data|{fold_text(data.heading)}" for data in found)
    return tuple(
        HeadlineList(
            list_id,
            _head(data.heading),
            data.kind,
            tuple(Item(rank, title, url) for rank, (title, url) in enumerate(data.items, 1)),
        )
        for list_id, data in zip(names, found, strict=True)
    )
