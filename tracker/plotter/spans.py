"""Bars from one share to another, a row each, as a single trace."""

from collections.abc import Iterable, Sequence
from typing import Any

from tracker.plotter.charts import Trace


def draw_spans(
    names: Sequence[str],
    ends: Iterable[tuple[float | None, float | None]],
    line: dict[str, Any],
) -> Trace:
    """Return a bar for each name between two shares; none where either is missing."""
    x: list[float | None] = []
    y: list[str | None] = []
    for name, (start, end) in zip(names, ends, strict=True):
        if start is not None and end is not None:
            x += [round(start, 4), round(end, 4), None]
            y += [name, name, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": line,
        "hoverinfo": "skip",
        "meta": {"role": "span"},
    }
