"""Every chart by its name: as data to draw, and as a Plotly figure for notebooks and pictures."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import plotly.graph_objects as go

from tracker.errors import SubjectError
from tracker.names import choose_named, count
from tracker.plotter import (
    attention_charts,
    channels,
    coverages,
    event_charts,
    grids,
    life_charts,
    ranks,
    sources,
    stays,
    tonight,
)
from tracker.plotter.bases import tell_basis
from tracker.plotter.charts import Chart
from tracker.plotter.inputs import ReportData
from tracker.plotter.prepared import Prepared, prepare
from tracker.plotter.styles import PLAIN, Style, dress_chart
from tracker.plotter.subjects import Subject

MOST_COMPARED: Final = 12
"""Subjects that one chart can carry."""

_Build = Callable[[Prepared, Sequence[Subject]], Chart | None]


def draw_themes(data: ReportData, *subjects: str, style: Style = PLAIN) -> go.Figure:
    """Return themes over time: lines with bands, real gaps, and what was observed below.

    Args:
        data: What the chart is made from.
        subjects: Themes or topics to compare, by name or id; the watch list and those that stood
            highest if none is given.
        style: How it looks.

    Raises:
        SubjectError: If there is no such theme or topic, or there are more than twelve.
    """
    return _draw(data, "themes", subjects, style)


def draw_topics(data: ReportData, *subjects: str, style: Style = PLAIN) -> go.Figure:
    """Return the topics that stood highest, or those given, as `draw_themes` does themes.

    Raises:
        SubjectError: If there is no topic, or as `draw_themes`.
    """
    return _draw(data, "topics", subjects, style)


def draw_ranks(data: ReportData, *, style: Style = PLAIN) -> go.Figure:
    """Return the order of the topics by week.

    Raises:
        SubjectError: If there are fewer than two weeks or no subject with any room.
    """
    return _draw(data, "ranks", (), style)


def draw_heat(data: ReportData, *subjects: str, style: Style = PLAIN) -> go.Figure:
    """Return topics by night, or the subjects given, as strips of colour.

    Raises:
        SubjectError: If there are no topics, or as `draw_themes`.
    """
    return _draw(data, "heat", subjects, style)


def draw_sources(data: ReportData, *subjects: str, style: Style = PLAIN) -> go.Figure:
    """Return how much room each source gave each theme, or each subject given, lately.

    Raises:
        SubjectError: If there is only one source, no theme or topic, or as `draw_themes`.
    """
    return _draw(data, "sources", subjects, style)


def draw_channels(data: ReportData, *, style: Style = PLAIN) -> go.Figure:
    """Return how much room editors gave each theme lately against most-read lists.

    Raises:
        SubjectError: If not both kinds of list were observed, or there are too few themes.
    """
    return _draw(data, "channels", (), style)


def draw_coverage(data: ReportData, *, style: Style = PLAIN) -> go.Figure:
    """Return what was observed at every source on every night.

    Raises:
        SubjectError: If nothing was visited.
    """
    return _draw(data, "coverage", (), style)


def draw_curve(data: ReportData, subject: str, *, style: Style = PLAIN) -> go.Figure:
    """Return the curve of one theme or topic, editors' and readers' lists apart.

    Raises:
        SubjectError: If there is no such theme or topic.
    """
    return _draw(data, "curve", (subject,), style)


def draw_life(data: ReportData, subject: str, *, style: Style = PLAIN) -> go.Figure:
    """Return a subject's curve and below it, on the same nights, when each headline was shown.

    Raises:
        SubjectError: If there is no such theme or topic, or it has no headlines.
    """
    return _draw(data, "life", (subject,), style)


def draw_stays(data: ReportData, subject: str, *, style: Style = PLAIN) -> go.Figure:
    """Return when and at which rank each headline of a subject was shown.

    Raises:
        SubjectError: If there is no such theme or topic, or it has no headlines.
    """
    return _draw(data, "stays", (subject,), style)


def draw_events(data: ReportData, subject: str, *, style: Style = PLAIN) -> go.Figure:
    """Return a topic's events over time.

    Raises:
        SubjectError: If there is no such topic, or it has fewer than two events.
    """
    return _draw(data, "events", (subject,), style)


def build_chart(prepared: Prepared, name: str, subjects: Sequence[str] = ()) -> Chart:
    """Return a chart as data, by its name in `CHARTS`, with what it rests on as its note.

    Raises:
        SubjectError: If there is no such chart or subject, it takes another number of subjects,
            or there is too little to draw it.
    """
    check_chart(name, subjects)
    chosen = list(dict.fromkeys(find_subject(prepared, subject) for subject in subjects))
    chart = CHARTS[name](prepared, chosen)
    if chart is None:
        of = f" of {chosen[0].name}" if chosen else ""
        raise SubjectError(f"found too little to draw {name}{of}")
    return chart.noted(tell_basis(prepared))


def check_chart(name: str, subjects: Sequence[str]) -> None:
    """Check that there is a chart of that name which takes that many subjects.

    Raises:
        SubjectError: If there is not.
    """
    if name not in CHARTS:
        raise SubjectError(f"{name}: no such chart; wanted one of {', '.join(CHARTS)}")
    most = 0 if name in WHOLE else 1 if name in ALONE else MOST_COMPARED
    if len(subjects) > most or (name in ALONE and not subjects):
        wanted = "one theme or topic" if name in ALONE else f"at most {most}" if most else "none"
        found = count(len(subjects), "subject") if subjects else "no subject"
        raise SubjectError(f"{name}: found {found}; wanted {wanted}, by name or id")


def find_subject(prepared: Prepared, subject: str) -> Subject:
    """Return the one theme or topic of a name or id, or of a part of them.

    Raises:
        SubjectError: If there is none, or more than one: names those that come near.
    """
    names = {key: one.name for key, one in prepared.subjects.items()}
    kinds = {key: one.kind for key, one in prepared.subjects.items()}
    return prepared.subjects[choose_named(subject, names, kinds)]


def _draw(data: ReportData, name: str, subjects: Sequence[str], style: Style) -> go.Figure:
    return draw_figure(build_chart(prepare(data), name, subjects), style)


def draw_figure(chart: Chart, style: Style = PLAIN) -> go.Figure:
    """Return a chart as a Plotly figure: its finding as title, its reading and its basis."""
    dressed = dress_chart(chart, style)
    return go.Figure({"data": list(dressed.traces), "layout": dressed.layout})


def _themes(prepared: Prepared, chosen: Sequence[Subject]) -> Chart | None:
    young = len(prepared.curves.nights) < tonight.FEW_NIGHTS
    first = tonight.chart_tonight(prepared) if young and not chosen else None
    return first or attention_charts.chart_themes(prepared, chosen)


def _topics(prepared: Prepared, chosen: Sequence[Subject]) -> Chart | None:
    if chosen:
        return attention_charts.chart_themes(prepared, chosen)
    return attention_charts.chart_topics(prepared)


def _sources(prepared: Prepared, chosen: Sequence[Subject]) -> Chart | None:
    return sources.chart_sources(prepared, chosen or attention_charts.choose_subjects(prepared))


CHARTS: Final[Mapping[str, _Build]] = MappingProxyType(
    {
        "themes": _themes,
        "topics": _topics,
        "ranks": lambda prepared, _: ranks.chart_ranks(prepared),
        "heat": grids.chart_heat,
        "sources": _sources,
        "channels": lambda prepared, _: channels.chart_channels(prepared),
        "coverage": lambda prepared, _: coverages.chart_coverage(prepared),
        "life": lambda prepared, chosen: life_charts.chart_life(prepared, chosen[0]),
        "curve": lambda prepared, chosen: attention_charts.chart_subject(prepared, chosen[0]),
        "stays": lambda prepared, chosen: stays.chart_stays(prepared, chosen[0]),
        "events": lambda prepared, chosen: event_charts.chart_events(prepared, chosen[0]),
    }
)
"""How each chart is made."""

WHOLE: Final = ("ranks", "channels", "coverage")
"""Charts of the whole study, which take no subject."""

ALONE: Final = ("life", "curve", "stays", "events")
"""Charts of one subject."""
