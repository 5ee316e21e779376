"""Topics by night as strips of colour, and the axes of charts of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any, Final

import polars as pl

from tracker.plotter.charts import Chart, Trace
from tracker.plotter.drawn_points import LONG, find_top, read_points, tell_point, weekly
from tracker.plotter.palette import INK, MUTED, frame_layout, heat_scale
from tracker.plotter.prepared import Prepared
from tracker.plotter.rises import find_last_rise
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, percent, plot_text, short_day

MOST_TOPICS: Final = 24
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
    # By the points that are drawn first, as the title has it.
    tops = {curve.subject.key: find_top(read_points(prepared, curve)) for curve in found}
    found.sort(key=lambda c: (*(-one for one in reversed(tops[c.subject.key])), c.subject.key))
    long = len(nights) > LONG
    return HeatInfo(
        [curve.subject for curve in found],
        nights[0],
        [curve.share for curve in found],
        [weekly(nights, curve) for curve in found] if long else [],
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
    names = unique_names([subject.name for subject in info.subjects], 28)
    short = [plot_text(subject.name, 15) for subject in info.subjects]
    top = _find_bright(info)
    layout = frame_layout(
        len(names) * _ROW + _TOP + _BOTTOM,
        margin={"l": 196, "r": 12, "t": _TOP, "b": _BOTTOM, "pad": 6},
        xaxis=time_axis(prepared.curves.nights),
        yaxis=name_axis(names),
        meta={"table": "tableOfHeat", "rows": len(names), "row_height": _ROW, "narrow": {
            "margin.l": 112, "yaxis.tickmode": "array", "yaxis.tickvals": names,
            "yaxis.ticktext": short, "yaxis.tickfont.size": 11, "xaxis.nticks": 4,
        }},
    )  # fmt: skip
    rows = "One row each" if given else "One row a topic, those with most room of all"
    reading = (
        f"{rows}, in the order in which they stood highest: the newest at the top. The stronger "
        f"the colour, the larger its share, up to {percent(top)} and more; faintest is observed "
        "and absent, blank was not observed, or before the topic began."
    )
    return Chart(
        "heat", _tell(prepared, info), reading, _draw_strips(info, names, top), layout, info
    )


def _tell(prepared: Prepared, info: HeatInfo) -> str:
    """Return who was found to rise last, else whose highest point is the latest."""
    rise = find_last_rise(prepared, [subject.key for subject in info.subjects])
    if rise is not None:
        return f"The latest of these to rise: {rise[1].told}, on {short_day(rise[0])}"
    last = info.subjects[0]
    curve = prepared.curves.by_subject[last.key, prepared.channel]
    share, place = find_top(read_points(prepared, curve))
    when = tell_point(prepared, place)
    return f"The latest of these to reach its own highest: {last.told}, {percent(share)} {when}"


def _find_bright(info: HeatInfo) -> float:
    """Return the share from which a strip is as bright as it gets: few nights have more."""
    values = sorted(v for row in info.nights for v in row if v)
    return values[int(len(values) * 0.98)] if values else 0.01


def _draw_strips(info: HeatInfo, names: Sequence[str], top: float) -> list[Trace]:
    """Return the strips by night and, where there are many nights, by week."""
    shared = {
        "type": "heatmap",
        "y": names,
        "zmin": 0,
        "zmax": max(round(top, 4), 0.0001),
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
    return traces


def unique_names(names: Sequence[str], limit: int) -> list[str]:
    """Return names fit for an axis: safe, short, and each only once."""
    unique: dict[str, None] = {}
    for name in names:
        text = plot_text(name, limit)
        tries = (text if n == 1 else f"{text} ({n})" for n in count(1))
        unique[next(one for one in tries if one not in unique)] = None
    return list(unique)


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


def time_axis(nights: Sequence[date]) -> dict[str, Any]:
    """Return an axis of nights, half a night of room at both ends."""
    return {
        "type": "date",
        "range": [f"{nights[0] - timedelta(days=1)} 12:00", f"{nights[-1]} 12:00"],
        "showgrid": False,
        "tickfont": {"color": MUTED, "size": 12},
        "nticks": 8,
    }
