"""What is visited tonight, before it is known what the pages lead to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from tracker.collector.crawls import CrawlSettings, VisitRequest
from tracker.collector.crawls.visits import Role
from tracker.collector.settings import CollectSettings, SourceSettings
from tracker.config import Config
from tracker.errors import ConfigError
from tracker.store import Store
from tracker.tables import RUNS

RESUME_HOURS: Final = 12
"""How long a run that was cut off can be gone on with."""

_ROLES: Final[dict[str, Role]] = {"page": "front", "feed": "feed", "sitemap": "sitemap"}


@dataclass(frozen=True, slots=True)
class Target:
    """Why a page is visited.

    Attributes:
        source: The outlet.
        is_main: Whether articles to visit are chosen from its lists.
        is_own: Whether it is the source's own address.
    """

    source: SourceSettings
    is_main: bool = False
    is_own: bool = False


def select_sources(config: Config, names: Sequence[str] | None) -> list[SourceSettings]:
    """Return the configured sources of these names; all if None.

    Raises:
        ConfigError: If there is none, or none of a name.
    """
    if not config.source:
        raise ConfigError("source: found none; wanted some: run tracker sources add URL")
    known = {source.name: source for source in config.source}
    if strange := sorted(set(names or ()) - set(known)):
        raise ConfigError(
            f"source: found no {', '.join(strange)}; wanted one of {', '.join(known)}"
        )
    return [known[name] for name in dict.fromkeys(names)] if names else list(config.source)


def plan_visits(sources: Sequence[SourceSettings], settings: CollectSettings) -> list[VisitRequest]:
    """Return the visits known beforehand: each source's own page, then its feeds.

    Article pages are chosen when the lists are known.
    """
    own = [
        ask(settings, Target(source, is_main=True, is_own=True), source.url, _ROLES[source.kind])
        for source in sources
    ]
    feeds = [ask(settings, Target(s), url, "feed") for s in sources for url in s.feeds]
    once: dict[tuple[str, str], VisitRequest] = {}
    for request in own + feeds:
        once.setdefault((request.source, request.url), request)
    return list(once.values())


def ask(settings: CollectSettings, target: Target, url: str, role: Role) -> VisitRequest:
    """Return the request for one page of a source."""
    source = target.source
    return VisitRequest(
        url,
        source=source.name,
        role=role,
        fetcher=source.fetcher if role in ("front", "follow") else "http",
        allow_private=source.allow_private,
        delay=source.delay,
        meta=target,
    )


def set_manners(settings: CollectSettings) -> CrawlSettings:
    """Return how the crawl behaves."""
    return CrawlSettings(
        contact=settings.contact,
        delay=settings.delay,
        timeout=settings.timeout,
        max_bytes=settings.max_bytes,
        hosts=settings.hosts,
    )


@dataclass(frozen=True, slots=True)
class Resumption:
    """What a run goes on with.

    Attributes:
        begun: When the visits began that a run cut off tonight has left undone, or one that came
            to its end while this one waited for the study; None if there are none.
        is_overtaken: Whether a run came to its end while this one waited.
    """

    begun: datetime | None = None
    is_overtaken: bool = False


def find_resumed(store: Store, now: datetime) -> Resumption:
    """Return what a run that began `now` goes on with."""
    runs = (
        store.scan(RUNS)
        .filter(
            pl.col("command") == "collect",
            pl.col("started_at") > now - timedelta(hours=RESUME_HOURS),
        )
        .sort("started_at", descending=True)
        .collect()
    )
    begun, is_overtaken = None, False
    for row in runs.iter_rows(named=True):
        if row["outcome"] not in ("running", "failed"):
            if row["finished_at"] is None or row["finished_at"] <= now:
                break
            is_overtaken = True
        begun = row["started_at"]
    return Resumption(begun, is_overtaken)
