"""One line of a chart: its points, its band, and the gaps in both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tracker.plotter.charts import Trace
from tracker.plotter.palette import BAND_OPACITY, PAPER, see_through
from tracker.plotter.words import clean, percent, plot_text

PLOT_HEIGHT: Final = 340
"""Pixels of a plot of lines from top to bottom."""


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Attributes:
        key: The subject it shows, for clicks.
        name: Its label.
        channel: `editorial` or `audience`.
        colour: `#rrggbb`.
        start: Night of the first point.
        share: Share at each point; None is a gap.
        low: Lower end of the band, None where there is none.
        high: Upper end.
        days: Nights from one point to the next: 1, or 7 where a point is the mean of a week.
        partial: Whether the last point rests on less than usual.
        visible: Whether it is drawn before anybody asks for it.
        dashed: Whether the line is dashed.
    """

    key: str
    name: str
    channel: str
    colour: str
    start: date
    share: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    days: int = 1
    partial: bool = False
    visible: bool = True
    dashed: bool = False

    def at(self, place: int) -> str:
        """Return the night of a point as Plotly reads it; a week is drawn at its middle."""
        middle = timedelta(days=self.days // 2)
        return str(self.start + timedelta(days=place * self.days) + middle)


def runs(values: Sequence[float | None]) -> Iterator[range]:
    """Yield the unbroken stretches of values that are not None, as ranges of places."""
    start = None
    for i, value in enumerate([*values, None]):
        if value is None and start is not None:
            yield range(start, i)
            start = None
        elif value is not None and start is None:
            start = i


def draw_line(line: Line, opacity: float) -> list[Trace]:
    """Return the traces of a line: its band if it has one, the line, and its partial last point.

    Args:
        line: The line.
        opacity: Of its band, in [0, 1].
    """
    share = _rounded(line.share)
    tail = line.partial and share[-1] is not None
    body = [*share[:-1], None] if tail else share
    shared = {
        "type": "scatter",
        "x0": line.at(0),
        "dx": 86_400_000 * line.days,
        "name": plot_text(line.name, 40),
        "visible": line.visible,
        "connectgaps": False,
        "hovertemplate": "%{y:.1%}%{customdata}",
    }
    meta = {
        "subject": line.key,
        "channel": line.channel,
        "label": clean(line.name, 40),
        "short": plot_text(line.name, 18),
        "shorter": plot_text(line.name, 11),
        "days": line.days,
    }
    alone = {run.start for run in runs(body) if len(run) == 1}
    dots = len(share) <= 45 and line.days == 1
    main = {
        **shared,
        "y": body,
        "customdata": _band_words(line),
        "mode": "lines+markers" if alone or dots else "lines",
        "line": {"color": line.colour, "width": 2.2, "dash": "dash" if line.dashed else "solid"},
        "meta": {**meta, "role": "line"},
    }
    if alone or dots:
        main["marker"] = {
            "color": line.colour,
            "size": [6 if i in alone else 4 if dots else 0 for i in range(len(body))],
            "line": {"width": 0},
        }
    band = _draw_band(line, opacity)
    traces = [band, main] if band else [main]
    if tail:
        traces.append({**shared, **_draw_tail(line, share), "meta": {**meta, "role": "partial"}})
    return traces


def _draw_tail(line: Line, share: Sequence[float | None]) -> Trace:
    """Return what makes the last, partial point: a dotted step to an open dot."""
    two = len(share) > 1
    return {
        "x0": line.at(len(share) - 2 if two else 0),
        "y": [share[-2], share[-1]] if two else [share[-1]],
        "hovertemplate": "%{y:.1%} so far",
        "mode": "lines+markers",
        "line": {"color": line.colour, "width": 2, "dash": "dot"},
        "marker": {
            "color": PAPER,
            "size": [0, 8] if two else 8,
            "line": {"color": line.colour, "width": 2},
        },
    }


def _band_words(line: Line) -> list[str]:
    return [
        "" if a is None or b is None else f" ({percent(a)}–{percent(b)})"
        for a, b in zip(line.low, line.high, strict=True)
    ]


def _draw_band(line: Line, opacity: float) -> Trace | None:
    """Return the band as one closed shape per unbroken stretch: fills never cross a gap."""
    ends = [
        None if a is None or b is None else (round(a, 4), round(b, 4))
        for a, b in zip(line.low, line.high, strict=True)
    ]
    x: list[str | None] = []
    y: list[float | None] = []
    for run in runs([None if end is None else end[0] for end in ends]):
        when = [line.at(i) for i in run]
        spans = [end for end in ends[run.start : run.stop] if end is not None]
        if len(run) == 1:
            # A point on its own gets some width, or its band could not be seen.
            night, side = date.fromisoformat(when[0]), timedelta(hours=8 * line.days)
            when, spans = [moment(night, -side), moment(night, side)], spans * 2
        x += [*when, *reversed(when), None]
        y += [*(b for _, b in spans), *(a for a, _ in reversed(spans)), None]
    if not x:
        return None
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "fill": "toself",
        "fillcolor": see_through(line.colour),
        "opacity": round(opacity / BAND_OPACITY, 2),
        "line": {"width": 0, "color": line.colour},
        "hoverinfo": "skip",
        "name": plot_text(line.name, 40),
        "visible": line.visible,
        "meta": {
            "subject": line.key,
            "channel": line.channel,
            "role": "band",
            "days": line.days,
        },
    }


def moment(night: date, offset: timedelta) -> str:
    """Return a date-time `offset` away from the start of a night, as Plotly reads it."""
    days, hours = divmod(round(offset.total_seconds() / 3600), 24)
    return f"{night + timedelta(days=days)} {hours:02d}:00"


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 4) for value in values]
