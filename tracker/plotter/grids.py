"""Charts of rows and columns: topics by night, themes by source, and what was observed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.plotter.attention_charts import LONG, find_top, read_points, tell_point, weekly
from tracker.plotter.charts import Chart, Trace
from tracker.plotter.palette import HEAT, INK, MUTED, PAPER, frame_layout, heat_scale
from tracker.plotter.prepared import Prepared
from tracker.plotter.strips import SCALE, STATES, Strip
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, count, isolate, percent, plot_text, short_day

MOST_TOPICS: Final = 24
MOST_SOURCES: Final = 60
RECENT_NIGHTS: Final = 28
_ROW, _TOP, _BOTTOM = 22, 8, 34


@dataclass(frozen=True)
class HeatInfo:
    """Shares of subjects over time, one row each.

    Attributes:
        subjects: The rows, ordered by when each stood highest, the latest first.
        start: Night of the first column.
        nights: Per row, the share of each night; None was not observed.
        weeks: Per row, the mean of each week, or empty where the time is short.
    """

    subjects: Sequence[Subject]
    start: date
    nights: Sequence[Sequence[float | None]]
    weeks: Sequence[Sequence[float | None]]

    def frame(self) -> pl.DataFrame:
        """Return night (the first of a cell), nights (how many it is), name and share?."""
        days = 7 if self.weeks else 1
        start = self.start - timedelta(days=self.start.weekday()) if self.weeks else self.start
        rows = [
            (start + timedelta(days=i * days), days, subject.name, share)
            for subject, shares in zip(self.subjects, self.weeks or self.nights, strict=True)
            for i, share in enumerate(shares)
        ]
        schema = {"night": pl.Date, "nights": pl.Int32, "name": pl.String, "share": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")


def read_heat(prepared: Prepared, given: Sequence[Subject] = ()) -> HeatInfo:
    """Return the topics with most room, or the subjects given, as rows over all nights."""
    curves = prepared.curves.by_subject
    found = [
        curves[s.key, prepared.channel]
        for s in given or prepared.ranked("topic", MOST_TOPICS)
        if (s.key, prepared.channel) in curves
    ]
    nights = prepared.curves.nights
    peaks = {curve.subject.key: curve.peak or 0 for curve in found}
    found.sort(key=lambda c: (-peaks[c.subject.key], c.subject.key))
    long = len(nights) > LONG
    return HeatInfo(
        [curve.subject for curve in found],
        nights[0],
        [curve.share for curve in found],
        [weekly(nights, curve.share) for curve in found] if long else [],
    )


def chart_heat(prepared: Prepared, given: Sequence[Subject] = ()) -> Chart | None:
    """Return topics by night as a strip of colour each; None where there are no topics.

    Args:
        prepared: The study.
        given: The subjects to show; the topics with most room if empty.
    """
    info = read_heat(prepared, given)
    if not info.subjects:
        return None
    curves = prepared.curves.by_subject
    names = unique_names([subject.name for subject in info.subjects], 28)
    short = [plot_text(subject.name, 15) for subject in info.subjects]
    values = sorted(v for row in info.nights for v in row if v)
    top = values[int(len(values) * 0.98)] if values else 0.01
    shared = {
        "type": "heatmap",
        "y": names,
        "zmin": 0,
        "zmax": round(top, 4),
        "colorscale": heat_scale(),
        "hoverongaps": False,
        "ygap": 2,
        "showscale": False,
    }
    keys = [subject.key for subject in info.subjects]
    labels = [clean(subject.name, 60) for subject in info.subjects]
    traces: list[Trace] = [
        {
            **shared,
            "x0": str(info.start),
            "dx": 86_400_000,
            "z": [[None if v is None else round(v, 4) for v in row] for row in info.nights],
            "xgap": 1 if len(info.nights[0]) < 100 else 0,
            "visible": not info.weeks,
            "hovertemplate": "<b>%{y}</b><br>%{x|%-d %B %Y}: %{z:.1%}<extra></extra>",
            "meta": {"role": "heat", "subjects": keys, "labels": labels, "days": 1},
        }
    ]
    if info.weeks:
        monday = info.start - timedelta(days=info.start.weekday())
        weeks = [[None if v is None else round(v, 4) for v in row] for row in info.weeks]
        traces.append(
            {
                **shared,
                "x0": str(monday + timedelta(days=3)),
                "dx": 7 * 86_400_000,
                "z": weeks,
                "xgap": 1,
                "visible": True,
                "hovertemplate": "<b>%{y}</b><br>week of %{x|%-d %B %Y}: %{z:.1%}<extra></extra>",
                "meta": {"role": "heat", "subjects": keys, "labels": labels, "days": 7},
            }
        )
    layout = frame_layout(
        len(names) * _ROW + _TOP + _BOTTOM,
        margin={"l": 196, "r": 12, "t": _TOP, "b": _BOTTOM, "pad": 6},
        xaxis=_time_axis(prepared.curves.nights),
        yaxis=name_axis(names),
        meta={"table": "tableOfHeat", "rows": len(names), "row_height": _ROW, "narrow": {
            "margin.l": 112, "yaxis.tickmode": "array", "yaxis.tickvals": names,
            "yaxis.ticktext": short, "yaxis.tickfont.size": 11, "xaxis.nticks": 4,
        }},
    )  # fmt: skip
    last = curves[info.subjects[0].key, prepared.channel]
    _, place = find_top(read_points(prepared, last))
    finding = f"The latest to peak: {last.subject.told}, {tell_point(prepared, place)}"
    rows = "One row each" if given else "One row a topic, those with most room of all"
    reading = (
        f"{rows}, in the order in which they stood highest: the newest at the top. The stronger "
        f"the colour, the larger its share, up to {percent(top)} and more; faintest is observed "
        "and absent, blank was not observed, or before the topic began."
    )
    return Chart("heat", finding, reading, traces, layout, info)


@dataclass(frozen=True)
class SourcesInfo:
    """What each source gave each theme, lately.

    Attributes:
        sources: The rows, the fullest first.
        subjects: The columns.
        shares: Per source, the share of its slots each subject had; None where not observed.
        first: First night counted.
        last: Last night counted.
    """

    sources: Sequence[str]
    subjects: Sequence[Subject]
    shares: Sequence[Sequence[float | None]]
    first: date
    last: date

    def frame(self) -> pl.DataFrame:
        """Return source, name, share, from and to: the share over those nights."""
        rows = [
            (source, subject.name, share, self.first, self.last)
            for source, shares in zip(self.sources, self.shares, strict=True)
            for subject, share in zip(self.subjects, shares, strict=True)
        ]
        schema = {"source": pl.String, "name": pl.String, "share": pl.Float64,
                  "from": pl.Date, "to": pl.Date}  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")


def read_sources(prepared: Prepared, subjects: Sequence[Subject]) -> SourcesInfo:
    """Return the share of each source's slots that went to each subject in the last weeks."""
    last = prepared.data.last_night
    first = last - timedelta(days=RECENT_NIGHTS - 1)
    rows = prepared.slots.rows.filter(
        (pl.col("channel") == prepared.channel) & (pl.col("night") >= first)
    )
    totals = (
        rows.group_by("source")
        .agg(pl.col("weight").sum().alias("all"))
        .sort(["all", "source"], descending=[True, False])
        .head(MOST_SOURCES)
    )
    columns = []
    for subject in subjects:
        own = prepared.slots.of(subject.key).join(rows.select("slot"), on="slot", how="semi")
        had = own.group_by("source").agg(pl.col("weight").sum().alias("own"))
        joined = totals.join(had, on="source", how="left", maintain_order="left")
        columns.append((joined["own"].fill_null(0) / joined["all"]).to_list())
    shares = [list(row) for row in zip(*columns, strict=True)]
    return SourcesInfo(totals["source"].to_list(), subjects, shares, first, last)


def chart_sources(prepared: Prepared, subjects: Sequence[Subject]) -> Chart | None:
    """Return who gives which theme how much room; None for a single source."""
    info = read_sources(prepared, subjects[:8])
    if len(info.sources) < 2 or not info.subjects:
        return None
    names = unique_names(list(info.sources), 26)
    themes = unique_names(
        [subject.name for subject in info.subjects], min(26, max(12, 104 // len(info.subjects)))
    )
    z = [[None if v is None else round(v, 4) for v in row] for row in info.shares]
    top = max([0.01, *(v for row in z for v in row if v is not None)])
    trace: Trace = {
        "type": "heatmap",
        "x": themes,
        "y": names,
        "z": z,
        "text": [["" if v is None else percent(v) for v in row] for row in z],
        "texttemplate": "%{text}",
        "textfont": {"size": 12, "color": INK},
        "zmin": 0,
        "zmax": top,
        "colorscale": heat_scale(HEAT[:4]),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "<b>%{x}</b> at %{y}: %{text}<extra></extra>",
        "meta": {
            "role": "sources",
            "sources": list(info.sources),
            "columns": [subject.key for subject in info.subjects],
            "labels": [clean(subject.name, 60) for subject in info.subjects],
            "night": str(info.first),
            "days": (info.last - info.first).days + 1,
        },
    }
    layout = frame_layout(
        len(names) * 28 + 62,
        margin={"l": 180, "r": 12, "t": 54, "b": 8, "pad": 6},
        xaxis={"side": "top", "type": "category", "tickangle": 0, "showgrid": False,
               "tickfont": {"color": INK, "size": 12}},
        yaxis=name_axis(names),
        meta={"table": "tableOfSources", "narrow": {
            "margin.l": 104, "xaxis.tickangle": -55, "margin.t": 84, "yaxis.tickfont.size": 11,
        }},
    )  # fmt: skip
    source, subject, share = max(
        ((s, t, v or 0) for s, row in zip(info.sources, z, strict=True)
         for t, v in zip(info.subjects, row, strict=True)),
        key=lambda cell: cell[2],
    )  # fmt: skip
    finding = f"{isolate(clean(source, 40))} gives {subject.told} the most room: {percent(share)}"
    reading = (
        f"Share of each source’s own slots in the {RECENT_NIGHTS} nights up to "
        f"{short_day(info.last)}."
    )
    return Chart("sources", finding, reading, [trace], layout, info)


@dataclass(frozen=True)
class CoverageInfo:
    """What was observed.

    Attributes:
        strip: Sources with their states.
        nights: The nights.
    """

    strip: Strip
    nights: Sequence[date]

    def frame(self) -> pl.DataFrame:
        """Return night, source and state (in words) of every source and night."""
        rows = [
            (night, source, STATES[state])
            for source, states in zip(self.strip.names, self.strip.states, strict=True)
            for night, state in zip(self.nights, states, strict=True)
        ]
        schema = {"night": pl.Date, "source": pl.String, "state": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")


def chart_coverage(prepared: Prepared) -> Chart | None:
    """Return what was observed at every source on every night; None where nothing was visited."""
    strip = prepared.strip
    if not strip.names:
        return None
    nights = prepared.curves.nights
    rows = min(len(strip.names), MOST_SOURCES)
    names = unique_names(list(strip.names[:rows]), 28)
    trace: Trace = {
        "type": "heatmap",
        "x0": str(nights[0]),
        "dx": 86_400_000,
        "y": names,
        "z": [list(row) for row in strip.states[:rows]],
        "zmin": 0,
        "zmax": 2,
        "colorscale": SCALE,
        "showscale": False,
        "ygap": 3,
        "xgap": 0.5 if len(nights) < 200 else 0,
        "text": [list(row) for row in strip.reasons[:rows]],
        "hovertemplate": "<b>%{y}</b><br>%{x|%-d %B %Y}<br>%{text}<extra></extra>",
        "meta": {"role": "coverage", "sources": list(strip.names[:rows]), "days": 1},
    }
    layout = frame_layout(
        rows * 18 + _TOP + _BOTTOM,
        margin={"l": 196, "r": 12, "t": _TOP, "b": _BOTTOM, "pad": 6},
        xaxis=_time_axis(nights),
        yaxis=name_axis(names),
        plot_bgcolor=PAPER,
        meta={"table": "tableOfCoverage", "rows": rows, "row_height": 18, "narrow": {
            "margin.l": 112, "yaxis.tickfont.size": 11, "xaxis.nticks": 4}},
    )  # fmt: skip
    reading = (
        "Grey: lists of headlines were read. Orange: the page was visited, but it failed or showed "
        "too little to count. Blank: not visited. Point at a night for the reason. Nothing is "
        "guessed for a night that is missing."
    )
    finding, info = tell_coverage(strip, len(nights)), CoverageInfo(strip, nights)
    return Chart("coverage", finding, reading, [trace], layout, info)


def tell_coverage(strip: Strip, nights: int) -> str:
    """Return a sentence on how completely the sources were observed."""
    seen = [sum(state == 2 for state in row) for row in strip.states]
    if len(seen) == 1:
        name = isolate(clean(strip.names[0], 40))
        return f"{name} was observed on {seen[0]:,} of {count(nights, 'night')}"
    full = sum(n == nights for n in seen)
    if full == len(seen):
        return f"All {len(seen)} sources were observed on every one of {count(nights, 'night')}"
    worst = min(range(len(seen)), key=lambda i: seen[i])
    if not full:
        return (
            f"No source was observed every night; {clean(strip.names[worst], 40)} on only "
            f"{seen[worst]:,} of {nights:,}"
        )
    return (
        f"{full} of {len(seen)} sources were observed every night; "
        f"{isolate(clean(strip.names[worst], 40))} on {seen[worst]:,} of {nights:,}"
    )


def unique_names(names: Sequence[str], limit: int) -> list[str]:
    """Return names fit for an axis: safe, short, and each only once."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        text = plot_text(name, limit)
        seen[text] = seen.get(text, 0) + 1
        unique.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return unique


def name_axis(names: Sequence[str]) -> dict[str, Any]:
    """Return an axis of names, the first at the top."""
    return {
        "type": "category",
        "range": [len(names) - 0.5, -0.5],
        "tickmode": "array",
        "tickvals": list(names),
        "ticktext": list(names),
        "tickfont": {"color": INK, "size": 12},
        "showgrid": False,
        "showline": False,
    }


def _time_axis(nights: Sequence[date]) -> dict[str, Any]:
    return {
        "type": "date",
        "range": [f"{nights[0] - timedelta(days=1)} 12:00", f"{nights[-1]} 12:00"],
        "showgrid": False,
        "tickfont": {"color": MUTED, "size": 12},
        "nticks": 8,
    }
