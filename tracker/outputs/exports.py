"""Tables out of a study, for other tools."""

import json
from pathlib import Path
from typing import Final

import polars as pl

from tracker.errors import InputError
from tracker.store import replacing

FORMATS: Final = (".csv", ".parquet", ".jsonl", ".ndjson")


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV, Parquet or JSON lines, by the file's name; whole or not at all.

    In CSV a list becomes JSON text.

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
                flatten_lists(frame).write_csv(file, datetime_format="%Y-%m-%dT%H:%M:%S%.fZ")
            elif suffix == ".parquet":
                frame.write_parquet(file)
            else:
                frame.write_ndjson(file)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def flatten_lists(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with every column of lists as JSON text, as CSV needs it."""
    nested = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    texts = [
        pl.Series(name, [None if row is None else _to_json(row) for row in frame[name]], pl.String)
        for name in nested
    ]
    return frame.with_columns(texts)


def _to_json(row: pl.Series) -> str:
    return json.dumps(row.to_list(), ensure_ascii=False)
