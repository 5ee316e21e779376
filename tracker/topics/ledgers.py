"""The ledger: every headline's event and topic, kept from night to night."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from tracker.errors import TableError
from tracker.tables import LINEAGE, MEMBERS, TOPICS
from tracker.topics.events import name_id, place_headlines
from tracker.topics.lineage import Change, Cluster, settle_clusters
from tracker.topics.model import Proposal, propose_topics
from tracker.topics.settings import TopicSettings
from tracker.topics.similarity import Blend, hash_ngrams

__all__ = ["Changes", "Ledger", "TopicSettings"]

CLOSED: Final = pl.Schema({"headline_id": pl.String, "from_night": pl.Date, "to_night": pl.Date})
_REVIVAL = 0.6


@dataclass(frozen=True)
class Changes:
    """What one night changed; everything else stayed as it was.

    Attributes:
        opened: Stretches that begin this night, a frame of MEMBERS with null `to_night`.
        closed: Stretches that ended the night before: headline_id, from_night, to_night.
        topics: The topics that changed, a frame of TOPICS.
        lineage: Changes of identity, a frame of LINEAGE.
    """

    opened: pl.DataFrame
    closed: pl.DataFrame
    topics: pl.DataFrame
    lineage: pl.DataFrame


@dataclass
class _Place:
    event: str
    topic: str | None
    since: date
    probability: float


@dataclass
class _Topic:
    label: str
    terms: tuple[str, ...]
    size: int
    centroid: NDArray[np.float32]
    state: str
    last_night: date


@dataclass
class _Window:
    """Headlines of the last nights, one row each, in the order they came."""

    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    nights: list[date] = field(default_factory=list)
    vectors: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    counts: Any = field(default_factory=lambda: hash_ngrams([]))

    def extend(self, ids: list[str], texts: list[str], nights: list[date], vectors: Any) -> None:
        first = not self.ids
        self.ids += ids
        self.texts += texts
        self.nights += nights
        counts = hash_ngrams(texts)
        self.vectors = vectors if first else np.vstack([self.vectors, vectors])
        self.counts = counts if first else sparse.vstack([self.counts, counts], format="csr")

    def since(self, night: date) -> "_Window":
        keep = [row for row, seen in enumerate(self.nights) if seen >= night]
        if len(keep) == len(self.ids):
            return self
        return _Window(
            [self.ids[row] for row in keep],
            [self.texts[row] for row in keep],
            [self.nights[row] for row in keep],
            self.vectors[keep],
            self.counts[keep],
        )


class Ledger:
    """The state between nights; advanced one night at a time, restored from tables.

    Nothing it gave out is changed later: a night only closes stretches and opens new ones.
    """

    def __init__(self, settings: TopicSettings, encoder_name: str) -> None:
        self.settings = settings
        self.encoder_name = encoder_name
        self.as_of: date | None = None
        self._window = _Window()
        self._places: dict[str, _Place] = {}
        self._event_headlines: dict[str, list[str]] = {}
        self._event_topic: dict[str, str] = {}
        self._topics: dict[str, _Topic] = {}

    @classmethod
    def restore(
        cls,
        settings: TopicSettings,
        encoder_name: str,
        *,
        members: pl.DataFrame,
        topics: pl.DataFrame,
        lineage: pl.DataFrame,
        headlines: pl.DataFrame,
        vectors: NDArray[np.float32],
        as_of: date,
    ) -> "Ledger":
        """Return the ledger as it was after night `as_of`.

        Args:
            settings: The settings it ran with.
            encoder_name: The encoder of the vectors.
            members: A frame of MEMBERS.
            topics: A frame of TOPICS.
            lineage: A frame of LINEAGE.
            headlines: All headlines placed so far: headline_id, text, night (first seen).
            vectors: Their unit vectors, (n_headlines, dimension) float32, in the same order.
            as_of: The night.
        """
        ledger = cls(settings, encoder_name)
        ledger.as_of = as_of
        nights = dict(headlines.select("headline_id", "night").iter_rows())
        held = members.filter(
            (pl.col("from_night") <= as_of)
            & (pl.col("to_night").is_null() | (pl.col("to_night") >= as_of))
        )
        last: dict[str, date] = {}
        for row in held.sort("headline_id").iter_rows(named=True):
            place = _Place(row["event_id"], row["topic_id"], row["from_night"], row["probability"])
            ledger._places[row["headline_id"]] = place
            ledger._event_headlines.setdefault(place.event, []).append(row["headline_id"])
            if place.topic is not None:
                ledger._event_topic[place.event] = place.topic
                night = nights[row["headline_id"]]
                last[place.topic] = max(last.get(place.topic, night), night)
        latest = (
            topics.filter(pl.col("night") <= as_of)
            .sort("night")
            .unique("topic_id", keep="last", maintain_order=True)
        )
        for row in latest.iter_rows(named=True):
            if row["topic_id"] in last:
                ledger._topics[row["topic_id"]] = _Topic(
                    row["label"],
                    tuple(row["terms"]),
                    row["size"],
                    np.asarray(row["centroid"], np.float32),
                    row["state"],
                    last[row["topic_id"]],
                )
        start = as_of - timedelta(days=settings.window_nights - 1)
        recent = (
            headlines.with_row_index("row")
            .filter((pl.col("night") >= start) & (pl.col("night") <= as_of))
            .sort("night", "headline_id")
        )
        if recent.height:
            ledger._window.extend(
                recent["headline_id"].to_list(),
                recent["text"].to_list(),
                recent["night"].to_list(),
                vectors[recent["row"].to_numpy()],
            )
        return ledger

    def advance(
        self, night: date, headlines: pl.DataFrame, vectors: NDArray[np.float32]
    ) -> Changes:
        """Return what changes when `headlines`, first seen on `night`, are placed.

        Args:
            night: A night after the last one.
            headlines: Columns headline_id, source, text, url, language; in any order.
            vectors: Their unit vectors, (n_headlines, dimension) float32, in the same order.

        Raises:
            TableError: If the night is not after the last one, the rows and vectors do not
                pair, or a headline was placed before.
        """
        self._check(night, headlines, vectors)
        order = np.argsort(headlines["headline_id"].to_numpy(), kind="stable")
        ids = headlines["headline_id"].gather(order).to_list()
        texts = headlines["text"].gather(order).to_list()
        self._window = self._window.since(night - timedelta(days=self.settings.window_nights - 1))
        n_old = len(self._window.ids)
        if ids:
            self._window.extend(ids, texts, [night] * len(ids), vectors[order])
        rows = Blend.of(self._window.vectors, self._window.counts, self.settings.meaning)
        if ids:
            self._place_events(night, rows, n_old)
        changes: list[Change] = []
        touched: set[str] = set()
        moved: dict[str, str] = {}
        if ids:
            changes, touched, moved = self._place_topics(night, rows)
        changes += self._let_sleep(night, touched)
        result = self._write(night, set(ids), moved, touched, changes)
        self.as_of = night
        return result

    def _check(self, night: date, headlines: pl.DataFrame, vectors: Any) -> None:
        if self.as_of is not None and night <= self.as_of:
            raise TableError(f"ledger: got night {night}; wanted one after {self.as_of}")
        if len(vectors) != headlines.height:
            raise TableError(
                f"ledger: got {len(vectors)} vectors for {headlines.height} headlines; "
                "wanted one each"
            )
        again = [name for name in headlines["headline_id"] if name in self._places]
        if again or headlines["headline_id"].n_unique() < headlines.height:
            raise TableError(f"ledger: headlines placed twice: {again[:3]}; wanted new ones")

    def _place_events(self, night: date, rows: Blend, n_old: int) -> None:
        window = self._window
        awake = night - timedelta(days=self.settings.event_nights)
        latest: dict[str, date] = {}
        for name, seen in zip(window.ids[:n_old], window.nights[:n_old], strict=True):
            event = self._places[name].event
            latest[event] = max(latest.get(event, seen), seen)
        open_events = sorted(event for event, seen in latest.items() if seen >= awake)
        number = {event: i for i, event in enumerate(open_events)}
        groups = np.full(len(rows), -1, np.intp)
        for row, name in enumerate(window.ids[:n_old]):
            groups[row] = number.get(self._places[name].event, -1)
        placement = place_headlines(
            rows.means(groups, len(open_events)),
            rows[slice(n_old, None)],
            self.settings.event_similarity,
        )
        founded: dict[int, str] = {}
        for name, old, new, probability in zip(
            window.ids[n_old:],
            placement.event,
            placement.fresh,
            placement.probability,
            strict=True,
        ):
            if old >= 0:
                event = open_events[old]
            else:
                event = founded.setdefault(int(new), name_id("e", name))
            self._places[name] = _Place(event, None, night, float(probability))
            self._event_headlines.setdefault(event, []).append(name)

    def _place_topics(
        self, night: date, rows: Blend
    ) -> tuple[list[Change], set[str], dict[str, str]]:
        window = self._window
        names = sorted({self._places[name].event for name in window.ids})
        number = {event: i for i, event in enumerate(names)}
        events = np.asarray([number[self._places[name].event] for name in window.ids], np.intp)
        first: dict[int, date] = {}
        for i, seen in zip(events, window.nights, strict=True):
            first[int(i)] = min(first.get(int(i), seen), seen)
        proposal = propose_topics(window.texts, rows, events, self.settings.topic_similarity)
        sizes = np.bincount(events, minlength=len(names))
        clusters = []
        means = rows.means(proposal.clusters[events], int(proposal.clusters.max()) + 1).meaning
        for c in range(len(means)):
            members = np.flatnonzero(proposal.clusters == c).tolist()
            inside = sorted(members, key=lambda i: (first[i], names[i]))
            clusters.append(
                Cluster(
                    tuple(names[i] for i in inside),
                    tuple(int(sizes[i]) for i in inside),
                    _unit(means[c]),
                )
            )
        settled = settle_clusters(
            clusters,
            self._event_topic,
            {name: topic.centroid for name, topic in self._topics.items()},
            {name: topic.size for name, topic in self._topics.items()},
            night.isoformat(),
            _REVIVAL,
            self.settings.least_headlines,
        )
        changes = list(settled.changes)
        touched = set(settled.placed.values())
        fresh = {name for name in window.ids if self._places[name].since == night}
        touched |= {
            self._event_topic[self._places[name].event]
            for name in fresh
            if self._places[name].event in self._event_topic
        }
        self._event_topic.update(settled.placed)
        for topic in sorted(touched):
            self._refresh(topic, night, events, names, rows, settled.cluster_of, proposal, changes)
        return changes, touched, dict(settled.placed)

    def _refresh(
        self,
        topic: str,
        night: date,
        events: NDArray[np.intp],
        names: list[str],
        rows: Blend,
        cluster_of: Any,
        proposal: Proposal,
        changes: list[Change],
    ) -> None:
        inside = np.asarray([self._event_topic.get(names[i]) == topic for i in events])
        mean = _unit(rows.meaning[inside].mean(axis=0))
        old = self._topics.get(topic)
        terms = proposal.terms[cluster_of[topic]] if topic in cluster_of else ()
        terms = terms or (old.terms if old else ())
        label = old.label if old else " ".join(terms[:3])
        size = sum(
            len(members)
            for event, members in self._event_headlines.items()
            if self._event_topic.get(event) == topic
        )
        if old is not None and old.state != "active":
            changes.append(
                Change(topic, "revived", None, float(np.clip(old.centroid @ mean, 0, 1)))
            )
        self._topics[topic] = _Topic(label or "–", terms, size, mean, "active", night)

    def _let_sleep(self, night: date, touched: set[str]) -> list[Change]:
        changes = []
        for name, topic in sorted(self._topics.items()):
            idle = (night - topic.last_night).days
            if topic.state == "active" and idle >= self.settings.window_nights:
                topic.state = "dormant"
                touched.add(name)
            if topic.state == "dormant" and idle >= self.settings.retire_nights:
                topic.state = "retired"
                touched.add(name)
                changes.append(Change(name, "retired"))
        return changes

    def _write(
        self,
        night: date,
        fresh: set[str],
        moved: dict[str, str],
        touched: Iterable[str],
        changes: list[Change],
    ) -> Changes:
        closed, opened = [], []
        for event in sorted({self._places[name].event for name in fresh} | set(moved)):
            for name in self._event_headlines[event]:
                place = self._places[name]
                topic = self._event_topic.get(event)
                if name not in fresh and topic == place.topic:
                    continue
                if name not in fresh:
                    closed.append((name, place.since, night - timedelta(days=1)))
                self._places[name] = replace(place, topic=topic, since=night)
                opened.append((name, event, topic, night, None, place.probability))
        rows = [
            (night, name, t.label, list(t.terms), t.size, t.centroid.tolist(), t.state)
            for name, t in sorted((name, self._topics[name]) for name in set(touched))
        ]
        lineage = [(night, c.topic_id, c.event, c.other_id, c.similarity) for c in changes]
        return Changes(
            MEMBERS.frame(sorted(opened)) if opened else MEMBERS.empty(),
            pl.DataFrame(sorted(closed), schema=CLOSED, orient="row"),
            TOPICS.frame(rows) if rows else TOPICS.empty(),
            LINEAGE.frame(lineage) if lineage else LINEAGE.empty(),
        )


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)
