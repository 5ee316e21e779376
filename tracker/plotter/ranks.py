"""The order of the topics by week, as lines that cross."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.plotter.attention_charts import weekly
from tracker.plotter.charts import Chart, Trace
from tracker.plotter.palette import INK, MUTED, PAPER, RULE, SERIES, frame_layout
from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, percent, plot_text, short_day

PLACES: Final = 10
WEEKS: Final = 16
COLOURED: Final = 5
_ROW, _TOP, _BOTTOM = 34, 16, 34


@dataclass(frozen=True)
class RanksInfo:
    """Ranks of subjects by week.

    Attributes:
        mondays: The weeks.
        subjects: Whoever was among the first `PLACES`, the first of the last week first.
        ranks: Per subject and week its rank, None outside the first `PLACES`.
        shares: Per subject and week its mean share, None where nothing was observed.
    """

    mondays: Sequence[date]
    subjects: Sequence[Subject]
    ranks: Sequence[Sequence[int | None]]
    shares: Sequence[Sequence[float | None]]

    def frame(self) -> pl.DataFrame:
        """Return week (its Monday), rank, name and share of whoever was among the first."""
        rows = [
            (monday, rank, subject.name, share)
            for subject, ranks, shares in zip(self.subjects, self.ranks, self.shares, strict=True)
            for monday, rank, share in zip(self.mondays, ranks, shares, strict=True)
            if rank is not None
        ]
        schema = {"week": pl.Date, "rank": pl.Int32, "name": pl.String, "share": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row").sort("week", "rank")


def read_ranks(prepared: Prepared, kind: str = "topic") -> RanksInfo:
    """Return the ranks of the last weeks by mean share over each week's observed nights."""
    nights = prepared.curves.nights
    first = nights[0] - timedelta(days=nights[0].weekday())
    curves = [c for c in prepared.curves.of(prepared.channel) if c.subject.kind == kind]
    means = [weekly(nights, curve.share)[-WEEKS:] for curve in curves]
    total = -(-(len(nights) + nights[0].weekday()) // 7)
    n_weeks = min(WEEKS, total)
    mondays = [first + timedelta(days=7 * (total - n_weeks + i)) for i in range(n_weeks)]
    ranks: list[list[int | None]] = [[None] * n_weeks for _ in curves]
    for week in range(n_weeks):
        found = [
            (-(mean[week] or 0), curve.subject.key, i)
            for i, (curve, mean) in enumerate(zip(curves, means, strict=True))
            if mean[week]
        ]
        for rank, (_, _, i) in enumerate(sorted(found)[:PLACES], 1):
            ranks[i][week] = rank
    kept = [i for i, row in enumerate(ranks) if sum(r is not None for r in row) > 1 or row[-1]]
    kept.sort(key=lambda i: ([r or 99 for r in reversed(ranks[i])], curves[i].subject.key))
    return RanksInfo(
        mondays,
        [curves[i].subject for i in kept],
        [ranks[i] for i in kept],
        [means[i] for i in kept],
    )


def chart_ranks(prepared: Prepared) -> Chart | None:
    """Return the bump chart of the topics, or of the themes where there are no topics."""
    info = read_ranks(prepared)
    if not info.subjects:
        info = read_ranks(prepared, "theme")
    if not info.subjects or len(info.mondays) < 2:
        return None
    places = max(rank for row in info.ranks for rank in row if rank is not None)
    traces = [_draw_rank(info, i) for i in reversed(range(len(info.subjects)))]
    last = info.mondays[-1] + timedelta(days=3)
    named = [i for i, row in enumerate(info.ranks) if row[-1] is not None]
    labels: list[dict[str, Any]] = [
        {
            "x": str(last),
            "y": info.ranks[i][-1],
            "text": plot_text(info.subjects[i].name, 26),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 14,
            "font": {"size": 13, "color": _colour(i) if i < COLOURED else INK},
        }
        for i in named
    ]
    margin = min(max([70, *(24 + len(label["text"]) * 7 for label in labels)]), 210)
    short = {
        f"annotations.{at}.text": plot_text(info.subjects[i].name, 15) for at, i in enumerate(named)
    }
    layout = frame_layout(
        places * _ROW + _TOP + _BOTTOM,
        margin={"l": 34, "r": margin, "t": _TOP, "b": _BOTTOM, "pad": 6},
        xaxis={
            "type": "date",
            "range": [str(info.mondays[0] + timedelta(days=1)), str(last + timedelta(days=2))],
            "tickvals": [str(monday + timedelta(days=3)) for monday in info.mondays],
            "ticktext": [_week_label(info.mondays, i) for i in range(len(info.mondays))],
            "showgrid": True,
        },
        yaxis={"range": [places + 0.6, 0.4], "dtick": 1, "tick0": 1, "showgrid": False},
        annotations=labels,
        meta={"table": "tableOfRanks", "fixed": True,
              "narrow": {"margin.r": min(margin, 124), "margin.l": 24, **short,
                         "xaxis.range.0": str(info.mondays[-min(8, len(info.mondays))])}},
    )  # fmt: skip
    return Chart("ranks", _tell(info), _READING, traces, layout, info)


_READING: Final = (
    "The ten topics with most room in each week, the first at the top; weeks are named by their "
    "Monday. A line that ends has left the first ten. Click a dot for that week’s headlines."
)


def _tell(info: RanksInfo) -> str:
    first, row = info.subjects[0], info.ranks[0]
    if row[-1] != 1:
        return f"Nothing was observed in the week from {short_day(info.mondays[-1])}"
    weeks, monday = 0, short_day(info.mondays[-1])
    for rank in reversed(row):
        if rank != 1:
            break
        weeks += 1
    if weeks > 1:
        return f"{first.name} leads for the {_ordinal(weeks)} week running, up to that of {monday}"
    before = next((s for s, r in zip(info.subjects, info.ranks, strict=True) if r[-2] == 1), None)
    tail = f", ahead of the first of the week before, {before.name}" if before else ""
    return f"{first.name} leads in the week from {monday}{tail}"


def _ordinal(number: int) -> str:
    words = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    return words[number] if number < len(words) else f"{number}th"


def _colour(i: int) -> str:
    return SERIES[i % len(SERIES)]


def _week_label(mondays: Sequence[date], i: int) -> str:
    """Return every week's label, or every third where there are many."""
    step = 1 if len(mondays) <= 6 else 3
    if (len(mondays) - 1 - i) % step:
        return ""
    return short_day(mondays[i]).rsplit(" ", 1)[0]


def _draw_rank(info: RanksInfo, i: int) -> Trace:
    subject, row = info.subjects[i], info.ranks[i]
    coloured = i < COLOURED and row[-1] is not None
    colour = _colour(i) if coloured else RULE
    words = [
        "" if rank is None else percent(share or 0)
        for rank, share in zip(row, info.shares[i], strict=True)
    ]
    marker: dict[str, Any] = {
        "size": 12 if coloured else 9,
        "color": colour if coloured else PAPER,
        "line": {"width": 2, "color": colour if coloured else MUTED},
    }
    return {
        "type": "scatter",
        "x": [str(monday + timedelta(days=3)) for monday in info.mondays],
        "y": list(row),
        "customdata": words,
        "mode": "lines+markers",
        "name": plot_text(subject.name, 60),
        "connectgaps": False,
        "line": {"width": 3 if coloured else 2, "color": colour},
        "marker": marker,
        "hovertemplate": "<b>%{fullData.name}</b><br>rank %{y}, %{customdata}<extra></extra>",
        "meta": {"role": "rank", "subject": subject.key, "label": clean(subject.name), "days": 7},
    }
