"""The attention table as curves over an unbroken calendar, where a night unseen is a gap."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from tracker.plotter.inputs import ReportData
from tracker.plotter.subjects import Subject

USUAL_NIGHTS = 28
"""Nights before the last one that say how many sources are usual."""


def mean_of(shares: Sequence[float | None]) -> float | None:
    """Return the mean of the observed nights; None where there are none."""
    seen = [share for share in shares if share is not None]
    return sum(seen) / len(seen) if seen else None


def is_level(one: float, other: float) -> bool:
    """Return whether two shares are the same but for rounding."""
    return math.isclose(one, other, rel_tol=1e-9)


@dataclass(frozen=True, slots=True)
class Curve:
    """One subject's share over all nights of the study, in one channel.

    Attributes:
        subject: Whose.
        channel: `editorial` or `audience`.
        share: Share of each night; None where nothing was observed, or before a topic began.
        low: Lower end of the 95 % band, None where there is none.
        high: Upper end of the band.
        observed: The sources observed on each night.
        begins: Place of the night from which on it could be seen at all.
    """

    subject: Subject
    channel: str
    share: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    observed: Sequence[int]
    begins: int

    @property
    def last(self) -> float | None:
        """Return the share of the last night."""
        return self.share[-1] if self.share else None

    @property
    def mean(self) -> float:
        """Return the mean over all observed nights; 0 where there are none."""
        return self.mean_between(0, len(self.share)) or 0.0

    def mean_between(self, start: int, end: int) -> float | None:
        """Return the mean over the observed nights of a stretch; None where there are none.

        A topic had nothing before it began, so that means of one stretch compare.
        """
        start, end = max(0, start), max(0, end)
        before = sum(n > 0 for n in self.observed[start : min(self.begins, end)])
        return mean_of([*[0.0] * before, *self.share[max(start, self.begins) : end]])

    def point_between(self, start: int, end: int) -> float | None:
        """Return what is drawn of a stretch: its mean, None also before a topic began."""
        return self.mean_between(start, end) if end > self.begins else None

    @property
    def peak(self) -> int | None:
        """Return the place of the highest share; None where nothing was observed."""
        if all(share is None for share in self.share):
            return None
        return max(range(len(self.share)), key=lambda i: self.share[i] or 0.0)


@dataclass(frozen=True)
class Curves:
    """All curves of a study over the same nights.

    Attributes:
        nights: Every date from the first night to the last.
        channels: The channels that were observed at all.
        observed: Per channel, the sources observed on each night.
        slots: Per channel, the slots observed on each night.
        by_subject: Curves by subject's key and channel.
    """

    nights: Sequence[date]
    channels: Sequence[str]
    observed: Mapping[str, Sequence[int]]
    slots: Mapping[str, Sequence[int]]
    by_subject: Mapping[tuple[str, str], Curve]

    def of(self, channel: str) -> list[Curve]:
        """Return the curves of one channel."""
        return [curve for (_, c), curve in self.by_subject.items() if c == channel]

    def usual_sources(self, channel: str) -> int:
        """Return how many sources the nights before the last one usually had."""
        before = [n for n in self.observed[channel][-USUAL_NIGHTS - 1 : -1] if n]
        return round(statistics.median(before)) if before else 0

    def is_partial(self, channel: str) -> bool:
        """Return whether the last night was observed, but by fewer sources or slots than usual."""
        tonight = self.observed[channel][-1] if self.observed[channel] else 0
        if not tonight:
            return False
        before = [n for n in self.slots[channel][-USUAL_NIGHTS - 1 : -1] if n]
        few_slots = bool(before) and self.slots[channel][-1] < statistics.median(before) / 2
        return tonight < self.usual_sources(channel) or few_slots


def read_curves(data: ReportData, subjects: Mapping[str, Subject], totals: pl.DataFrame) -> Curves:
    """Return the curves of every subject that is drawn, up to the last night.

    A subject without a row on an observed night was absent: 0, for a theme always, for a topic
    from its first night on. A night on which nothing was observed stays None.

    Args:
        data: What the report is made from.
        subjects: Themes and topics by key.
        totals: `Slots.totals`.
    """
    rows = data.attention.filter(pl.col("night") <= data.last_night)
    if data.drawn is not None:
        rows = rows.filter(pl.col("subject").is_in(list(data.drawn)))
    start = data.first_night
    nights = [start + timedelta(days=i) for i in range((data.last_night - start).days + 1)]
    place = {night: i for i, night in enumerate(nights)}
    per_night = (
        totals.filter(pl.col("night") >= start)
        .group_by("channel", "night")
        .agg(pl.len().alias("sources"), pl.col("seen").sum())
        .sort("channel", "night")
    )
    observed, slots = {}, {}
    for (channel,), frame in per_night.partition_by("channel", as_dict=True).items():
        observed[channel], slots[channel] = [0] * len(nights), [0] * len(nights)
        for night, n_sources, n_slots in frame.drop("channel").iter_rows():
            observed[channel][place[night]] = n_sources
            slots[channel][place[night]] = n_slots
    channels = [channel for channel in ("editorial", "audience") if channel in observed]
    grouped = rows.sort("night").group_by("subject", "channel", maintain_order=True)
    found = {
        (key, channel): (given, shares, lows, highs)
        for key, channel, given, shares, lows, highs in grouped.agg(
            "night", "share", "low", "high"
        ).iter_rows()
    }
    by_subject = {}
    for key, subject in subjects.items():
        for channel in channels:
            given = found.get((key, channel))
            if given is None and subject.kind == "topic":
                continue
            by_subject[key, channel] = _lay_out(subject, channel, observed[channel], place, given)
    return Curves(nights, channels, observed, slots, by_subject)


def _lay_out(
    subject: Subject,
    channel: str,
    observed: Sequence[int],
    place: Mapping[date, int],
    given: tuple[list[date], list[float | None], list[float | None], list[float | None]] | None,
) -> Curve:
    born = 0
    if given is not None and subject.kind == "topic":
        born = place[given[0][0]]
    share: list[float | None] = [
        0.0 if i >= born and n_sources else None for i, n_sources in enumerate(observed)
    ]
    low: list[float | None] = [None] * len(share)
    high: list[float | None] = [None] * len(share)
    if given is not None:
        for night, s, a, b in zip(*given, strict=True):
            i = place[night]
            share[i], low[i], high[i] = s, a, b
    return Curve(subject, channel, share, low, high, observed, born)
