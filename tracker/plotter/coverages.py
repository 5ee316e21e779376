"""What was observed at every source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tracker.names import count
from tracker.plotter.charts import Chart, Trace
from tracker.plotter.grids import name_axis, time_axis, unique_names
from tracker.plotter.palette import PAPER, frame_layout
from tracker.plotter.prepared import Prepared
from tracker.plotter.sources import MOST_SOURCES
from tracker.plotter.strips import STATES, Strip, draw_states
from tracker.plotter.words import clean, isolate

_ROW, _TOP, _BOTTOM = 18, 8, 34


@dataclass(frozen=True)
class CoverageInfo:
    """What was observed.

    Attributes:
        strip: Sources with their states.
        nights: The nights.
    """

    strip: Strip
    nights: Sequence[date]

    def frame(self) -> pl.DataFrame:
        """Return night, source and state (in words) of every source and night."""
        rows = [
            (night, source, STATES[state])
            for source, states in zip(self.strip.names, self.strip.states, strict=True)
            for night, state in zip(self.nights, states, strict=True)
        ]
        schema = {"night": pl.Date, "source": pl.String, "state": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")


def chart_coverage(prepared: Prepared) -> Chart | None:
    """Return what was observed at every source on every night; None where nothing was visited."""
    strip = prepared.strip
    if not strip.names:
        return None
    nights = prepared.curves.nights
    rows = min(len(strip.names), MOST_SOURCES)
    names = unique_names(list(strip.names[:rows]), 28)
    trace: Trace = {
        **draw_states(nights, strip, rows),
        "y": names,
        "hovertemplate": "<b>%{y}</b><br>%{x|%-d %B %Y}<br>%{text}<extra></extra>",
    }
    layout = frame_layout(
        rows * _ROW + _TOP + _BOTTOM,
        margin={"l": 196, "r": 12, "t": _TOP, "b": _BOTTOM, "pad": 6},
        xaxis=time_axis(nights),
        yaxis=name_axis(names),
        plot_bgcolor=PAPER,
        meta={"table": "tableOfCoverage", "rows": rows, "row_height": _ROW, "narrow": {
            "margin.l": 112, "yaxis.tickfont.size": 11, "xaxis.nticks": 4,
            "yaxis.ticktext": unique_names(strip.names[:rows], 16)}},
    )  # fmt: skip
    reading = (
        "Grey: lists of headlines were read. Orange: the page was visited, but it failed or showed "
        "too little to count. Blank: not visited. Point at a night for the reason. Nothing is "
        "guessed for a night that is missing."
    )
    finding, info = tell_coverage(strip, len(nights)), CoverageInfo(strip, nights)
    return Chart("coverage", finding, reading, [trace], layout, info)


def tell_coverage(strip: Strip, nights: int) -> str:
    """Return a sentence on how completely the sources were observed."""
    seen = [sum(state == 2 for state in row) for row in strip.states]
    if len(seen) == 1:
        name = isolate(clean(strip.names[0], 40))
        return f"{name} was observed on {seen[0]:,} of {count(nights, 'night')}"
    full = sum(n == nights for n in seen)
    if full == len(seen):
        return f"All {len(seen)} sources were observed on every one of {count(nights, 'night')}"
    worst = min(range(len(seen)), key=lambda i: seen[i])
    name = isolate(clean(strip.names[worst], 40))
    if not full:
        return f"No source was observed every night; {name} on only {seen[worst]:,} of {nights:,}"
    return (
        f"{full} of {len(seen)} sources were observed every night; {name} on {seen[worst]:,} of "
        f"{nights:,}"
    )
