"""One night as dots with their intervals, for a study too young to draw lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tracker.plotter.charts import Chart, Layout, Trace
from tracker.plotter.curves import Curve, is_level
from tracker.plotter.grids import unique_names
from tracker.plotter.palette import INK, SERIES, format_ticks, frame_layout, see_through
from tracker.plotter.prepared import Prepared
from tracker.plotter.spans import draw_spans
from tracker.plotter.words import CHOOSERS, clean, day, name_several, percent

FEW_NIGHTS: Final = 3
"""Nights below which lines say nothing."""

MOST_ROWS: Final = 24
_ROW, _TOP, _BOTTOM = 26, 8, 36


@dataclass(frozen=True)
class TonightInfo:
    """The curves with any room on the last night, and those watched, the largest first."""

    curves: Sequence[Curve]

    def frame(self) -> pl.DataFrame:
        """Return name, share, low? and high? of each on the last night."""
        rows = [(c.subject.name, c.share[-1], c.low[-1], c.high[-1]) for c in self.curves]
        numbers = {"share": pl.Float64, "low": pl.Float64, "high": pl.Float64}
        return pl.DataFrame(rows, schema={"name": pl.String, **numbers}, orient="row")


def read_tonight(prepared: Prepared) -> TonightInfo:
    """Return the themes of the last night, or its topics where no theme was seen."""
    for kind in ("theme", "topic"):
        curves = [c for c in prepared.curves.of(prepared.channel) if c.subject.kind == kind]
        shown = [c for c in curves if c.last or (c.subject.watched and c.last is not None)]
        if shown:
            shown.sort(key=lambda c: (-(c.last or 0), c.subject.key))
            return TonightInfo(shown[:MOST_ROWS])
    return TonightInfo([])


def chart_tonight(prepared: Prepared) -> Chart | None:
    """Return the last night's shares with their bands; None where there is nothing to show."""
    info = read_tonight(prepared)
    if not info.curves:
        return None
    names = unique_names([curve.subject.name for curve in info.curves], 26)
    ends = [(curve.low[-1], curve.high[-1]) for curve in info.curves]
    bands = draw_spans(names, ends, {"width": 9, "color": see_through(SERIES[0])})
    dots = _draw_dots(info, names, str(prepared.data.last_night))
    first = info.curves[0]
    level = [c.subject.told for c in info.curves if is_level(c.last or 0, first.last or 0)]
    room = CHOOSERS[prepared.channel]
    kinds = f"{first.subject.kind}s"
    night_words = day(prepared.data.last_night)
    finding = f"{name_several(level)} got the most room of all {kinds} on {night_words}"
    reading = (
        f"Share of {room} that went to each, every source counting the same; the bar is the 95% "
        "interval, where the true share may well lie. After a few nights these become lines."
    )
    return Chart("themes", finding, reading, [bands, dots], _lay_out(info, names), info)


def _draw_dots(info: TonightInfo, names: Sequence[str], night: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [round(curve.last or 0, 4) for curve in info.curves],
        "y": names,
        "text": [f"  {percent(curve.last or 0)}" for curve in info.curves],
        "textposition": "middle right",
        "textfont": {"size": 12, "color": INK},
        "customdata": [
            f"{percent(c.low[-1] or 0)} to {percent(c.high[-1] or 0)}" for c in info.curves
        ],
        "marker": {"size": 11, "color": SERIES[0], "line": {"width": 0}},
        "hovertemplate": "<b>%{y}</b><br>%{text} (95% interval %{customdata})<extra></extra>",
        "meta": {
            "role": "tonight",
            "night": night,
            "columns": [curve.subject.key for curve in info.curves],
            "labels": [clean(curve.subject.name, 60) for curve in info.curves],
        },
    }


def _lay_out(info: TonightInfo, names: Sequence[str]) -> Layout:
    top = max([0.02, *(curve.high[-1] or curve.last or 0 for curve in info.curves)])
    return frame_layout(
        len(names) * _ROW + _TOP + _BOTTOM,
        margin={"l": 190, "r": 24, "t": _TOP, "b": _BOTTOM, "pad": 6},
        xaxis={
            "range": [0, top * 1.05],
            "tickformat": format_ticks(top * 1.05),
            "nticks": 7,
            "tickformatstops": [],
        },
        yaxis={
            "type": "category",
            "range": [len(names) - 0.5, -0.7],
            "tickfont": {"color": INK, "size": 13},
            "showgrid": False,
        },
        meta={
            "table": "tableOfTonight",
            "fixed": True,
            "narrow": {"margin.l": 116, "xaxis.nticks": 4, "yaxis.tickfont.size": 12},
        },
    )
