"""Tables out of a study, for other tools."""

import json
from pathlib import Path
from typing import Final

import polars as pl

from tracker.errors import InputError
from tracker.files import replacing

FORMATS: Final = (".csv", ".parquet", ".jsonl", ".ndjson")
_FORMULA: Final = r"^[=+\-@\t\r]"


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV, Parquet or JSON lines, by the file's name; whole or not at all.

    CSV is as `to_csv` gives it; the others hold every value as it is.

    Raises:
        InputError: If the name ends otherwise, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError(
            f"{path}: found a name ending in {suffix or 'nothing'}; wanted .csv, .parquet or .jsonl"
        )
    try:
        with replacing(path) as file:
            if suffix == ".csv":
                file.write(to_csv(frame).encode())
            elif suffix == ".parquet":
                frame.write_parquet(file)
            else:
                frame.write_ndjson(file)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def to_csv(frame: pl.DataFrame) -> str:
    """Return a frame as CSV: times in UTC, lists as JSON text.

    Text that a spreadsheet would take for a formula, and run, gets an apostrophe before it: a
    headline may begin with whatever a page's author likes.
    """
    nested = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    texts = [
        pl.Series(name, [None if row is None else _to_json(row) for row in frame[name]], pl.String)
        for name in nested
    ]
    safe = frame.with_columns(texts).with_columns(pl.col(pl.String).str.replace(_FORMULA, "'${0}"))
    return safe.write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%.fZ")


def _to_json(row: pl.Series) -> str:
    return json.dumps(row.to_list(), ensure_ascii=False, default=str)
