"""Charts, the report and the digest; every chart is a function that returns a Plotly figure.

    from tracker.plotter import draw_themes

    draw_themes(data, "Ukraine", "Korea").write_html("themes.html")

`data` is a `ReportData`; `Study.figure` reads it from a study and draws in one step.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.plotter.cuts import cut_nights
    from tracker.plotter.figures import (
        draw_channels,
        draw_coverage,
        draw_curve,
        draw_events,
        draw_heat,
        draw_life,
        draw_ranks,
        draw_sources,
        draw_stays,
        draw_themes,
        draw_topics,
    )
    from tracker.plotter.inputs import ReportData
    from tracker.plotter.report import build_report
    from tracker.plotter.styles import Style

__all__ = [
    "ReportData",
    "Style",
    "build_report",
    "cut_nights",
    "draw_channels",
    "draw_coverage",
    "draw_curve",
    "draw_events",
    "draw_heat",
    "draw_life",
    "draw_ranks",
    "draw_sources",
    "draw_stays",
    "draw_themes",
    "draw_topics",
]

_HOMES = {
    "ReportData": "tracker.plotter.inputs",
    "Style": "tracker.plotter.styles",
    "build_report": "tracker.plotter.report",
    "cut_nights": "tracker.plotter.cuts",
}


def __getattr__(name: str) -> Any:
    """Return a public name, loading its module on first use."""
    if name not in __all__:
        raise AttributeError(f"module 'tracker.plotter' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "tracker.plotter.figures")), name)


def __dir__() -> list[str]:
    return __all__
