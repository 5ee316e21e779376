"""Shares over time as lines with bands, real gaps, and a strip that says what was observed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from tracker.plotter.charts import Layout, Trace, spread
from tracker.plotter.palette import INK, MUTED, PAPER, RULE, WARN, frame_layout, see_through
from tracker.plotter.words import clean, percent, plot_text

PLOT_HEIGHT: Final = 340
STRIP_ROW: Final = 13
MOST_STRIP_ROWS: Final = 10
_TOP, _BOTTOM, _STRIP_GAP = 26, 34, 30


@dataclass(frozen=True)
class Line:
    """One line of the chart.

    Attributes:
        key: The subject it shows, for clicks.
        name: Its label.
        channel: `editorial` or `audience`.
        colour: `#rrggbb`.
        share: Share of each night; None is a gap.
        low: Lower end of the band, None where there is none.
        high: Upper end.
        partial: Whether the last night was seen by fewer sources than usual.
        visible: Whether it is drawn before anybody asks for it.
        dashed: Whether the line is dashed.
    """

    key: str
    name: str
    channel: str
    colour: str
    share: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    partial: bool = False
    visible: bool = True
    dashed: bool = False


@dataclass(frozen=True)
class Strip:
    """What was observed: one row a source, one column a night.

    Attributes:
        names: The rows' names.
        states: One row of states (`slots.NOT_VISITED` …) per name, aligned with the nights.
    """

    names: Sequence[str]
    states: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Note:
    """Words at a point: what happened there."""

    night: date
    share: float
    text: str
    key: str
    channel: str


@dataclass(frozen=True)
class LinesInfo:
    """Everything a line chart shows."""

    nights: Sequence[date]
    lines: Sequence[Line]
    strip: Strip | None = None
    notes: Sequence[Note] = ()


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
    traces: list[Trace] = []
    for line in info.lines:
        traces += _draw_line(info.nights, line)
    rows = min(len(info.strip.names), MOST_STRIP_ROWS) if info.strip else 0
    strip_height = rows * STRIP_ROW + _STRIP_GAP if rows else 0
    height = _TOP + PLOT_HEIGHT + strip_height + _BOTTOM
    inner = PLOT_HEIGHT + strip_height
    top = _highest(line for line in info.lines if line.visible)
    labels = _label_ends(info, top)
    width = max((len(label["text"]) for label in labels), default=0)
    first, last = info.nights[0], info.nights[-1]
    pad = timedelta(hours=12) if len(info.nights) > 6 else timedelta(days=3)
    layout = frame_layout(
        height,
        margin={"l": 46, "r": min(max(60, 16 + width * 7), 190), "t": _TOP, "b": _BOTTOM, "pad": 4},
        hovermode="x unified",
        xaxis={
            "type": "date",
            "range": [f"{_at(first, -pad)}", f"{_at(last, pad)}"],
            "hoverformat": "%-d %B %Y",
            "showgrid": False,
            "ticks": "outside",
            "tickcolor": RULE,
            "anchor": "y2" if rows else "y",
            "nticks": 8,
        },
        yaxis={
            "range": [0, top],
            "tickformat": ".1%" if top < 0.045 else ".0%",
            "domain": [strip_height / inner, 1],
            "nticks": 6,
            "rangemode": "tozero",
        },
        annotations=labels + [_draw_note(note, info) for note in info.notes],
        meta={
            "table": "tableOfLines",
            "plot_height": PLOT_HEIGHT,
            "narrow": {"margin.l": 38, "margin.r": min(max(60, 16 + width * 7), 128)},
        },
    )
    if info.strip and rows:
        traces.append(_draw_strip(info.nights, info.strip, rows))
        layout["yaxis2"] = {
            "domain": [0, (rows * STRIP_ROW) / inner],
            "range": [rows - 0.5, -0.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "showticklabels": False,
            "anchor": "x",
        }
        layout["annotations"] += _label_strip(info.strip, rows, inner)
    return traces, layout


def _at(night: date, offset: timedelta) -> str:
    """Return a date-time `offset` away from the start of a night, as Plotly reads it."""
    hours = round(offset.total_seconds() / 3600)
    days, hours = divmod(hours, 24)
    return f"{night + timedelta(days=days)} {hours:02d}:00"


def _highest(lines: Iterator[Line]) -> float:
    ends = [v for line in lines for v in (*line.share, *line.high) if v is not None]
    return min(1.0, max([0.02, *ends]) * 1.08)


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 4) for value in values]


def _draw_line(nights: Sequence[date], line: Line) -> list[Trace]:
    share = _rounded(line.share)
    tail = line.partial and share[-1] is not None
    body = [*share[:-1], None] if tail else share
    shared = {
        "type": "scatter",
        "x0": str(nights[0]),
        "dx": 86_400_000,
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
    }
    alone = {run.start for run in runs(body) if len(run) == 1}
    dots = len(nights) <= 45
    band = _draw_band(nights, line)
    traces: list[Trace] = [band] if band else []
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
    traces.append(main)
    if tail:
        before = share[-2] if len(share) > 1 else None
        traces.append(
            {
                **shared,
                "x0": str(nights[-2] if len(nights) > 1 else nights[-1]),
                "y": [before, share[-1]] if len(nights) > 1 else [share[-1]],
                "hovertemplate": "%{y:.1%} so far",
                "mode": "lines+markers",
                "line": {"color": line.colour, "width": 2, "dash": "dot"},
                "marker": {
                    "color": PAPER,
                    "size": [0, 8] if len(nights) > 1 else 8,
                    "line": {"color": line.colour, "width": 2},
                },
                "meta": {**meta, "role": "partial"},
            }
        )
    return traces


def _band_words(line: Line) -> list[str]:
    return [
        "" if a is None or b is None else f" ({percent(a)}–{percent(b)})"
        for a, b in zip(line.low, line.high, strict=True)
    ]


def _draw_band(nights: Sequence[date], line: Line) -> Trace | None:
    """Return the band as one closed shape per unbroken stretch: fills never cross a gap."""
    ends = [
        None if a is None or b is None else (round(a, 4), round(b, 4))
        for a, b in zip(line.low, line.high, strict=True)
    ]
    x: list[str | None] = []
    y: list[float | None] = []
    for run in runs([None if end is None else end[0] for end in ends]):
        if all(ends[i] == (0.0, 0.0) for i in run):
            continue
        # A night on its own gets a third of a day on each side, or its band could not be seen.
        side = timedelta(hours=8)
        when = [str(nights[i]) for i in run]
        spans = [ends[i] for i in run]
        if len(run) == 1:
            when, spans = [_at(nights[run[0]], -side), _at(nights[run[0]], side)], spans * 2
        x += [*when, *reversed(when), None]
        y += [s[1] for s in spans if s] + [s[0] for s in reversed(spans) if s] + [None]
    if not x:
        return None
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "fill": "toself",
        "fillcolor": see_through(line.colour),
        "line": {"width": 0, "color": line.colour},
        "hoverinfo": "skip",
        "name": plot_text(line.name, 40),
        "visible": line.visible,
        "meta": {"subject": line.key, "channel": line.channel, "role": "band"},
    }


def _label_ends(info: LinesInfo, top: float) -> list[dict[str, Any]]:
    """Return a label at the end of each visible line, moved apart where they would overlap."""
    ends = []
    for line in info.lines:
        value = next((share for share in reversed(line.share) if share is not None), None)
        if line.visible and value is not None:
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
            "name": f"end {line.channel} {line.key}",
        }
        for (line, value), at, to in zip(ends, pixels, moved, strict=True)
    ]


def _draw_note(note: Note, info: LinesInfo) -> dict[str, Any]:
    late = info.nights.index(note.night) > len(info.nights) * 0.6
    words = plot_text(note.text, 56)
    middle = words.find(" ", len(words) // 2)
    if len(words) > 30 and middle > 0:
        words = f"{words[:middle]}<br>{words[middle + 1 :]}"
    return {
        "x": str(note.night),
        "y": round(note.share, 4),
        "text": words,
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": MUTED,
        "ax": -24 if late else 24,
        "ay": -16,
        "xanchor": "right" if late else "left",
        "align": "right" if late else "left",
        "font": {"size": 11.5, "color": INK},
        "bgcolor": see_through(PAPER, 0.75),
        "name": f"note {note.channel} {note.key}",
    }


def _draw_strip(nights: Sequence[date], strip: Strip, rows: int) -> Trace:
    states = [list(row) for row in strip.states[:rows]]
    words = ["not visited", "visited, no lists found", "observed"]
    return {
        "type": "heatmap",
        "x0": str(nights[0]),
        "dx": 86_400_000,
        "y": list(range(rows)),
        "z": states,
        "zmin": 0,
        "zmax": 2,
        "colorscale": [[(i + 1) // 2 / 3, (PAPER, WARN, MUTED)[i // 2]] for i in range(6)],
        "showscale": False,
        "ygap": 3,
        "xgap": 0.4 if len(nights) < 200 else 0,
        "yaxis": "y2",
        "hoverinfo": "none",
        "meta": {
            "role": "coverage",
            "sources": list(strip.names[:rows]),
            "words": words,
        },
    }


def _label_strip(strip: Strip, rows: int, inner: float) -> list[dict[str, Any]]:
    shared = {"showarrow": False, "xref": "paper", "font": {"size": 11, "color": MUTED}}
    head = {
        **shared,
        "x": 0,
        "y": (rows * STRIP_ROW) / inner,
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "text": "Observed, by source",
        "name": "strip",
    }
    names = [
        {
            **shared,
            "x": 1,
            "y": i,
            "yref": "y2",
            "xanchor": "left",
            "xshift": 8,
            "text": plot_text(name, 20),
            "name": "strip",
        }
        for i, name in enumerate(strip.names[:rows])
    ]
    return [head, *names]
