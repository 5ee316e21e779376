"""CSV files as people's tools write them: their separators, their encodings, their faults."""

import csv
from collections.abc import Collection
from pathlib import Path
from typing import Final

import polars as pl

from tracker.errors import InputError

_SEPARATORS: Final = (",", ";", "\t", "|")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def read_csv(path: Path, wanted: Collection[str]) -> pl.DataFrame:
    """Return the rows of a CSV file, all columns as text.

    Columns may be separated by commas, semicolons, tabs or bars: by what parts its header into
    most of the wanted columns, else into most columns. The text is UTF-8, or UTF-16 that says so
    in its first two bytes.

    Raises:
        InputError: If it is none, with the first line at fault.
    """
    with path.open("rb") as file:
        header = file.readline(10_000)
    wide = header[:2] in _UTF16
    table = path.read_bytes().decode("utf-16").encode() if wide else path
    names = header.decode("utf-16" if wide else "utf-8-sig", "ignore")
    separator = _find_separator(names, wanted)
    try:
        return pl.read_csv(table, separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        if not wide and (fault := _find_fault(path, separator)):
            raise InputError(f"{path}: {fault}") from None
        raise


def _find_separator(header: str, wanted: Collection[str]) -> str:
    def count_columns(separator: str) -> tuple[int, int]:
        try:
            names = next(csv.reader([header.rstrip("\r\n")], delimiter=separator), [])
        except csv.Error:
            return 0, 0
        return len(set(wanted).intersection(names)), len(names)

    return max(_SEPARATORS, key=count_columns)


def _find_fault(path: Path, separator: str) -> str | None:
    """Return what is wrong with the first line at fault; None if nothing is found."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return f"line {number} is not UTF-8; wanted the table saved as UTF-8"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, delimiter=separator)
        try:
            names = next(rows, [])
            for row in rows:
                if len(row) > len(names):
                    return (
                        f"line {rows.line_num} has {len(row)} columns where the header has "
                        f'{len(names)}; wanted text that holds "{separator}" in quotation marks'
                    )
        except csv.Error:
            return None
    return None
