"""What is known of a page before its boxes are judged."""

import re
from dataclasses import dataclass
from typing import Final

from tracker.collector.harvest.addresses import make_of_address, site_of
from tracker.collector.harvest.kinds import fold
from tracker.collector.harvest.links import unarchived
from tracker.collector.harvest.outline import Outline

_HOST: Final = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_PARAGRAPH: Final = 80
"""Characters from which a paragraph belongs to a running text."""
_ARTICLE: Final = 300
"""Characters from which a running text is an article."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the page that a box stands on.

    Attributes:
        url: The page's address, else that of the site most of its links lead to.
        site: The outlet's name in that address; empty if none is known.
        make: Depth and make of the address's path, as stories' addresses have it.
        article: Entries of the article's running text; empty on pages without one.
        title: Words of the headline of the page's own story, folded.
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
    words = frozenset(fold(title or "").split())
    return Setting(url, site_of(url), make_of_address(url), article, words)


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


def find_article(outline: Outline) -> range:
    """Return the entries of the article's running text: where most long paragraphs stand."""
    sizes: dict[int, int] = {}
    spans: dict[int, tuple[int, int]] = {}
    for i, tag in enumerate(outline.tags):
        if tag == "p":
            text = outline.text(i)
            size = len(text) if text.isascii() else len(text.encode()) // 2
            if size > _PARAGRAPH:
                p = outline.parents[i]
                sizes[p] = sizes.get(p, 0) + size
                spans[p] = (spans[p][0] if p in spans else i, outline.ends[i])
    best = max(sizes, key=lambda p: sizes[p], default=0)
    return range(*spans[best]) if sizes.get(best, 0) >= _ARTICLE else range(0)
