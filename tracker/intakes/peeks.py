"""A look at the lists of pages, without storing anything."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from tracker.collector.archives import list_files, modified_at, read_documents
from tracker.collector.crawls import CrawlSettings, Visit, VisitRequest, crawl
from tracker.collector.documents import Document, Problem
from tracker.collector.harvest.explanations import Decision
from tracker.collector.harvest.html import explain_html
from tracker.collector.harvest.identity import find_unmatched
from tracker.collector.harvest.pages import Page
from tracker.collector.settings import SourceSettings
from tracker.collector.sources import SCHEMES, name_source
from tracker.collector.warcs import Payloads
from tracker.config import Config
from tracker.errors import ConfigError, InputError
from tracker.intakes.harvests import Overrides, harvest
from tracker.intakes.visit_plans import set_manners

_DELAY: Final = 1.0
"""Least seconds between two requests to a host, for which a person waits."""
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
        notes: What else there is to say.
    """

    origin: str
    page: Page | None = None
    problem: str | None = None
    decisions: tuple[Decision, ...] | None = None
    notes: tuple[str, ...] = ()


def peek_at(
    places: Sequence[str],
    *,
    config: Config | None = None,
    source: str | None = None,
    explain: bool = False,
    settings: CrawlSettings | None = None,
    allow_private: bool = False,
) -> Iterator[Sight]:
    """Yield what is found at each file, folder, archive or address, in order.

    A page that can be read in part is seen with its problem.

    Args:
        places: Files, folders and addresses.
        config: Says how the source of an address is visited, as `collect` does, and which boxes
            of it are pointed out by hand; none are without one.
        source: The name of the configured source of all pages; by their addresses if None.
        explain: Whether to say of every block of links why it was taken or left.
        settings: How to behave towards the hosts of addresses; without it as in a nightly crawl,
            but with one second between two requests to a host, unless its source says otherwise.
        allow_private: Whether private addresses may be visited, whatever the source says.

    Raises:
        ConfigError: If no source has that name.
    """
    config = config or Config()
    named = _choose_source(config, source) if source is not None else None
    see = partial(_see, config=config, named=named, explain=explain)
    settings = settings or replace(set_manners(config.collect), delay=_DELAY)
    urls = [place for place in places if place.startswith(SCHEMES)]
    requests: list[VisitRequest | Problem] = []
    for url in urls:
        try:
            request = VisitRequest(url, allow_private=allow_private)
        except InputError as error:
            requests.append(Problem(url, str(error)))
            continue
        requests.append(_ask_as(named or _find_source(config, url), request))
    with contextlib.closing(_visit_all(requests, settings)) as found:
        for place in places:
            if place.startswith(SCHEMES):
                yield replace(see(next(found), datetime.now(UTC)), origin=place)
            else:
                yield from _peek_at_path(place, see)


def _choose_source(config: Config, name: str) -> SourceSettings:
    found = {source.name: source for source in config.source}
    if name not in found:
        known = f"wanted one of {', '.join(found)}" if found else "there is none in tracker.toml"
        raise ConfigError(
            f"source: found no {name}; {known}. tracker sources add URL adds one, and without a "
            "source pages are read by their own addresses"
        )
    return found[name]


def _find_source(config: Config, url: str | None) -> SourceSettings | None:
    """Return the source that has this very address, or else the first of its host."""
    exact = (source for source in config.source if source.url == url)
    return next(exact, None) or config.find_source(name_source(url or "") or "")


def _ask_as(source: SourceSettings | None, request: VisitRequest) -> VisitRequest:
    """Return the request made as the settings of its source say."""
    if source is None:
        return request
    return replace(
        request,
        fetcher=source.fetcher,
        delay=source.delay,
        allow_private=request.allow_private or source.allow_private,
    )


def _visit_all(
    wanted: Sequence[VisitRequest | Problem], settings: CrawlSettings
) -> Generator[_Found]:
    """Yield what came back from each address, in order; they are visited together."""
    came: dict[int, _Found] = {}
    requests = []
    for place, item in enumerate(wanted):
        if isinstance(item, Problem):
            came[place] = item
        else:
            requests.append(replace(item, meta=place))
    with contextlib.closing(crawl(requests, settings=settings)) as visits:
        for place in range(len(wanted)):
            while place not in came:
                visit = next(visits)
                came[visit.request.meta] = visit.document or _explain(visit)
            yield came.pop(place)


def _explain(visit: Visit) -> Problem:
    note = visit.note
    if "private address" in note and not visit.request.allow_private:
        note += "; --allow-private permits it, or allow_private = true on its [[source]]"
    return Problem(visit.request.url, note)


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


def _see(
    found: _Found,
    moment: datetime,
    *,
    config: Config,
    named: SourceSettings | None,
    explain: bool,
) -> Sight:
    """Return what was seen; `moment` is when pages were captured that do not say it."""
    if isinstance(found, Problem):
        return Sight(found.origin, problem=found.message)
    captured_at = found.captured_at or moment

    def find_overrides(url: str | None) -> Overrides:
        source = named or _find_source(config, url)
        return config.overrides_at(source.name, captured_at) if source else ()

    overrides = find_overrides(found.url)
    page = harvest(found, overrides)
    if isinstance(page, Page) and not found.url and named is None:
        overrides = find_overrides(page.url)
        page = harvest(found, overrides) if overrides else page
    if isinstance(page, Problem):
        return Sight(page.origin, problem=page.message)
    decisions = None
    if explain and found.form == "html":
        decisions = explain_html(
            found.body, url=found.url, charset=found.charset, overrides=overrides
        )
    unmatched = find_unmatched(overrides, page) if found.form == "html" else ()
    notes = [f"the override {selector} matched nothing" for selector in unmatched]
    notes += [page.note] if page.note else []
    return Sight(found.origin, page, decisions=decisions, notes=tuple(notes))
