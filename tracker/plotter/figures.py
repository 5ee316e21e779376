"""The report's charts as Plotly figures, for notebooks and single files.

Each function takes `ReportData` and returns a figure whose title is its finding.
"""

import plotly.graph_objects as go

from tracker.errors import SubjectError
from tracker.plotter import attention_charts
from tracker.plotter.charts import Chart
from tracker.plotter.inputs import ReportData
from tracker.plotter.palette import MUTED
from tracker.plotter.prepared import Prepared, prepare
from tracker.plotter.subjects import Subject
from tracker.plotter.words import plot_text


def themes_figure(data: ReportData) -> go.Figure:
    """Return the themes over time: lines with bands, real gaps, and what was observed below."""
    return draw_figure(attention_charts.chart_themes(prepare(data)))


def subject_figure(data: ReportData, subject: str) -> go.Figure:
    """Return the curve of one theme or topic, by its key or its name.

    Raises:
        SubjectError: If there is no such theme or topic.
    """
    prepared = prepare(data)
    return draw_figure(attention_charts.chart_subject(prepared, find_subject(prepared, subject)))


def find_subject(prepared: Prepared, subject: str) -> Subject:
    """Return the theme or topic with that key, else with that name in any case.

    Raises:
        SubjectError: If there is none.
    """
    if subject in prepared.subjects:
        return prepared.subjects[subject]
    for found in prepared.subjects.values():
        if found.name.casefold() == subject.casefold():
            return found
    names = ", ".join(s.name for s in list(prepared.subjects.values())[:12])
    raise SubjectError(f"no theme or topic {subject!r}; there are {names or 'none'}")


def draw_figure(chart: Chart) -> go.Figure:
    """Return a chart as a Plotly figure, with its finding as title and its reading below it."""
    figure = go.Figure({"data": list(chart.traces), "layout": chart.layout})
    margin = dict(chart.layout["margin"])
    figure.update_layout(
        title={
            "text": f"<b>{plot_text(chart.finding, 110)}</b>",
            "x": 0,
            "xref": "paper",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 16},
            "subtitle": {
                "text": plot_text(chart.reading, 160),
                "font": {"size": 12, "color": MUTED},
            },
        },
        margin={**margin, "t": margin["t"] + 64},
        height=chart.layout["height"] + 64,
    )
    return figure
