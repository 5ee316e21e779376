"""The verb that reads the past out of an archive."""

import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from tracker.commands.options import CLOCK, NIGHT, PARTLY, Settings
from tracker.names import count
from tracker.terminal import make_safe, print_json, show_progress, warn

if TYPE_CHECKING:
    from tracker.intakes.backfillers import BackfillResult

_SHOWN: Final = 5
"""Gaps and plans that are named before the rest is only counted."""


@click.command()
@click.argument("source")
@click.option("--from", "first", type=NIGHT, required=True, help="First night.")
@click.option("--to", "last", type=NIGHT, required=True, help="Last night.")
@click.option(
    "--every", default="1d", show_default=True,
    help="Take one capture of each so much time: hours that divide a day, days, weeks or months "
    "(6h, 1d, 7d, 2w, 1mo).",
)  # fmt: skip
@click.option(
    "--at", type=CLOCK, default="20:00", show_default=True,
    help="Time of day that a capture should be nearest to, in the study's time zone.",
)  # fmt: skip
@click.option(
    "--archive", metavar="URL",
    help="Ask this archive: its address up to the timestamp of its copies. The one under "
    "[archive] in tracker.toml unless given.",
)  # fmt: skip
@click.option(
    "--dry-run", is_flag=True,
    help="Ask the index only; say which copies would be asked for, and store no page.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def backfill(
    settings: Settings,
    source: str,
    first: datetime,
    last: datetime,
    every: str,
    at: datetime,
    archive: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take in the past of a source from a Wayback-compatible archive.

    SOURCE is the name of a source in tracker.toml, or the address of a page. The time between the
    two nights is cut into spans of --every; of each, the copy nearest to --at on its first date
    is asked for, in its own span only. A span without a copy is a gap: not observed, never zero.

    What is stored already is not asked for again, so a backfill that was stopped goes on where it
    was. The archive is asked for one thing at a time, with a pause between; when it answers 429
    or 503 and asks for more time than a visit may wait, the backfill ends, says so (exit code 3,
    or 1 if nothing came at all), and goes on when it is run again. The next update does the
    nights from the first that was added on again, so backfill before it, all sources at once.
    """
    with show_progress(settings.quiet) as progress:
        result = settings.open().backfill(
            source, first.date(), last.date(), every=every, at=at.time(), archive=archive,
            dry_run=dry_run, progress=progress,
        )  # fmt: skip
    for problem in result.problems:
        warn(str(problem))
    if result.stopped is not None:
        kept = "what came is kept, run it again to go on"
        warn(f"stopped: {result.stopped}; {'nothing came' if result.is_vain else kept}")
    if as_json:
        print_json(asdict(result))
    else:
        _describe(result, dry_run)
    if result.problems or result.stopped is not None:
        sys.exit(1 if result.is_vain else PARTLY)


def _describe(result: "BackfillResult", dry_run: bool) -> None:
    if dry_run:
        _list_some("would ask for", result.planned)
    elif result.stopped is None or result.asked:
        click.echo(
            f"{make_safe(result.source)}: added {count(result.captures, 'capture')} with "
            f"{count(result.lists, 'list')} and {count(result.sightings, 'headline')} in them; "
            f"{result.stored:,} of {result.spans:,} were here before, and "
            f"{count(result.failures, 'shows', 'show')} no page"
        )
    if result.gaps:
        _list_some("not in the archive", result.gaps)


def _list_some(what: str, items: tuple[str, ...]) -> None:
    more = f" and {len(items) - _SHOWN:,} more (--json names all)" if len(items) > _SHOWN else ""
    named = ", ".join(make_safe(item) for item in items[:_SHOWN])
    click.echo(f"{what}: {named or 'nothing'}{more}")
