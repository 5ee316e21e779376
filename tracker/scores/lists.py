"""How well headline lists recover those that people labelled."""

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

import polars as pl

from tracker.scores.ratios import divide, harmonise
from tracker.tables import CHANNEL_OF, want_columns

COUNTED_KINDS: Final = tuple(CHANNEL_OF)
"""Kinds of list that are scored. Others are neither a hit nor a false alarm."""


@dataclass(frozen=True)
class ListScores:
    """How well headlines were found, over all pages.

    Attributes:
        hits: Headlines found that are known.
        found: Headlines found, but for those known to stand in a list that is not scored.
        known: Headlines to be found.
        kind_hits: Hits whose kind of list is right too.
    """

    hits: int
    found: int
    known: int
    kind_hits: int

    @property
    def precision(self) -> float:
        """Return the share of found headlines that are known."""
        return divide(self.hits, self.found)

    @property
    def recall(self) -> float:
        """Return the share of known headlines that were found."""
        return divide(self.hits, self.known)

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return harmonise(self.precision, self.recall)

    @property
    def kind_accuracy(self) -> float:
        """Return the share of hits whose kind of list is right."""
        return divide(self.kind_hits, self.hits)


def score_lists(found: pl.DataFrame, known: pl.DataFrame) -> ListScores:
    """Return how well the headlines of pages were found.

    A headline counts once a page, under the first scored kind it has there; titles are compared
    without case, white space and punctuation.

    Args:
        found: `page, list_kind, title`, one row a slot; a page is anything that names one visit.
        known: The same, as labelled.

    Raises:
        TableError: If a column is missing.

    Source:
        C. J. van Rijsbergen, Information Retrieval, 1979 (precision, recall and F).
    """
    labels, harvest = _by_title(known, "known"), _by_title(found, "found")
    both = harvest.join(labels, on=["page", "folded"], how="left", suffix="_known")
    scored = pl.col("list_kind").is_in(COUNTED_KINDS)
    wanted = pl.col("list_kind_known").is_in(COUNTED_KINDS)
    # Found as a menu or an advert is not found; known as one is not a false alarm.
    kept = both.filter(scored & (wanted | pl.col("list_kind_known").is_null()))
    hits = kept.filter(wanted)
    return ListScores(
        hits=hits.height,
        found=kept.height,
        known=labels.filter(scored).height,
        kind_hits=hits.filter(pl.col("list_kind") == pl.col("list_kind_known")).height,
    )


def _by_title(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return `page, folded, list_kind`: one row a page and title, scored kinds first."""
    want_columns(frame, ("page", "list_kind", "title"), name)
    folded = frame.with_columns(
        folded=pl.col("title").map_elements(_fold, return_dtype=pl.String),
        unscored=~pl.col("list_kind").is_in(COUNTED_KINDS),
    )
    return (
        folded.filter(pl.col("folded") != "")
        .sort("unscored", maintain_order=True)
        .unique(["page", "folded"], keep="first", maintain_order=True)
        .select("page", "folded", "list_kind")
    )


def _fold(title: str) -> str:
    return re.sub(r"[\W_]+", "", normalize("NFKC", title)).casefold()
