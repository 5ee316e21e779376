"""One chart as one page: its script, its table and the headlines behind its points in it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tracker.plotter.charts import Chart
from tracker.plotter.nights import find_first, read_weeks, to_json
from tracker.plotter.prepared import Prepared
from tracker.plotter.sites import open_site, render_page
from tracker.plotter.styles import fit_height

_DARK_ONLY: Final = re.compile(r"@media (screen and )?\(prefers-color-scheme: dark\)")


def build_chart_page(
    prepared: Prepared,
    chart: Chart,
    *,
    theme: str | None = None,
    width: int | None = None,
    height: int | None = None,
) -> str:
    """Return the HTML of a page with nothing but `chart`, which opens from a file, offline.

    Args:
        prepared: The study the chart was made from.
        chart: The chart.
        theme: `light` or `dark`; as the reader's system says if None.
        width: Widest it gets, pixels; the page's width if None.
        height: Height of the drawing, pixels; what suits the chart if None.
    """
    if height:
        chart = replace(chart, layout=fit_height(chart.layout, height))
    site = open_site(prepared, (), single_file=True)
    if theme:
        media = "@media screen" if theme == "dark" else "@media not all"
        site = replace(site, style=_DARK_ONLY.sub(media, site.style))
    keys = list_subjects(chart)
    weeks = list(read_weeks(prepared, keys, None if keys else find_first(prepared)))
    if keys:
        # In all other weeks these subjects had no headlines.
        site = replace(site, weeks=[str(week.monday) for week in weeks])
    return render_page(
        site,
        "chart.html.j2",
        root="",
        charts=[chart],
        names={key: prepared.subjects[key] for key in keys},
        weeks={f"week-{week.monday}": to_json(week.content) for week in weeks},
        theme=theme,
        heading=chart.finding,
        chart=chart,
        chips=_list_chips(chart),
        width=width,
    )


def list_subjects(chart: Chart) -> list[str]:
    """Return the subjects whose headlines a click on the chart may ask for; empty means all."""
    keys: dict[str, None] = {}
    for trace in chart.traces:
        meta: Mapping[str, Any] = trace.get("meta", {})
        one = [meta["subject"]] if "subject" in meta else []
        keys |= dict.fromkeys([*one, *meta.get("subjects", ()), *meta.get("columns", ())])
    return list(keys)


def _list_chips(chart: Chart) -> list[dict[str, str]]:
    """Return the lines that the reader can put on and off, where there are several."""
    if chart.chart_id != "themes":
        return []
    lines = {
        trace["meta"]["subject"]: {
            "key": trace["meta"]["subject"],
            "name": trace["meta"]["label"],
            "colour": trace["line"]["color"],
        }
        for trace in chart.traces
        if trace.get("meta", {}).get("role") == "line"
    }
    return list(lines.values()) if len(lines) > 1 else []
