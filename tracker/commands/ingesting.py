"""The verbs that read pages: peek, ingest and reharvest."""

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tracker.commands.options import PARTLY, TIME, Settings
from tracker.names import count
from tracker.terminal import (
    describe_sight,
    print_decisions,
    print_json,
    print_page,
    show_progress,
    warn,
)

if TYPE_CHECKING:
    from tracker.intakes.ingesters import IngestResult
    from tracker.intakes.reharvests import ReharvestResult

_WORKERS: Final = click.option(
    "--workers", type=click.IntRange(min=1), default=os.cpu_count(), show_default="all cores",
    help="Processes that harvest pages.",
)  # fmt: skip


@click.command()
@click.argument("places", metavar="PATH|URL...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a page.")
@click.option(
    "--explain", is_flag=True,
    help="Say of every block of links of HTML pages why it was taken or left.",
)  # fmt: skip
@click.option("--source", help="The source of all pages, by name; by address unless given.")
@click.option("--allow-private", is_flag=True, help="Hosts may have private addresses.")
@click.pass_obj
def peek(
    settings: Settings,
    places: Sequence[str],
    as_json: bool,
    explain: bool,
    source: str | None,
    allow_private: bool,
) -> None:
    """Show the headline lists found on pages, and store nothing.

    Takes files, folders, archives and addresses of pages. A page that cannot be read is reported,
    the others are shown, and the exit code is 3. What tracker.toml says of a source counts: how
    it is visited, and the boxes that are pointed out.

    With --explain each block of links is shown with its place on the page, the heading found
    above it, the kind of list it was taken for (or "left"), its first links, and why. Likeness
    is how much its links look like headlines by their words and addresses, from 0 to 1; what is
    wanted of it depends on where it stands. A box that is missed can be pointed out in
    tracker.toml, by [[source.override]]; peek and ingest then take it.
    """
    from tracker.intakes.peeks import peek_at

    partly = False
    sights = peek_at(
        places, config=settings.read_config(), source=source, explain=explain,
        allow_private=allow_private,
    )  # fmt: skip
    for sight in sights:
        partly = partly or sight.problem is not None
        if as_json:
            print_json(describe_sight(sight))
        elif sight.decisions is not None:
            print_decisions(sight)
        elif sight.page is not None:
            print_page(sight.origin, sight.page)
        if sight.problem is not None:
            warn(f"{sight.origin}: {sight.problem}")
        elif explain and sight.decisions is None:
            warn(f"{sight.origin}: a text; only HTML pages can be explained")
        for note in sight.notes:
            warn(f"{sight.origin}: {note}")
    sys.exit(PARTLY if partly else 0)


@click.command()
@click.argument("paths", metavar="[PATH|URL]...", nargs=-1, type=click.Path(readable=False))
@click.option("--source", help="The outlet of everything in PATHS; by address unless given.")
@click.option(
    "--captured-at",
    type=TIME,
    help="UTC time of pages for which neither an archive nor a date in the name of the file or its "
    "folder says one; when the file was written unless given.",
)
@click.option(
    "--day-first/--month-first",
    default=None,
    help="Which comes first in dates of headline tables such as 03/04/2022; what other dates of "
    "the table say unless given.",
)
@click.option(
    "--host", "hosts", multiple=True,
    help="Take from archives only pages of this host and of those below it; may be repeated.",
)  # fmt: skip
@click.option(
    "--hosts-from-config", is_flag=True, help="The same for the hosts of all sources configured."
)
@click.option(
    "--url-list", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Text file, perhaps .gz, with the address of a WARC file on each line (a warc.paths).",
)  # fmt: skip
@click.option("--prefix", default="", help="Put before each line of it that is no address yet.")
@_WORKERS
@click.option("--json", "as_json", is_flag=True, help="Print what was added as JSON.")
@click.pass_obj
def ingest(
    settings: Settings,
    paths: tuple[str, ...],
    source: str | None,
    captured_at: datetime | None,
    day_first: bool | None,
    hosts: tuple[str, ...],
    hosts_from_config: bool,
    url_list: Path | None,
    prefix: str,
    workers: int,
    as_json: bool,
) -> None:
    """Take in pages, archives and headline tables.

    PATHS are pages (.html, .txt), archives (WARC, ARC, WET), each also with .gz, headline tables
    (.csv, also with semicolons or tabs, .tsv, .parquet, .jsonl, .json with the columns captured_at,
    source, list_kind, rank, title and perhaps url and heading), or folders of these. Taking in the
    same thing twice adds nothing. What comes of a night that was counted before makes the next
    update do that night again, and all after it: take in the past first, all of it, and then update
    once.

    A URL is that of a WARC file: it is read record by record as it comes, nothing is unpacked or
    stored but the pages taken, and when it was read to its end it is not asked for again.
    """
    paths, hosts = _complete(settings, paths, hosts, hosts_from_config, url_list, prefix)
    moment = captured_at.replace(tzinfo=UTC) if captured_at else None
    with show_progress(settings.quiet) as progress:
        result = settings.open().ingest(
            paths, source=source, captured_at=moment, day_first=day_first, hosts=hosts,
            workers=workers, progress=progress,
        )  # fmt: skip
    for note in result.notes:
        warn(note)
    _finish(
        result,
        f"read {count(result.files, 'file')} with {count(result.pages, 'capture')}; added "
        f"{count(result.captures, 'new one')} with {count(result.lists, 'list')} and "
        f"{count(result.sightings, 'headline')} in them",
        as_json,
        partly=bool(result.pages),
    )


@click.command()
@click.option(
    "--all", "everything", is_flag=True,
    help="Also pages that this version has read, as after a change of the settings.",
)  # fmt: skip
@_WORKERS
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def reharvest(settings: Settings, everything: bool, workers: int, as_json: bool) -> None:
    """Read the stored pages again, after the harvester has learned something.

    Captures stay; the lists found in them now take the place of those found before. Then run
    tracker update.
    """
    with show_progress(settings.quiet) as progress:
        result = settings.open().reharvest(
            everything=everything, workers=workers, progress=progress
        )
    _finish(
        result,
        f"read {count(result.captures, 'stored page')} again: "
        f"{count(result.lists, 'list')} where there were {result.lists_before:,}, "
        f"{count(result.sightings, 'headline')} in them where there were "
        f"{result.sightings_before:,}",
        as_json,
        partly=bool(result.captures),
    )


def _complete(
    settings: Settings,
    paths: tuple[str, ...],
    hosts: tuple[str, ...],
    hosts_from_config: bool,
    url_list: Path | None,
    prefix: str,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what to take in, and of which hosts."""
    from tracker.collector.sources import name_source
    from tracker.intakes.remotes import read_url_list

    if url_list is not None:
        paths = (*paths, *read_url_list(url_list, prefix))
    if not paths:
        raise click.UsageError("Found nothing to take in; wanted a PATH, a URL or --url-list.")
    if hosts_from_config:
        known = [name_source(source.url) for source in settings.read_config().source]
        if not known:
            raise click.UsageError("--hosts-from-config: tracker.toml has no [[source]].")
        hosts = (*hosts, *filter(None, known))
    return paths, hosts


def _finish(
    result: "IngestResult | ReharvestResult", text: str, as_json: bool, *, partly: bool
) -> None:
    """Print what was done and what could not be, and end with the exit code that says so."""
    for problem in result.problems:
        warn(str(problem))
    if as_json:
        print_json(asdict(result))
    else:
        click.echo(text)
    if result.problems:
        sys.exit(PARTLY if partly else 1)
