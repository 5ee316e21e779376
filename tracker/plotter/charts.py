"""One chart: its finding, how to read it, and its Plotly parts before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import polars as pl

Trace = dict[str, Any]
"""One Plotly trace as plain data."""

Layout = dict[str, Any]
"""A Plotly layout as plain data."""


class Info(Protocol):
    """What a chart shows, before anything is drawn."""

    def frame(self) -> pl.DataFrame:
        """Return it as a table, one row a point."""
        ...


@dataclass(frozen=True)
class Chart:
    """A chart as plain data; `tracker.plotter.figures` turns it into a Plotly figure.

    Attributes:
        chart_id: Its id on the page; the same for the same chart, so that output is reproducible.
        finding: Its title: what it shows, as a sentence.
        reading: One or two sentences on how to read it.
        traces: Plotly traces.
        layout: Plotly layout.
        info: What it shows, for its table.
        note: What it rests on, in words; empty on a page that says it elsewhere.
    """

    chart_id: str
    finding: str
    reading: str
    traces: Sequence[Trace]
    layout: Layout
    info: Info
    note: str = ""

    def noted(self, note: str) -> "Chart":
        """Return the chart with `note`."""
        return replace(self, note=note)


def spread(places: Sequence[float], gap: float, lowest: float = 0.0) -> list[float]:
    """Return `places` (pixels) moved apart to at least `gap`, each as little as possible.

    Neighbours that would overlap form a block around the mean of where they wanted to be; none
    ends below `lowest`.

    Source: pool adjacent violators (Ayer et al., 1955), on places less the gaps before them.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[tuple[float, int]] = []
    for rank, i in enumerate(order):
        mean, size = places[i] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, n = blocks.pop()
            mean, size = (mean * size + before * n) / (size + n), size + n
        blocks.append((mean, size))
    flat = [mean for mean, size in blocks for _ in range(size)]
    moved = [0.0] * len(places)
    for rank, i in enumerate(order):
        moved[i] = max(flat[rank], lowest) + rank * gap
    return moved
