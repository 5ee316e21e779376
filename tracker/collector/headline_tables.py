"""Headline lists that somebody else harvested: CSV, Parquet and JSON-lines tables."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from tracker.collector.csv_files import read_csv
from tracker.collector.documents import Problem
from tracker.collector.harvest.titles import LONGEST_TITLE, fold_texts
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
_A_TIME: Final = "a time such as 2024-01-01T21:00:00Z"
_MEANT: Final = {TIME: _A_TIME, pl.String: "text", pl.Int32: "a whole number"}


@dataclass(frozen=True)
class HeadlineTable:
    """A headline table as read.

    Attributes:
        rows: The good rows: captured_at (UTC), source, list_kind, rank, title, url?, heading.
        problems: What was wrong with the others.
    """

    rows: pl.DataFrame
    problems: tuple[Problem, ...]


def read_headline_table(path: Path) -> HeadlineTable:
    """Return the rows of a headline table; rows that say nothing usable become a problem.

    Times without a zone are taken as UTC. `url` and `heading` may be absent. Titles are
    folded as those of pages and feeds are, and else kept as they are.

    Raises:
        InputError: If the file cannot be read, or columns are missing or of a wrong type; names
            the columns found and those wanted.
    """
    frame = _read(path)
    wanted = ", ".join([*WANTED, *(f"{name} (optional)" for name in OPTIONAL)])
    if missing := [name for name in WANTED if name not in frame.columns]:
        raise InputError(
            f"{path}: column {', '.join(missing)} missing; found {', '.join(frame.columns)}; "
            f"wanted {wanted}"
        )
    columns: list[pl.Expr] = []
    for name, dtype in {**WANTED, **OPTIONAL}.items():
        if name not in frame.columns:
            columns.append(pl.lit(None, dtype=dtype).alias(name))
        else:
            columns.append(_convert(frame, name, dtype, path))
    rows = frame.select(columns).with_row_index("row", offset=1)
    rows = rows.with_columns(fold_texts(rows[name]) for name in ("title", "source", "heading"))
    rows = rows.with_columns(pl.col("heading").fill_null(""))
    if rows.is_empty():
        return HeadlineTable(rows.drop("row"), (Problem(str(path), "found no rows; wanted some"),))
    return _split(rows, path)


_FORMATS: Final = (
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M%:z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
)
"""Ways to write a time, tried in order, each row for itself."""


def _parse_time(column: pl.Expr, form: str) -> pl.Expr:
    text = column.str.strip_chars().str.replace(r"\s*(?:Z|UTC|GMT)$", "+00:00")
    text = text.str.replace(r"^(\d{4}-\d\d-\d\d) +", "${1}T").str.replace(
        r" *([+-]\d\d):?(\d\d)$", "${1}:${2}"
    )
    if form == "%Y-%m-%d":
        return (
            text.str.to_date(form, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        )
    parsed = text.str.to_datetime(form, time_unit="us", strict=False)
    return parsed if form.endswith("z") else parsed.dt.replace_time_zone("UTC")


def _read(path: Path) -> pl.DataFrame:
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            return read_csv(path, [*WANTED, *OPTIONAL])
        if suffix in (".jsonl", ".ndjson"):
            return pl.read_ndjson(path)
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: cannot be read as {suffix or 'Parquet'}: {reason}") from error


def _convert(frame: pl.DataFrame, name: str, dtype: Any, path: Path) -> pl.Expr:
    found = frame.schema[name]
    column = pl.col(name)
    if name == "captured_at":
        if found == pl.String:
            column = pl.coalesce(*(_parse_time(column, form) for form in _FORMATS))
        elif isinstance(found, pl.Datetime):
            zone = column.dt.convert_time_zone if found.time_zone else column.dt.replace_time_zone
            column = zone("UTC").cast(TIME)
        elif found == pl.Date:
            column = column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        elif found != pl.Null:
            raise InputError(f"{path}: column captured_at is {found}; wanted {_A_TIME}")
        else:
            column = column.cast(TIME)
    elif isinstance(found, (pl.List, pl.Struct, pl.Array, pl.Object)):
        raise InputError(f"{path}: column {name} is {found}; wanted {_MEANT[dtype]}")
    else:
        column = column.cast(dtype, strict=False)
    if frame.height and frame[name].null_count() < frame.height and name in WANTED:
        converted = frame.select(column.alias(name))[name]
        if converted.null_count() == frame.height:
            sample = frame[name].drop_nulls()[0]
            raise InputError(f"{path}: column {name} holds {sample!r}; wanted {_MEANT[dtype]}")
    return column.alias(name)


def _split(rows: pl.DataFrame, path: Path) -> HeadlineTable:
    kinds = [kind for kind in LIST_KINDS if kind != "article"]
    bad = {
        "without a title": pl.col("title").fill_null("") == "",
        f"with a title of more than {LONGEST_TITLE} characters": pl.col("title").str.len_chars()
        > LONGEST_TITLE,
        "without a source": pl.col("source").fill_null("") == "",
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
    return HeadlineTable(rows.drop("row"), tuple(problems))
