"""Raw pages kept as WARC, each body once, so that everything can be harvested again."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import polars as pl

from tracker.collector.documents import Document, Problem
from tracker.collector.headlines import Rows
from tracker.collector.page_writers import PageWriter
from tracker.collector.warcs import Payloads, read_page
from tracker.store import Store
from tracker.tables import BODIES, CAPTURES, LISTS, SIGHTINGS

FOLDER = "captures"


class BodyKeeper:
    """Writes the pages of one run into one WARC file of its own, each body once.

    A body that is kept already is referred to, so that the files alone tell every capture. A
    process that is killed leaves at most a half-written record at the end of its file.

    Args:
        store: The study's store.
        run_id: Part of the file's name.
        started_at: Part of the file's name.
    """

    def __init__(self, store: Store, run_id: str, started_at: datetime) -> None:
        self._store = store
        stamp = started_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        self._path = f"{FOLDER}/tracker-{stamp}-{run_id}.warc.gz"
        places = store.scan(BODIES).select("body", "path", "offset").collect()
        self._places = {body: (path, offset) for body, path, offset in places.iter_rows()}
        self._firsts: dict[str, Document] = {}
        self._rows: list[tuple[str, str, int, int]] = []
        self._file: IO[bytes] | None = None
        self._writer: PageWriter | None = None

    def keep(self, document: Document, *, url: str, source: str, captured_at: datetime) -> None:
        """Write a page, or where its body is kept already, that it was seen again."""
        body = document.body_hash
        writer, file = self._open()
        first = self._find_first(body)
        if first is not None:
            writer.refer(document, url, source, captured_at, first)
            file.flush()
            return
        offset = writer.write(document, url, source, captured_at)
        file.flush()  # so that a process that is killed leaves what it fetched
        self._rows.append((body, self._path, offset, len(document.body)))
        self._places[body] = (self._path, offset)
        self._firsts[body] = replace(document, url=url, captured_at=captured_at, body=b"")

    def _open(self) -> tuple[PageWriter, IO[bytes]]:
        if self._writer is None or self._file is None:
            path = self._store.folder / self._path
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")
            self._writer = PageWriter(self._file, path.name)
        return self._writer, self._file

    def holds(self, body: str) -> bool:
        """Return whether a body is kept, as far as the tables know."""
        return body in self._places

    def list_payloads(self) -> Payloads:
        """Return where every body is kept, for archives that refer to them."""
        return Payloads({b: (self._store.folder / p, at) for b, (p, at) in self._places.items()})

    def find_page(self, body: str) -> Document | None:
        """Return the first capture of a body that is kept, None where it is not or is lost."""
        if body in self._places:
            path, offset = self._places[body]
            with contextlib.suppress(OSError, ValueError, EOFError):
                found = read_page(self._store.folder / path, offset)
                return found if isinstance(found, Document) else None
        return None

    def _find_first(self, body: str) -> Document | None:
        """Return what a body was first kept as, without the body."""
        if body not in self._firsts and (found := self.find_page(body)):
            self._firsts[body] = replace(found, body=b"")
        return self._firsts.get(body)

    def flush(self) -> None:
        """Bring what was written to the disk, then say in the table where it is."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._store.upsert(BODIES, BODIES.frame(self._rows))
            self._rows = []

    def commit(self, rows: Rows) -> None:
        """Write the rows of pages to the tables, their raw pages before them."""
        self.flush()
        # Captures last: a capture that is there has all its lists and sightings.
        self._store.append(SIGHTINGS, rows.sightings)
        self._store.append(LISTS, rows.lists)
        self._store.append(CAPTURES, rows.captures)

    def close(self) -> None:
        """Flush and close the file."""
        self.flush()
        if self._file is not None:
            self._file.close()


def find_leftovers(store: Store, run_id: str) -> list[Path]:
    """Return the files into which a run wrote pages: what it wrote last no table may know."""
    return sorted((store.folder / FOLDER).glob(f"tracker-*-{run_id}.warc.gz"))


def read_bodies(store: Store, bodies: pl.DataFrame) -> Iterator[tuple[str, Document | Problem]]:
    """Yield (body, page) for each row of `bodies` (BODIES), a problem where it is not readable."""
    for body, path, offset, _ in bodies.sort("path", "offset").iter_rows():
        place: Path = store.folder / path
        try:
            yield body, read_page(place, offset)
        except (OSError, ValueError, EOFError) as error:
            yield body, Problem(f"{place}@{offset}", f"cannot be read again: {error}")
