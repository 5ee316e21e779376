"""Which source gives which theme how much room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from tracker.plotter.charts import Chart, Trace
from tracker.plotter.grids import RECENT_NIGHTS, name_axis, unique_names
from tracker.plotter.palette import HEAT, INK, frame_layout, heat_scale
from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, isolate, percent, short_day

MOST_SOURCES: Final = 60


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
    lately = (pl.col("channel") == prepared.channel) & (pl.col("night") >= first)
    totals = (
        prepared.slots.totals.filter(lately)
        .group_by("source")
        .agg(pl.col("weight").sum().alias("all"))
        .sort(["all", "source"], descending=[True, False])
        .head(MOST_SOURCES)
    )
    columns = []
    for subject in subjects:
        own = prepared.slots.of(subject.key).filter(lately)
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
            "margin.r": 34, "yaxis.ticktext": unique_names(list(info.sources), 15),
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
