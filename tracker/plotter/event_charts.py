"""A topic's events, one after another."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from tracker.names import count
from tracker.plotter.charts import Chart, Trace
from tracker.plotter.palette import SERIES
from tracker.plotter.prepared import Prepared
from tracker.plotter.row_layouts import SPAN, lay_rows
from tracker.plotter.spans import draw_spans
from tracker.plotter.subjects import Subject
from tracker.plotter.words import clean, quote, short_day

MOST_EVENTS: Final = 25


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
    layout = lay_rows(rows["label"].to_list(), spans, table="tableOfEvents")
    cut = (
        f"The {rows.height} largest of {known.height:,} events. " if len(known) > len(rows) else ""
    )
    reading = (
        f"{cut}Each line is one event, from its first headline to its last new one; the larger "
        "the dot, the more headlines."
    )
    traces = [draw_spans(range(len(spans)), spans, SPAN), trace]
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
