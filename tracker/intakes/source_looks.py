"""A first look at a site: what stands there, and how it would be configured."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from tracker.collector.choices import choose_pages
from tracker.collector.crawls import CrawlSettings, Visit, VisitRequest, crawl
from tracker.collector.crawls.visits import Fetcher, strip_credentials
from tracker.collector.documents import Document, Problem
from tracker.collector.feeds import find_feeds, sniff_feed
from tracker.collector.harvest.pages import Page
from tracker.collector.headlines import tabulate_page
from tracker.collector.settings import SourceSettings
from tracker.collector.sitemaps import find_sitemaps
from tracker.collector.sources import is_near, name_source
from tracker.config import Config
from tracker.intakes.harvests import harvest
from tracker.intakes.visit_plans import plan_visits, set_manners
from tracker.runs import read_clock

Standing = Literal["front page", "section", "article", "feed", "sitemap", "sitemap index"]

MOST_FEEDS: Final = 3
"""Feeds that are tried of those a page names."""
_FRONT: Final = re.compile(r"/?(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:index\.\w+|home/?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """What was seen at an address.

    Attributes:
        url: The address, after redirects.
        standing: What stands there; None if it did not come.
        page: Its lists; None if it did not come.
        feeds: Feeds it names that came and hold headlines.
        articles: Articles that would be followed tonight.
        problem: Why it did not come, or what is odd about it; None if nothing is.
    """

    url: str
    standing: Standing | None = None
    page: Page | None = None
    feeds: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def n_headlines(self) -> int:
        """Return how many headlines stand in its lists."""
        return sum(len(box.items) for box in self.page.lists) if self.page else 0


@dataclass
class _Looker:
    config: Config
    follow: int
    look: Look
    feeds: dict[str, bool] = field(default_factory=dict)

    def lead(self, visit: Visit) -> Iterable[VisitRequest]:
        """Take in a visit; name those that it leads to."""
        request = visit.request
        if request.meta == "feed":
            page = _read(visit, self.config)
            self.feeds[visit.url] = isinstance(page, tuple) and any(
                box.items for box in page[1].lists
            )
            return []
        if visit.outcome == "not_html" and request.role == "front":
            return [replace(request, role="feed")]
        self.look = _see(visit, self.config, self.follow)
        if not visit.body or self.look.standing in ("feed", "sitemap", "sitemap index"):
            return []
        found = [url for url in find_feeds(visit.body, visit.url) if is_near(url, visit.url)]
        return [
            replace(request, url=url, role="feed", meta="feed", fetcher="http")
            for url in found[:MOST_FEEDS]
        ]


def look_at(
    url: str,
    config: Config,
    *,
    follow: int | None = None,
    fetcher: Fetcher = "http",
    delay: float | None = None,
    allow_private: bool = False,
    settings: CrawlSettings | None = None,
    state: Path | None = None,
) -> Look:
    """Return what stands at `url`; at most five pages are asked for, with the usual delays.

    Args:
        url: A front page, section, feed or sitemap.
        config: How to behave.
        follow: How many articles would be followed; as the config says if None.
        fetcher: How the page is fetched.
        delay: Least seconds between two requests; as the config says if None.
        allow_private: Whether private addresses may be visited.
        settings: How to behave; as the config says if None.
        state: Where hosts are remembered.

    Raises:
        InputError: If the address is none of the web.
    """
    wanted = config.collect.follow if follow is None else follow
    request = VisitRequest(url, fetcher=fetcher, delay=delay, allow_private=allow_private)
    looker = _Looker(config, wanted, Look(request.url))
    manners = settings or set_manners(config.collect)
    with contextlib.closing(
        crawl([request], settings=manners, follow=looker.lead, state=state)
    ) as visits:
        for _ in visits:
            pass
    feeds = tuple(place for place, good in looker.feeds.items() if good)
    return replace(looker.look, feeds=feeds)


def try_sources(
    sources: Iterable[SourceSettings],
    config: Config,
    *,
    settings: CrawlSettings | None = None,
    state: Path | None = None,
) -> Iterator[tuple[SourceSettings, Look]]:
    """Yield what stands at each source's own address, as it comes; one visit each.

    Args:
        sources: The sources.
        config: How to behave, and which boxes are pointed out by hand.
        settings: How to behave; as the config says if None.
        state: Where hosts are remembered.
    """
    requests = [
        request for request in plan_visits(list(sources), config.collect) if request.meta.is_own
    ]
    manners = settings or set_manners(config.collect)
    with contextlib.closing(crawl(requests, settings=manners, state=state)) as visits:
        for visit in visits:
            source: SourceSettings = visit.request.meta.source
            yield source, _see(visit, config, 0)


def propose_source(look: Look, config: Config, **said: object) -> SourceSettings:
    """Return how a site would be configured; what is `said` holds, unless it is None."""
    standing = look.standing or "front page"
    kind = {"feed": "feed", "sitemap": "sitemap", "sitemap index": "sitemap"}.get(standing, "page")
    proposed = {
        "name": _propose_name(look, config),
        "url": strip_credentials(look.url),
        "kind": kind,
        "feeds": look.feeds,
        "follow": len(look.articles),
        "language": look.page.language if look.page else None,
    }
    told = {key: value for key, value in said.items() if value is not None}
    return SourceSettings(**{**proposed, **told})  # type: ignore[arg-type]


def _propose_name(look: Look, config: Config) -> str:
    """Return the host, which is what pages without configuration are called too."""
    host = name_source(look.url) or look.url
    taken = {source.name for source in config.source}
    if host not in taken:
        return host
    words = [word for word in urlsplit(look.url).path.split("/") if word]
    names = [f"{host}/{'/'.join(words[:depth])}" for depth in range(1, len(words) + 1)]
    return next((name for name in names if name not in taken), host)


def _see(visit: Visit, config: Config, follow: int) -> Look:
    found = _read(visit, config)
    if isinstance(found, Problem):
        return Look(visit.url or visit.request.url, problem=found.message)
    document, page = found
    moment = visit.started_at or read_clock()
    rows = tabulate_page(document, page, source="", url=visit.url, captured_at=moment)
    articles = choose_pages(rows.lists, rows.sightings, page=visit.url, n=follow)
    return Look(visit.url, _name_standing(document, page), page, articles=tuple(articles))


def _read(visit: Visit, config: Config) -> tuple[Document, Page] | Problem:
    if visit.document is None:
        return Problem(visit.request.url, visit.note)
    document = replace(visit.document, form=sniff_feed(visit.body) or "html")
    if visit.request.role in ("feed", "sitemap") and document.form == "html":
        return Problem(visit.request.url, "found neither a page nor a feed there")
    name = visit.request.source or config.name_outlet(name_source(visit.url) or "")
    page = harvest(document, config.overrides_at(name, visit.started_at or read_clock()))
    return page if isinstance(page, Problem) else (document, page)


def _name_standing(document: Document, page: Page) -> Standing:
    if document.form == "sitemap":
        return "sitemap index" if find_sitemaps(document.body, document.url) else "sitemap"
    if document.form == "feed":
        return "feed"
    if page.title:
        return "article"
    return "front page" if _FRONT.fullmatch(urlsplit(document.url or "").path) else "section"
