"""Which article pages to visit tonight: their sidebars hold lists that no front page shows."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

import polars as pl

from tracker.collector.headlines import STORY
from tracker.collector.sources import is_near, name_source
from tracker.tables import CHANNELS

_ORDER: Final = ("latest", "section", "picks", "other", "related")
"""Editorial lists whose stories are the newest first."""
_FILES: Final = re.compile(r"\.(?:pdf|jpe?g|png|gif|webp|svg|mp[34]|m4a|zip|xml|json|rss)$", re.I)
_LANGUAGE: Final = re.compile(r"[a-z]{2}(?:-[a-z]{2})?|\d+|news|article|articles|story|stories")


def choose_pages(
    lists: pl.DataFrame,
    sightings: pl.DataFrame,
    *,
    page: str,
    n: int,
    visited: Collection[str] = (),
) -> list[str]:
    """Return at most `n` addresses of articles of the page's own outlet, the same each time.

    Taken are stories of editorial lists that the page links on its own host or one below or
    above it, newest lists and top slots first, one of each section of the site before a second
    of any.

    Args:
        lists: LISTS of one capture.
        sightings: SIGHTINGS of that capture.
        page: Address of the captured page.
        n: How many are wanted.
        visited: Addresses that need no visit.
    """
    counted = lists.filter(pl.col("kind").is_in(CHANNELS["editorial"]))
    rows = (
        sightings.filter(pl.col("url").is_not_null())
        .join(counted.select("list_id", "kind", "position"), on="list_id")
        .with_columns(pl.col("kind").replace_strict(dict(zip(_ORDER, range(9), strict=False))))
        .sort("kind", "position", "rank", "url")
    )
    sections: dict[str, list[str]] = {}
    taken = {_plain(url) for url in (page, *visited)}
    for url in rows["url"].to_list():
        if _plain(url) in taken or not _is_story(url, page):
            continue
        taken.add(_plain(url))
        sections.setdefault(_section(url), []).append(url)
    queues = list(sections.values())
    turns = max(map(len, queues), default=0)
    return [queue[turn] for turn in range(turns) for queue in queues if turn < len(queue)][:n]


def _is_story(url: str, page: str) -> bool:
    path = urlsplit(url).path
    return is_near(url, page) and bool(STORY.search(path)) and not _FILES.search(path)


def _section(url: str) -> str:
    """Return what tells the sections of a site apart: the first telling word of the path."""
    words = [word for word in urlsplit(url).path.lower().split("/") if word]
    telling = (word for word in words[:-1] if not _LANGUAGE.fullmatch(word))
    return f"{name_source(url)}/{next(telling, '')}"


def _plain(url: str) -> str:
    return url.split("://", 1)[-1].rstrip("/")
