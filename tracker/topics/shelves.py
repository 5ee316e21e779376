"""The shelf: topics and headlines that nothing has touched since a ledger was restored.

They stay in columns, since as objects all there ever were would be gigabytes; what a night touches
is taken from the shelf, once.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.topics.similarity import Rows

HELD: Final = pl.Schema(
    {
        "headline_id": pl.String,
        "event_id": pl.String,
        "topic_id": pl.String,
        "from_night": pl.Date,
        "probability": pl.Float64,
        "night": pl.Date,
    }
)
"""Columns of a frame of headlines where they are held; `night` is the one they were first seen."""


class Shelf:
    """Topics and headlines in columns.

    Args:
        held: Where each headline is, a frame with the columns of `HELD`, in the order in which
            they were placed.
        topics: The latest row of each topic, a frame of `tracker.tables.TOPICS`.
    """

    def __init__(self, held: pl.DataFrame, topics: pl.DataFrame) -> None:
        self._held = held.select(list(HELD))
        self._held_here = np.ones(held.height, bool)
        news = held.drop_nulls("topic_id").group_by("topic_id").agg(news=pl.col("night").max())
        rows = topics.join(news, on="topic_id", how="left").sort("topic_id")
        # A topic without headlines has ended in a merger.
        alive = rows["news"].is_not_null()
        self._topics = rows.select(
            "topic_id", "label", "terms", "size", "state",
            last_night=pl.coalesce("news", "night"), alive=alive,
        )  # fmt: skip
        self._centroids = _read_vectors(rows["centroid"])
        self._here = np.ones(rows.height, bool)
        self._dormant = (alive & (rows["state"] == "dormant")).to_numpy()
        self._asleep = (alive & (rows["state"] != "active")).to_numpy()
        self._last = self._topics["last_night"].to_numpy()
        self._terms: dict[int, _TermIndex] = {}

    def take_events(self, events: Iterable[str]) -> pl.DataFrame:
        """Take the headlines of some events, a frame with the columns of `HELD`."""
        return self._take_held(pl.col("event_id").is_in(list(events)))

    def take_topic_events(self, topic: str) -> pl.DataFrame:
        """Take the headlines of all events of a topic."""
        return self._take_held(pl.col("topic_id") == topic)

    def take_topics(self, names: Iterable[str]) -> tuple[pl.DataFrame, Rows]:
        """Take some topics: topic_id, label, terms, size, state, last_night, alive; centroids.

        Those that are not here, or were taken, are passed over.
        """
        rows = self._find_topics(names)
        self._here[rows] = False
        return self._topics[rows], self._centroids[rows]

    def find_events(self, headlines: Collection[str]) -> list[str]:
        """Return the events of those of some headlines that are here, taken or not."""
        found = self._held.filter(pl.col("headline_id").is_in(list(headlines)))
        return found["event_id"].unique().to_list()

    def find_headlines(self, headlines: pl.Series) -> set[str]:
        """Return those of some headlines that are here, taken or not."""
        here = self._held["headline_id"]
        return set(here.filter(here.is_in(headlines.implode())))

    def list_events_since(self, night: date) -> list[str]:
        """Return the events with a headline first seen on `night` or later."""
        lately = self._held.filter(pl.col("night") >= night)
        return lately["event_id"].unique().to_list()

    def list_active(self) -> list[str]:
        """Return the topics that do not sleep."""
        return self._name(np.flatnonzero(self._topics["alive"].to_numpy() & ~self._asleep))

    def list_dormant(self, since: date) -> list[str]:
        """Return the topics here that are dormant, with no news after the night `since`."""
        return self._name(np.flatnonzero(self._here & self._dormant & (self._last <= since)))

    def find_asleep(self, words: Iterable[str], n_terms: int, least: int) -> pl.DataFrame:
        """Return topic_id and row of topics asleep, by id.

        Args:
            words: Some words, each once.
            n_terms: How many of a topic's first terms are looked at.
            least: How many of these must be among the words.
        """
        if n_terms not in self._terms:
            asleep = np.flatnonzero(self._asleep)
            self._terms[n_terms] = _TermIndex(self._topics["terms"], asleep, n_terms)
        rows, n_found = np.unique(self._terms[n_terms].find(words), return_counts=True)
        rows = rows[(n_found >= least) & self._here[rows]]
        return self._topics.select("topic_id")[rows].with_columns(row=rows)

    def read_centroids(self, rows: NDArray[np.intp]) -> Rows:
        """Return the centroids in some rows, (n_rows, dimension) float32."""
        return self._centroids[rows]

    def _take_held(self, wanted: pl.Expr) -> pl.DataFrame:
        mask = self._held.select(wanted.fill_null(value=False)).to_series().to_numpy()
        rows = np.flatnonzero(mask & self._held_here)
        self._held_here[rows] = False
        return self._held[rows]

    def _find_topics(self, names: Iterable[str]) -> NDArray[np.intp]:
        """Return the rows of those of some topics that are here."""
        wanted, here = pl.Series(names, dtype=pl.String), self._topics["topic_id"]
        rows = here.search_sorted(wanted).to_numpy().astype(np.intp)
        inside = np.flatnonzero(rows < len(here))
        inside = inside[(here[rows[inside]] == wanted[inside]).to_numpy()]
        found: NDArray[np.intp] = rows[inside]
        return found[self._here[found]]

    def _name(self, rows: NDArray[np.intp] | list[int]) -> list[str]:
        return self._topics["topic_id"].gather(rows).to_list()


class _TermIndex:
    """The rows of topics by each of their first terms."""

    def __init__(self, terms: pl.Series, rows: NDArray[np.intp], n_terms: int) -> None:
        first = terms.gather(rows).list.head(n_terms)
        pairs = pl.DataFrame({"row": rows.astype(np.int64), "term": first}).explode("term")
        found = pairs.drop_nulls().unique().group_by("term").agg("row")
        self._rows = found["row"]
        self._place = {term: place for place, term in enumerate(found["term"])}

    def find(self, words: Iterable[str]) -> NDArray[np.intp]:
        """Return the rows with each of these words, one after another."""
        places = [self._place[word] for word in words if word in self._place]
        if not places:
            return np.empty(0, np.intp)
        return self._rows.gather(places).explode().to_numpy().astype(np.intp)


def _read_vectors(rows: pl.Series) -> Rows:
    if rows.is_empty():
        return np.zeros((0, 0), np.float32)
    width = len(rows[0])
    return rows.list.to_array(width).to_numpy().astype(np.float32, copy=False)
