"""The stays of a subject's headlines: when each stood in the lists, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from tracker.names import count
from tracker.plotter.charts import Chart, Trace
from tracker.plotter.palette import HEAT, SERIES
from tracker.plotter.prepared import Prepared
from tracker.plotter.row_layouts import SPAN, lay_rows
from tracker.plotter.spans import draw_spans
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, plot_text, quote

MOST_HEADLINES: Final = 25
_RANKS: Final = ((1, HEAT[5]), (3, HEAT[4]), (10, HEAT[3]), (10_000, HEAT[2]))
"""Colours by the best rank of a night: first, up to third, up to tenth, further down."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One headline's time in the lists.

    Attributes:
        source: Whose it is.
        nights: The nights it was seen.
        ranks: Its best rank on each of them.
        titles: Its wording on each of them.
        rewritten: Nights on which another wording appeared, with that wording.
    """

    source: str
    nights: Sequence[date]
    ranks: Sequence[int]
    titles: Sequence[str]
    rewritten: Sequence[tuple[date, str]]

    @property
    def title(self) -> str:
        """Return the wording of its first night, where its row begins."""
        return self.titles[0]

    @property
    def told(self) -> str:
        """Return how a sentence about all its nights calls it: by its first and last wording."""
        last = self.titles[-1]
        if last == self.title:
            return quote(last, 70)
        return f"{quote(self.title, 50)}, later {quote(last, 50)},"


@dataclass(frozen=True)
class StaysInfo:
    """The headlines of a subject.

    Attributes:
        stays: One each.
    """

    stays: Sequence[Stay]

    @property
    def spans(self) -> list[tuple[date, date]]:
        """Return the first and last night of each."""
        return [(stay.nights[0], stay.nights[-1]) for stay in self.stays]

    def frame(self) -> pl.DataFrame:
        """Return night, rank (its best that night), source and title (of that night) of each."""
        rows = [
            (night, rank, stay.source, clean(title))
            for stay in self.stays
            for night, rank, title in zip(stay.nights, stay.ranks, stay.titles, strict=True)
        ]
        schema = {"night": pl.Date, "rank": pl.Int32, "source": pl.String, "title": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")


def read_stays(prepared: Prepared, subject: Subject) -> list[Stay]:
    """Return the headlines that stayed longest, at most `MOST_HEADLINES`, by their first night."""
    rows = prepared.slots.of(subject.key)
    longest = (
        rows.group_by("headline_id")
        .agg(pl.col("night").n_unique().alias("nights"), pl.col("seen").sum(), pl.col("rank").min())
        .sort(["nights", "seen", "rank", "headline_id"], descending=[True, True, False, False])
        .head(MOST_HEADLINES)
    )
    kept = rows.join(longest.select("headline_id"), on="headline_id", how="semi")
    per_night = (
        kept.group_by("headline_id", "source", "night")
        .agg(pl.col("rank").min(), pl.col("title").sort_by("slot").last())
        .sort("night")
        .group_by("headline_id", "source")
        .agg("night", "rank", pl.col("title").alias("titles"))
    )
    wordings = (
        kept.group_by("headline_id", "title")
        .agg(pl.col("night").min().alias("since"), pl.col("slot").max())
        .sort("since", "slot")
        .group_by("headline_id", maintain_order=True)
        .agg("title", "since")
    )
    stays = [
        Stay(row["source"], row["night"], row["rank"], row["titles"],
             list(zip(row["since"], row["title"], strict=True))[1:])
        for row in per_night.join(wordings, on="headline_id").iter_rows(named=True)
    ]  # fmt: skip
    return sorted(stays, key=lambda stay: (stay.nights[0], stay.nights[-1], stay.title))


def chart_stays(prepared: Prepared, subject: Subject) -> Chart | None:
    """Return when and at which rank each headline was shown; None where there is none."""
    stays = read_stays(prepared, subject)
    if not stays:
        return None
    info = StaysInfo(stays)
    spans = info.spans
    traces: list[Trace] = [draw_spans(range(len(spans)), spans, SPAN)]
    x, y, colours, words, worded = [], [], [], [], []
    titles: dict[str, int] = {}
    for row, stay in enumerate(stays):
        for night, rank, title in zip(stay.nights, stay.ranks, stay.titles, strict=True):
            x.append(str(night))
            y.append(row)
            colours.append(next(colour for most, colour in _RANKS if rank <= most))
            now = "" if title == stay.title else f", as “{plot_text(title, 90)}”"
            words.append(f"rank {rank} at {plot_text(stay.source, 40)}{now}")
            worded.append(titles.setdefault(clean(title, 90), len(titles)))
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": x,
            "y": y,
            "customdata": words,
            "marker": {"symbol": "square", "size": 9, "color": colours, "line": {"width": 0}},
            "hovertemplate": "%{x|%-d %B %Y}: %{customdata}<extra></extra>",
            "meta": {"role": "stay", "subject": subject.key, "titles": list(titles),
                     "worded": worded, "days": 1},
        }
    )  # fmt: skip
    marks = [(night, row, text) for row, s in enumerate(stays) for night, text in s.rewritten]
    if marks:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [str(night) for night, _, _ in marks],
                "y": [row + 0.26 for _, row, _ in marks],
                "customdata": [plot_text(text, 90) for _, _, text in marks],
                "marker": {"symbol": "triangle-up", "size": 8, "color": SERIES[1]},
                "hovertemplate": "rewritten: %{customdata}<extra></extra>",
                "meta": {"role": "rewritten", "subject": subject.key, "days": 1},
            }
        )
    layout = lay_rows([stay.title for stay in stays], spans)
    longest = max(stays, key=lambda s: (len(s.nights), s.title))
    finding = f"{longest.told} stayed longest: {count(len(longest.nights), 'night')}"
    total = prepared.slots.of(subject.key)["headline_id"].n_unique()
    cut = (
        f"The {len(stays)} seen on most nights, of {total:,} headlines that held a slot. "
        if total > len(stays)
        else ""
    )
    reading = (
        f"{cut}Each square is a night on which the headline stood in a list; the stronger "
        "its colour, the closer to the top. A row is named by the wording of its first night; a "
        "triangle is a night on which it was rewritten."
    )
    return Chart("stays", finding, reading, traces, layout, info)
