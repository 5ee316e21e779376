"""The order of the topics by week, over a long time by month, as lines that cross."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.plotter.charts import Chart, Trace
from tracker.plotter.curves import is_level
from tracker.plotter.gaps import tell_gap
from tracker.plotter.palette import INK, MUTED, PAPER, RULE, SERIES, frame_layout
from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject
from tracker.plotter.words import (
    clean,
    name_ordinal,
    name_several,
    percent,
    plot_text,
    short_day,
)

PLACES: Final = 10
MOST_WEEKS: Final = 26
"""Weeks from which the order is drawn by month; as many months are drawn at most."""

COLOURED: Final = 7
_ROW, _TOP, _BOTTOM = 34, 22, 34


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month, as far as it lies within the study.

    Attributes:
        begin: Its first date, also where that lies before the study.
        start: Its first night.
        end: The night after its last.
        middle: Where it is drawn.
    """

    begin: date
    start: date
    end: date
    middle: date


@dataclass(frozen=True)
class RanksInfo:
    """Ranks of subjects by period.

    Attributes:
        unit: `week` or `month`.
        periods: In the order of time.
        subjects: Whoever was among the first `PLACES`, those that stood high for longest first.
        ranks: Per subject and period its rank, None outside the first `PLACES`.
        shares: Per subject and period its mean share, None where nothing was observed.
    """

    unit: str
    periods: Sequence[Period]
    subjects: Sequence[Subject]
    ranks: Sequence[Sequence[int | None]]
    shares: Sequence[Sequence[float | None]]

    def frame(self) -> pl.DataFrame:
        """Return `week` or `month` (its first date), rank, name and share of the first ten."""
        rows = [
            (period.begin, rank, subject.name, share)
            for subject, ranks, shares in zip(self.subjects, self.ranks, self.shares, strict=True)
            for period, rank, share in zip(self.periods, ranks, shares, strict=True)
            if rank is not None
        ]
        schema = {self.unit: pl.Date, "rank": pl.Int32, "name": pl.String, "share": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row").sort(self.unit, "rank")


def list_periods(first: date, last: date) -> tuple[str, list[Period]]:
    """Return the unit and the periods between two nights: weeks, or months over a long time."""
    months = (last - first).days >= 7 * MOST_WEEKS
    begin = first.replace(day=1) if months else first - timedelta(days=first.weekday())
    periods = []
    while begin <= last:
        after = begin + timedelta(days=7)
        if months:
            after = (begin.replace(day=28) + timedelta(days=4)).replace(day=1)
        start, end = max(begin, first), min(after, last + timedelta(days=1))
        periods.append(Period(begin, start, end, begin + timedelta(days=14 if months else 3)))
        begin = after
    return "month" if months else "week", periods[-MOST_WEEKS:]


def read_ranks(prepared: Prepared, kind: str = "topic") -> RanksInfo:
    """Return the ranks by mean share over each period's observed nights."""
    nights = prepared.curves.nights
    unit, periods = list_periods(nights[0], nights[-1])
    curves = [c for c in prepared.curves.of(prepared.channel) if c.subject.kind == kind]
    means = [
        [c.mean_between((p.start - nights[0]).days, (p.end - nights[0]).days) for p in periods]
        for c in curves
    ]
    ranks: list[list[int | None]] = [[None] * len(periods) for _ in curves]
    for place in range(len(periods)):
        found = [
            (-(mean[place] or 0), curve.subject.key, i)
            for i, (curve, mean) in enumerate(zip(curves, means, strict=True))
            if mean[place]
        ]
        for rank, (_, _, i) in enumerate(sorted(found)[:PLACES], 1):
            ranks[i][place] = rank
    kept = [
        i
        for i, row in enumerate(ranks)
        if sum(r is not None for r in row) > 1 or (row and row[-1]) or 1 in row
    ]
    score = [sum(12 / (rank + 1) for rank in row if rank) for row in ranks]
    kept.sort(key=lambda i: (-score[i], curves[i].subject.key))
    return RanksInfo(
        unit,
        periods,
        [curves[i].subject for i in kept],
        [ranks[i] for i in kept],
        [means[i] for i in kept],
    )


def chart_ranks(prepared: Prepared) -> Chart | None:
    """Return the bump chart of the topics, or of the themes where there are no topics."""
    info = read_ranks(prepared)
    if not info.subjects:
        info = read_ranks(prepared, "theme")
    if not info.subjects or len(info.periods) < 2:
        return None
    places = max(rank for row in info.ranks for rank in row if rank is not None)
    traces = [_draw_rank(info, i) for i in reversed(range(len(info.subjects)))]
    labels, narrow = _label_ranks(info)
    ends = [len(label["text"]) for label in labels if label["xanchor"] == "left"]
    margin = min(max([70, *(24 + length * 7 for length in ends)]), 210)
    first, last = info.periods[0].middle, info.periods[-1].middle
    side = timedelta(days=10 if info.unit == "month" else 2)
    layout = frame_layout(
        places * _ROW + _TOP + _BOTTOM,
        margin={"l": 34, "r": margin, "t": _TOP, "b": _BOTTOM, "pad": 6},
        xaxis={
            "type": "date",
            "range": [str(first - side), str(last + side)],
            "tickvals": [str(period.middle) for period in info.periods],
            "ticktext": [_name_period(info, i) for i in range(len(info.periods))],
            "showgrid": True,
        },
        yaxis={"range": [places + 0.6, 0.4], "dtick": 1, "tick0": 1, "showgrid": False},
        annotations=labels,
        meta={"table": "tableOfRanks", "fixed": True,
              "colours": {"series": list(SERIES[:COLOURED]), "plain": RULE, "hollow": PAPER,
                          "edge": MUTED, "ink": INK},
              "narrow": {"margin.r": min(margin, 124), "margin.l": 24, **narrow,
                         "xaxis.range.0": str(info.periods[-min(8, len(info.periods))].start)}},
    )  # fmt: skip
    reading = (
        f"The ten topics with most room in each {info.unit}, the first at the top. A line that "
        "ends has left the first ten."
    )
    return Chart("ranks", _tell(info, prepared), reading, traces, layout, info)


def _label_ranks(info: RanksInfo) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return labels at the right end of lines, and at the best place of those that ended before."""
    labels: list[dict[str, Any]] = []
    narrow = {}
    best_of = [row.index(min(rank for rank in row if rank)) for row in info.ranks]
    taken = [
        (row[best], best)
        for row, best in zip(info.ranks[:COLOURED], best_of, strict=False)
        if row[-1] is None
    ]
    for i, (subject, row) in enumerate(zip(info.subjects, info.ranks, strict=True)):
        at_end = row[-1] is not None
        if not at_end and i >= COLOURED:
            continue
        best = best_of[i]
        place = len(row) - 1 if at_end else best
        # A label ends where the next one on its row begins.
        free = [p for rank, p in taken if rank == row[best] and p > best]
        room = 26 if at_end else min(26, 880 // len(row) * (min([*free, len(row)]) - best) // 7)
        shift: dict[str, Any] = {"xanchor": "left", "xshift": 14}
        if not at_end:
            # By its name the page knows it and makes it fit; `ranks.js` says how.
            name = f"best {clean(subject.name, 26)}"
            shift = {"xanchor": "left", "xshift": -6, "yshift": 15, "name": name}
        narrow[f"annotations.{len(labels)}.text"] = plot_text(subject.name, 15)
        labels.append(
            {
                "x": str(info.periods[place].middle),
                "y": row[place],
                "text": plot_text(subject.name, max(8, room)),
                "showarrow": False,
                **shift,
                "font": {
                    "size": 13 if at_end else 11.5,
                    "color": SERIES[i] if i < COLOURED else INK,
                },
            }
        )
    return labels, narrow


def _tell(info: RanksInfo, prepared: Prepared) -> str:
    last, unit = info.periods[-1], info.unit
    begin = last.begin
    when = f"{begin:%B %Y}" if unit == "month" else f"the week from {short_day(begin)}"
    first = next((i for i, row in enumerate(info.ranks) if row[-1] == 1), None)
    if first is None:
        gap = tell_gap(prepared, prepared.channel, last.start, last.end)
        gap = gap or f"no {info.subjects[0].kind} got any room"
        return f"{gap[0].upper()}{gap[1:]} in {when}"
    row = info.ranks[first]
    run = next((n for n, rank in enumerate(reversed(row)) if rank != 1), len(row))
    name = info.subjects[first].told
    shares = [row[-1] for row in info.shares]
    level = [
        subject.told
        for subject, share in zip(info.subjects, shares, strict=True)
        if share and is_level(share, shares[first] or 0.0)
    ]
    if len(level) > 1:
        return f"{name_several(level)} lead in {when}, level at {percent(shares[first] or 0)}"
    if run > 1:
        return f"{name} leads for the {name_ordinal(run)} {unit} running, up to {when}"
    before = next((s for s, r in zip(info.subjects, info.ranks, strict=True) if r[-2] == 1), None)
    tail = f"; in the {unit} before it was {before.told}" if before else ""
    return f"{name} leads in {when}{tail}"


def _name_period(info: RanksInfo, i: int) -> str:
    """Return every period's name, or every third's where there are many."""
    step = 1 if len(info.periods) <= 7 else 3
    if (len(info.periods) - 1 - i) % step:
        return ""
    begin = info.periods[i].begin
    return f"{begin:%b %Y}" if info.unit == "month" else short_day(begin).rsplit(" ", 1)[0]


def _draw_rank(info: RanksInfo, i: int) -> Trace:
    subject, row = info.subjects[i], info.ranks[i]
    coloured = i < COLOURED
    colour = SERIES[i] if coloured else RULE
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
        "x": [str(period.middle) for period in info.periods],
        "y": list(row),
        "customdata": words,
        "mode": "lines+markers",
        "name": plot_text(subject.name, 60),
        "connectgaps": False,
        "line": {"width": 3 if coloured else 2, "color": colour},
        "marker": marker,
        "hovertemplate": "<b>%{fullData.name}</b><br>rank %{y}, %{customdata}<extra></extra>",
        "meta": {
            "role": "rank",
            "subject": subject.key,
            "label": clean(subject.name),
            "nights": [str(period.start) for period in info.periods],
            "lengths": [(period.end - period.start).days for period in info.periods],
        },
    }
