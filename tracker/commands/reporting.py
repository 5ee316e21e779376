"""The verbs that write pages: report and demo."""

import click

from tracker.commands.options import Settings
from tracker.terminal import show_progress


@click.command()
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option(
    "--single-file",
    is_flag=True,
    help="Put all but the subjects' pages into index.html, to send it.",
)
@click.pass_obj
def report(settings: Settings, open_it: bool, single_file: bool) -> None:
    """Write the charts: index.html in the study's folder, and what it links to.

    Each theme has a page, and so have 1,000 topics of two or more headlines: 500 that were just
    found, lead tonight or had most slots of the last 28 nights, then those with most headlines
    ever. Of any other, tracker chart life TOPIC draws a page.
    """
    with show_progress(settings.quiet) as progress:
        path = settings.open().report(single_file=single_file, progress=progress)
    click.echo(f"open {path}")
    if open_it:
        click.launch(str(path))


@click.command()
@click.option(
    "--nights", type=click.IntRange(10, 60), default=60, show_default=True,
    help="Nights the world is told for.",
)  # fmt: skip
@click.pass_obj
def demo(settings: Settings, nights: int) -> None:
    """Write a small news world, harvest its pages and draw the charts; needs no network.

    Its settings, a watch list among them, are tracker.toml in the study's folder.
    """
    from tracker.demos import run_demo
    from tracker.study import Study

    if settings.config:
        raise click.UsageError("--config: the demo has settings of its own, in its study's folder.")

    with show_progress(settings.quiet) as progress:
        path = run_demo(
            Study(settings.folder, tell=settings.tell), nights=nights, progress=progress
        )
    click.echo(f"open {path}")
