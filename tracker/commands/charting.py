"""The verb that draws one chart."""

from datetime import datetime
from pathlib import Path
from typing import Final

import click

from tracker.commands.options import NIGHT, Settings
from tracker.terminal import output_options, print_rows, warn

CHART_NAMES: Final = (
    "themes", "topics", "ranks", "heat", "sources", "channels", "coverage", "life", "curve",
    "stays", "events",
)  # fmt: skip
_SIZE: Final = click.IntRange(300, 8000)


@click.command()
@click.argument("name", metavar="CHART", type=click.Choice(CHART_NAMES))
@click.argument("subjects", metavar="[SUBJECT]...", nargs=-1)
@click.option("-s", "--subject", "more", multiple=True, help="The same as SUBJECT.")
@click.option("--from", "first", type=NIGHT, help="First night; the first of all unless given.")
@click.option("--to", "last", type=NIGHT, help="Last night; the last of all unless given.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .html, .png, .svg or .pdf; charts/….html in the study unless given.",
)  # fmt: skip
@click.option(
    "--theme", type=click.Choice(["light", "dark"]),
    help="Colours; a page follows the reader's system unless given, a picture is light.",
)  # fmt: skip
@click.option("--width", type=_SIZE, help="Pixels; 960 for pictures unless given.")
@click.option("--height", type=_SIZE, help="Pixels; what suits the chart unless given.")
@click.option(
    "--scale", type=click.FloatRange(0.5, 4), default=2.0, show_default=True,
    help="Pixels of a PNG for each pixel of its width and height.",
)  # fmt: skip
@click.option("--open", "open_it", is_flag=True, help="Open it.")
@output_options
@click.pass_obj
def chart(
    settings: Settings,
    name: str,
    subjects: tuple[str, ...],
    more: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    output: Path | None,
    theme: str | None,
    width: int | None,
    height: int | None,
    scale: float,
    open_it: bool,
    form: str | None,
    limit: int | None,
) -> None:
    """Draw one chart into a file of its own, or print the numbers it shows.

    \b
      themes      themes over time, or the SUBJECTs to compare
      topics      the topics that stood highest, over time
      ranks       the order of the topics by week
      heat        topics by night, as strips of colour
      sources     which source gives which theme how much room
      channels    what editors show against what readers click
      coverage    what was observed at every source
      life        one SUBJECT: its curve, and its headlines night for night
      curve       one SUBJECT: its curve alone
      stays       one SUBJECT: its headlines alone
      events      one topic: its events

    A SUBJECT is a theme or topic, by name or id. Where both have a name, it is the theme's;
    topic:NAME asks for the topic.
    """  # noqa: D301 - click needs the control character
    from tracker.outputs.single_charts import make_chart, name_file, write_chart

    study = settings.open()
    asked = (*subjects, *more)
    single = make_chart(
        study.store, study.config, study.now(), name, asked,
        first=first.date() if first else None, last=last.date() if last else None,
    )  # fmt: skip
    for line in single.remarks:
        warn(line)
    if form or limit:
        print_rows(single.chart.info.frame(), form, limit)
        if output is None:
            return
    path = output or name_file(study.folder, name, asked)
    write_chart(single, path, theme=theme, width=width, height=height, scale=scale)
    click.echo(f"open {path}" if path.suffix == ".html" else f"wrote {path}", err=bool(form))
    if open_it:
        click.launch(str(path))
