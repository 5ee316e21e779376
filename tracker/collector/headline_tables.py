"""Headline lists that somebody else harvested: CSV, Parquet and JSON tables."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from tracker.collector.csv_files import CsvFile, fold_column, read_csv
from tracker.collector.documents import Problem
from tracker.collector.harvest.links import LONGEST_URL, is_overlong
from tracker.collector.harvest.titles import LONGEST_TITLE, cut_text, fold_texts
from tracker.collector.sources import LONGEST_SOURCE
from tracker.collector.table_times import Times, read_times
from tracker.errors import InputError
from tracker.names import count
from tracker.tables import LIST_KINDS, TIME

WANTED: Final[dict[str, Any]] = {
    "captured_at": TIME,
    "source": pl.String,
    "list_kind": pl.String,
    "rank": pl.Int32,
    "title": pl.String,
}
OPTIONAL: Final[dict[str, Any]] = {"url": pl.String, "heading": pl.String}
_KNOWN: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
_A_TIME: Final = "a time such as 2024-01-01T21:00:00Z"
_MEANT: Final = {TIME: _A_TIME, pl.String: "text", pl.Int32: "a whole number"}


@dataclass(frozen=True)
class HeadlineTable:
    """A headline table as read.

    Attributes:
        rows: The good rows: captured_at (UTC), source, list_kind, rank, title, url?, heading.
        problems: What was wrong with the others.
        notes: What was decided in reading it, which the file leaves open.
    """

    rows: pl.DataFrame
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


def read_headline_table(path: Path, *, day_first: bool | None = None) -> HeadlineTable:
    """Return the rows of a headline table; rows that say nothing usable become a problem.

    Times without a zone are taken as UTC. `url` and `heading` may be absent. Titles are
    folded as those of pages and feeds are, and else kept as they are.

    Args:
        path: The file.
        day_first: Whether the day comes first in dates such as 03/04/2022, where no other date of
            the table says it.

    Raises:
        InputError: If the file cannot be read, columns are missing or of a wrong type, or dates
            may mean two things; names the columns found and those wanted.
    """
    file = _read(path)
    try:
        frame = _choose_columns(file.rows)
        times = _convert_times(frame["captured_at"], day_first)
        texts = {
            name: _convert(frame[name], dtype)
            if name in frame.columns
            else pl.lit(None, dtype=dtype)
            for name, dtype in {**WANTED, **OPTIONAL}.items()
            if name != "captured_at"
        }
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    rows = frame.select(captured_at=times.values, **texts).with_row_index("row", offset=1)
    rows = rows.with_columns(fold_texts(rows[name]) for name in ("title", "source", "heading"))
    rows = rows.with_columns(pl.col("heading").fill_null(""))
    notes = tuple(f"{path}: {note}" for note in (file.note, times.note) if note)
    if rows.is_empty():
        found = Problem(str(path), "found no rows; wanted some")
        return HeadlineTable(rows.drop("row"), (found,), notes)
    rows, problems = _split(rows, path)
    return HeadlineTable(rows, problems, notes)


def _choose_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that are known, in whatever case they are written."""
    known = [*WANTED, *OPTIONAL]
    columns: dict[str, list[str]] = {}
    for column in rows.columns:
        columns.setdefault(fold_column(column), []).append(column)
    if missing := [name for name in WANTED if name not in columns]:
        wanted = ", ".join([*WANTED, *(f"{name} (optional)" for name in OPTIONAL)])
        raise InputError(
            f"column {', '.join(missing)} missing; found {', '.join(rows.columns)}; wanted {wanted}"
        )
    for name in known:
        if (n := len(columns.get(name, []))) > 1:
            raise InputError(f"found {n} columns {name}, but for case and blanks; wanted one")
    texts = pl.col(pl.String).str.strip_chars()
    return rows.select(
        **{name: columns[name][0] for name in known if name in columns}
    ).with_columns(texts)


def _read(path: Path) -> CsvFile:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        raise InputError(f"{path}: a packed table; wanted it unpacked")
    try:
        if suffix in (".csv", ".tsv"):
            return read_csv(path, [*WANTED, *OPTIONAL])
        if suffix in (".json", ".jsonl", ".ndjson"):
            return CsvFile(_read_json(path))
        return CsvFile(pl.read_parquet(path))
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: cannot be read as {suffix or 'Parquet'}: {reason}") from error


def _read_json(path: Path) -> pl.DataFrame:
    """Return the rows of a JSON file: objects in an array, or one object a line."""
    with path.open("rb") as file:
        is_array = file.read(1000).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    read = pl.read_json if is_array else pl.read_ndjson
    return read(path, infer_schema_length=None)


def _convert(column: pl.Series, dtype: Any) -> pl.Series:
    if isinstance(column.dtype, (pl.List, pl.Struct, pl.Array, pl.Object)):
        raise InputError(f"column {column.name} is {column.dtype}; wanted {_MEANT[dtype]}")
    return _want_some(column, column.cast(dtype, strict=False))


def _convert_times(column: pl.Series, day_first: bool | None) -> Times:
    found = column.dtype
    if found == pl.String:
        times = read_times(column, day_first)
    elif isinstance(found, pl.Datetime):
        zone = column.dt.convert_time_zone if found.time_zone else column.dt.replace_time_zone
        times = Times(zone("UTC").cast(TIME, strict=False))
    elif found == pl.Date:
        midnights = column.cast(pl.Datetime("us"), strict=False)
        times = Times(midnights.dt.replace_time_zone("UTC"))
    elif found == pl.Null:
        times = Times(column.cast(TIME))
    else:
        raise InputError(f"column {column.name} is {found}; wanted {_A_TIME}")
    # What lies beyond what Python knows of could not even be told of.
    is_known = pl.col(column.name).is_between(*_KNOWN)
    known = times.values.to_frame().select(pl.when(is_known).then(column.name)).to_series()
    if found == pl.String:
        _want_some(column, known)
    return replace(times, values=known)


def _want_some(column: pl.Series, converted: pl.Series) -> pl.Series:
    """Return a wanted column as converted, if anything in it could be."""
    said = column.drop_nulls()
    if column.name in WANTED and said.len() and converted.null_count() == column.len():
        wanted = _MEANT[WANTED[column.name]]
        raise InputError(f"column {column.name} holds {said[0]!r}; wanted {wanted}")
    return converted


def _split(rows: pl.DataFrame, path: Path) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    kinds = [kind for kind in LIST_KINDS if kind != "article"]
    bad = {
        "without a title": pl.col("title").fill_null("") == "",
        f"with a title of more than {LONGEST_TITLE} characters": pl.col("title").str.len_chars()
        > LONGEST_TITLE,
        "without a source": pl.col("source").fill_null("") == "",
        f"with a source of more than {LONGEST_SOURCE} characters": pl.col("source").str.len_chars()
        > LONGEST_SOURCE,
        f"whose captured_at is not {_A_TIME}": pl.col("captured_at").is_null(),
        "without a rank of 1 or more": pl.col("rank").fill_null(0) < 1,
        f"with a list_kind other than {', '.join(kinds)}": ~pl.col("list_kind")
        .fill_null("")
        .is_in(kinds),
    }
    problems, total = [], count(rows.height, "row")
    for what, is_bad in bad.items():
        found = rows.filter(is_bad)
        if found.height:
            said = f"left out {found.height:,} of {total} {what}, first in row {found['row'][0]:,}"
            problems.append(Problem(str(path), said))
            rows = rows.filter(~is_bad)
    if rows.is_empty():
        problems.append(Problem(str(path), "no row is left to take in"))
    rows, cuts = _shorten(rows)
    problems += [Problem(str(path), cut) for cut in cuts]
    return rows.drop("row"), tuple(problems)


def _shorten(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return good rows without overlong addresses and headings, and what was done to them."""
    # What is no ASCII in an address is written with three characters a byte.
    urls = rows.filter(pl.col("url").str.len_bytes() * 3 > LONGEST_URL)["url"].unique()
    long_urls = [url for url in urls if is_overlong(url, url)]
    is_long = {
        f"left out addresses of over {LONGEST_URL:,} characters": pl.col("url").is_in(long_urls),
        f"cut headings of over {LONGEST_TITLE} characters": pl.col("heading").str.len_chars()
        > LONGEST_TITLE,
    }
    said = []
    for what, is_so in is_long.items():
        found = rows.filter(is_so)["row"]
        if found.len():
            said.append(f"{what} in {count(found.len(), 'row')}, first in row {found[0]:,}")
    headings = rows["heading"].unique()
    cut = {text: cut_text(text) for text in headings if len(text) > LONGEST_TITLE}
    short = pl.when(~pl.col("url").is_in(long_urls)).then("url")
    return rows.with_columns(pl.col("heading").replace(cut), url=short), said
