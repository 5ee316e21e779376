"""One chart out of a study: as a figure, as the rows it shows, or as a page or picture on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.config import Config
from tracker.errors import InputError, SubjectError
from tracker.files import replacing
from tracker.nights.mergers import list_mergers
from tracker.outputs.beginnings import tell_beginning, tell_merger
from tracker.outputs.images import IMAGES, render_image
from tracker.outputs.points import find_subject
from tracker.outputs.reports import read_report_data
from tracker.plotter.chart_pages import build_chart_page
from tracker.plotter.charts import Chart
from tracker.plotter.cuts import cut_nights
from tracker.plotter.figures import build_chart, check_chart, draw_figure
from tracker.plotter.prepared import Prepared, prepare
from tracker.plotter.styles import WIDTH, Style
from tracker.plotter.words import clean, file_names
from tracker.store import Store

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FORMATS: Final = (".html", *(f".{form}" for form in IMAGES))
FOLDER: Final = "charts"
"""Where charts go that nobody gave a name, below the study's folder."""


@dataclass(frozen=True)
class SingleChart:
    """A chart and what it was made from.

    Attributes:
        name: Its name, as in `tracker.plotter.figures.CHARTS`.
        prepared: The study, made ready to draw.
        chart: The chart as data.
        remarks: What else is called as its subjects are, and what these were merged into, a
            sentence each.
    """

    name: str
    prepared: Prepared
    chart: Chart
    remarks: tuple[str, ...] = ()

    def draw(self, style: Style) -> "Figure":
        """Return it as a Plotly figure."""
        return draw_figure(self.chart, style)


def make_chart(
    store: Store,
    config: Config,
    generated_at: datetime,
    name: str,
    subjects: Sequence[str] = (),
    *,
    first: date | None = None,
    last: date | None = None,
) -> SingleChart:
    """Return one chart of the study, of the nights from `first` to `last`.

    Raises:
        InputError: If the study was never updated, or has no such nights.
        SubjectError: If there is no such chart or subject, or too little to draw it.
    """
    check_chart(name, subjects)
    found = [find_subject(store, config, subject) for subject in subjects]
    keys = [one.key for one in found]
    data = read_report_data(store, config, generated_at, subjects=keys, nights=(first, last))
    prepared = prepare(cut_nights(data, first, last))
    try:
        chart = build_chart(prepared, name, keys)
    except SubjectError as error:
        drawn = set(data.attention["subject"])
        why = [
            tell_beginning(store, one.key, data.last_night)
            for one in found
            if one.kind == "topic" and one.key not in drawn
        ]
        raise SubjectError("; ".join([str(error), *why])) from error
    mergers = list_mergers(store)
    told = [
        clean(f"{one.name}: {tell_merger(store, mergers[one.key])}", 400)
        for one in found
        if one.key in mergers and mergers[one.key].night <= prepared.data.last_night
    ]
    if told:
        chart = chart.noted(" ".join((*(f"{one}." for one in told), chart.note)))
    also = (*(one.namesakes for one in found if one.namesakes), *told)
    return SingleChart(name, prepared, chart, also)


def name_file(folder: Path, name: str, subjects: Sequence[str]) -> Path:
    """Return where a chart goes if nobody says: in the study, named after what it shows."""
    text = " ".join((name, *subjects))
    return folder / FOLDER / f"{file_names([text])[text]}.html"


def write_chart(
    single: SingleChart,
    path: Path,
    *,
    theme: str | None = None,
    width: int | None = None,
    height: int | None = None,
    scale: float = 2.0,
) -> None:
    """Write a chart as a page or a picture, by the file's name; whole or not at all.

    Args:
        single: The chart.
        path: The file; its folder is made.
        theme: `light` or `dark`; if None a page is as the reader's system says, a picture light.
        width: Pixels.
        height: Pixels.
        scale: Pixels of a PNG for each pixel of `width` and `height`.

    Raises:
        InputError: If the name ends otherwise, the file cannot be written, or what draws pictures
            is missing.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError(
            f"{path}: found a name ending in {suffix or 'nothing'}; wanted {', '.join(FORMATS)}"
        )
    if suffix == ".html":
        page = build_chart_page(
            single.prepared, single.chart, theme=theme, width=width, height=height
        )
        content = page.encode("utf-8")
    else:
        style = Style("dark" if theme == "dark" else "light", width or WIDTH, height)
        content = render_image(single.draw(style), suffix[1:], scale=scale)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error
