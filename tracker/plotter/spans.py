"""Bars from one place to another, a row each, as a single trace."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from tracker.plotter.charts import Trace


def draw_spans(
    rows: Sequence[str | int],
    ends: Iterable[tuple[float | date | None, float | date | None]],
    line: dict[str, Any],
) -> Trace:
    """Return a bar in each row between two shares or nights; none where either is missing."""
    x: list[float | str | None] = []
    y: list[str | int | None] = []
    for row, (start, end) in zip(rows, ends, strict=True):
        if start is not None and end is not None:
            x += [_place(start), _place(end), None]
            y += [row, row, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": line,
        "hoverinfo": "skip",
        "meta": {"role": "span"},
    }


def _place(end: float | date) -> float | str:
    return str(end) if isinstance(end, date) else round(end, 4)
