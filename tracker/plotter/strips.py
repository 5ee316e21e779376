"""The strip under a chart that says which source was observed when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from tracker.plotter.charts import Layout, Trace
from tracker.plotter.palette import MUTED, PAPER, WARN
from tracker.plotter.words import plot_text

ROW_HEIGHT: Final = 13
GAP_HEIGHT: Final = 30
MOST_ROWS: Final = 10
STATES: Final = ("not visited", "visited, no lists found", "observed")
SCALE: Final = [[(i + 1) // 2 / 3, (PAPER, WARN, MUTED)[i // 2]] for i in range(6)]
"""Colours of the states: nothing, a warning, and seen."""


@dataclass(frozen=True)
class Strip:
    """What was observed: one row a source, one column a night.

    Attributes:
        names: The rows' names, the fullest source first.
        states: One row of states (`slots.NOT_VISITED` …) per name, aligned with the nights.
        reasons: One row of words per name: why a night does not count, empty where it does.
    """

    names: Sequence[str]
    states: Sequence[Sequence[int]]
    reasons: Sequence[Sequence[str]]

    @property
    def rows(self) -> int:
        """Return how many rows are drawn."""
        return min(len(self.names), MOST_ROWS)

    @property
    def height(self) -> int:
        """Return the height of the drawn rows with the gap above them, pixels."""
        return self.rows * ROW_HEIGHT + GAP_HEIGHT if self.rows else 0


def read_strip(coverage: pl.DataFrame, nights: Sequence[date]) -> Strip:
    """Return the states of `Slots.coverage` over `nights`, the fullest sources first."""
    rows = (
        coverage.filter(pl.col("night").is_between(nights[0], nights[-1]))
        .sort("night")
        .group_by("source")
        .agg(pl.col("state", "reason"), pl.col("night").min().alias("first"), pl.col("slots").sum())
        .sort(["slots", "source"], descending=[True, False])
    )
    states, reasons = [], []
    for given, why, first in rows.select("state", "reason", "first").iter_rows():
        before = (first - nights[0]).days
        states.append([*[0] * before, *given])
        told = [_tell(state, reason) for state, reason in zip(given, why, strict=True)]
        reasons.append([*[STATES[0]] * before, *told])
    return Strip(rows["source"].to_list(), states, reasons)


def _tell(state: int, reason: str | None) -> str:
    """Return why a night does not count or not wholly; nothing where all of it does."""
    if reason:
        return plot_text(reason.replace("_", " "), 120)
    return "" if state == len(STATES) - 1 else STATES[state]


def draw_states(nights: Sequence[date], strip: Strip, rows: int) -> Trace:
    """Return the states of the first `rows` sources as a heat map, which a click asks of."""
    return {
        "type": "heatmap",
        "x0": str(nights[0]),
        "dx": 86_400_000,
        "y": list(range(rows)),
        "z": [list(row) for row in strip.states[:rows]],
        "zmin": 0,
        "zmax": 2,
        "colorscale": SCALE,
        "showscale": False,
        "ygap": 3,
        "xgap": 0.4 if len(nights) < 200 else 0,
        "text": [list(row) for row in strip.reasons[:rows]],
        "hovertemplate": "%{text}<extra></extra>",
        "meta": {"role": "coverage", "days": 1, "sources": list(strip.names[:rows])},
    }


def add_strip(traces: list[Trace], layout: Layout, nights: Sequence[date], strip: Strip) -> None:
    """Put the strip below the plot of `layout`, whose `yaxis` already leaves the room."""
    rows = strip.rows
    low, _ = layout["yaxis"]["domain"]
    top = low * rows * ROW_HEIGHT / strip.height
    traces.append({**draw_states(nights, strip, rows), "yaxis": "y2"})
    layout["yaxis2"] = {
        "domain": [0, top],
        "range": [rows - 0.5, -0.5],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "ticks": "",
        "anchor": "x",
    }
    layout["annotations"] += _label_strip(strip, rows, top)


def _label_strip(strip: Strip, rows: int, top: float) -> list[dict[str, Any]]:
    shared = {"showarrow": False, "xref": "paper", "font": {"size": 11, "color": MUTED}}
    more = len(strip.names) - rows
    head = {
        **shared,
        "x": 0,
        "y": top,
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "text": "Observed, by source" + (f" (and {more} more further down)" if more > 0 else ""),
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
            "text": plot_text(name, 24),
            "name": "strip",
        }
        for i, name in enumerate(strip.names[:rows])
    ]
    return [head, *names]
