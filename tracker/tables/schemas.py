"""What a table is: named, keyed columns of a type, and the check that a frame fits them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from tracker.errors import TableError
from tracker.names import count


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Its name.
        dtype: Its polars type.
        about: What one value says, with its unit.
        nullable: Whether it may be null.
        allowed: The values it may take, where there are few.
    """

    name: str
    dtype: Any
    about: str
    nullable: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A named, keyed, checked kind of frame.

    Attributes:
        name: The table's name in the store and in `tracker export`.
        about: What one row is.
        columns: Its columns, in order.
        key: The columns that name a row; no two rows share them.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def schema(self) -> pl.Schema:
        """Return the polars schema: column names and types, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def empty(self) -> pl.DataFrame:
        """Return a frame of this table without rows."""
        return pl.DataFrame(schema=self.schema)

    def frame(self, rows: Any) -> pl.DataFrame:
        """Return `rows` (dicts or tuples in column order) as a checked frame of this table.

        Raises:
            TableError: If the rows do not fit.
        """
        return self.check(pl.DataFrame(rows, schema=self.schema, orient="row"))

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with this table's columns in order and of its types.

        Raises:
            TableError: If a column is missing, too many, of another type, null where it may
                not be, outside its allowed values, or if two rows share a key.
        """
        wanted, found = [c.name for c in self.columns], frame.columns
        if set(wanted) != set(found):
            raise TableError(
                f"table {self.name}: found columns {', '.join(found) or 'none'}; "
                f"wanted {', '.join(wanted)}"
            )
        try:
            frame = frame.select(pl.col(c.name).cast(c.dtype) for c in self.columns)
        except pl.exceptions.PolarsError as error:
            raise TableError(f"table {self.name}: {error}; wanted {dict(self.schema)}") from error
        for column in self.columns:
            series = frame[column.name]
            if not column.nullable and series.null_count():
                raise TableError(
                    f"table {self.name}: column {column.name} has {series.null_count()} nulls; "
                    "wanted none"
                )
            if column.allowed:
                strange = set(series.unique().drop_nulls()) - set(column.allowed)
                if strange:
                    raise TableError(
                        f"table {self.name}: column {column.name} has {sorted(strange)}; "
                        f"wanted one of {', '.join(column.allowed)}"
                    )
        doubles = frame.height - frame.select(self.key).n_unique() if frame.height else 0
        if doubles:
            raise TableError(
                f"table {self.name}: {count(doubles, 'row repeats', 'rows repeat')} the key "
                f"{', '.join(self.key)}; wanted each once"
            )
        return frame


def want_columns(frame: pl.DataFrame, wanted: Iterable[str], name: str) -> None:
    """Refuse a frame that lacks a column; `name` is how errors call it.

    Raises:
        TableError: If it does.
    """
    wanted = list(wanted)
    if not set(wanted) <= set(frame.columns):
        raise TableError(
            f"{name}: found columns {', '.join(frame.columns) or 'none'}; "
            f"wanted {', '.join(wanted)}"
        )
