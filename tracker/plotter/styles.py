"""How a chart looks on its own: light or dark, its size, and its words around it."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from tracker.plotter.charts import Chart, Layout, spread
from tracker.plotter.fittings import fit_words
from tracker.plotter.palette import INK, MUTED, dark_colours
from tracker.plotter.words import clean, plot_text

WIDTH: Final = 960
"""Pixels a figure is laid out for where nobody says how wide it is."""

_SIDE, _NARROW, _LEAST_PLOT, _LONGEST = 16, 600, 80, 2000
_SERIF: Final = 'Charter, "Iowan Old Style", Cambria, Georgia, "Noto Serif", serif'
_TITLE, _READING, _NOTE = (21, 27, 10.4), (13, 19, 6.6), (11, 16, 5.7)
"""Of each kind of text its size, the height of a line and the usual width of a letter, pixels."""


@dataclass(frozen=True)
class Style:
    """How a chart looks.

    Attributes:
        theme: `light` or `dark`.
        width: Pixels; as wide as its place if None.
        height: Pixels, words included; what suits the chart if None.
    """

    theme: Literal["light", "dark"] = "light"
    width: int | None = None
    height: int | None = None


PLAIN: Final = Style()
"""Light, and as large as suits the chart and its place."""


def dress_chart(chart: Chart, style: Style) -> Chart:
    """Return `chart` with its words inside its layout, in the size and colours asked for."""
    width = style.width or WIDTH
    title = _wrap(chart.finding, width, _TITLE, 4)
    reading = _wrap(chart.reading, width, _READING, 6)
    note = _wrap(chart.note, width, _NOTE, 5)
    head = 14 + len(title) * _TITLE[1] + len(reading) * _READING[1] + 10
    foot = 12 + len(note) * _NOTE[1] if note else 0
    layout = dict(chart.layout)
    if width < _NARROW:
        layout = _apply(layout, layout.get("meta", {}).get("narrow", {}))
    if style.height:
        layout = fit_height(layout, style.height - head - foot)
    layout = fit_words(layout, width)
    margin = dict(layout["margin"])
    left = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": _SIDE - margin["l"],
            "yref": "paper", "align": "left", "showarrow": False}  # fmt: skip
    words = [
        {**left, "y": 1, "yanchor": "bottom", "yshift": margin["t"] + 4, "name": "reading",
         "text": "<br>".join(reading), "font": {"size": _READING[0], "color": MUTED}},
        {**left, "y": 0, "yanchor": "top", "yshift": -margin["b"] - 2, "name": "note",
         "text": "<br>".join(note), "font": {"size": _NOTE[0], "color": MUTED}},
    ]  # fmt: skip
    layout |= {
        "title": {
            "text": "<br>".join(f"<b>{line}</b>" for line in title),
            "x": 0, "xref": "container", "xanchor": "left", "y": 1, "yref": "container",
            "yanchor": "top", "pad": {"t": 14 + (len(title) - 1) * _TITLE[1] // 2, "l": _SIDE},
            "font": {"family": _SERIF, "size": _TITLE[0], "color": INK},
        },
        "margin": {**margin, "t": margin["t"] + head, "b": margin["b"] + foot},
        "annotations": [*layout.get("annotations", ()), *(w for w in words if w["text"])],
        "height": layout["height"] + head + foot,
    }  # fmt: skip
    if style.width:
        layout["width"] = style.width
    if style.theme == "light":
        return replace(chart, layout=layout)
    colours = dark_colours()
    traces = [_recolour(trace, colours) for trace in chart.traces]
    return replace(chart, traces=traces, layout=_recolour(layout, colours))


def fit_height(layout: Layout, height: int) -> Layout:
    """Return `layout` in another height, the labels at the ends of its lines moved apart anew."""
    margin = layout["margin"]
    before = layout["height"] - margin["t"] - margin["b"]
    inner = max(_LEAST_PLOT, height - margin["t"] - margin["b"])
    fitted = {**layout, "height": inner + margin["t"] + margin["b"]}
    meta = dict(layout.get("meta", {}))
    ends = [note for note in layout.get("annotations", ()) if note.get("name") == "end"]
    if "plot_height" in meta and ends:
        meta["plot_height"] *= inner / before
        top = layout["yaxis"]["range"][1]
        places = [end["y"] / top * meta["plot_height"] for end in ends]
        moved = dict(zip(map(id, ends), spread(places, 16), strict=True))
        fitted["annotations"] = [
            {**n, "yshift": round(moved[id(n)] - n["y"] / top * meta["plot_height"], 1)}
            if id(n) in moved
            else n
            for n in layout["annotations"]
        ]
    return {**fitted, "meta": meta}


def _wrap(text: str, width: int, kind: tuple[int, int, float], most: int) -> list[str]:
    """Return harvested text as lines that are safe in a chart."""
    letters = max(16, int((width - 2 * _SIDE) / kind[2]))
    lines = textwrap.wrap(clean(text, _LONGEST), letters, max_lines=most, placeholder=" …")
    return [plot_text(line, letters + 2) for line in lines]


def _apply(layout: Layout, changes: Mapping[str, Any]) -> Layout:
    """Return `layout` with values put in place by their dotted paths, as the pages' script does."""
    for path, value in changes.items():
        layout = _set(layout, path.split("."), value)
    return layout


def _set(place: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    key, *rest = path
    if isinstance(place, (list, tuple)):
        changed: Any = list(place)
        changed[int(key)] = _set(changed[int(key)], rest, value)
        return changed
    return {**place, key: _set(place.get(key, {}), rest, value)}


def _recolour(value: Any, colours: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return colours.get(value, value)
    if isinstance(value, dict):
        return {key: _recolour(inner, colours) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_recolour(inner, colours) for inner in value]
    return value
