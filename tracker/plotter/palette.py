"""Colours and the frame every chart shares."""

from collections.abc import Sequence
from typing import Any, Final

# Light and dark of each colour; neighbours stay apart for the common forms of colour blindness.
PAPER: Final = "#fcfbf8"
INK: Final = "#1c1c1a"
MUTED: Final = "#66655f"
RULE: Final = "#dedbd2"
EMPTY: Final = "#e9e6de"
WARN: Final = "#c9791a"
SERIES: Final = (
    "#1b74c4", "#a8201a", "#10825a", "#4b2380", "#8c6d00", "#c83586", "#0b5560", "#67707c",
)  # fmt: skip
HEAT: Final = ("#f0eee8", "#cfe0ec", "#9cc3de", "#5a9bc9", "#22699f", "#0c3b66")
DARK: Final = {
    PAPER: "#16171a", INK: "#ecebe6", MUTED: "#a3a29c", RULE: "#36383d", EMPTY: "#2a2c31",
    WARN: "#e59a45",
    SERIES[0]: "#4f9fec", SERIES[1]: "#ff7352", SERIES[2]: "#35c08f", SERIES[3]: "#d3b4ff",
    SERIES[4]: "#f2d866", SERIES[5]: "#ffa6d6", SERIES[6]: "#9aeaf0", SERIES[7]: "#8793a6",
    HEAT[0]: "#202329", HEAT[1]: "#1d3a54", HEAT[2]: "#24587f", HEAT[3]: "#3a81b3",
    HEAT[4]: "#74b3df", HEAT[5]: "#cfe8fb",
}  # fmt: skip

FONT: Final = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
)


BAND_OPACITY: Final = 0.16
"""How much a band hides of what lies under it."""


def see_through(colour: str, opacity: float = BAND_OPACITY) -> str:
    """Return a `#rrggbb` colour as the see-through colour of its band."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def dark_colours() -> dict[str, str]:
    """Return every colour of a light chart with the one that replaces it in the dark."""
    bands = {see_through(light): see_through(dark, 0.22) for light, dark in DARK.items()}
    return {**DARK, **bands, see_through(PAPER, 0.75): see_through(DARK[PAPER], 0.75)}


def heat_scale(colours: Sequence[str] = HEAT) -> list[list[float | str]]:
    """Return a Plotly colour scale that runs evenly through `colours`."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


DATE_LABELS: Final = [
    {"dtickrange": [None, 2_419_200_000], "value": "%-d %b"},
    {"dtickrange": ["M1", "M6"], "value": "%b %Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
"""How dates are written on an axis: always on one line."""


def format_ticks(top: float) -> str:
    """Return how shares are written along an axis that ends at `top`, so that no two read alike.

    Below 4.5 % the six or seven ticks of an axis stand less than a percentage point apart.
    """
    return ".1%" if top < 0.045 else ".0%"


def frame_layout(height: int, **changes: Any) -> dict[str, Any]:
    """Return the layout every chart starts from, `height` pixels high, with `changes` on top."""
    axis = {
        "gridcolor": RULE,
        "linecolor": RULE,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": MUTED, "size": 12},
        "fixedrange": True,
        "automargin": False,
    }
    layout: dict[str, Any] = {
        "height": height,
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"family": FONT, "size": 13, "color": INK},
        "margin": {"l": 48, "r": 16, "t": 12, "b": 36, "pad": 4},
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 40,
        "hoverlabel": {
            "bgcolor": PAPER,
            "bordercolor": RULE,
            "font": {"family": FONT, "size": 13, "color": INK},
            "align": "left",
        },
        "dragmode": False,
        "xaxis": {**axis, "tickformatstops": DATE_LABELS},
        "yaxis": {**axis, "showline": False},
        "separators": ".,",
    }
    for key, value in changes.items():
        if isinstance(value, dict) and key.startswith(("xaxis", "yaxis")):
            layout[key] = {**layout.get(key, axis), **value}
        else:
            layout[key] = value
    return layout
