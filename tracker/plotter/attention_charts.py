"""The charts of attention over time: the themes together, and one subject alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from tracker.plotter.charts import Chart
from tracker.plotter.curves import Curve
from tracker.plotter.findings import headline_of_night, read_findings
from tracker.plotter.lines import Line, LinesInfo, Note, Strip, draw_lines
from tracker.plotter.palette import SERIES
from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject
from tracker.plotter.words import CHOOSERS, percent, short_day

MOST_SUBJECTS = 12
"""Lines the themes chart carries; the watch list always has its place."""

SHOWN_AT_FIRST = 6
"""Lines drawn before anybody chooses."""

READING = (
    "Each line is the share of the headline slots that went to a theme, each source counting the "
    "same. The shaded band is the 95% interval: where the true share may well lie. A gap is a "
    "night on which nothing was observed; a line on the floor was looked for and not there."
)


def choose_subjects(prepared: Prepared, n: int = MOST_SUBJECTS) -> list[Subject]:
    """Return the subjects of the main chart: watched themes, then those with most room."""
    return prepared.ranked("theme", n) or prepared.ranked("topic", n)


def read_themes(prepared: Prepared, subjects: Sequence[Subject]) -> LinesInfo:
    """Return what the themes chart shows, for both channels; one channel is visible."""
    lines, notes = [], []
    shown = {s.key for s in subjects[: max(SHOWN_AT_FIRST, 0)]}
    for i, subject in enumerate(subjects):
        for channel in prepared.curves.channels:
            curve = prepared.curves.by_subject.get((subject.key, channel))
            if curve is None:
                continue
            visible = subject.key in shown and channel == prepared.channel
            line = _line(prepared, curve, subject.name, SERIES[i % len(SERIES)])
            lines.append(replace(line, visible=visible, dashed=i >= len(SERIES)))
            if visible:
                notes += note_peak(prepared, curve)
    return LinesInfo(
        prepared.curves.nights, lines, read_strip(prepared), keep_apart(notes, prepared)
    )


def chart_themes(prepared: Prepared) -> Chart:
    """Return the main chart: the themes over time with bands, gaps and coverage."""
    subjects = choose_subjects(prepared)
    traces, layout = draw_lines(read_themes(prepared, subjects))
    finding = headline_of_night(prepared, read_findings(prepared))
    return Chart("themes", finding, READING, traces, layout)


def read_subject(prepared: Prepared, subject: Subject) -> LinesInfo:
    """Return what a subject's own chart shows: editors' and readers' lines together."""
    lines, notes = [], []
    for i, channel in enumerate(prepared.curves.channels):
        curve = prepared.curves.by_subject.get((subject.key, channel))
        if curve is None:
            continue
        name = "Editors" if channel == "editorial" else "Readers"
        lines.append(
            replace(
                _line(prepared, curve, name, SERIES[i]),
                dashed=channel == "audience" and len(prepared.curves.channels) > 1,
            )
        )
        if not i:
            notes = note_peak(prepared, curve, at_least=0.0)
    return LinesInfo(prepared.curves.nights, lines, read_strip(prepared), notes)


def chart_subject(prepared: Prepared, subject: Subject) -> Chart:
    """Return one subject's curve; its title says where it stands against its peak."""
    traces, layout = draw_lines(read_subject(prepared, subject))
    return Chart("curve", tell_subject(prepared, subject), READING, traces, layout)


def tell_subject(prepared: Prepared, subject: Subject) -> str:
    """Return a sentence on where a subject stands tonight and when it stood highest."""
    curve = prepared.curve(subject.key)
    if curve is None or curve.peak is None or not curve.share[curve.peak]:
        return f"{subject.name} was looked for on every night and not seen"
    room = CHOOSERS[curve.channel]
    peak, top = prepared.curves.nights[curve.peak], percent(curve.share[curve.peak] or 0)
    if curve.peak == len(curve.share) - 1:
        return f"{subject.name} stands at its highest: {top} of {room}"
    if curve.last is None:
        now = "tonight was not observed"
    elif curve.last == 0:
        now = "tonight it had none"
    else:
        now = f"tonight it had {percent(curve.last)}"
    return f"{subject.name} peaked on {short_day(peak)} with {top} of {room}; {now}"


def read_strip(prepared: Prepared) -> Strip:
    """Return the coverage strip over the nights of the curves, the fullest sources first."""
    nights: list[date] = list(prepared.curves.nights)
    rows = (
        prepared.slots.coverage.filter(pl.col("night").is_in(nights))
        .sort("night")
        .group_by("source")
        .agg(pl.col("state"), pl.col("night").min().alias("first"), pl.col("slots").sum())
        .sort(["slots", "source"], descending=[True, False])
    )
    states = []
    for given, first in rows.select("state", "first").iter_rows():
        before = [0] * (first - nights[0]).days
        states.append([*before, *given])
    return Strip(rows["source"].to_list(), states)


def note_peak(prepared: Prepared, curve: Curve, at_least: float = 0.04) -> list[Note]:
    """Return the top headline at a curve's peak as a note, if the peak stands out."""
    place = curve.peak
    if place is None or len(curve.share) < 14:
        return []
    share = curve.share[place] or 0.0
    if share <= at_least or share < 2 * curve.mean:
        return []
    night = prepared.curves.nights[place]
    title = top_headline(prepared, curve.subject.key, night)
    return [Note(night, share, title, curve.subject.key, curve.channel)] if title else []


def top_headline(prepared: Prepared, key: str, night: date) -> str:
    """Return the headline that held most slots of a subject on a night; empty if none."""
    rows = prepared.slots.of(key).filter(pl.col("night") == night)
    if rows.is_empty():
        return ""
    best = (
        rows.group_by("title")
        .agg(pl.col("seen").sum(), pl.col("rank").min())
        .sort(["seen", "rank", "title"], descending=[True, False, False])
    )
    return str(best["title"][0])


def keep_apart(notes: Sequence[Note], prepared: Prepared, most: int = 4) -> list[Note]:
    """Return the highest notes that stand at least an eighth of the chart apart."""
    kept: list[Note] = []
    distance = len(prepared.curves.nights) / 8
    for note in sorted(notes, key=lambda n: -n.share):
        if all(abs((note.night - other.night).days) >= distance for other in kept):
            kept.append(note)
    return kept[:most]


def _line(prepared: Prepared, curve: Curve, name: str, colour: str) -> Line:
    partial = prepared.curves.is_partial(curve.channel)
    key, channel = curve.subject.key, curve.channel
    return Line(key, name, channel, colour, curve.share, curve.low, curve.high, partial)
