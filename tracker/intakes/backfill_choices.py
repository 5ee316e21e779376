"""Which copies of a page an archive is asked for: of each span the nearest to the evening."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import polars as pl

from tracker.collector.sources import name_source
from tracker.collector.spans import Span
from tracker.collector.wayback import (
    Memento,
)
from tracker.store import Store
from tracker.tables import CAPTURES

Choice = tuple[Span, Memento]
"""A span, and the copy that is asked for of it."""


@dataclass(frozen=True)
class Choices:
    """What is asked for, and what is not.

    Attributes:
        copies: Copies to ask for.
        gaps: Names of the spans of which the archive has none.
        stored: How many spans have their capture here already.
    """

    copies: tuple[Choice, ...]
    gaps: tuple[str, ...]
    stored: int


def choose_copies(
    store: Store, source: str, url: str, spans: Sequence[Span], mementos: Sequence[Memento]
) -> Choices:
    """Return which copies to ask for: of each span the nearest, unless it is here already.

    Args:
        store: The study's store.
        source: How the outlet is called.
        url: Its page.
        spans: Spans of time of which a capture is wanted, rising.
        mementos: The copies that the archive has.
    """
    by_moment = {m.moment: m for m in mementos}
    here = _read_stored(store, source, url, spans, by_moment)
    copies: list[Choice] = []
    gaps, n_stored = [], 0
    moments = sorted(set(by_moment) | here)
    for span in spans:
        moment = span.choose(moments)
        if moment is None:
            gaps.append(span.name)
        elif moment in here:
            n_stored += 1
        else:
            copies.append((span, by_moment[moment]))
    return Choices(tuple(copies), tuple(gaps), n_stored)


def _read_stored(
    store: Store, source: str, url: str, spans: Sequence[Span], named: Collection[datetime]
) -> set[datetime]:
    """Return when the page was captured, and what of `named` led to others of its site."""
    rows = store.scan(CAPTURES).filter(
        pl.col("source") == source,
        pl.col("captured_at").is_between(spans[0].start, spans[-1].end, closed="left"),
    )
    page = _identify(url)
    found = rows.select("captured_at", "url").collect().iter_rows()
    return {
        moment.astimezone(UTC)
        for moment, address in found
        if moment in named or _identify(address) == page
    }


def _identify(url: str) -> tuple[str, str]:
    """Return what is the same in all addresses under which archives know a page."""
    parts = urlsplit(url)
    return name_source(url) or "", f"{parts.path.rstrip('/')}?{parts.query}"
