"""What every chart and page is read from, worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.plotter.curves import Curve, Curves, read_curves
from tracker.plotter.inputs import ReportData
from tracker.plotter.neighbours import read_neighbours
from tracker.plotter.slots import Slots, read_slots
from tracker.plotter.strips import Strip, read_strip
from tracker.plotter.subjects import Subject, name_subjects


@dataclass(frozen=True)
class Prepared:
    """A study made ready to draw.

    Attributes:
        data: What was given.
        subjects: Themes and topics by key.
        curves: Their shares over the calendar.
        slots: Which headline stood where.
        strip: What was observed at every source.
        headline_ids: Per subject the ids of its headlines.
        neighbours: Per subject the keys of those nearest to it.
    """

    data: ReportData
    subjects: Mapping[str, Subject]
    curves: Curves
    slots: Slots
    strip: Strip
    headline_ids: Mapping[str, frozenset[str]]
    neighbours: Mapping[str, Sequence[str]]

    @property
    def channel(self) -> str:
        """Return the channel shown first: editors' lists, or readers' where there are no others."""
        return self.curves.channels[0] if self.curves.channels else "editorial"

    def ranked(self, kind: str, n: int) -> list[Subject]:
        """Return the `n` subjects of a kind with most room over all nights, watched ones first."""
        means: dict[str, float] = {}
        for curve in self.curves.by_subject.values():
            if curve.subject.kind == kind:
                room = curve.mean * len([s for s in curve.share if s is not None])
                means[curve.subject.key] = max(means.get(curve.subject.key, 0.0), room)
        watched = [s for s in self.subjects.values() if s.kind == kind and s.watched]
        others = [key for key, mean in means.items() if mean > 0 and not self.subjects[key].watched]
        others.sort(key=lambda key: (-means[key], key))
        return [*watched, *(self.subjects[key] for key in others)][: max(n, len(watched))]

    def headlines_of(self, key: str) -> frozenset[str]:
        """Return the ids of a subject's headlines."""
        return self.headline_ids.get(key, frozenset())

    def curve(self, key: str) -> Curve | None:
        """Return the curve of a subject in the first channel that has one."""
        found = (self.curves.by_subject.get((key, channel)) for channel in self.curves.channels)
        return next((curve for curve in found if curve is not None), None)


def prepare(data: ReportData) -> Prepared:
    """Return `data` with everything charts and pages are read from."""
    subjects = name_subjects(data)
    slots = read_slots(data)
    ids = {key: frozenset(slots.of(key)["headline_id"]) for key in subjects}
    curves = read_curves(data, subjects)
    strip = read_strip(slots.coverage, curves.nights)
    neighbours = read_neighbours(slots.mentions, data.topics)
    return Prepared(data, subjects, curves, slots, strip, ids, neighbours)
