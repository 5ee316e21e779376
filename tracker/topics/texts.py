"""The texts of all headlines placed so far, by which topics are named."""

from collections.abc import Collection, Iterator
from typing import Final

import polars as pl

_COLUMNS: Final = ("headline_id", "text", "language", "source")
_CHUNKS: Final = 64  # nights side by side; looking through more costs more than joining them


class Texts:
    """Headlines in columns, since as objects all there ever were would be gigabytes.

    Args:
        headlines: Those of earlier nights: headline_id, text, language, source.
    """

    def __init__(self, headlines: pl.DataFrame | None = None) -> None:
        none = pl.DataFrame(schema=dict.fromkeys(_COLUMNS, pl.String()))
        self._all = none if headlines is None else headlines.select(_COLUMNS)

    def add(self, headlines: pl.DataFrame) -> None:
        """Take headlines in: headline_id, text, language, source."""
        self._all = self._all.vstack(headlines.select(_COLUMNS))
        if self._all.n_chunks() > _CHUNKS:
            self._all = self._all.rechunk()

    def find(self, headlines: Collection[str]) -> Iterator[tuple[str, str, str, str]]:
        """Yield id, text, language (empty if unknown) and source of some headlines."""
        found = self._all.filter(pl.col("headline_id").is_in(list(headlines)))
        yield from found.with_columns(pl.col("language").fill_null("")).iter_rows()
