"""One polite visit to every source, and what came of it."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl

from tracker.collector import headlines as rows_of
from tracker.collector.choices import choose_pages
from tracker.collector.crawls import CrawlSettings, Visit, VisitRequest, crawl
from tracker.collector.documents import Document, Problem
from tracker.collector.settings import SourceSettings
from tracker.collector.sitemaps import find_sitemaps
from tracker.config import Config
from tracker.intakes.bodies import BodyKeeper
from tracker.intakes.ingesters import Ingester
from tracker.intakes.ingests import recover_pages
from tracker.intakes.source_views import describe_health, judge_sources
from tracker.intakes.validators import STATE_NAME, PageBook
from tracker.intakes.visit_plans import Target, ask, find_resumed, plan_visits, set_manners
from tracker.intakes.visit_rows import VisitReader
from tracker.progress import Progress, be_silent
from tracker.runs import Run
from tracker.store import Store
from tracker.tables import CAPTURES, LISTS, SEEN_OUTCOMES, SIGHTINGS, night_of

BATCH: Final = 25
"""Visits between two commits."""
BATCH_SECONDS: Final = 15.0
"""Seconds after which the next visit is committed, however few there were."""


@dataclass(frozen=True)
class CollectResult:
    """What a night's visits brought.

    Attributes:
        visits: One row a visit: source, role, url, outcome, note, lists and headlines found.
        skipped: Pages that a run cut off tonight had visited already, or one overtaking.
        is_overtaken: Whether another run came to its end while this one waited for the study.
        broken: Of each source that shows far less than it always did, or lacks a list that was
            always there, what is wrong.
        notes: What the user should know of; each once.
    """

    visits: tuple[dict[str, Any], ...] = ()
    skipped: int = 0
    is_overtaken: bool = False
    broken: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def seen(self) -> int:
        """Return how many visits showed a page."""
        return sum(visit["outcome"] in SEEN_OUTCOMES for visit in self.visits)

    @property
    def failed(self) -> int:
        """Return how many did not."""
        return len(self.visits) - self.seen

    @property
    def summary(self) -> dict[str, Any]:
        """Return the counts, and what each visit that failed came to."""
        failures = [v for v in self.visits if v["outcome"] not in SEEN_OUTCOMES]
        return {
            "visits": len(self.visits),
            "seen": self.seen,
            "failed": self.failed,
            "skipped": self.skipped,
            "lists": sum(visit["lists"] for visit in self.visits),
            "headlines": sum(visit["headlines"] for visit in self.visits),
            "failures": [[v["source"], v["url"], v["outcome"], v["note"]] for v in failures],
            "broken": self.broken,
            "notes": self.notes,
        }

    @property
    def sources(self) -> list[str]:
        """Return the names of the sources, in the order of their first visit."""
        return list(dict.fromkeys(visit["source"] for visit in self.visits))


@dataclass
class Collector:
    """Visits sources and takes in what comes, in batches that are each complete.

    Attributes:
        store: Where to, held for writing.
        keeper: Keeps the raw pages.
        book: Remembers what the web said of them.
        config: How to behave, and which boxes are pointed out by hand.
        now: When the run began.
        begun: When the visits began that this run goes on with; `now` if it begins them.
        settings: How the crawl behaves; as the config says if None.
        progress: Told how far it is.
    """

    store: Store
    keeper: BodyKeeper
    book: PageBook
    config: Config
    now: datetime
    begun: datetime
    settings: CrawlSettings | None = None
    progress: Progress = be_silent
    result: CollectResult = field(default_factory=CollectResult)

    def __post_init__(self) -> None:
        self._rows: list[rows_of.Rows] = []
        self._committed = time.monotonic()
        self._total = 0
        tonight = self.store.scan(CAPTURES).filter(pl.col("captured_at") >= self.begun)
        done = tonight.select("source", "url").unique().collect()
        self._done = set(done.iter_rows())
        self._earlier = self._read_earlier()
        self._reader = VisitReader(self.keeper, self.book, self.config, self.now)

    def run(self, sources: Sequence[SourceSettings]) -> CollectResult:
        """Return what the visits to `sources` brought."""
        state = self.store.folder / STATE_NAME
        planned = [
            request
            for first in plan_visits(sources, self.config.collect)
            for request in self._go_on(first)
        ]
        self._total = len(planned)
        self.progress("visits", 0, self._total)
        visits = crawl(
            planned,
            settings=self.settings or set_manners(self.config.collect),
            follow=self._follow,
            state=state,
        )
        try:
            with contextlib.closing(visits):
                for _ in visits:
                    self.progress("visits", len(self.result.visits), self._total)
                    self._commit_batch()
        finally:
            self._commit()
        self.result = replace(self.result, broken=self._find_broken())
        return self.result

    def _find_broken(self) -> dict[str, str]:
        judged = judge_sources(self.store, self.config, self.begun).iter_rows(named=True)
        return {
            row["source"]: describe_health(row)
            for row in judged
            if row["breaks"]
            or row["missing"]
            or (row["failed"] < row["pages"] and not row["headlines"])
        }

    def _go_on(self, request: VisitRequest) -> Iterator[VisitRequest]:
        """Yield a visit; if it was done before the run was cut off, what it led to instead."""
        if not self._is_done(request):
            yield self._reader.equip(request)
            return
        self.result = replace(self.result, skipped=self.result.skipped + 1)
        target: Target = request.meta
        known = self.book.read(request.source, request.url)
        page = self.keeper.find_page(known.body) if known else None
        if target.is_main and known and page:
            found = self._read_rows(request.source, {request.url, known.url})
            yield from self._lead(target, known.url, page, found)

    def _is_done(self, request: VisitRequest) -> bool:
        known = self.book.read(request.source, request.url)
        urls = {request.url, known.url} if known else {request.url}
        return any((request.source, url) in self._done for url in urls)

    def _follow(self, visit: Visit) -> list[VisitRequest]:
        """Take in a visit; return what it leads to."""
        page = self._reader.read(visit)
        rows = self._reader.tabulate(visit, page)
        self._take(visit, rows)
        target: Target = visit.request.meta
        if isinstance(page, Problem) or not target.is_main:
            return []
        found = list(self._lead(target, visit.url, page, rows))
        self._total += len(found)
        return found

    def _lead(
        self, target: Target, url: str, page: Document, rows: rows_of.Rows
    ) -> Iterator[VisitRequest]:
        """Yield what a main page leads to: articles, or the sitemaps of an index."""
        settings, source = self.config.collect, target.source
        if target.is_own and page.form == "sitemap":
            for number, place in enumerate(find_sitemaps(page.body, url)):
                below = Target(source, is_main=number == 0)
                yield from self._go_on(ask(settings, below, place, "sitemap"))
        wanted = settings.follow if source.follow is None else source.follow
        visited = [place for name, place in self._earlier if name == source.name]
        for place in choose_pages(rows.lists, rows.sightings, page=url, n=wanted, visited=visited):
            yield from self._go_on(ask(settings, Target(source), place, "follow"))

    def _read_rows(self, source: str, urls: set[str]) -> rows_of.Rows:
        """Return the rows of the first of these pages that was captured since the visits began."""
        captures = (
            self.store.scan(CAPTURES)
            .filter(pl.col("source") == source, pl.col("url").is_in(list(urls)))
            .filter(pl.col("captured_at") >= self.begun)
            .sort("captured_at")
            .collect()
            .head(1)
        )
        of_it = pl.col("capture_id").is_in(captures["capture_id"].implode())
        return rows_of.Rows(
            captures,
            self.store.scan(LISTS).filter(of_it).collect(),
            self.store.scan(SIGHTINGS).filter(of_it).collect(),
        )

    def _read_earlier(self) -> set[tuple[str, str]]:
        """Return what was visited earlier tonight by runs that ended, as (source, address)."""
        zone = self.config.study.time_zone
        night = pl.lit(self.begun).dt.convert_time_zone(zone).dt.date()
        earlier = (
            self.store.scan(CAPTURES)
            .filter(pl.col("captured_at") < self.begun)
            .filter(pl.col("captured_at") > self.begun - timedelta(days=2))
            .filter(night_of("captured_at", zone) == night)
        )
        return set(earlier.select("source", "url").collect().iter_rows())

    def _take(self, visit: Visit, rows: rows_of.Rows) -> None:
        """Put down what came of a visit, for the next commit."""
        self._rows.append(rows)
        (capture,) = rows.captures.iter_rows(named=True)
        boxes = rows.lists.filter(pl.col("kind") != "article")
        said = {
            "source": visit.request.source,
            "role": visit.request.role,
            "url": visit.request.url,
            "outcome": capture["outcome"],
            "note": capture["note"],
            "lists": boxes.height,
            "headlines": int(boxes["n_items"].sum()),
            "seconds": visit.seconds,
        }
        self.result = replace(self.result, visits=(*self.result.visits, said))

    def _commit_batch(self) -> None:
        waited = time.monotonic() - self._committed
        if len(self._rows) >= BATCH or waited >= BATCH_SECONDS:
            self._commit()

    def _commit(self) -> None:
        self._committed = time.monotonic()
        if not self._rows:
            return
        rows, self._rows = rows_of.concat_rows(self._rows), []
        self.keeper.commit(rows)


def collect_sources(
    store: Store,
    config: Config,
    run: Run,
    sources: Sequence[SourceSettings],
    *,
    settings: CrawlSettings | None = None,
    progress: Progress = be_silent,
) -> CollectResult:
    """Visit sources once; return what the visits brought.

    A run of the same night that was cut off is gone on with.

    Args:
        store: The study's store, held for writing.
        config: The study's settings.
        run: The run that does it.
        sources: What to visit.
        settings: How the crawl behaves; as the config says if None.
        progress: Told how far it is.
    """
    now = run.started_at
    keeper = BodyKeeper(store, run.run_id, now)
    with contextlib.closing(keeper), PageBook(store.folder / STATE_NAME) as book:
        recover_pages(Ingester(store, keeper, config, now), run.run_id)
        book.prune(now.timestamp())
        resumed = find_resumed(store, now)
        result = Collector(
            store, keeper, book, config, now, resumed.begun or now,
            settings=settings, progress=progress,
        ).run(sources)  # fmt: skip
    return replace(result, is_overtaken=resumed.is_overtaken)
