"""Shares over time as lines with bands and real gaps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.plotter.charts import Layout, Trace, spread
from tracker.plotter.lines import PLOT_HEIGHT, Line, draw_line, moment
from tracker.plotter.notes import Note, draw_note, keep_apart
from tracker.plotter.palette import BAND_OPACITY, RULE, format_ticks, frame_layout
from tracker.plotter.strips import Strip, add_strip
from tracker.plotter.words import clean, percent, plot_text

_TOP, _BOTTOM = 26, 34
_MANY_LINES = 3
_FAINT: Final = 0.045
"""Opacity of the bands where more than three lines would lie over each other."""

_BAND_ROOM, _ALONE_ROOM = 1.6, 3.0


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
            "range": [moment(first, -pad), moment(last, pad)],
            "hoverformat": "%-d %B %Y",
            "showgrid": False,
            "ticks": "outside",
            "tickcolor": RULE,
            "anchor": "y2" if strip_height else "y",
            "nticks": 8,
        },
        yaxis={
            "range": [0, top],
            "tickformat": format_ticks(top),
            "domain": [strip_height / inner, 1],
            "nticks": 6,
        },
        annotations=labels + [draw_note(note, note in kept) for note in info.notes],
        meta={
            "table": "tableOfLines",
            "plot_height": PLOT_HEIGHT,
            "narrow": {"margin.l": 38, "margin.r": min(margin, 128), "xaxis.nticks": 4},
        },
    )
    opacity = BAND_OPACITY if len({line.key for line in shown}) <= _MANY_LINES else _FAINT
    traces = [trace for line in info.lines for trace in draw_line(line, opacity)]
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
