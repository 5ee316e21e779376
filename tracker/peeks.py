"""A look at the lists of pages, without storing anything."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from tracker.collector.archives import list_files, modified_at, read_documents
from tracker.collector.crawls import CrawlSettings, VisitRequest, crawl
from tracker.collector.documents import Document, Problem
from tracker.collector.harvest.explanations import Decision
from tracker.collector.harvest.html import explain_html
from tracker.collector.harvest.pages import Page
from tracker.collector.sources import name_source
from tracker.collector.warcs import Payloads
from tracker.config import Config
from tracker.errors import InputError
from tracker.harvests import Overrides, harvest

_SCHEMES: Final = ("http://", "https://")
_SETTINGS: Final = CrawlSettings(delay=1.0)
_Found = Document | Problem
_See = Callable[[_Found, datetime], "Sight"]


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen at one place.

    Attributes:
        origin: The place as it was given; for archives with the place of the record in them.
        page: The harvested page; None if there is none.
        problem: What could not be read; None if all could.
        decisions: Why each block of links was taken or left; None if nobody asked, or the page
            is a text.
    """

    origin: str
    page: Page | None = None
    problem: str | None = None
    decisions: tuple[Decision, ...] | None = None


def peek_at(
    places: Sequence[str],
    *,
    config: Config | None = None,
    explain: bool = False,
    settings: CrawlSettings | None = None,
    allow_private: bool = False,
) -> Iterator[Sight]:
    """Yield what is found at each file, folder, archive or address, in order.

    A page that can be read in part is seen with its problem.

    Args:
        places: Files, folders and addresses.
        config: Says which boxes are pointed out by hand; none are without one.
        explain: Whether to say of every block of links why it was taken or left.
        settings: How to behave towards the hosts of addresses; without it as in a nightly crawl,
            but with one second between two requests to a host, for which a person waits.
        allow_private: Whether loopback, private and link-local addresses may be visited.
    """
    see = partial(_see, config=config or Config(), explain=explain)
    urls = [place for place in places if place.startswith(_SCHEMES)]
    with contextlib.closing(_visit_all(urls, settings, allow_private)) as found:
        for place in places:
            if place.startswith(_SCHEMES):
                yield replace(see(next(found), datetime.now(UTC)), origin=place)
            else:
                yield from _peek_at_path(place, see)


def _visit_all(
    urls: Sequence[str], settings: CrawlSettings | None, allow_private: bool
) -> Generator[_Found]:
    """Yield what came back from each address, in order; they are visited together."""
    found: dict[int, _Found] = {}
    requests = []
    for place, url in enumerate(urls):
        try:
            requests.append(VisitRequest(url, allow_private=allow_private, meta=place))
        except InputError as error:
            found[place] = Problem(url, str(error))
    with contextlib.closing(crawl(requests, settings=settings or _SETTINGS)) as visits:
        for place in range(len(urls)):
            while place not in found:
                visit = next(visits)
                problem = Problem(visit.request.url, visit.note)
                found[visit.request.meta] = visit.document or problem
            yield found.pop(place)


def _peek_at_path(place: str, see: _See) -> Iterator[Sight]:
    path = Path(place)
    try:
        files = list_files(path)
    except InputError as error:
        yield Sight(place, problem=str(error).removeprefix(f"{path}: "))
        return
    payloads = Payloads()
    for file in files:
        if file.form == "table":
            if len(files) == 1:
                yield Sight(place, problem="a headline table, not a page; use tracker ingest")
            continue
        for sight in _pair(read_documents(file, payloads), modified_at(file.path), see):
            yield replace(sight, origin=place) if sight.origin == str(path) else sight


def _pair(found: Iterator[_Found], moment: datetime, see: _See) -> Iterator[Sight]:
    """Yield one sight a place: a problem and the page after it may speak of the same one."""
    pending: Problem | None = None
    for item in found:
        if isinstance(item, Document) and pending and pending.origin == item.origin:
            yield replace(see(item, moment), problem=pending.message)
            pending = None
            continue
        if pending:
            yield see(pending, moment)
        pending = item if isinstance(item, Problem) else None
        if isinstance(item, Document):
            yield see(item, moment)
    if pending:
        yield see(pending, moment)


def _see(found: _Found, moment: datetime, *, config: Config, explain: bool) -> Sight:
    """Return what was seen; `moment` is when pages were captured that do not say it."""
    if isinstance(found, Problem):
        return Sight(found.origin, problem=found.message)
    captured_at = found.captured_at or moment
    overrides = _find_overrides(config, found.url, captured_at)
    page = harvest(found, overrides)
    if isinstance(page, Page) and not found.url:
        overrides = _find_overrides(config, page.url, captured_at)
        page = harvest(found, overrides) if overrides else page
    if isinstance(page, Problem):
        return Sight(page.origin, problem=page.message)
    decisions = None
    if explain and found.form == "html":
        decisions = explain_html(
            found.body, url=found.url, charset=found.charset, overrides=overrides
        )
    return Sight(found.origin, page, decisions=decisions)


def _find_overrides(config: Config, url: str | None, captured_at: datetime) -> Overrides:
    host = name_source(url) if url else None
    return config.overrides_at(config.name_outlet(host), captured_at) if host else ()
