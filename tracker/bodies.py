"""Raw pages kept as WARC, each body once, so that everything can be harvested again."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import polars as pl

from tracker.collector.documents import Document, Problem
from tracker.collector.warcs import PageWriter, read_page
from tracker.ids import hash_bytes
from tracker.store import Store
from tracker.tables import BODIES

FOLDER = "captures"


class BodyKeeper:
    """Writes the bodies of one run into one WARC file of its own.

    A process that is killed leaves at most a half-written record at the end of its file, which
    nothing refers to.

    Args:
        store: The study's store.
        run_id: Part of the file's name.
        started_at: Part of the file's name.
    """

    def __init__(self, store: Store, run_id: str, started_at: datetime) -> None:
        self._store = store
        stamp = started_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        self._path = f"{FOLDER}/tracker-{stamp}-{run_id}.warc.gz"
        self._known = set(store.scan(BODIES).select("body").collect()["body"])
        self._rows: list[tuple[str, str, int, int]] = []
        self._file: IO[bytes] | None = None
        self._writer: PageWriter | None = None

    def keep(self, document: Document, *, url: str, source: str, captured_at: datetime) -> None:
        """Write a page unless its body is kept already."""
        body = hash_bytes(document.body)
        if body in self._known:
            return
        if self._writer is None:
            path = self._store.folder / self._path
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")
            self._writer = PageWriter(self._file)
        offset = self._writer.write(document, url, source, captured_at)
        self._rows.append((body, self._path, offset, len(document.body)))
        self._known.add(body)

    def flush(self) -> None:
        """Bring what was written to the disk, then say in the table where it is."""
        if self._file is not None and self._rows:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._store.append(BODIES, BODIES.frame(self._rows))
            self._rows = []

    def close(self) -> None:
        """Flush and close the file."""
        self.flush()
        if self._file is not None:
            self._file.close()


def read_bodies(store: Store, bodies: pl.DataFrame) -> Iterator[tuple[str, Document | Problem]]:
    """Yield (body, page) for each row of `bodies` (BODIES), a problem where it is not readable."""
    for body, path, offset, _ in bodies.sort("path", "offset").iter_rows():
        place: Path = store.folder / path
        try:
            yield body, read_page(place, offset)
        except (OSError, ValueError, EOFError) as error:
            yield body, Problem(f"{place}@{offset}", f"cannot be read again: {error}")
