"""What editors choose against what readers click, as two dots a theme."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from tracker.names import count
from tracker.plotter.charts import Chart, Layout, Trace
from tracker.plotter.grids import RECENT_NIGHTS, name_axis, unique_names
from tracker.plotter.palette import RULE, SERIES, format_ticks, frame_layout
from tracker.plotter.prepared import Prepared
from tracker.plotter.spans import draw_spans
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, percent, short_day

MOST_ROWS: Final = 16
_ROW, _TOP, _BOTTOM = 28, 30, 34


@dataclass(frozen=True)
class ChannelsInfo:
    """Mean shares of subjects in both kinds of lists over the last weeks.

    Attributes:
        subjects: The rows: first what readers click most beyond what editors show.
        editors: Per subject the mean share of editors' lists.
        readers: Per subject the mean share of most-read lists.
        nights: How many nights were looked at.
    """

    subjects: Sequence[Subject]
    editors: Sequence[float]
    readers: Sequence[float]
    nights: int

    def frame(self) -> pl.DataFrame:
        """Return name, editors and readers: the mean share of each kind of list."""
        rows = [
            (subject.name, editors, readers)
            for subject, editors, readers in zip(
                self.subjects, self.editors, self.readers, strict=True
            )
        ]
        schema = {"name": pl.String, "editors": pl.Float64, "readers": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")


def read_channels(prepared: Prepared, kind: str = "theme") -> ChannelsInfo:
    """Return the subjects of a kind with most room in both kinds of lists together."""
    by_subject, n_nights = prepared.curves.by_subject, len(prepared.curves.nights)
    found = []
    for subject in prepared.subjects.values():
        curves = [by_subject.get((subject.key, channel)) for channel in ("editorial", "audience")]
        if subject.kind != kind or None in curves:
            continue
        means = [
            curve.mean_between(n_nights - RECENT_NIGHTS, n_nights) for curve in curves if curve
        ]
        editors, readers = means
        if editors is not None and readers is not None and editors + readers > 0:
            found.append((subject, editors, readers))
    found.sort(key=lambda one: (-one[1] - one[2], one[0].key))
    kept = sorted(found[:MOST_ROWS], key=lambda one: (one[1] - one[2], one[0].key))
    return ChannelsInfo(
        [subject for subject, _, _ in kept],
        [editors for _, editors, _ in kept],
        [readers for _, _, readers in kept],
        min(RECENT_NIGHTS, len(prepared.curves.nights)),
    )


def chart_channels(prepared: Prepared) -> Chart | None:
    """Return editors' shares beside readers'; None where not both were observed lately."""
    if len(prepared.curves.channels) < 2:
        return None
    kinds = ("theme", "topic")
    infos = {kind: read_channels(prepared, kind) for kind in kinds}
    kind = next((kind for kind in kinds if len(infos[kind].subjects) > 1), None)
    if kind is None:
        return None
    info = infos[kind]
    names = unique_names([subject.name for subject in info.subjects], 28)
    ends = zip(info.editors, info.readers, strict=True)
    spans = draw_spans(names, ends, {"width": 3, "color": RULE})
    last = prepared.data.last_night
    reading = (
        f"Mean share of each kind of list over the {count(info.nights, 'night')} up to "
        f"{short_day(last)}. Most-read lists show what readers clicked; all others what editors "
        "chose."
    )
    traces = [spans, *_draw_dots(info, names, last)]
    return Chart("channels", _tell(info), reading, traces, _lay_out(info, names, kind), info)


def _draw_dots(info: ChannelsInfo, names: Sequence[str], last: date) -> list[Trace]:
    """Return the dots of editors, then of readers."""
    meta = {
        "role": "channels",
        "night": str(last - timedelta(days=info.nights - 1)),
        "days": info.nights,
        "columns": [subject.key for subject in info.subjects],
        "labels": [clean(subject.name, 60) for subject in info.subjects],
    }
    words = {"editorial": "editors’ lists", "audience": "most-read lists"}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [round(share, 4) for share in shares],
            "y": names,
            "marker": {"size": 12, "color": SERIES[i], "symbol": ("circle", "diamond")[i]},
            "hovertemplate": f"<b>%{{y}}</b><br>%{{x:.1%}} of {words[channel]}<extra></extra>",
            "meta": {**meta, "channel": channel},
        }
        for i, (channel, shares) in enumerate(
            (("editorial", info.editors), ("audience", info.readers))
        )
    ]


def _lay_out(info: ChannelsInfo, names: Sequence[str], kind: str) -> Layout:
    largest = max([0.02, *info.editors, *info.readers])
    heads = [
        {
            "x": x, "xref": "paper", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6,
            "xanchor": "left", "showarrow": False, "text": text,
            "font": {"size": 13, "color": SERIES[i]},
        }
        for i, (x, text) in enumerate(((0, "● Editors’ lists"), (0.2, "◆ Most-read lists")))
    ]  # fmt: skip
    return frame_layout(
        len(names) * _ROW + _TOP + _BOTTOM,
        margin={"l": 196, "r": 16, "t": _TOP, "b": _BOTTOM, "pad": 6},
        xaxis={"range": [0, largest * 1.08], "tickformat": format_ticks(largest * 1.08),
               "nticks": 7, "tickformatstops": []},
        yaxis={**name_axis(names), "range": [len(names) - 0.5, -0.7]},
        annotations=heads,
        meta={"table": "tableOfChannels", "fixed": True, "rows": MOST_ROWS, "kinds": [kind],
              "narrow": {"margin.l": 112, "xaxis.nticks": 4, "yaxis.tickfont.size": 11,
                         "annotations.1.x": 0.55}},
    )  # fmt: skip


def _tell(info: ChannelsInfo) -> str:
    """Return where editors and readers differ most, in words."""
    widest = max(range(len(info.subjects)), key=lambda i: abs(info.readers[i] - info.editors[i]))
    editors, readers = info.editors[widest], info.readers[widest]
    who = "Readers click" if readers > editors else "Editors show"
    other = "editors show it" if readers > editors else "readers click it"
    return (
        f"{who} {info.subjects[widest].told} more than {other}: "
        f"{percent(max(editors, readers))} against {percent(min(editors, readers))}"
    )
