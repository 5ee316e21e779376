"""Shares over time as lines with bands and real gaps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.plotter.charts import Layout, Trace, spread
from tracker.plotter.palette import INK, MUTED, PAPER, RULE, frame_layout, see_through
from tracker.plotter.strips import Strip, add_strip
from tracker.plotter.words import clean, percent, plot_text

PLOT_HEIGHT: Final = 340
_TOP, _BOTTOM = 26, 34
_MANY_LINES = 3
FAINT: Final = 0.045
"""Opacity of the bands where more than three lines would lie over each other."""

_MOST_NOTES = 4
_NOTE_HEIGHT, _LETTER, _PLOT_WIDTH = 40, 6.2, 860
"""Pixels of a note of two lines, of one of its letters, and usually of a plot from side to side."""

_BAND_ROOM, _ALONE_ROOM = 1.6, 3.0


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


@dataclass(frozen=True)
class Note:
    """Words at a point: what happened there."""

    line: Line
    place: int
    text: str


@dataclass(frozen=True)
class LinesInfo:
    """Everything a line chart shows.

    Attributes:
        nights: Every night of the chart.
        lines: Its lines.
        strip: What was observed, if it is shown.
        notes: Words at points.
    """

    nights: Sequence[date]
    lines: Sequence[Line]
    strip: Strip | None = None
    notes: Sequence[Note] = ()

    def frame(self) -> pl.DataFrame:
        """Return the points of the visible lines.

        Columns: night (the first that a point stands for), nights (how many it stands for), name,
        channel, share?, low?, high?, partial (whether it rests on less than usual).
        """
        rows = [
            {
                "night": line.start + timedelta(days=i * line.days),
                "nights": line.days,
                "name": clean(line.name),
                "channel": line.channel,
                "share": share,
                "low": line.low[i],
                "high": line.high[i],
                "partial": line.partial and i == len(line.share) - 1,
            }
            for line in self.lines
            if line.visible
            for i, share in enumerate(line.share)
        ]
        schema = {"night": pl.Date, "nights": pl.Int32, "name": pl.String, "channel": pl.String,
                  "share": pl.Float64, "low": pl.Float64, "high": pl.Float64,
                  "partial": pl.Boolean}  # fmt: skip
        return pl.DataFrame(rows, schema=schema).sort("night", maintain_order=True)


def runs(values: Sequence[float | None]) -> Iterator[range]:
    """Yield the unbroken stretches of values that are not None, as ranges of places."""
    start = None
    for i, value in enumerate([*values, None]):
        if value is None and start is not None:
            yield range(start, i)
            start = None
        elif value is not None and start is None:
            start = i


def draw_lines(info: LinesInfo) -> tuple[list[Trace], Layout]:
    """Return traces and layout of a line chart; nothing is joined across a gap."""
    shown = [line for line in info.lines if line.visible]
    strip_height = info.strip.height if info.strip else 0
    inner = PLOT_HEIGHT + strip_height
    top = highest(shown)
    labels = _label_ends(info, shown, top)
    kept = keep_apart([note for note in info.notes if note.line.visible], top)
    names = info.strip.names[: info.strip.rows] if info.strip else ()
    widths = [20 + len(label["text"]) * 7 for label in labels]
    widths += [16 + min(len(name), 24) * 6 for name in names]
    margin = min(max([60, *widths]), 190)
    first, last = info.nights[0], info.nights[-1]
    pad = timedelta(hours=12) if len(info.nights) > 6 else timedelta(days=3)
    layout = frame_layout(
        _TOP + inner + _BOTTOM,
        margin={"l": 46, "r": margin, "t": _TOP, "b": _BOTTOM, "pad": 4},
        hovermode="x unified",
        xaxis={
            "type": "date",
            "range": [_moment(first, -pad), _moment(last, pad)],
            "hoverformat": "%-d %B %Y",
            "showgrid": False,
            "ticks": "outside",
            "tickcolor": RULE,
            "anchor": "y2" if strip_height else "y",
            "nticks": 8,
        },
        yaxis={
            "range": [0, top],
            "tickformat": ".1%" if top < 0.045 else ".0%",
            "domain": [strip_height / inner, 1],
            "nticks": 6,
        },
        annotations=labels + [_draw_note(note, note in kept) for note in info.notes],
        meta={
            "table": "tableOfLines",
            "plot_height": PLOT_HEIGHT,
            "narrow": {"margin.l": 38, "margin.r": min(margin, 128), "xaxis.nticks": 4},
        },
    )
    opacity = 0.16 if len({line.key for line in shown}) <= _MANY_LINES else FAINT
    traces = [trace for line in info.lines for trace in _draw_line(line, opacity)]
    if info.strip and strip_height:
        add_strip(traces, layout, info.nights, info.strip)
    return traces, layout


def highest(lines: Iterable[Line]) -> float:
    """Return where the axis ends: above every line, and above most of the bands."""
    lines = list(lines)
    shares = [0.02, *(v for line in lines for v in line.share if v is not None)]
    bands = [v for line in lines for v in line.high if v is not None]
    room = _ALONE_ROOM if len(lines) == 1 else _BAND_ROOM
    return min(1.0, max(max(shares), min(max(bands, default=0), room * max(shares))) * 1.06)


def _moment(night: date, offset: timedelta) -> str:
    """Return a date-time `offset` away from the start of a night, as Plotly reads it."""
    days, hours = divmod(round(offset.total_seconds() / 3600), 24)
    return f"{night + timedelta(days=days)} {hours:02d}:00"


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 4) for value in values]


def _draw_line(line: Line, opacity: float) -> list[Trace]:
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
            when, spans = [_moment(night, -side), _moment(night, side)], spans * 2
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
        "opacity": round(opacity / 0.16, 2),
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


def _label_ends(info: LinesInfo, shown: Sequence[Line], top: float) -> list[dict[str, Any]]:
    """Return a label at the end of each visible line, moved apart where they would overlap."""
    ends = []
    for line in shown:
        value = next((share for share in reversed(line.share) if share is not None), None)
        if value is not None:
            ends.append((line, value))
    pixels = [value / top * PLOT_HEIGHT for _, value in ends]
    moved = spread(pixels, 16)
    return [
        {
            "x": str(info.nights[-1]),
            "y": round(value, 4),
            "text": f"{plot_text(line.name, 18)} {percent(value)}",
            "showarrow": False,
            "xanchor": "left",
            "xshift": 8,
            "yshift": round(to - at, 1),
            "font": {"color": line.colour, "size": 13},
            "align": "left",
            "name": "end",
        }
        for (line, value), at, to in zip(ends, pixels, moved, strict=True)
    ]


def keep_apart(notes: Sequence[Note], top: float) -> list[Note]:
    """Return the highest notes whose words do not lie over each other; `lines.js` does the same.

    Of two at almost the same night the higher speaks for both: they tell one story.
    """
    kept: list[Note] = []
    for note in sorted(notes, key=lambda n: -(n.line.share[n.place] or 0)):
        if not any(_collide(note, other, top) for other in kept):
            kept.append(note)
    return kept[:_MOST_NOTES]


_SAME_TIME: Final = 0.03


def _collide(note: Note, other: Note, top: float) -> bool:
    if abs(note.place - other.place) < _SAME_TIME * len(note.line.share):
        return True
    (left, right), (start, end) = _reach(note), _reach(other)
    apart = abs((note.line.share[note.place] or 0) - (other.line.share[other.place] or 0))
    return left < end and start < right and apart / top * PLOT_HEIGHT < _NOTE_HEIGHT


def _reach(note: Note) -> tuple[float, float]:
    """Return where a note's words begin and end, as parts of the chart's width."""
    width = max(map(len, _break_words(note.text))) * _LETTER / _PLOT_WIDTH
    place = note.place / max(1, len(note.line.share) - 1)
    return (place - width, place) if _is_late(note) else (place, place + width)


def _is_late(note: Note) -> bool:
    return note.place > len(note.line.share) * 0.6


def _break_words(text: str) -> list[str]:
    """Return the words of a note on one line or two."""
    words = plot_text(text, 56)
    middle = words.find(" ", len(words) // 2)
    return [words[:middle], words[middle + 1 :]] if len(words) > 30 and middle > 0 else [words]


def _draw_note(note: Note, visible: bool) -> dict[str, Any]:
    line, late = note.line, _is_late(note)
    words = "<br>".join(_break_words(note.text))
    return {
        "x": line.at(note.place),
        "y": round(line.share[note.place] or 0, 4),
        "text": words,
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": MUTED,
        "ax": -24 if late else 24,
        "ay": -18,
        "xanchor": "right" if late else "left",
        "align": "right" if late else "left",
        "font": {"size": 11.5, "color": INK},
        "bgcolor": see_through(PAPER, 0.75),
        "visible": visible,
        "name": f"note {line.days} {line.channel} {line.key}",
    }
