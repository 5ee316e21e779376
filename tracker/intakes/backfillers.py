"""The past of one page, asked of an archive that keeps pages as they were."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from tracker.collector.archive_books import ArchiveBook
from tracker.collector.crawls import Visit, VisitRequest, crawl
from tracker.collector.crawls.visits import Role
from tracker.collector.documents import Problem
from tracker.collector.headlines import tabulate_failure
from tracker.collector.sources import name_source
from tracker.collector.spans import cut_spans
from tracker.collector.wayback import (
    Archive,
    ask_copy,
    find_memento,
    locate_archive,
    read_copy,
)
from tracker.config import Config
from tracker.errors import InputError
from tracker.intakes.backfill_choices import Choice, choose_copies
from tracker.intakes.backfill_indexes import IndexReader
from tracker.intakes.ingesters import Ingester
from tracker.intakes.validators import STATE_NAME
from tracker.intakes.visit_plans import set_manners
from tracker.progress import Progress, be_silent
from tracker.store import Store

ANSWERS: Final = "archives.sqlite"
"""File of a study in which answers of archives are remembered."""
INDEX_DELAY: Final = 1.0
"""Least seconds between two questions to an index."""
COMMIT: Final = 25
"""Pages between two commits; each is on the disk before."""
FAILURES: Final = 3
"""So many pages in a row that the archive does not give end the run."""


@dataclass(frozen=True)
class BackfillResult:
    """What a backfill found and took in.

    Attributes:
        source: The outlet.
        url: Its page.
        spans: Spans of time of which a capture was wanted.
        stored: Of these, those whose capture was here already.
        gaps: Spans of which the archive has no capture, by their dates; nothing is known of them.
        planned: Copies to ask for, as the archive's addresses; what a dry run would have done.
        asked: Copies asked for.
        failures: Copies that show an error, a wall or no page; rows in captures, with a note.
        captures: Captures that were added, failures too.
        lists: Lists in these.
        sightings: Slots in these.
        problems: Copies that the archive did not give or that led elsewhere.
        stopped: Why it ended before the end; None if it did not. Run again, it goes on.
    """

    source: str
    url: str
    spans: int = 0
    stored: int = 0
    gaps: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    asked: int = 0
    failures: int = 0
    captures: int = 0
    lists: int = 0
    sightings: int = 0
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    stopped: str | None = None

    @property
    def is_vain(self) -> bool:
        """Return whether it ended without anything that came or was here, as at a wrong address."""
        return self.stopped is not None and not (self.captures or self.stored)


_DOUBT: Final = "; is this an archive's address, up to the timestamp of its copies?"


class _Refused(Exception):
    """The archive wants to be left alone, or does not answer."""


class Backfiller:
    """Asks one archive for the past of one source.

    Args:
        store: The study's store, held for writing.
        config: Says how the source is called and where the archive is.
        ingester: Takes the pages in; None to only look at the index.
        archive: The archive's address; the configured one if None.
        progress: Told how far it is.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        ingester: Ingester | None,
        *,
        archive: str | None = None,
        progress: Progress = be_silent,
    ) -> None:
        self._store, self._config, self._ingester = store, config, ingester
        said = config.archive if archive is None else replace(config.archive, url=archive, index="")
        self._said = said
        self._archive: Archive = locate_archive(said.url, said.index)
        self._crawling = set_manners(config.collect)
        self._progress = progress
        self._problems: list[Problem] = []

    def run(
        self,
        source: str,
        url: str,
        first: date,
        last: date,
        *,
        every: str,
        at: time,
        now: datetime,
    ) -> BackfillResult:
        """Return what was found and taken in; what went wrong is in it.

        Args:
            source: How the outlet is called.
            url: Its page.
            first: First night.
            last: Last night; nights to come are left out.
            every: As in `cut_spans`.
            at: As in `cut_spans`.
            now: What time it is; aware.

        Raises:
            InputError: If the times cannot be.
        """
        zone = ZoneInfo(self._config.study.time_zone)
        tonight = now.astimezone(zone).date()
        if first > tonight:
            raise InputError(f"--from: found {first}; wanted a night that has been")
        spans = cut_spans(first, min(last, tonight), every, at, zone)
        self._spans = spans
        self._result = BackfillResult(source, url, spans=len(spans))
        with closing(ArchiveBook(self._store.folder / ANSWERS)) as book:
            self._book = book
            self._index = IndexReader(
                self._archive, url, book,
                lambda place, meta: self._request(place, "index", INDEX_DELAY, meta),
                self._progress,
            )  # fmt: skip
            try:
                self._ask(self._index.begin(spans[0].start, spans[-1].end) or self._plan())
            except _Refused as refused:
                self._result = replace(self._result, stopped=str(refused))
            finally:
                self._commit()
        return self._result

    def _follow(self, visit: Visit) -> Iterable[VisitRequest]:
        """Return what to ask for after an answer of the index."""
        if visit.request.role != "index":
            return ()
        if visit.outcome not in ("ok", "not_html"):  # an answer without rows is an empty one
            raise _Refused(self._explain("the index", visit))
        try:
            requests = self._index.take(visit)
        except InputError as error:
            raise _Refused(f"the index, {visit.url}: {error}{_DOUBT}") from error
        return self._plan() if self._index.is_done else requests

    def _plan(self) -> list[VisitRequest]:
        """Return the copies to ask for; none if the index is all that is wanted."""
        chosen = self._choose()
        if self._ingester is None:
            return []
        self._progress("replay", 0, len(chosen))
        return [
            self._request(ask_copy(self._archive, choice[1]), "replay", self._said.delay, choice)
            for choice in chosen
        ]

    def _ask(self, requests: Sequence[VisitRequest]) -> None:
        if not requests:
            return
        failed = 0
        state = self._store.folder / STATE_NAME
        with closing(
            crawl(requests, settings=self._crawling, follow=self._follow, state=state)
        ) as visits:
            for visit in visits:
                if visit.request.role == "index":
                    continue
                self._result = replace(self._result, asked=self._result.asked + 1)
                good = self._take(visit)
                failed = 0 if good else failed + 1
                if not good and (failed == FAILURES or _wants_peace(visit)):
                    raise _Refused(self._explain("the archive", visit))
                if self._result.asked % COMMIT == 0:
                    self._commit()
                self._progress("replay", self._result.asked, len(self._result.planned))

    def _commit(self) -> None:
        if self._ingester is None:
            return
        added = self._ingester.commit()
        self._result = replace(
            self._result, captures=added.captures, lists=added.lists, sightings=added.sightings,
            problems=(*self._problems, *added.problems),
        )  # fmt: skip

    def _choose(self) -> tuple[Choice, ...]:
        """Return the copies to ask for, and note which there are none of and which are here."""
        result = self._result
        refused = self._book.read_refusals(result.source, self._archive.url)
        mementos = [m for m in self._index.found.values() if m.moment not in refused]
        chosen = choose_copies(self._store, result.source, result.url, self._spans, mementos)
        planned = tuple(ask_copy(self._archive, memento) for _, memento in chosen.copies)
        self._result = replace(result, gaps=chosen.gaps, stored=chosen.stored, planned=planned)
        return chosen.copies

    def _take(self, visit: Visit) -> bool:
        """Take in what an archive answered; return whether it answered with a copy."""
        assert self._ingester is not None
        span, asked = visit.request.meta
        found = find_memento(visit)
        if found is None:
            self._note(Problem(visit.request.url, visit.note or "no copy of a page came back"))
            return False
        if found.moment != asked.moment:
            # Never asked for again: what it leads to is here, or not wanted.
            self._book.write_refusal(self._result.source, self._archive.url, asked.moment)
        if not span.start <= found.moment < span.end:
            when = f"{found.moment:%Y-%m-%d %H:%M} UTC"
            note = f"the archive gave its copy of {when}, out of the time wanted; not taken"
            self._note(Problem(visit.request.url, note))
        elif name_source(found.url) != name_source(asked.url):
            self._book.write_refusal(self._result.source, self._archive.url, asked.moment)
            self._note(Problem(visit.request.url, f"the copy led to {found.url}; not taken"))
        elif visit.outcome == "ok":
            self._ingester.add(read_copy(visit, found, self._result.source))
        else:
            self._ingester.add_rows(
                tabulate_failure(
                    source=self._result.source,
                    url=found.url,
                    captured_at=found.moment,
                    outcome=visit.outcome,
                    status=visit.status,
                    note=visit.note,
                )
            )
            self._result = replace(self._result, failures=self._result.failures + 1)
        return True

    def _request(self, url: str, role: Role, delay: float, meta: object) -> VisitRequest:
        return VisitRequest(
            url, self._result.source, role, allow_private=self._said.allow_private, delay=delay,
            meta=meta,
        )  # fmt: skip

    def _explain(self, who: str, visit: Visit) -> str:
        text = f"{who} did not answer as wanted, {visit.request.url}: {visit.note}"
        if "private address" in visit.note:
            text += "; allow_private = true under [archive] in tracker.toml permits it"
        elif visit.request.role == "index" and (
            visit.status in (404, 410) or visit.outcome == "unreachable"
        ):
            text += _DOUBT
        return text

    def _note(self, problem: Problem) -> None:
        self._problems.append(problem)


def _wants_peace(visit: Visit) -> bool:
    """Return whether an archive asks to be left alone."""
    return visit.status in (429, 503) or visit.outcome == "blocked"
