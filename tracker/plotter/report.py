"""The HTML report: one page to open, a page a theme and topic, and the data behind every point."""

import base64
import hashlib
import importlib.resources
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jinja2
from markupsafe import Markup

from tracker.plotter.attention_charts import LONG, chart_subject, chart_themes, choose_subjects
from tracker.plotter.charts import Chart
from tracker.plotter.findings import KINDS, QUIET, headline_of_night, read_findings
from tracker.plotter.grids import MOST_TOPICS, chart_coverage, chart_heat, chart_sources
from tracker.plotter.inputs import ReportData
from tracker.plotter.lives import chart_events, chart_stays
from tracker.plotter.nights import monday_of, read_source_shares, read_weeks, to_json
from tracker.plotter.pages import (
    read_cards,
    read_largest,
    read_life,
    read_rows,
    read_shown,
    read_subject_findings,
)
from tracker.plotter.palette import SERIES, dark_colours
from tracker.plotter.prepared import Prepared, prepare
from tracker.plotter.ranks import chart_ranks
from tracker.plotter.subjects import Subject
from tracker.plotter.tonight import FEW_NIGHTS, chart_tonight
from tracker.plotter.words import CHOOSERS, clean, count, day, join_words, percent, short_day

__all__ = ["ReportData", "ReportFile", "build_report"]

MOST_TOPIC_PAGES: Final = 500
_SCRIPTS: Final = ("page.js", "panel.js", "sources.js", "table.js", "keys.js", "view.js")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of a report.

    Attributes:
        path: Where it goes, relative to the report's folder, with forward slashes.
        text: Its content.
    """

    path: str
    text: str | bytes


@dataclass(frozen=True)
class _Site:
    """What all pages share."""

    prepared: Prepared
    templates: jinja2.Environment
    script: str
    style: str
    single_file: bool
    pages: frozenset[str]

    def link(self, subject: Subject, root: str = "") -> str | None:
        """Return the address of a subject's page, if it has one."""
        return root + subject.page if subject.page in self.pages else None


def build_report(data: ReportData, *, single_file: bool = False) -> Iterator[ReportFile]:
    """Yield the files of the report, `index.html` last, so that it never points at nothing.

    Args:
        data: What the report is made from.
        single_file: Whether everything goes into one `index.html` without further pages.

    Raises:
        TableError: If a frame lacks a column of its table.
    """
    prepared = prepare(data)
    chosen = [] if single_file else _choose_pages(prepared)
    site = _Site(
        prepared,
        _templates(),
        "\n".join(_asset(name) for name in _SCRIPTS),
        _asset("report.css"),
        single_file,
        frozenset(subject.page for subject in chosen),
    )
    weeks: dict[str, str] = {}
    for week in read_weeks(prepared):
        name, text = str(week.monday), to_json(week.content)
        if single_file:
            weeks[f"week-{name}"] = text
        else:
            line = f'(self.trackerWeeks=self.trackerWeeks||{{}})["{name}"]={text};\n'
            yield ReportFile(f"data/week-{name}.js", line)
    chosen_sources = to_json(read_source_shares(prepared, _choose_lines(prepared)))
    if single_file:
        weeks["sources"] = chosen_sources
    else:
        yield ReportFile("data/sources.js", f"self.trackerSources={chosen_sources};\n")
        yield ReportFile("plotly.min.js", _plotly_script())
        yield ReportFile("report.js", site.script)
        yield ReportFile("report.css", site.style)
        yield from _build_subjects(site, chosen)
    yield ReportFile("index.html", _build_index(site, weeks))


def _choose_pages(prepared: Prepared) -> list[Subject]:
    """Return the subjects that get a page: themes with headlines, topics with two or more."""
    themes, topics = [], []
    for subject in prepared.subjects.values():
        slots = prepared.slots
        n = slots.of(subject.key)["headline_id"].n_unique() + slots.unlisted_of(subject.key).height
        if subject.kind == "theme" and (n or subject.watched):
            themes.append(subject)
        elif subject.kind == "topic" and n >= 2:
            topics.append((n, subject))
    topics.sort(key=lambda pair: (-pair[0], pair[1].key))
    return [*themes, *(subject for _, subject in topics[:MOST_TOPIC_PAGES])]


def _choose_lines(prepared: Prepared) -> list[str]:
    """Return the subjects whose lines and strips can be drawn for chosen sources alone."""
    return [s.key for s in (*choose_subjects(prepared), *prepared.ranked("topic", MOST_TOPICS))]


def _build_index(site: _Site, weeks: dict[str, str]) -> str:
    prepared = site.prepared
    findings = read_findings(prepared)
    coverage = prepared.slots.coverage
    sources: list[str] = coverage["source"].unique().sort().to_list()
    rows = read_rows(prepared, sources)
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
        "coverage": None if young else chart_coverage(prepared),
    }
    more = {name: chart for name, chart in others.items() if chart is not None}
    glance = [(kind, read_cards(prepared, findings, kind)) for kind in QUIET]
    curves, channel = prepared.curves, prepared.channel
    tonight = bool(curves.channels) and curves.observed[channel][-1]
    return _render(
        site,
        "index.html.j2",
        root="",
        charts=[themes, *more.values()],
        heading=headline_of_night(prepared, findings),
        more=more,
        names={row.subject.key: row.subject for row in rows},
        weeks=weeks,
        glance=[(KINDS[kind], cards) for kind, cards in glance if cards],
        quiet=join_words([QUIET[kind] for kind, cards in glance if not cards]),
        largest=read_largest(prepared),
        rows=rows,
        sources=sources,
        chips=[] if young else chips,
        themes=themes,
        observed=f"{tonight} of {count(len(sources), 'source')} observed" if tonight else
        "nothing observed",
        partial=bool(tonight) and curves.is_partial(channel),
        usual=curves.usual_sources(channel) if curves.channels else 0,
    )  # fmt: skip


def _build_subjects(site: _Site, chosen: Sequence[Subject]) -> Iterator[ReportFile]:
    findings = read_subject_findings(site.prepared)
    for subject in chosen:
        curve = chart_subject(site.prepared, subject)
        events = chart_events(site.prepared, subject)
        stays = chart_stays(site.prepared, subject)
        text = _render(
            site,
            "subject.html.j2",
            root="../",
            charts=[chart for chart in (curve, events, stays) if chart is not None],
            heading=subject.name,
            names={subject.key: subject},
            weeks={},
            subject=subject,
            curve=curve,
            events=events,
            stays=stays,
            neighbours=[
                site.prepared.subjects[key]
                for key in site.prepared.neighbours.get(subject.key, ())
                if key in site.prepared.subjects
            ],
            life=read_life(site.prepared, subject),
            total=len(site.prepared.headlines_of(subject.key))
            + site.prepared.slots.unlisted_of(subject.key).height,
            shown=read_shown(site.prepared, subject),
            findings=findings.get(subject.key, ()),
        )
        yield ReportFile(subject.page, text)


def _render(
    site: _Site,
    template: str,
    *,
    root: str,
    charts: Sequence[Chart],
    names: dict[str, Subject],
    weeks: dict[str, str],
    **context: Any,
) -> str:
    prepared = site.prepared
    page = {
        "root": root,
        "single": site.single_file,
        "first": str(prepared.curves.nights[0]),
        "last": str(prepared.data.last_night),
        "channel": prepared.channel,
        "long": len(prepared.curves.nights) > LONG,
        "dark": dark_colours(),
        "names": {key: [s.name, site.link(s, root)] for key, s in names.items()},
        "charts": [chart.chart_id for chart in charts],
        "weeks": sorted({str(monday_of(n)) for n in prepared.slots.rows["night"].unique()}),
    }
    blocks = {f"{chart.chart_id}-spec": to_json([chart.traces, chart.layout]) for chart in charts}
    blocks |= {f"data-{name}": text for name, text in weeks.items()}
    plotly = _plotly_script() if site.single_file else ""
    return site.templates.get_template(template).render(
        root=root,
        site=site,
        data=prepared.data,
        channels=prepared.curves.channels,
        nights=len(prepared.curves.nights),
        page=Markup(to_json(page)),
        blocks={name: Markup(text) for name, text in blocks.items()},
        single=site.single_file,
        style=Markup(site.style),
        scripts=[Markup(plotly), Markup(site.script)] if site.single_file else [],
        script_hashes=[_hash(plotly), _hash(site.script)] if site.single_file else [],
        **context,
    )


def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tracker.plotter", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "percent": percent,
        "day": day,
        "short_day": short_day,
        "clean": clean,
        "count": count,
    }
    environment.globals |= {"choosers": CHOOSERS}
    return environment


def _asset(name: str) -> str:
    return (importlib.resources.files("tracker.plotter") / "templates" / name).read_text("utf-8")


def _plotly_script() -> str:
    script = importlib.resources.files("plotly") / "package_data" / "plotly.min.js"
    return script.read_text("utf-8")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
