"""The report's charts as Plotly figures, for notebooks and single files.

Each function takes `ReportData` and returns a figure whose title is its finding.
"""

import plotly.graph_objects as go

from tracker.errors import SubjectError
from tracker.plotter import attention_charts, grids, lives, ranks
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


def ranks_figure(data: ReportData) -> go.Figure:
    """Return the order of the topics by week.

    Raises:
        SubjectError: If there are fewer than two weeks or no subject with any room.
    """
    return _draw(ranks.chart_ranks(prepare(data)), "ranks")


def heat_figure(data: ReportData) -> go.Figure:
    """Return topics by night as strips of colour.

    Raises:
        SubjectError: If there are no topics.
    """
    return _draw(grids.chart_heat(prepare(data)), "topics by night")


def sources_figure(data: ReportData) -> go.Figure:
    """Return how much room each source gave each theme lately.

    Raises:
        SubjectError: If there is only one source, or no theme or topic.
    """
    prepared = prepare(data)
    subjects = attention_charts.choose_subjects(prepared)
    return _draw(grids.chart_sources(prepared, subjects), "sources")


def coverage_figure(data: ReportData) -> go.Figure:
    """Return what was observed at every source on every night.

    Raises:
        SubjectError: If nothing was visited.
    """
    return _draw(grids.chart_coverage(prepare(data)), "coverage")


def stays_figure(data: ReportData, subject: str) -> go.Figure:
    """Return when and at which rank each headline of a subject was shown.

    Raises:
        SubjectError: If there is no such subject, or it has no headlines.
    """
    prepared = prepare(data)
    chart = lives.chart_stays(prepared, find_subject(prepared, subject))
    return _draw(chart, f"the headlines of {subject}")


def events_figure(data: ReportData, subject: str) -> go.Figure:
    """Return a topic's events over time.

    Raises:
        SubjectError: If there is no such topic, or it has fewer than two events.
    """
    prepared = prepare(data)
    chart = lives.chart_events(prepared, find_subject(prepared, subject))
    return _draw(chart, f"the events of {subject}")


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


def _draw(chart: Chart | None, what: str) -> go.Figure:
    if chart is None:
        raise SubjectError(f"found too little to draw {what}")
    return draw_figure(chart)


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
