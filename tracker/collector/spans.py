"""Stretches of time of which one capture each is wanted."""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from tracker.errors import InputError

_EVERY: Final = re.compile(r"([1-9]\d{0,3})(h|d|w|mo)")
_WANTED: Final = "wanted hours that divide a day, days, weeks or months: 6h, 12h, 1d, 7d, 2w, 1mo"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time of which one capture is wanted.

    Attributes:
        start: Its begin; aware UTC.
        end: Its end, the begin of the next; aware UTC.
        wanted: The time that its capture should be nearest to; aware UTC.
        name: Its first date, with the hour where there are several a day.
    """

    start: datetime
    end: datetime
    wanted: datetime
    name: str

    def choose(self, moments: Sequence[datetime]) -> datetime | None:
        """Return the moment in the span that is nearest to the wanted one; None if none is.

        Args:
            moments: In their order.
        """
        place = bisect_left(moments, self.wanted)
        near = [m for m in moments[max(0, place - 1) : place + 1] if self.start <= m < self.end]
        return min(near, key=lambda moment: abs(moment - self.wanted), default=None)


def cut_spans(first: date, last: date, every: str, at: time, zone: ZoneInfo) -> list[Span]:
    """Return the spans from the begin of `first` to the end of `last`, one after the other.

    The time wanted is `at` on the first date of a span; where spans are shorter than a day, the
    time in each that lies whole spans before or behind `at`.

    Args:
        first: First date, in `zone`.
        last: Last date.
        every: Length of a span: a number with h, d, w or mo.
        at: The time wanted, in `zone`.
        zone: Where midnight is midnight.

    Raises:
        InputError: If `every` is no such length, or `first` lies behind `last`.
    """
    if first > last:
        raise InputError(f"found --from {first} behind --to {last}; wanted it before")
    match = _EVERY.fullmatch(every)
    if match is None or (match[2] == "h" and 24 % int(match[1])):
        raise InputError(f"--every: found {every!r}; {_WANTED}")
    n, unit = int(match[1]), match[2]
    if unit == "h":
        return _cut_days(first, last, n, at, zone)
    step: Callable[[int], date]
    if unit == "mo":
        step = lambda i: _add_months(first, i * n)  # noqa: E731
    else:
        days = n * (7 if unit == "w" else 1)
        step = lambda i: first + timedelta(days=days * i)  # noqa: E731
    starts = [first]
    while starts[-1] <= last:
        starts.append(step(len(starts)))
    return [
        Span(_at(day, time(), zone), _at(following, time(), zone), _at(day, at, zone), str(day))
        for day, following in pairwise([*starts[:-1], last + timedelta(days=1)])
    ]


def _cut_days(first: date, last: date, hours: int, at: time, zone: ZoneInfo) -> list[Span]:
    found = []
    begins = [time(hour) for hour in range(0, 24, hours)]
    for i in range((last - first).days + 1):
        day = first + timedelta(days=i)
        ends = [*((day, begin) for begin in begins[1:]), (day + timedelta(days=1), time())]
        for begin, end in zip(begins, ends, strict=True):
            wanted = at.replace(hour=begin.hour + at.hour % hours)
            span = Span(
                _at(day, begin, zone), _at(*end, zone), _at(day, wanted, zone),
                f"{day} {begin:%H:%M}",
            )  # fmt: skip
            if span.start < span.end:  # an hour that the clocks skip is none
                found.append(span)
    return found


def _at(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, zone).astimezone(UTC)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    begin = date(day.year + year, month + 1, 1)
    following = date(begin.year + begin.month // 12, begin.month % 12 + 1, 1)
    return min(begin + timedelta(days=day.day - 1), following - timedelta(days=1))
