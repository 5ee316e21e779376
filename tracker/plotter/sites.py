"""What all pages of a report share: the templates, the scripts and the frame around a page."""

import base64
import hashlib
import importlib.resources
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import jinja2
import polars as pl
from markupsafe import Markup

from tracker.names import count
from tracker.plotter.cards import CARDS_OF
from tracker.plotter.charts import Chart
from tracker.plotter.drawn_points import LONG
from tracker.plotter.findings import TESTED
from tracker.plotter.nights import monday_of, to_json
from tracker.plotter.palette import dark_colours
from tracker.plotter.prepared import Prepared
from tracker.plotter.slots import OBSERVED
from tracker.plotter.stills import name_colours
from tracker.plotter.subjects import Subject
from tracker.plotter.words import CHOOSERS, clean, day, percent, short_day, web_link

_SCRIPTS: Final = (
    "page.js", "panel.js", "keys.js", "table.js", "chosen.js", "lines.js", "ranks.js", "grids.js",
    "view.js", "rows.js", "glance.js", "start.js",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """What all pages share.

    Attributes:
        prepared: The study.
        templates: Where the pages' templates are.
        script: The pages' script, without plotly.js.
        style: Their style sheet.
        single_file: Whether everything a page needs stands in it.
        pages: Addresses of the subjects' pages, relative to the report's folder.
        observed: First and last night of each stretch on which any source was observed.
        weeks: The Mondays of the weeks of which there are headlines.
    """

    prepared: Prepared
    templates: jinja2.Environment
    script: str
    style: str
    single_file: bool
    pages: frozenset[str]
    observed: Sequence[tuple[str, str]]
    weeks: Sequence[str]

    def link(self, subject: Subject, root: str = "") -> str | None:
        """Return the address of a subject's page, if it has one."""
        return root + subject.page if subject.page in self.pages else None


def open_site(prepared: Prepared, pages: Sequence[Subject], *, single_file: bool) -> Site:
    """Return what the pages of a study share; `pages` are the subjects that have a page."""
    return Site(
        prepared,
        open_templates(),
        "\n".join(read_asset(name) for name in _SCRIPTS),
        read_asset("report.css") + name_colours(),
        single_file,
        frozenset(subject.page for subject in pages),
        _list_observed(prepared),
        sorted({str(monday_of(n)) for n in prepared.slots.totals["night"].unique()}),
    )


def render_page(
    site: Site,
    template: str,
    *,
    root: str,
    charts: Sequence[Chart],
    names: Mapping[str, Subject],
    weeks: Mapping[str, str],
    **context: Any,
) -> str:
    """Return one page.

    Args:
        site: What all pages share.
        template: Its template.
        root: The way from the page to the report's folder.
        charts: The charts on it, the first drawn first.
        names: The subjects whose names its script needs, by key.
        weeks: Blocks of data that stand in the page itself, by name.
        context: What the template asks for besides.
    """
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
        "observed": site.observed,
        "archive": web_link(prepared.data.archive) or "",
        "theme": context.get("theme"),
        "weeks": site.weeks,
        "cards": dict(CARDS_OF),
        "tested": TESTED,
        "slight": [key for key in names if key in prepared.slight],
    }
    blocks = {f"{chart.chart_id}-spec": to_json([chart.traces, chart.layout]) for chart in charts}
    blocks |= {f"data-{name}": text for name, text in weeks.items()}
    plotly = plotly_script() if site.single_file else ""
    return site.templates.get_template(template).render(
        root=root,
        site=site,
        data=prepared.data,
        channels=prepared.curves.channels,
        nights=len(prepared.curves.nights),
        first=prepared.curves.nights[0],
        page=Markup(to_json(page)),
        blocks={name: Markup(text) for name, text in blocks.items()},
        single=site.single_file,
        style=Markup(site.style),
        scripts=[Markup(plotly), Markup(site.script)] if site.single_file else [],
        script_hashes=[_hash(plotly), _hash(site.script)] if site.single_file else [],
        **context,
    )


def _list_observed(prepared: Prepared) -> list[tuple[str, str]]:
    """Return the stretches of nights on which any source was observed: first and last night."""
    seen = prepared.slots.coverage.filter(pl.col("state") == OBSERVED)["night"]
    stretches: list[tuple[date, date]] = []
    for night in seen.unique().sort():
        if stretches and night - stretches[-1][1] == timedelta(days=1):
            stretches[-1] = stretches[-1][0], night
        else:
            stretches.append((night, night))
    return [(str(first), str(last)) for first, last in stretches]


@cache  # compiling them takes longer than filling them for a small study
def open_templates() -> jinja2.Environment:
    """Return where the pages' templates are."""
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


def read_asset(name: str) -> str:
    """Return a script or style sheet of the pages."""
    return (importlib.resources.files("tracker.plotter") / "templates" / name).read_text("utf-8")


def plotly_script() -> str:
    """Return plotly.js as it comes with Plotly."""
    script = importlib.resources.files("plotly") / "package_data" / "plotly.min.js"
    return script.read_text("utf-8")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
