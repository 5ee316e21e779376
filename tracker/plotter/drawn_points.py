"""The points of a curve that are drawn first: its nights, or its weeks over a long time."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from tracker.plotter.curves import Curve, mean_of
from tracker.plotter.prepared import Prepared
from tracker.plotter.words import short_day

LONG: Final = 120
"""Nights from which a chart starts as weeks: single nights would be a thicket."""


def weekly(nights: Sequence[date], curve: Curve) -> list[float | None]:
    """Return the mean share of all observed nights of each week from Monday on.

    It is None where none was observed, and before the week in which a topic began.
    """
    return [curve.point_between(i, i + 7) for i in _mondays(nights)]


def weekly_band(
    nights: Sequence[date], curve: Curve, ends: Sequence[float | None]
) -> list[float | None]:
    """Return the mean of one end of a curve's band, of each of the weeks of `weekly`.

    The week in which a topic began has none, if nights before were observed: these have no band.
    """
    return [
        None
        if i < curve.begins < i + 7 and any(curve.observed[max(0, i) : curve.begins])
        else mean_of(ends[max(0, i) : i + 7])
        for i in _mondays(nights)
    ]


def _mondays(nights: Sequence[date]) -> range:
    """Return the places of the Mondays of all weeks; that of the first may lie before them."""
    return range(-nights[0].weekday(), len(nights), 7)


def read_points(prepared: Prepared, curve: Curve) -> list[float | None]:
    """Return the shares that are drawn first: of each night, or of each week over a long time."""
    nights = prepared.curves.nights
    return weekly(nights, curve) if len(nights) > LONG else list(curve.share)


def find_top(points: Sequence[float | None]) -> tuple[float, int]:
    """Return the highest share and its place; 0 and 0 where nothing was observed."""
    place = max(range(len(points)), key=lambda i: points[i] or 0.0, default=0)
    return (points[place] or 0.0, place) if points else (0.0, 0)


def tell_point(prepared: Prepared, place: int) -> str:
    """Return when one of `read_points` was: `on 8 Mar 2026`."""
    long = len(prepared.curves.nights) > LONG
    when = short_day(find_night(prepared, place))
    return f"in the week from {when}" if long else f"on {when}"


def find_night(prepared: Prepared, place: int) -> date:
    """Return the night of one of `read_points`, or the Monday of its week."""
    nights = prepared.curves.nights
    if len(nights) <= LONG:
        return nights[place]
    return nights[0] + timedelta(days=7 * place - nights[0].weekday())
