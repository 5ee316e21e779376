"""Where a study lives on disk: Delta tables, raw pages as WARC, and what the report writes.

Every write is one atomic commit, so a process killed at any moment leaves a study that opens.
"""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tracker.errors import StoreError
from tracker.files import check_folder, dropping_unused, read_pins, replacing, write_pins
from tracker.locks import Tell, hold_study, tell_log
from tracker.tables import RUNS, TABLES, Table

if TYPE_CHECKING:
    from deltalake import DeltaTable

MAX_FILES: Final = 40
"""Data files a table may collect before they are merged: one small file a commit scans slowly."""
KEEP_HOURS: Final = 48
"""How long replaced data files stay, so that a reader who opened the table keeps what it saw."""


@dataclass(frozen=True)
class Change:
    """What takes the place of a table, or of some of its rows.

    Attributes:
        table: The table.
        frame: Its new rows.
        where: Which rows they replace, a predicate in SQL that each new row satisfies; all if None.
    """

    table: Table
    frame: pl.DataFrame
    where: str | None = None


class Store:
    """The folder of a study.

    Args:
        folder: Where it is; made on the first write, never on reading.
        tell: Told where it has to wait for another writer.
    """

    def __init__(self, folder: Path, tell: Tell = tell_log) -> None:
        self.folder, self._tell = folder, tell
        check_folder(folder)

    @property
    def exists(self) -> bool:
        """Return whether anything was stored here yet."""
        return (self.folder / "tables").is_dir()

    @contextlib.contextmanager
    def writing(self, command: str) -> Iterator[None]:
        """Hold the study for one writer; of a new one into which nothing came, nothing is left.

        Args:
            command: What is to be done, for whoever has to wait.

        Raises:
            StoreError: If another process is writing to it, and does not end soon.
        """
        try:
            made = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
            self.folder.mkdir(parents=True, exist_ok=True)
            with (
                hold_study(self.folder, command, self._tell),
                dropping_unused(self.folder, made, [RUNS.name]),
            ):
                yield
        except OSError as error:
            raise StoreError(f"{self.folder}: cannot write to the study: {error}") from error

    def scan(self, table: Table) -> pl.LazyFrame:
        """Return the table as a lazy frame; empty if nothing was written to it yet.

        Raises:
            StoreError: If the stored table is broken or has other columns than it should.
        """
        delta = self._open(table)
        if delta is None:
            return table.empty().lazy()
        frame = pl.scan_delta(delta)
        later = [c for c in table.columns if c.nullable and c.name not in frame.collect_schema()]
        if later:
            # Written before the table had these columns.
            empty = [pl.lit(None, dtype=c.dtype).alias(c.name) for c in later]
            frame = frame.with_columns(empty).select(table.schema.names())
        found = frame.collect_schema()
        if found != table.schema:
            place, lacking = self._place(table), [c for c in table.schema if c not in found]
            if found.items() < table.schema.items():
                raise StoreError(
                    f"{place}: found no {', '.join(lacking)}, as an earlier version left it; "
                    "run tracker update"
                )
            raise StoreError(f"{place}: found columns {dict(found)}; wanted {dict(table.schema)}")
        return frame

    def read(self, table: Table) -> pl.DataFrame:
        """Return the whole table."""
        return self.scan(table).collect()

    def pick(self, table: Table, wanted: pl.Expr, columns: Sequence[str]) -> pl.DataFrame:
        """Return some columns of the rows that a condition holds for, in any order.

        Files without such rows are opened for the columns of the condition alone: of a table that
        grows at its end, what was written lately costs little, however much was written before.

        Args:
            table: The table; one whose columns have always been the same.
            wanted: The condition.
            columns: The columns.
        """
        delta = self._open(table)
        files = [] if delta is None else delta.file_uris()
        if files:
            rows = pl.scan_parquet(files, glob=False, include_file_paths="file").filter(wanted)
            files = rows.select(pl.col("file").unique()).collect()["file"].to_list()
        if not files:
            return table.empty().select(columns)
        return pl.scan_parquet(files, glob=False).filter(wanted).select(columns).collect()

    def append(self, table: Table, frame: pl.DataFrame) -> int:
        """Add the rows whose key is not there yet, in one commit; return how many.

        Raises:
            TableError: If the frame does not fit the table; nothing is written.
        """
        frame = table.check(frame)
        if frame.is_empty():
            return 0
        if self._open(table) is not None:
            first = table.key[0]
            known = (
                self.scan(table)
                .select(table.key)
                .filter(pl.col(first).is_in(frame[first].implode()))
            )
            frame = frame.join(known.collect(), on=list(table.key), how="anti", nulls_equal=True)
        if not frame.is_empty():
            self._write(table, frame, "append")
        return frame.height

    def upsert(self, table: Table, frame: pl.DataFrame) -> None:
        """Add rows, or change those whose key is there, in one commit."""
        frame = table.check(frame)
        if frame.is_empty():
            return
        if self._open(table) is None:
            self._write(table, frame, "append")
            return
        same = " AND ".join(f's."{name}" = t."{name}"' for name in table.key)
        merge: Any = frame.write_delta(
            str(self._place(table)),
            mode="merge",
            delta_merge_options={
                "predicate": same,
                "source_alias": "s",
                "target_alias": "t",
                "writer_properties": _properties(),
                "merge_schema": True,
            },
        )
        merge.when_matched_update_all().when_not_matched_insert_all().execute()
        self._tidy(table)

    def replace(self, table: Table, frame: pl.DataFrame, where: str | None = None) -> None:
        """Put `frame` in place of the table, or of the rows that `where` names, in one commit.

        Args:
            table: The table.
            frame: The new rows.
            where: A predicate in SQL; every new row must satisfy it.
        """
        frame = table.check(frame)
        if self._open(table) is not None:
            self._write(table, frame, "overwrite", where)
        elif not frame.is_empty():
            self._write(table, frame, "append")

    def replace_together(self, changes: Sequence[Change]) -> None:
        """Replace several tables, or rows of them, so that readers see all of it or nothing.

        A table that is written so once is written in no other way.

        Raises:
            TableError: If a frame does not fit its table; nothing is written.
        """
        checked = [(one, one.table.check(one.frame)) for one in changes]
        pins = read_pins(self.folder)
        for one, frame in checked:
            self._take_back(one.table, pins)
            if self._open(one.table, latest=True) is not None or not frame.is_empty():
                self._write(one.table, frame, "overwrite", one.where, tidy=False)
        for one, _ in checked:
            self._compact(one.table, latest=True)
            delta = self._open(one.table, latest=True)
            pins[one.table.name] = None if delta is None else delta.version()
        write_pins(self.folder, pins)
        for one, _ in checked:
            self._vacuum(one.table)

    def versions(self) -> dict[str, int]:
        """Return the version of every stored table, by name: it changes when the table does."""
        opened = {name: self._open(table) for name, table in TABLES.items()}
        return {name: delta.version() for name, delta in opened.items() if delta is not None}

    def write_file(self, path: str, content: str | bytes) -> Path:
        """Write one file below the study's folder, whole or not at all; return where it is.

        Raises:
            StoreError: If the path leads out of the folder.
        """
        relative = PurePosixPath(path)
        if relative.is_absolute() or ".." in relative.parts or not relative.parts:
            raise StoreError(f"{path}: wanted a path below the study's folder")
        target = self.folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode("utf-8") if isinstance(content, str) else content
        if not (target.is_file() and target.read_bytes() == data):
            with replacing(target) as file:
                file.write(data)
        return target

    def prune_files(self, folder: str, kept: Collection[str]) -> None:
        """Remove the files right below one of the report's folders that are not in `kept`."""
        for path in (self.folder / folder).glob("*.*"):
            if f"{folder}/{path.name}" not in kept and path.is_file():
                path.unlink()

    def _place(self, table: Table) -> Path:
        return self.folder / "tables" / table.name

    def _take_back(self, table: Table, pins: dict[str, int | None]) -> None:
        """Undo what a process wrote that was killed before all of it was written."""
        delta, version = self._open(table, latest=True), pins.get(table.name)
        if delta is not None and version is not None and delta.version() != version:
            delta.restore(version)

    def _open(self, table: Table, *, latest: bool = False) -> "DeltaTable | None":
        # 0.2 s that reading nothing should not cost
        from deltalake.exceptions import DeltaError, TableNotFoundError  # noqa: PLC0415

        from tracker.deltas import LocalTable  # noqa: PLC0415

        place = self._place(table)
        if not place.is_dir():
            return None
        pins = {} if latest else read_pins(self.folder)
        if table.name in pins and pins[table.name] is None:
            return None
        try:
            return LocalTable(place, version=pins.get(table.name))
        except TableNotFoundError:
            # A process killed before its first commit leaves data files that nobody refers to.
            return None
        except DeltaError as error:
            raise StoreError(f"{place}: the stored table cannot be opened: {error}") from error

    def _write(
        self,
        table: Table,
        frame: pl.DataFrame,
        mode: Any,
        where: str | None = None,
        *,
        tidy: bool = True,
    ) -> None:
        options: dict[str, Any] = {"writer_properties": _properties(), "schema_mode": "merge"}
        if where is not None:
            options["predicate"] = where
        frame.write_delta(str(self._place(table)), mode=mode, delta_write_options=options)
        if tidy:
            self._tidy(table)

    def _tidy(self, table: Table) -> None:
        self._compact(table)
        self._vacuum(table)

    def _compact(self, table: Table, *, latest: bool = False) -> None:
        delta = self._open(table, latest=latest)
        if delta is not None and len(delta.file_uris()) > MAX_FILES:
            delta.optimize.compact(writer_properties=_properties())

    def _vacuum(self, table: Table) -> None:
        delta = self._open(table)
        if delta is not None and delta.version() % MAX_FILES == MAX_FILES - 1:
            delta.vacuum(KEEP_HOURS, dry_run=False, enforce_retention_duration=False)


def _properties() -> Any:
    from deltalake import WriterProperties  # noqa: PLC0415 - as in Store._open

    return WriterProperties(compression="ZSTD")
