"""Pages, archives and headline tables, file by file, into a study."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import polars as pl

from tracker.collector import headlines as rows_of
from tracker.collector.archives import File, list_files, modified_at, read_documents
from tracker.collector.documents import Document, Problem
from tracker.collector.harvest.links import LONGEST_URL
from tracker.collector.harvest.pages import Page
from tracker.collector.headline_tables import read_headline_table
from tracker.collector.remote_warcs import RemoteSettings, read_remote
from tracker.collector.sources import find_fault, name_source
from tracker.collector.warcs import Payloads, Wants
from tracker.config import Config
from tracker.errors import InputError
from tracker.intakes.bodies import BodyKeeper
from tracker.intakes.harvests import Harvester, Overrides, harvest
from tracker.intakes.override_uses import OverrideUses
from tracker.intakes.page_notes import PageNotes
from tracker.names import count
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import CAPTURES

BATCH: Final = 250
"""Pages between two commits: what a killed process has to do again."""
BATCH_BYTES: Final = 100_000_000
FIRST_PAGE: Final = datetime(1991, 8, 6, tzinfo=UTC)
"""The day the first page of the web was announced."""
_STRANGE: Final = "from before the web or from the future"


@dataclass(frozen=True)
class IngestResult:
    """What an ingest added.

    Attributes:
        files: Files read.
        pages: Pages and table captures found in them.
        captures: Captures that were not there yet.
        lists: Lists in these.
        sightings: Slots in these.
        problems: What could not be read.
        notes: What the user should know of, although all could be read; each once.
    """

    files: int = 0
    pages: int = 0
    captures: int = 0
    lists: int = 0
    sightings: int = 0
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()


@dataclass
class Ingester:
    """Takes files into a store, in batches that are each complete.

    Attributes:
        store: Where to.
        keeper: Keeps the raw pages.
        config: Says how outlets are called, and which of their boxes are pointed out by hand.
        now: What time it is; nothing can have been captured later.
        source: The outlet of everything, if the user said so.
        captured_at: The time of pages that do not say theirs, if the user said so.
        day_first: What `read_headline_table` is told of dates that may mean two things.
        harvest_all: Harvests documents, in their order; perhaps in several processes.
        progress: Told how far it is.
        result: What was added so far.
        wants: Chooses pages by their address, before they are read; all if None.
        payloads: Pages of archives that others may refer to.
    """

    store: Store
    keeper: BodyKeeper
    config: Config
    now: datetime
    source: str | None = None
    captured_at: datetime | None = None
    day_first: bool | None = None
    harvest_all: Harvester = field(
        default=lambda documents, overrides: map(harvest, documents, overrides)
    )
    progress: Progress = be_silent
    result: IngestResult = field(default_factory=IngestResult)
    wants: Wants | None = None
    payloads: Payloads = field(default_factory=Payloads)

    def __post_init__(self) -> None:
        """Read which captures are there already."""
        known = self.store.scan(CAPTURES).select("capture_id").collect()
        self._known = set(known["capture_id"])
        self._pages: list[tuple[Document, Path]] = []
        self._kept: set[str] = set()
        self._batch: list[rows_of.Rows] = []
        self._uses = OverrideUses(self.config)
        self._told = PageNotes()

    def run(self, paths: Sequence[Path]) -> IngestResult:
        """Return what was added from `paths`; what cannot be read becomes a problem."""
        files: list[File] = []
        for path in paths:
            try:
                files += list_files(path)
            except InputError as error:
                self._note(Problem(str(path), str(error).removeprefix(f"{path}: ")))
        for done, file in enumerate(files):
            self.progress("files", done, len(files))
            self._take(file)
        self._commit()
        self._tell([*self._uses.unmatched, *self._told.notes])
        self.progress("files", len(files), len(files))
        return self.result

    def take_remote(self, url: str, settings: RemoteSettings) -> bool:
        """Take in a WARC file on the web as it comes; return whether it was read to its end."""
        self._add(files=1)
        is_whole = True
        for document in read_remote(url, settings, self.wants):
            if isinstance(document, Document) and document.captured_at is None:
                self._note(Problem(document.origin, "found no date; wanted one in each record"))
                continue
            is_whole = is_whole and isinstance(document, Document)
            self._take_document(document, Path(document.origin))
        self._commit()
        self._tell([*self._uses.unmatched, *self._told.notes])
        return is_whole

    def add(self, document: Document) -> None:
        """Take in a page that was fetched and says its address, time and source.

        Its raw page is on the disk when this returns: killed then, the next run takes it in.
        """
        self._add(pages=1)
        path = Path(document.origin)
        url, captured_at = document.url or "", self._date(document, path)
        source = self._name(document, url, path)
        capture_id = rows_of.identify_capture(document, source, url, captured_at)
        if capture_id in self._known or capture_id in self._kept:
            return
        self.keeper.keep(document, url=url, source=source, captured_at=captured_at)
        self._kept.add(capture_id)
        self._pages.append((document, path))
        self._commit_full()

    def add_rows(self, rows: rows_of.Rows) -> None:
        """Take in the rows of a visit that brought no page."""
        self._batch.append(_without(rows, self._known))
        self._known.update(rows.captures["capture_id"])

    def commit(self) -> IngestResult:
        """Write to the tables what was taken in so far; return what was added."""
        self._commit()
        return self.result

    def _take(self, file: File) -> None:
        self._add(files=1)
        if file.form == "table":
            self._take_table(file.path)
            return
        for document in read_documents(file, self.payloads, self.wants):
            self._take_document(document, file.path)

    def _take_document(self, document: Document | Problem, path: Path) -> None:
        if isinstance(document, Problem):
            self._note(document)
            return
        self._add(pages=1)
        first, last = self._span()
        date = self._date(document, path)
        if not first <= date <= last:
            self._note(Problem(document.origin, f"one page {_STRANGE} ({date}); left out"))
        elif not self._is_known(document, path):
            self._pages.append((document, path))
        self._commit_full()

    def _commit_full(self) -> None:
        size = sum(len(page.body) for page, _ in self._pages)
        if len(self._pages) >= BATCH or size >= BATCH_BYTES:
            self._commit()

    def _take_table(self, path: Path) -> None:
        try:
            table = read_headline_table(path, day_first=self.day_first)
        except InputError as error:
            self._note(Problem(str(path), str(error).removeprefix(f"{path}: ")))
            return
        self._tell(table.notes)
        for problem in table.problems:
            self._note(problem)
        rows = self._drop_strange_dates(table.rows, path)
        if self.source is not None:
            rows = rows.with_columns(pl.lit(self.source).alias("source"))
        found = rows_of.tabulate_table(rows)
        self._add(pages=found.captures.height)
        self._batch.append(_without(found, self._known))
        self._known.update(found.captures["capture_id"])
        self._commit()

    def _is_known(self, document: Document, path: Path) -> bool:
        """Return whether a page was taken in before, as far as can be told without reading it."""
        if document.url is None:
            return False
        source = self._name(document, document.url, path)
        captured_at = self._date(document, path)
        return rows_of.identify_capture(document, source, document.url, captured_at) in self._known

    def _take_page(self, document: Document, path: Path, page: Page | Problem) -> None:
        if isinstance(page, Page) and page.url and not self._is_named(document):
            source = self._name(document, page.url, path)
            overrides = self._uses.choose(source, self._date(document, path))
            page = harvest(document, overrides) if overrides else page
        if isinstance(page, Problem):
            self._note(page)
            return
        captured_at = self._date(document, path)
        url = document.url or page.url or path.name
        source = self._name(document, url, path)
        if fault := _find_fault(source, url):
            self._note(Problem(document.origin, fault))
            return
        capture_id = rows_of.identify_capture(document, source, url, captured_at)
        if capture_id in self._known:
            return
        self._known.add(capture_id)
        self._told.note_page(document, page)
        if not (document.captured_at or self.captured_at):
            self._told.note_date(document, captured_at)
        if document.form == "html":
            self._uses.count(source, captured_at, page)
        if capture_id not in self._kept:
            self.keeper.keep(document, url=url, source=source, captured_at=captured_at)
        self._batch.append(
            rows_of.tabulate_page(document, page, source=source, url=url, captured_at=captured_at)
        )

    def _drop_strange_dates(self, rows: pl.DataFrame, path: Path) -> pl.DataFrame:
        good = pl.col("captured_at").is_between(*self._span())
        bad = rows.filter(~good)
        if bad.height:
            sample = bad["captured_at"][0]
            self._note(
                Problem(
                    str(path), f"{count(bad.height, 'row')} {_STRANGE}, e.g. {sample}; left out"
                )
            )
        return rows.filter(good)

    def _span(self) -> tuple[datetime, datetime]:
        return FIRST_PAGE, self.now + timedelta(days=2)

    def _date(self, document: Document, path: Path) -> datetime:
        return document.captured_at or self.captured_at or modified_at(path)

    def _name(self, document: Document, url: str, path: Path) -> str:
        if said := self.source or document.source:
            return said
        host = name_source(url) if urlsplit(url).scheme in ("http", "https") else None
        # Texts without an address: a folder of them is most often one corpus of one publisher.
        return self.config.name_outlet(host) if host else path.resolve().parent.name or path.stem

    def _is_named(self, document: Document) -> bool:
        """Return whether it is known whose page it is before it has been read."""
        return bool(self.source or document.source or document.url)

    def _find_overrides(self, document: Document, path: Path) -> Overrides:
        if not self._is_named(document):
            return ()
        source = self._name(document, document.url or "", path)
        return self._uses.choose(source, self._date(document, path))

    def _commit(self) -> None:
        pages, self._pages = self._pages, []
        harvested = self.harvest_all(
            [document for document, _ in pages], [self._find_overrides(*page) for page in pages]
        )
        for (document, path), page in zip(pages, harvested, strict=True):
            self._take_page(document, path, page)
            self.progress("pages", self.result.pages, self.result.pages)
        self._tell(self._uses.ended)
        if not self._batch:
            return
        rows, self._batch = rows_of.concat_rows(self._batch), []
        self.keeper.commit(rows)
        self._add(
            captures=rows.captures.height,
            lists=rows.lists.height,
            sightings=rows.sightings.height,
        )

    def _add(self, **counts: int) -> None:
        now = {name: getattr(self.result, name) + count for name, count in counts.items()}
        self.result = replace(self.result, **now)

    def _tell(self, notes: Sequence[str]) -> None:
        known = dict.fromkeys((*self.result.notes, *notes))
        self.result = replace(self.result, notes=tuple(known))

    def _note(self, problem: Problem) -> None:
        self.result = replace(self.result, problems=(*self.result.problems, problem))


def _find_fault(source: str, url: str) -> str | None:
    """Return why nothing of a page can be kept, by who published it and where; None if it can."""
    if len(url) > LONGEST_URL:
        return f"found an address of {len(url):,} characters; wanted at most {LONGEST_URL:,}"
    return find_fault(source)


def _without(rows: rows_of.Rows, known: set[str]) -> rows_of.Rows:
    is_new = ~pl.col("capture_id").is_in(list(known))
    return rows_of.Rows(
        rows.captures.filter(is_new), rows.lists.filter(is_new), rows.sightings.filter(is_new)
    )
