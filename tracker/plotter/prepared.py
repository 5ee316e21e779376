"""What every chart and page is read from, worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import polars as pl

from tracker.plotter.curves import Curve, Curves, read_curves
from tracker.plotter.inputs import ReportData
from tracker.plotter.neighbours import read_neighbours
from tracker.plotter.slots import Slots, read_slots
from tracker.plotter.strips import Strip, read_strip
from tracker.plotter.subjects import Subject, name_subjects

_FIRM: Final = 3  # headlines, from which on a topic is one whatever events they are
_EVENT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Extent:
    """What the headlines of a subject come to, in lists or not.

    Attributes:
        headlines: How many they are.
        sources: Whose, in the order of the alphabet.
        first: Night of the first.
        last: Night on which one was seen last.
    """

    headlines: int
    sources: Sequence[str]
    first: date
    last: date


@dataclass(frozen=True)
class Prepared:
    """A study made ready to draw.

    Attributes:
        data: What was given.
        subjects: Themes and topics by key.
        curves: Their shares over the calendar.
        slots: Which headline stood where.
        strip: What was observed at every source.
    """

    data: ReportData
    subjects: Mapping[str, Subject]
    curves: Curves
    slots: Slots
    strip: Strip

    @cached_property
    def neighbours(self) -> Mapping[str, Sequence[str]]:
        """Return per subject the keys of those nearest to it, of all that are drawn."""
        topics, drawn = self.data.topics, self.data.drawn
        if drawn is not None:
            topics = topics.filter(pl.col("topic_id").is_in(list(drawn)))
        return read_neighbours(self.slots.mentions, topics)

    @cached_property
    def extents(self) -> Mapping[str, Extent]:
        """Return what the headlines of each subject come to, of those that have any."""
        listed = self.slots.mentions.select(
            "subject", "headline_id", "source", first="night", last="night"
        )
        every = pl.concat([listed, self.slots.unlisted.select(listed.columns)])
        found = every.group_by("subject").agg(
            pl.col("headline_id").n_unique(),
            pl.col("source").unique().sort(),
            pl.col("first").min(),
            pl.col("last").max(),
        )
        return {key: Extent(*row) for key, *row in found.iter_rows()}

    @cached_property
    def _events(self) -> Mapping[str, pl.DataFrame]:
        known = self.data.events.filter(pl.col("first_night") <= self.data.last_night)
        return _partition(known, "topic_id")

    @cached_property
    def slight(self) -> frozenset[str]:
        """Return the topics of two headlines that are not one event of a week.

        All that such two have in common may be a word.
        """
        known = self.data.events.filter(
            pl.col("topic_id").is_not_null(), pl.col("first_night") <= self.data.last_night
        )
        sizes = known.group_by("topic_id").agg(
            pl.col("n_headlines").sum(),
            is_event=(pl.len() == 1) & (pl.max("last_night") < pl.min("first_night") + _EVENT),
        )
        slight = sizes.filter(pl.col("n_headlines") < _FIRM, ~pl.col("is_event"))
        return frozenset(slight["topic_id"])

    @cached_property
    def _lineage(self) -> Mapping[str, pl.DataFrame]:
        both = [
            self.data.lineage.with_columns(pl.col(name).alias("subject"))
            for name in ("topic_id", "other_id")
        ]
        rows = pl.concat(both).drop_nulls("subject")
        if self.data.drawn is not None:
            rows = rows.filter(pl.col("subject").is_in(list(self.data.drawn)))
        return _partition(rows.unique(), "subject")

    def events_of(self, key: str) -> pl.DataFrame:
        """Return the events of a topic, rows of table `events`."""
        return self._events.get(key, self.data.events.clear())

    def lineage_of(self, key: str) -> pl.DataFrame:
        """Return the changes of identity that name a topic, rows of table `lineage`."""
        return self._lineage.get(key, self.data.lineage.clear())

    @property
    def channel(self) -> str:
        """Return the channel shown first: editors' lists, or readers' where there are no others."""
        return self.curves.channels[0] if self.curves.channels else "editorial"

    def ranked(self, kind: str, n: int) -> list[Subject]:
        """Return the `n` subjects of a kind with most room over all nights, watched ones first."""
        means: dict[str, float] = {}
        for curve in self.curves.by_subject.values():
            if curve.subject.kind == kind:
                room = sum(share for share in curve.share if share)
                means[curve.subject.key] = max(means.get(curve.subject.key, 0.0), room)
        watched = [s for s in self.subjects.values() if s.kind == kind and s.watched]
        others = [key for key, mean in means.items() if mean > 0 and not self.subjects[key].watched]
        others.sort(key=lambda key: (-means[key], key))
        return [*watched, *(self.subjects[key] for key in others)][: max(n, len(watched))]

    def headlines_of(self, key: str) -> frozenset[str]:
        """Return the ids of a subject's headlines."""
        return frozenset(self.slots.of(key)["headline_id"])

    def curve(self, key: str) -> Curve | None:
        """Return the curve of a subject in the first channel that has one."""
        found = (self.curves.by_subject.get((key, channel)) for channel in self.curves.channels)
        return next((curve for curve in found if curve is not None), None)


def prepare(data: ReportData) -> Prepared:
    """Return `data` with everything charts and pages are read from."""
    subjects = name_subjects(data)
    slots = read_slots(data)
    curves = read_curves(data, subjects, slots.totals)
    strip = read_strip(slots.coverage, curves.nights)
    return Prepared(data, subjects, curves, slots, strip)


def _partition(frame: pl.DataFrame, name: str) -> dict[str, pl.DataFrame]:
    """Return the rows of each value of a column."""
    parts = frame.drop_nulls(name).partition_by(name, as_dict=True)
    return {key: part for (key,), part in parts.items()}
