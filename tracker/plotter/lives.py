"""A subject from inside: when each headline stood where, and its events one after another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.names import count
from tracker.plotter.charts import Chart, Trace
from tracker.plotter.palette import HEAT, INK, MUTED, RULE, SERIES, frame_layout
from tracker.plotter.prepared import Prepared
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, plot_text, quote, short_day

MOST_HEADLINES: Final = 25
MOST_EVENTS: Final = 25
_ROW, _TOP, _BOTTOM = 38, 6, 34
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


@dataclass(frozen=True)
class EventsInfo:
    """The events of a topic.

    Attributes:
        rows: Rows of table `events`.
    """

    rows: pl.DataFrame

    def frame(self) -> pl.DataFrame:
        """Return from, to, title, headlines and sources of each event."""
        return self.rows.select(
            pl.col("first_night").alias("from"),
            pl.col("last_night").alias("to"),
            pl.col("label").alias("title"),
            pl.col("n_headlines").alias("headlines"),
            pl.col("n_sources").alias("sources"),
        )


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
    traces: list[Trace] = [_draw_spans(spans)]
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
    layout = draw_rows([stay.title for stay in stays], spans)
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


def chart_events(prepared: Prepared, subject: Subject) -> Chart | None:
    """Return a topic's events over time; None where fewer than two are known."""
    known = prepared.events_of(subject.key).sort(
        ["n_headlines", "last_night", "event_id"], descending=[True, True, False]
    )
    rows = known.head(MOST_EVENTS).sort("first_night", "event_id")
    if rows.height < 2:
        return None
    spans = [(a, min(b, prepared.data.last_night))
             for a, b in rows.select("first_night", "last_night").iter_rows()]  # fmt: skip
    largest = max(rows["n_headlines"])
    words = [
        f"{count(n, 'headline')} at {count(m, 'source')}"
        for n, m in rows.select("n_headlines", "n_sources").iter_rows()
    ]
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [str(first) for first, _ in spans],
        "y": list(range(len(spans))),
        "customdata": words,
        "marker": {
            "size": [round(7 + 11 * (n / largest) ** 0.5, 1) for n in rows["n_headlines"]],
            "color": SERIES[0],
            "opacity": 1,
            "line": {"width": 0},
        },
        "hovertemplate": "%{x|%-d %B %Y}: %{customdata}<extra></extra>",
        "meta": {"role": "event", "subject": subject.key, "days": 1,
                 "titles": [clean(label, 90) for label in rows["label"]],
                 "until": [str(last) for _, last in spans], "words": words},
    }  # fmt: skip
    layout = draw_rows(rows["label"].to_list(), spans, table="tableOfEvents")
    cut = (
        f"The {rows.height} largest of {known.height:,} events. " if len(known) > len(rows) else ""
    )
    reading = (
        f"{cut}Each line is one event, from its first headline to its last new one; the larger "
        "the dot, the more headlines."
    )
    traces = [_draw_spans(spans), trace]
    finding = _tell_largest(known, prepared.data.last_night)
    return Chart("events", finding, reading, traces, layout, EventsInfo(rows))


def _tell_largest(known: pl.DataFrame, last_night: date) -> str:
    """Return which event is the largest, and when; `known` are all, the largest first."""
    big = known.row(0, named=True)
    level = (known["n_headlines"] == big["n_headlines"]).sum()
    size = count(big["n_headlines"], "headline")
    first, last = big["first_night"], min(big["last_night"], last_night)
    when = f"from {short_day(first)} to {short_day(last)}"
    if first == last:
        when = f"on {short_day(first)}"
    if level > 1:
        which = f"Its largest events are {level:,} of {size} each; the latest, {when}"
    else:
        which = f"Its largest event, {size} {when}"
    return f"{which}: {quote(big['label'], 70)}"


def _draw_spans(spans: Sequence[tuple[date, date]]) -> Trace:
    x: list[str | None] = []
    y: list[int | None] = []
    for row, (first, last) in enumerate(spans):
        x += [str(first), str(last), None]
        y += [row, row, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"width": 2, "color": RULE},
        "hoverinfo": "skip",
        "meta": {"role": "span"},
    }


def draw_rows(
    titles: Sequence[str],
    spans: Sequence[tuple[date, date]],
    nights: tuple[date, date] | None = None,
    *,
    table: str = "tableOfStays",
    letters: int = 90,
) -> dict[str, Any]:
    """Return a layout with a title above each row: at its span, on a phone at the left.

    Args:
        titles: One each row.
        spans: First and last night of each row.
        nights: First and last night of the axis; those of the spans if None.
        table: The function of the pages' script that makes the table.
        letters: Longest a title gets.
    """
    first, last = nights or (min(a for a, _ in spans), max(b for _, b in spans))
    days = max(6, (last - first).days)
    side = timedelta(days=max(1, round(days * 0.02)))
    labels: list[dict[str, Any]] = []
    narrow: dict[str, Any] = {"xaxis.nticks": 4}
    for row, (title, (start, end)) in enumerate(zip(titles, spans, strict=True)):
        late = (start - first).days > days * 0.5
        labels.append(
            {
                "x": str(end if late else start),
                "y": row,
                "yshift": 17,
                "xanchor": "right" if late else "left",
                "xshift": 5 if late else -5,
                "showarrow": False,
                "text": plot_text(title, letters),
                "font": {"size": 12, "color": INK},
            }
        )
        short: dict[str, Any] = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": 0}
        short["text"] = plot_text(title, 54)
        narrow |= {f"annotations.{row}.{key}": value for key, value in short.items()}
    return frame_layout(
        len(titles) * _ROW + _TOP + _BOTTOM,
        margin={"l": 8, "r": 12, "t": _TOP, "b": _BOTTOM, "pad": 0},
        xaxis={
            "type": "date",
            "range": [str(first - side), str(first + timedelta(days=days) + side)],
            "tickfont": {"color": MUTED, "size": 12},
            "nticks": 8,
        },
        yaxis={"range": [len(titles) - 0.4, -0.9], "showticklabels": False, "showgrid": False},
        annotations=labels,
        meta={"table": table, "fixed": True, "narrow": narrow},
    )
