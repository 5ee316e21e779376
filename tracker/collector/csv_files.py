"""CSV files as people's tools write them: their separators, their encodings, their faults."""

import contextlib
import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl

from tracker.collector.harvest.decoding import choose_codec, is_nearly_utf8
from tracker.errors import InputError

_SEPARATORS: Final = (",", ";", "\t", "|")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_DUPLICATED: Final = re.compile(r"_duplicated_[0-9]+$")
"""How polars tells a name that stands in a header again from the first one."""
_FOREIGN: Final = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_SAMPLE: Final = 1_000
"""Lines with letters beyond ASCII that are looked at."""


@dataclass(frozen=True)
class CsvFile:
    """A CSV file as read.

    Attributes:
        rows: Its rows, all columns as text.
        note: In which encoding it was read, if it does not say so itself.
    """

    rows: pl.DataFrame
    note: str | None = None


def read_csv(path: Path, wanted: Collection[str]) -> CsvFile:
    """Return the rows of a CSV file.

    Columns may be separated by commas, semicolons, tabs or bars: by what parts its header into
    most of the wanted columns, else into most columns. The text is UTF-8, or UTF-16 that says so
    in its first two bytes; what is neither is read as its bytes are most likely meant.

    Raises:
        InputError: If a line is at fault, with the first that is.
    """
    with path.open("rb") as file:
        header = file.readline(10_000)
    if header[:2] in _UTF16:
        return CsvFile(_parse(path.read_bytes().decode("utf-16"), wanted, path))
    separator = _find_separator(header.decode("utf-8-sig", "ignore"), wanted)
    with contextlib.suppress(pl.exceptions.PolarsError):
        rows = pl.read_csv(path, separator=separator, infer_schema=False)
        if not _is_long(rows.columns):
            return CsvFile(rows)
    text, note = _decode(path.read_bytes())
    return CsvFile(_parse(text, wanted, path), note)


def fold_column(name: str) -> str:
    """Return the name of a column as it is looked for: without case and blanks around it."""
    return _DUPLICATED.sub("", name).strip().casefold()


def _is_long(header: Collection[str]) -> bool:
    """Return whether a header is of several lines, as one that opens a quotation mark may be."""
    return any("\n" in name for name in header)


def _parse(text: str, wanted: Collection[str], path: Path) -> pl.DataFrame:
    separator = _find_separator(text[:10_000].partition("\n")[0], wanted)
    try:
        rows = pl.read_csv(text.encode(), separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        faults = [_find_open_quote(text, separator), _find_long_row(text, separator)]
        if found := [fault for fault in faults if fault]:
            raise InputError(f"{path}: {min(found, key=lambda fault: fault.line)}") from None
        raise
    if _is_long(rows.columns) and (fault := _find_open_quote(text, separator)):
        raise InputError(f"{path}: {fault}")
    return rows


def _decode(body: bytes) -> tuple[str, str | None]:
    """Return bytes as text, and what there is to say of it if they are not UTF-8."""
    with contextlib.suppress(UnicodeDecodeError):
        return body.decode("utf-8-sig"), None
    lines = b"\n".join(found[0] for found in islice(_FOREIGN.finditer(body), _SAMPLE))
    if is_nearly_utf8(lines):
        text = body.decode("utf-8-sig", "replace")
        at = text.index("\ufffd")
        return text, f"not all of it is UTF-8; what is not was read as in {_show(text, at)!r}"
    codec = choose_codec(lines)
    text = body.decode(codec, "replace")
    at = next(place for place, letter in enumerate(text) if not letter.isascii())
    said = f"it is not UTF-8 and was read as {codec}, as in {_show(text, at)!r}"
    return text, f"{said}; if that is wrong, save it as UTF-8"


def _show(text: str, at: int) -> str:
    """Return what stands around a place of a text, in its line."""
    before = text[max(0, at - 10) : at].rpartition("\n")[2]
    return before + text[at : at + 30].partition("\n")[0].rstrip("\r")


def _find_separator(header: str, wanted: Collection[str]) -> str:
    def count_columns(separator: str) -> tuple[int, int]:
        try:
            names = next(csv.reader([header.rstrip("\r\n")], delimiter=separator), [])
        except csv.Error:
            return 0, 0
        return len(set(wanted).intersection(map(fold_column, names))), len(names)

    return max(_SEPARATORS, key=count_columns)


@dataclass(frozen=True)
class _Fault:
    line: int
    found: str

    def __str__(self) -> str:
        return f"line {self.line:,} {self.found}"


def _find_open_quote(text: str, separator: str) -> _Fault | None:
    """Return the first line where a quotation mark opens what none closes, or stands alone."""
    plain = rf'[^"\r\n{separator}]*+'
    quoted, bare = r'"[^"]*+(?:""[^"]*+)*+"', rf'(?!"){plain}(?:"{plain}"{plain})*+'
    field = re.compile(rf"(?:{quoted}|{bare})(?:[{separator}\r\n]|\Z)")
    at = 0
    while at < len(text):
        if not (match := field.match(text, at)):
            before, said = text[:at], text[at : at + 40].splitlines()[0]
            return _Fault(
                before.count("\n") + 1,
                f"has an unclosed quotation mark, as in {said!r}; wanted it closed, and one that "
                'belongs to a text doubled, inside quotation marks: "7"" pizza"',
            )
        at = match.end()
    return None


def _find_long_row(text: str, separator: str) -> _Fault | None:
    """Return the first line with more columns than the header; None if nothing is found."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = next(rows, [])
        for row in rows:
            if len(row) > len(names):
                return _Fault(
                    rows.line_num,
                    f"has {len(row)} columns where the header has {len(names)}; "
                    f'wanted text that holds "{separator}" in quotation marks',
                )
    except csv.Error:
        return None
    return None
