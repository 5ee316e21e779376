"""The charts of attention over time: the themes together, and one subject alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import polars as pl

from tracker.plotter.charts import Chart
from tracker.plotter.curves import Curve, is_level
from tracker.plotter.drawn_points import (
    LONG,
    find_night,
    find_top,
    read_points,
    tell_point,
    weekly,
    weekly_band,
)
from tracker.plotter.gaps import tell_gap
from tracker.plotter.line_charts import LinesInfo, draw_lines
from tracker.plotter.lines import Line
from tracker.plotter.notes import Note
from tracker.plotter.palette import SERIES
from tracker.plotter.prepared import Prepared
from tracker.plotter.rises import find_risen, list_stories
from tracker.plotter.subjects import Subject
from tracker.plotter.words import CHOOSERS, join_words, name_several, percent, quote_apart

MOST_SUBJECTS: Final = 12
"""Lines the themes chart carries; the watch list always has its place."""

SHOWN_AT_FIRST: Final = 6
"""Lines drawn before anybody chooses."""

OVERLAP: Final = 0.6
"""Part of the smaller subject's headlines from which two count as one story."""

READING: Final = (
    "Share of the headline slots, every source counting the same. Shaded: the 95% interval. "
    "A gap was not observed; a line on the floor was looked for and not there."
)
WEEKS: Final = " A point is the mean of a week."


def choose_subjects(
    prepared: Prepared, n: int = MOST_SUBJECTS, kinds: Sequence[str] = ("theme", "topic")
) -> list[Subject]:
    """Return the subjects of the main chart: watched themes, then whoever was found to rise.

    Then come the others, and among either those first of whom the mean of the best week lies
    furthest above the mean of all nights. One whose headlines are mostly those of another already
    chosen is left out: a theme and the topic inside it would draw the same line. Of these the
    theme stays.
    """
    watched = [s for s in prepared.subjects.values() if s.watched and s.kind in kinds]
    tops = [
        (
            max((v for v in weekly(prepared.curves.nights, c) if v), default=0.0) - c.mean,
            c.subject,
        )
        for c in prepared.curves.of(prepared.channel)
        if not c.subject.watched and c.subject.kind in kinds and c.mean > 0
    ]
    risen = find_risen(prepared)
    tops.sort(
        key=lambda top: (top[1].key not in risen, -top[0], top[1].kind != "theme", top[1].key)
    )
    chosen: list[Subject] = []
    for subject in (*watched, *(subject for _, subject in tops)):
        if len(chosen) >= max(n, len(watched)):
            break
        like = [i for i, other in enumerate(chosen) if _overlap(prepared, subject, other) > OVERLAP]
        if subject.watched or not like:
            chosen.append(subject)
        elif subject.kind == "theme" and chosen[like[0]].kind == "topic":
            chosen[like[0]] = subject  # people know the story by the name they gave it
    return chosen


def _overlap(prepared: Prepared, one: Subject, other: Subject) -> float:
    """Return the part of the smaller one's headlines that are the other's too."""
    a, b = prepared.headlines_of(one.key), prepared.headlines_of(other.key)
    return len(a & b) / max(1, min(len(a), len(b)))


def read_themes(
    prepared: Prepared, subjects: Sequence[Subject], shown: int = SHOWN_AT_FIRST
) -> LinesInfo:
    """Return what the themes chart shows, for both channels; the first `shown` of one visible."""
    lines: list[Line] = []
    for i, subject in enumerate(subjects):
        for channel in prepared.curves.channels:
            curve = prepared.curves.by_subject.get((subject.key, channel))
            if curve is None:
                continue
            visible = i < shown and channel == prepared.channel
            for line in read_lines(prepared, curve, subject.name, SERIES[i % len(SERIES)]):
                seen = visible and line.visible
                lines.append(replace(line, visible=seen, dashed=i >= len(SERIES)))
    curves = prepared.curves.by_subject
    notes = [n for line in lines for n in note_peak(prepared, curves[line.key, line.channel], line)]
    return LinesInfo(prepared.curves.nights, lines, prepared.strip, notes)


def chart_themes(prepared: Prepared, given: Sequence[Subject] = ()) -> Chart:
    """Return the main chart: themes over time with bands, gaps and coverage.

    Args:
        prepared: The study.
        given: The subjects to show, all at once; the watch list and whoever stood highest if
            empty.
    """
    return _chart_lines(prepared, given or choose_subjects(prepared), chosen=bool(given))


def chart_topics(prepared: Prepared) -> Chart | None:
    """Return the topics that stood highest, drawn like the themes; None where there are none."""
    topics = choose_subjects(prepared, kinds=("topic",))
    return _chart_lines(prepared, topics, chosen=False) if topics else None


def _chart_lines(prepared: Prepared, subjects: Sequence[Subject], *, chosen: bool) -> Chart:
    info = read_themes(prepared, subjects, len(subjects) if chosen else SHOWN_AT_FIRST)
    traces, layout = draw_lines(info)
    finding = tell_themes(prepared, subjects, chosen=chosen)
    return Chart("themes", finding, reading(prepared), traces, layout, info)


def read_subject(prepared: Prepared, subject: Subject) -> LinesInfo:
    """Return what a subject's own chart shows: editors' and readers' lines together."""
    lines: list[Line] = []
    notes: list[Note] = []
    for i, channel in enumerate(prepared.curves.channels):
        curve = prepared.curves.by_subject.get((subject.key, channel))
        if curve is None:
            continue
        name = "Editors" if channel == "editorial" else "Most read"
        own = [replace(line, dashed=i > 0) for line in read_lines(prepared, curve, name, SERIES[i])]
        lines += own
        if not i:
            notes = [n for line in own for n in note_peak(prepared, curve, line, at_least=0.0)]
    return LinesInfo(prepared.curves.nights, lines, prepared.strip, notes)


def chart_subject(prepared: Prepared, subject: Subject) -> Chart:
    """Return one subject's curve; its title says where it stands against its peak."""
    info = read_subject(prepared, subject)
    traces, layout = draw_lines(info)
    return Chart("curve", tell_subject(prepared, subject), reading(prepared), traces, layout, info)


def reading(prepared: Prepared) -> str:
    """Return how a chart of shares over time is read."""
    return READING + (WEEKS if len(prepared.curves.nights) > LONG else "")


def read_lines(prepared: Prepared, curve: Curve, name: str, colour: str) -> list[Line]:
    """Return a curve as a line of nights and, over a long time, one of weeks, shown first."""
    nights = prepared.curves.nights
    partial = prepared.curves.is_partial(curve.channel)
    key, channel = curve.subject.key, curve.channel
    line = Line(
        key, name, channel, colour, nights[0], curve.share, curve.low, curve.high, partial=partial
    )
    if len(nights) <= LONG:
        return [line]
    monday = nights[0] - timedelta(days=nights[0].weekday())
    by_week = Line(
        key,
        name,
        channel,
        colour,
        monday,
        weekly(nights, curve),
        weekly_band(nights, curve, curve.low),
        weekly_band(nights, curve, curve.high),
        days=7,
        partial=partial or nights[-1].weekday() < 6,
    )
    return [replace(line, visible=False), by_week]


def tell_themes(prepared: Prepared, subjects: Sequence[Subject], *, chosen: bool = False) -> str:
    """Return a sentence on who was found to rise when, or on the highest point that any reached.

    Args:
        prepared: The study.
        subjects: The subjects.
        chosen: Whether somebody chose them, so that they stand for no others.
    """
    if len(subjects) == 1:
        return tell_subject(prepared, subjects[0])
    curves: Mapping[tuple[str, str], Curve] = prepared.curves.by_subject
    found = [curves[s.key, prepared.channel] for s in subjects
             if (s.key, prepared.channel) in curves]  # fmt: skip
    tops = [(*find_top(read_points(prepared, curve)), curve.subject) for curve in found]
    share, place, _ = max(tops, key=lambda top: top[0], default=(0.0, 0, None))
    if not share:
        return "None of the themes was seen on any observed night"
    long = len(prepared.curves.nights) > LONG
    if long and (stories := list_stories(prepared, [curve.subject.key for curve in found])):
        names = quote_apart([subject.told for _, subject in stories])
        told = [f"{name} in {night:%B %Y}" for name, (night, _) in zip(names, stories, strict=True)]
        return f"What rose: {join_words(told, 'and')}"
    whom = "these" if chosen else "all"
    level = [subject.told for top, _, subject in tops if is_level(top, share)]
    name, when = name_several(level), tell_point(prepared, place)
    if len(level) > 1:
        return f"{name} took the most room of {whom}: {percent(share)} each at their highest"
    if place == len(read_points(prepared, found[0])) - 1 and not chosen:
        return f"{name} stands higher than anything before: {percent(share)} {when}"
    return f"{name} took the most room of {whom}: {percent(share)} {when}"


def tell_subject(prepared: Prepared, subject: Subject) -> str:
    """Return a sentence on when a subject stood highest, and where it stands on the last night."""
    curve = prepared.curve(subject.key)
    points = [] if curve is None else read_points(prepared, curve)
    share, place = find_top(points)
    if curve is None and subject.kind == "topic":
        return f"{subject.told} has stood in no list since it began"
    if curve is None or not share:
        return f"{subject.told} was looked for on every observed night and stood in no list"
    room, when = CHOOSERS[curve.channel], tell_point(prepared, place)
    if place == len(points) - 1:
        return f"{subject.told} stands at its highest: {percent(share)} of {room} {when}"
    last, then = points[-1], tell_point(prepared, len(points) - 1)
    if last is None:
        start = find_night(prepared, len(points) - 1)
        end = prepared.data.last_night + timedelta(days=1)
        now = f"{tell_gap(prepared, curve.channel, start, end)} {then}"
    elif last == 0:
        now = f"{then} it had none"
    else:
        now = f"{then} it had {percent(last)}"
    return f"{subject.told} peaked {when} with {percent(share)} of {room}; {now}"


def note_peak(prepared: Prepared, curve: Curve, line: Line, at_least: float = 0.04) -> list[Note]:
    """Return the top headline at a line's peak as a note, if the peak stands out."""
    values = line.share
    if len(values) < 10 or not any(values):
        return []
    place = max(range(len(values)), key=lambda i: values[i] or 0.0)
    share = values[place] or 0.0
    if share <= at_least or share < 2 * curve.mean:
        return []
    offset = (line.start - prepared.curves.nights[0]).days + place * line.days
    stretch = range(max(0, offset), min(len(curve.share), offset + line.days))
    night = prepared.curves.nights[max(stretch, key=lambda i: curve.share[i] or 0.0)]
    title = top_headline(prepared, curve.subject.key, night)
    return [Note(line, place, title)] if title else []


def top_headline(prepared: Prepared, key: str, night: date) -> str:
    """Return the headline of a subject that stood highest on a night; empty if there is none."""
    rows = prepared.slots.of(key)
    rows = rows.filter(pl.col("night") == night)
    if rows.is_empty():
        return ""
    best = min(rows.select("rank", "slot", "title").iter_rows())
    return str(best[2])
