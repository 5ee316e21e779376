"""The HTML report: one page to open, a page a theme and topic, and the data behind every point."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tracker.plotter.attention_charts import chart_subject, chart_themes, choose_subjects
from tracker.plotter.cards import count_slight, read_glance, read_largest
from tracker.plotter.cells import read_cells, read_told
from tracker.plotter.channels import chart_channels
from tracker.plotter.coverages import chart_coverage
from tracker.plotter.event_charts import chart_events
from tracker.plotter.findings import (
    KINDS,
    Finding,
    headline_of_night,
    is_firm,
    read_findings,
    recent,
    tell_quiet,
)
from tracker.plotter.gaps import count_last
from tracker.plotter.grids import chart_heat
from tracker.plotter.inputs import ReportData
from tracker.plotter.nights import find_first, read_weeks, to_json
from tracker.plotter.origins import read_kin, read_outlets, read_sights
from tracker.plotter.pages import (
    Row,
    read_life,
    read_rows,
    read_shown,
    read_subject_findings,
)
from tracker.plotter.palette import SERIES
from tracker.plotter.prepared import Prepared, prepare
from tracker.plotter.ranks import chart_ranks
from tracker.plotter.sites import Site, open_site, plotly_script, render_page
from tracker.plotter.sources import chart_sources
from tracker.plotter.stays import chart_stays
from tracker.plotter.stills import draw_still
from tracker.plotter.subjects import Subject
from tracker.plotter.tonight import FEW_NIGHTS, chart_tonight
from tracker.plotter.words import file_names

__all__ = ["ReportData", "ReportFile", "build_report"]

_KIN: Final = {
    "theme": {"topic": "Topics in it", "theme": "Themes near it"},
    "topic": {"theme": "Themes it belongs to", "topic": "Topics near it"},
}
"""Headings of the lists of subjects near one, by its kind and theirs."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of a report.

    Attributes:
        path: Where it goes, relative to the report's folder, with forward slashes.
        text: Its content.
    """

    path: str
    text: str | bytes


def build_report(data: ReportData, *, single_file: bool = False) -> Iterator[ReportFile]:
    """Yield the files of the report, `index.html` last, so that it never points at nothing.

    Args:
        data: What the report is made from.
        single_file: Whether everything goes into one `index.html` without further pages.

    Raises:
        TableError: If a frame lacks a column of its table.
    """
    prepared = prepare(data)
    chosen = [] if single_file else choose_pages(prepared)
    site = open_site(prepared, chosen, single_file=single_file)
    weeks: dict[str, str] = {}
    for week in read_weeks(prepared, since=find_first(prepared) if single_file else None):
        name, text = str(week.monday), to_json(week.content)
        if single_file:
            weeks[f"week-{name}"] = text
        else:
            yield _data_file(f"week-{name}", text)
    rows = read_rows(prepared, prepared.slots.sources)
    findings = read_findings(prepared)
    asked = {
        "cells": to_json(read_cells(prepared, [row.subject for row in rows])),
        "findings": to_json(read_told(findings)),
    }
    if single_file:
        weeks |= asked
    else:
        for name, text in asked.items():
            yield _data_file(name, text)
        yield ReportFile("plotly.min.js", plotly_script())
        yield ReportFile("report.js", site.script)
        yield ReportFile("report.css", site.style)
        yield from _build_subjects(site, chosen)
        yield from _build_heirs(site, chosen)
    yield ReportFile("index.html", _build_index(site, weeks, rows, findings))


def _build_heirs(site: Site, chosen: Sequence[Subject]) -> Iterator[ReportFile]:
    """Yield pages at the addresses of topics that are not there any more, leading on."""
    paged = {subject.key: subject for subject in chosen}
    template = site.templates.get_template("moved.html.j2")
    heirs = site.prepared.data.heirs
    for old, name in file_names(sorted(heirs)).items():
        if (heir := paged.get(heirs[old])) is not None:
            page = heir.page.rpartition("/")[-1]
            yield ReportFile(f"topics/{name}.html", template.render(page=page, name=heir.name))


def _data_file(name: str, text: str) -> ReportFile:
    """Return data as a script: a page opened from disk may load those, and nothing else."""
    line = f'(self.trackerData=self.trackerData||{{}})["{name}"]={text};\n'
    return ReportFile(f"data/{name}.js", line)


def choose_pages(prepared: Prepared) -> list[Subject]:
    """Return the subjects that get a page: themes with headlines, topics with two or more."""
    sizes = {key: extent.headlines for key, extent in prepared.extents.items()}
    paged = prepared.data.paged
    themes, topics = [], []
    for subject in prepared.subjects.values():
        n = sizes.get(subject.key, 0)
        if subject.kind == "theme" and (n or subject.watched):
            themes.append(subject)
        elif subject.kind == "topic" and n >= 2 and (paged is None or subject.key in paged):
            topics.append(subject)
    return [*themes, *sorted(topics, key=lambda topic: (-sizes[topic.key], topic.key))]


def _build_index(
    site: Site, weeks: dict[str, str], rows: Sequence[Row], findings: Sequence[Finding]
) -> str:
    prepared = site.prepared
    sources = prepared.slots.sources
    chips = [
        {"key": s.key, "name": s.name, "colour": SERIES[i % len(SERIES)]}
        for i, s in enumerate(choose_subjects(prepared))
    ]
    young = len(prepared.curves.nights) < FEW_NIGHTS
    themes = (chart_tonight(prepared) if young else None) or chart_themes(prepared)
    others = {
        "ranks": chart_ranks(prepared),
        "heat": None if young else chart_heat(prepared),
        "sources": chart_sources(prepared, choose_subjects(prepared)),
        "channels": None if young else chart_channels(prepared),
        "coverage": None if young else chart_coverage(prepared),
    }
    more = {name: chart for name, chart in others.items() if chart is not None}
    told = {
        kind
        for kind in KINDS
        for finding in recent(findings, kind, prepared.data.last_night)
        if is_firm(prepared, finding)
    }
    curves, channel = prepared.curves, prepared.channel
    tonight = bool(curves.channels) and curves.observed[channel][-1]
    return render_page(
        site,
        "index.html.j2",
        root="",
        charts=[themes, *more.values()],
        heading=headline_of_night(prepared, findings),
        more=more,
        names={row.subject.key: row.subject for row in rows},
        weeks=weeks,
        glance=read_glance(prepared, findings),
        quiet=tell_quiet(told, " in the last week", count_slight(prepared, findings)),
        largest=read_largest(prepared),
        rows=rows,
        n_topics=sum(row.subject.kind == "topic" for row in rows),
        lone=sum(row.subject.kind == "topic" and row.n_headlines < 2 for row in rows),
        sources=sources,
        chips=[] if young else chips,
        themes=themes,
        still=draw_still(themes) if themes.layout["meta"]["table"] == "tableOfLines" else "",
        observed=count_last(prepared),
        partial=bool(tonight) and curves.is_partial(channel),
        usual=curves.usual_sources(channel) if curves.channels else 0,
    )  # fmt: skip


def _build_subjects(site: Site, chosen: Sequence[Subject]) -> Iterator[ReportFile]:
    findings = read_subject_findings(site.prepared)
    sights, extents = read_sights(site.prepared, chosen), site.prepared.extents
    every_outlet = read_outlets(site.prepared, chosen)
    for subject in chosen:
        curve = chart_subject(site.prepared, subject)
        events = chart_events(site.prepared, subject)
        stays = chart_stays(site.prepared, subject)
        outlets = every_outlet.get(subject.key, [])
        text = render_page(
            site,
            "subject.html.j2",
            root="../",
            charts=[chart for chart in (curve, events, stays) if chart is not None],
            heading=subject.name,
            names={subject.key: subject},
            weeks={},
            subject=subject,
            curve=curve,
            still=draw_still(curve),
            events=events,
            stays=stays,
            outlets=outlets,
            most=max(
                [0.001, *(share for o in outlets for share in (o.share, o.most_read) if share)]
            ),
            kin=[
                (kind, words, read_kin(site.prepared, subject, kind))
                for kind, words in _KIN[subject.kind].items()
            ],
            sights=sights.get(subject.key, ()),
            life=read_life(site.prepared, subject),
            total=extents[subject.key].headlines if subject.key in extents else 0,
            unlisted=site.prepared.slots.unlisted_of(subject.key).height,
            shown=read_shown(site.prepared, subject),
            findings=findings.get(subject.key, ()),
        )
        yield ReportFile(subject.page, text)
