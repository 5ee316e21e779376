"""The ledger: every headline's event and topic, kept from night to night."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from tracker.errors import TableError
from tracker.tables import LINEAGE, MEMBERS, TOPICS
from tracker.topics.corrections import Act
from tracker.topics.correctors import OUTCOMES, Corrector
from tracker.topics.event_nights import place_events
from tracker.topics.holds import Holds, restore_holds
from tracker.topics.lineage import Change
from tracker.topics.members import held_on
from tracker.topics.namings import Naming
from tracker.topics.rosters import Roster
from tracker.topics.settings import TopicSettings
from tracker.topics.shelves import Shelf
from tracker.topics.similarity import PLAIN_TOPIC, Rows, hash_ngrams
from tracker.topics.texts import Texts
from tracker.topics.topic_nights import settle_night
from tracker.topics.windows import Window
from tracker.topics.words import content_words

__all__ = ["Changes", "Ledger", "TopicSettings"]

CLOSED: Final = pl.Schema({"headline_id": pl.String, "from_night": pl.Date, "to_night": pl.Date})


@dataclass(frozen=True)
class Changes:
    """What one night changed; everything else stayed as it was.

    Attributes:
        opened: Stretches that begin this night, a frame of MEMBERS with null `to_night`.
        closed: Stretches that ended the night before: headline_id, from_night, to_night.
        topics: The topics that changed, a frame of TOPICS.
        lineage: Changes of identity, a frame of LINEAGE.
        outcomes: What became of corrections: correction_id, state, note.
    """

    opened: pl.DataFrame
    closed: pl.DataFrame
    topics: pl.DataFrame
    lineage: pl.DataFrame
    outcomes: pl.DataFrame


class Ledger:
    """The state between nights; advanced one night at a time, restored from tables.

    Nothing it gave out is changed later: a night only closes stretches and opens new ones.

    Args:
        settings: Thresholds and windows.
        encoder_name: The encoder of the vectors.
        reads: Languages the encoder reads; all if None.
        naming: How topics are called when they are founded.
    """

    def __init__(
        self,
        settings: TopicSettings,
        encoder_name: str,
        reads: Collection[str] | None = None,
        naming: Naming | None = None,
    ) -> None:
        self.settings = settings
        self.encoder_name = encoder_name
        self.reads = reads
        self.as_of: date | None = None
        self._window: Window | None = None
        self._roster = Roster(naming or Naming())
        self._holds = Holds()
        self._texts = Texts()
        self._rehomed: set[str] = set()  # headlines whose event is another since tonight

    @classmethod
    def restore(
        cls,
        settings: TopicSettings,
        encoder_name: str,
        reads: Collection[str] | None = None,
        naming: Naming | None = None,
        *,
        members: pl.DataFrame,
        topics: pl.DataFrame,
        lineage: pl.DataFrame,
        headlines: pl.DataFrame,
        recent: pl.DataFrame,
        vectors: Rows,
        as_of: date,
        acts: Mapping[date, Sequence[Act]] = MappingProxyType({}),
    ) -> "Ledger":
        """Return the ledger as it was after night `as_of`.

        Args:
            settings: The settings it ran with.
            encoder_name: The encoder of the vectors.
            reads: Languages the encoder reads; all if None.
            naming: How topics are called when they are founded.
            members: A frame of MEMBERS; the stretches that held that night are enough.
            topics: A frame of TOPICS; the latest row of each topic until then is enough.
            lineage: A frame of LINEAGE.
            headlines: All headlines placed so far: headline_id, source, text, language, night
                (first seen).
            recent: At least those of the window.
            vectors: Unit vectors of `recent`, (n_recent, dimension) float32, in the same order.
            as_of: The night.
            acts: What people have said, by the night it was done on.
        """
        ledger = cls(settings, encoder_name, reads, naming)
        ledger.as_of = as_of
        placed = headlines.select("headline_id", "night")
        held = members.filter(held_on(as_of)).join(placed, on="headline_id")
        known = topics.filter(pl.col("night") <= as_of)
        latest = known.filter(pl.col("night") == pl.col("night").max().over("topic_id"))
        start = as_of - timedelta(days=settings.window_nights - 1)
        shelf = Shelf(held.sort("night", "headline_id"), latest)
        ledger._roster = Roster(naming or Naming(), shelf)
        ledger._roster.draw_window(start)
        ledger._texts = Texts(headlines)
        ledger._holds = restore_holds(lineage.filter(pl.col("night") <= as_of), acts, as_of)
        window = (
            recent.with_row_index("row")
            .filter(pl.col("night").is_between(start, as_of))
            .sort("night", "headline_id")
        )
        ledger._window = _open_window(window, window["night"], vectors[window["row"].to_numpy()])
        return ledger

    def advance(
        self, night: date, headlines: pl.DataFrame, vectors: Rows, acts: Sequence[Act] = ()
    ) -> Changes:
        """Return what changes when `headlines`, first seen on `night`, are placed.

        Args:
            night: A night after the last one.
            headlines: Columns headline_id, source, text, url, language; in any order.
            vectors: Their unit vectors, (n_headlines, dimension) float32, in the same order.
            acts: What people have said for this night, in the order they said it.

        Raises:
            TableError: If the night is not after the last one, the rows and vectors do not
                pair, or a headline was placed before.
        """
        self._check(night, headlines, vectors)
        order = headlines.with_row_index("row").sort("headline_id")
        new = _open_window(order, [night] * len(order), vectors[order["row"].to_numpy()])
        changes: list[Change] = []
        # Before anything returns tonight: a topic with no headline left in the window sleeps.
        touched = self._roster.let_sleep(
            night,
            self.settings.window_nights,
            self.settings.retire_nights,
            changes,
            self._holds.pinned,
        )
        start = night - timedelta(days=self.settings.window_nights - 1)
        self._window = self._window and self._window.since(start)
        if len(new):
            self._texts.add(headlines)
            with threadpool_limits(1, "blas"):  # more threads cost a night's small products more
                touched |= self._place(night, new, changes)
        self.as_of = night
        outcomes = self._correct(night, acts, touched, changes)
        return self._write(night, set(new.ids), touched, changes, outcomes)

    def _correct(
        self, night: date, acts: Sequence[Act], touched: set[str], changes: list[Change]
    ) -> pl.DataFrame:
        for change in changes:
            self._holds.note(change)
        if not acts:
            return pl.DataFrame(schema=OUTCOMES)
        window = self._window or Window.empty(0)
        corrector = Corrector(
            self._roster,
            self._holds,
            dict(zip(window.ids, window.vectors, strict=True)),
            night,
            self.settings.window_nights,
        )
        corrector.run(acts)
        changes += corrector.changes
        touched |= corrector.touched
        return pl.DataFrame(corrector.outcomes, schema=OUTCOMES, orient="row")

    def _place(self, night: date, new: Window, changes: list[Change]) -> set[str]:
        old = self._window or Window.empty(new.vectors.shape[1])
        window = self._window = old.join(new)
        halves = window.halves(self.reads)
        rows = halves.blend(self.settings.meaning)
        self._rehomed |= place_events(
            self._roster, window, rows, len(new), night, self.settings, self._holds
        )
        events = [self._roster.places[name].event for name in window.ids]
        rows = halves.blend(self.settings.topic_meaning, PLAIN_TOPIC)
        return settle_night(
            self._roster,
            window,
            events,
            rows,
            self._texts,
            night,
            self.settings,
            changes,
            self._holds,
        )

    def _check(self, night: date, headlines: pl.DataFrame, vectors: Rows) -> None:
        if self.as_of is not None and night <= self.as_of:
            raise TableError(f"ledger: got night {night}; wanted one after {self.as_of}")
        if len(vectors) != headlines.height:
            raise TableError(
                f"ledger: got {len(vectors)} vectors for {headlines.height} headlines; "
                "wanted one each"
            )
        ids = headlines["headline_id"]
        again = self._roster.list_known(ids)
        if again or ids.n_unique() < headlines.height:
            raise TableError(
                f"ledger: got {', '.join(again[:3]) or 'an id'} a second time; "
                "wanted headlines that were not placed before"
            )

    def _write(
        self,
        night: date,
        fresh: set[str],
        touched: Iterable[str],
        changes: list[Change],
        outcomes: pl.DataFrame,
    ) -> Changes:
        roster = self._roster
        events = {self._roster.places[name].event for name in fresh} | roster.take_moved()
        closed, opened = [], []
        for event in sorted(events):
            topic = roster.topic_of.get(event)
            for name in roster.headlines[event]:
                place = self._roster.places[name]
                if name not in fresh:
                    if topic == place.topic and name not in self._rehomed:
                        continue
                    closed.append((name, place.since, night - timedelta(days=1)))
                self._roster.places[name] = replace(place, topic=topic, since=night)
                opened.append((name, event, topic, night, None, place.probability))
        lineage = [(night, *astuple(change)) for change in changes]
        topics = _tell_topics(roster, sorted(touched), night)
        roster.forget_absorbed()
        self._rehomed.clear()
        return Changes(
            MEMBERS.frame(sorted(opened)) if opened else MEMBERS.empty(),
            pl.DataFrame(sorted(closed), schema=CLOSED, orient="row"),
            topics,
            LINEAGE.frame(lineage) if lineage else LINEAGE.empty(),
            outcomes,
        )


def _tell_topics(roster: Roster, names: Sequence[str], night: date) -> pl.DataFrame:
    """Return what topics are now, a frame of TOPICS."""
    if not names:
        return TOPICS.empty()
    topics = [roster.topics[name] for name in names]
    centroids = np.vstack([topic.centroid for topic in topics])
    frame = pl.DataFrame(
        {
            "topic_id": names,
            "label": [topic.label for topic in topics],
            "terms": [topic.terms for topic in topics],
            "size": [topic.size for topic in topics],
            "centroid": pl.Series(centroids, dtype=pl.Array(pl.Float32, centroids.shape[1])),
            "state": [topic.state for topic in topics],
        },
        schema_overrides={"terms": pl.List(pl.String)},
    )
    return TOPICS.check(frame.with_columns(night=pl.lit(night)))


def _open_window(headlines: pl.DataFrame, nights: Iterable[date], vectors: Rows) -> Window:
    words = tuple(
        " ".join(content_words(text, code, source))
        for text, code, source in headlines.select("text", "language", "source").iter_rows()
    )
    return Window(
        tuple(headlines["headline_id"]),
        tuple(headlines["text"]),
        words,
        tuple(headlines["source"]),
        tuple(headlines["language"].fill_null("")),
        np.asarray(list(nights), "datetime64[D]"),
        np.asarray(vectors, np.float32),
        hash_ngrams(words),
    )
