"""What is known of a page before its boxes are judged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.addresses import make_of_address, site_of
from tracker.collector.harvest.kinds import fold
from tracker.collector.harvest.links import unarchived
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.words import find_names

_HOST: Final = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_PARAGRAPH: Final = 80
"""Characters from which a paragraph belongs to a running text."""
_ARTICLE: Final = 300
"""Characters from which a running text is an article."""
_SHORT_ARTICLE: Final = 150
"""The same on a page that calls itself an article."""
_INLINE: Final = frozenset(("span", "b", "i", "em", "strong", "font", "u"))
_BLOCKS: Final = frozenset(("div", "td", "section", "article", "main", "center", "body"))
"""Elements in which paragraphs stand that are parted by line breaks only."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the page that a box stands on.

    Attributes:
        url: The page's address, else that of the site most of its links lead to.
        site: The outlet's name in that address; empty if none is known.
        make: Depth and make of the address's path, as stories' addresses have it.
        article: Entries of the article's running text; empty on pages without one.
        title: What the headline of the page's own story may name.
    """

    url: str
    site: str
    make: tuple[int, str]
    article: range
    title: frozenset[str]

    @property
    def is_article(self) -> bool:
        """Return whether the page is one story rather than a front or section page."""
        return bool(self.article)


def read_setting(outline: Outline, url: str | None, article: range, title: str | None) -> Setting:
    """Return what is known of a page."""
    url = url or guess_site(outline) or ""
    names = find_names(fold(title or ""))
    return Setting(url, site_of(url), make_of_address(url), article, names)


def guess_site(outline: Outline) -> str | None:
    """Return the address of the host that most absolute links of the page lead to."""
    hosts: dict[str, int] = {}
    for i in outline.where("a"):
        host = _HOST.match(unarchived(outline.attribute(i, "href")))
        if host:
            hosts[host[0]] = hosts.get(host[0], 0) + 1
    usual = max(hosts, key=lambda h: hosts[h], default="")
    return usual + "/" if usual and hosts[usual] * 2 > sum(hosts.values()) else None


def find_article(outline: Outline, *, is_story: bool = False) -> range:
    """Return the entries of the article's running text: where most long paragraphs stand.

    Args:
        outline: The page.
        is_story: Whether the page calls itself an article; then a short text is enough, and
            one that stands in no paragraphs.
    """
    paragraphs = [
        (outline.parents[i], i, outline.ends[i], _size(outline.text(i))) for i in outline.where("p")
    ]
    found = _largest(paragraphs, _ARTICLE)
    if found or not is_story:
        return found
    return _largest([*paragraphs, *_bare_paragraphs(outline)], _SHORT_ARTICLE)


def _largest(paragraphs: list[tuple[int, int, int, int]], least: int) -> range:
    """Return the span of the parent of most text, given parent, start, stop and size of each."""
    sizes: dict[int, int] = {}
    spans: dict[int, tuple[int, int]] = {}
    for parent, start, stop, size in paragraphs:
        if size > _PARAGRAPH:
            sizes[parent] = sizes.get(parent, 0) + size
            first, last = spans.get(parent, (start, stop))
            spans[parent] = (min(first, start), max(last, stop))
    best = max(sizes, key=lambda p: sizes[p], default=0)
    return range(*spans[best]) if sizes.get(best, 0) >= least else range(0)


def _bare_paragraphs(outline: Outline) -> Iterator[tuple[int, int, int, int]]:
    """Yield parent, start, stop and size of the texts that stand in no `p` of their own."""
    for at, text in zip(outline.text_at, outline.texts, strict=True):
        if len(text) <= _PARAGRAPH // 2:
            continue
        i = outline.parents[at]
        while outline.tags[i] in _INLINE:
            i = outline.parents[i]
        if outline.tags[i] in _BLOCKS:
            alone = outline.n_texts(i) == 1
            yield outline.parents[i] if alone else i, at, at + 1, _size(text)


def _size(text: str) -> int:
    """Return about how many Latin letters would say the same."""
    return len(text) if text.isascii() else len(text.encode()) // 2
