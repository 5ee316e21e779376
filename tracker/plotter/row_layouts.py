"""Layouts of rows over time, each with its title above it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from tracker.plotter.palette import INK, MUTED, RULE, frame_layout
from tracker.plotter.words import plot_text

SPAN: Final = {"width": 2, "color": RULE}
"""The line that a row is, from its first night to its last."""
_ROW, _TOP, _BOTTOM = 38, 6, 34


def lay_rows(
    titles: Sequence[str],
    spans: Sequence[tuple[date, date]],
    nights: tuple[date, date] | None = None,
    *,
    table: str = "tableOfStays",
    letters: int = 90,
) -> dict[str, Any]:
    """Return a layout with a title above each row: at its span, on a phone at the left.

    Args:
        titles: One each row.
        spans: First and last night of each row.
        nights: First and last night of the axis; those of the spans if None.
        table: The function of the pages' script that makes the table.
        letters: Longest a title gets.
    """
    first, last = nights or (min(a for a, _ in spans), max(b for _, b in spans))
    days = max(6, (last - first).days)
    side = timedelta(days=max(1, round(days * 0.02)))
    labels: list[dict[str, Any]] = []
    narrow: dict[str, Any] = {"xaxis.nticks": 4}
    for row, (title, (start, end)) in enumerate(zip(titles, spans, strict=True)):
        late = (start - first).days > days * 0.5
        labels.append(
            {
                "x": str(end if late else start),
                "y": row,
                "yshift": 17,
                "xanchor": "right" if late else "left",
                "xshift": 5 if late else -5,
                "showarrow": False,
                "text": plot_text(title, letters),
                "font": {"size": 12, "color": INK},
            }
        )
        short: dict[str, Any] = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": 0}
        short["text"] = plot_text(title, 54)
        narrow |= {f"annotations.{row}.{key}": value for key, value in short.items()}
    return frame_layout(
        len(titles) * _ROW + _TOP + _BOTTOM,
        margin={"l": 8, "r": 12, "t": _TOP, "b": _BOTTOM, "pad": 0},
        xaxis={
            "type": "date",
            "range": [str(first - side), str(first + timedelta(days=days) + side)],
            "tickfont": {"color": MUTED, "size": 12},
            "nticks": 8,
        },
        yaxis={"range": [len(titles) - 0.4, -0.9], "showticklabels": False, "showgrid": False},
        annotations=labels,
        meta={"table": table, "fixed": True, "narrow": narrow},
    )
