"""The command line: verbs of a few lines; the only place that knows a terminal."""

import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tracker.commands.backfilling import backfill
from tracker.commands.collecting import collect
from tracker.commands.options import PARTLY, Settings
from tracker.commands.sources import sources
from tracker.errors import TrackerError
from tracker.terminal import (
    make_safe,
    output_options,
    print_decisions,
    print_page,
    print_rows,
    show_progress,
    sight_to_json,
    warn,
)

if TYPE_CHECKING:
    from tracker.ingests import IngestResult
    from tracker.reharvests import ReharvestResult
    from tracker.updates import UpdateResult

VIEW_NAMES: Final = ("headlines", "lists", "topics", "themes", "signals", "sources")
EXPORT_NAMES: Final = (
    "attention", "captures", "events", "headlines", "lineage", "lists", "members", "runs",
    "sightings", "signals", "themes", "topics", "vectors",
)  # fmt: skip
_WORKERS: Final = click.option(
    "--workers", type=click.IntRange(min=1), default=os.cpu_count(), show_default="all cores",
    help="Processes that harvest pages.",
)  # fmt: skip
_NIGHT: Final = click.DateTime(["%Y-%m-%d"])


class _Stopped(click.ClickException):
    exit_code = 130  # as shells say it of Ctrl-C


class _Tracker(click.Group):
    """Prints the tracker's own errors as one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TrackerError as error:
            raise click.ClickException(make_safe(str(error))) from error
        except BrokenPipeError:
            # Whoever read the output has read enough.
            sys.stderr.close()
            sys.exit(0)
        except KeyboardInterrupt:
            raise _Stopped("stopped; what was done is kept, run it again to go on") from None
        except OSError as error:
            raise click.ClickException(
                make_safe(f"{error.filename or 'output'}: {error.strerror}")
            ) from error


@click.group(cls=_Tracker, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--study",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder the study lives in.",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings; tracker.toml if there is one here.",
)
@click.option("-v", "--verbose", count=True, help="Say more; -vv says everything.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")
@click.version_option(package_name="tracker")
@click.pass_context
def main(ctx: click.Context, folder: Path, config: Path | None, verbose: int, quiet: bool) -> None:
    """See which themes rise and fade in the headline lists of news pages.

    Start with `tracker demo`, or take in pages of your own:

    \b
      tracker ingest saved-pages/ archive.warc.gz
      tracker update
      tracker report --open
    """  # noqa: D301 - click needs the control character
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter shows a question mark instead of ending the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    levels = [logging.WARNING, logging.INFO, logging.DEBUG]
    logging.basicConfig(level=levels[min(verbose, 2)], format="%(levelname)s %(name)s: %(message)s")
    ctx.obj = Settings(folder, config, quiet)


main.add_command(backfill)
main.add_command(sources)
main.add_command(collect)


@main.command()
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
@click.pass_obj
def init(settings: Settings, force: bool) -> None:
    """Write a tracker.toml that explains every setting."""
    from tracker.config_templates import render_template

    path = settings.config or Path("tracker.toml")
    if path.exists() and not force:
        raise click.ClickException(f"{path} is there already; --force overwrites it")
    path.write_text(render_template(), encoding="utf-8")
    click.echo(f"wrote {path}; every setting in it has its default")


@main.command()
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
    from tracker.peeks import peek_at

    partly = False
    sights = peek_at(
        places, config=settings.read_config(), source=source, explain=explain,
        allow_private=allow_private,
    )  # fmt: skip
    for sight in sights:
        partly = partly or sight.problem is not None
        if as_json:
            click.echo(sight_to_json(sight))
        elif sight.decisions is not None:
            print_decisions(sight)
        elif sight.page is not None:
            print_page(sight.origin, sight.page)
        if sight.problem is not None:
            warn(f"{sight.origin}: {sight.problem}")
        elif explain and sight.decisions is None:
            warn(f"{sight.origin}: a text; only HTML pages can be explained")
    sys.exit(PARTLY if partly else 0)


@main.command()
@click.argument("paths", metavar="[PATH|URL]...", nargs=-1, type=click.Path(readable=False))
@click.option("--source", help="The outlet of everything in PATHS; by address unless given.")
@click.option(
    "--captured-at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]),
    help="UTC time of pages that do not say theirs; when the file was written unless given.",
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
    hosts: tuple[str, ...],
    hosts_from_config: bool,
    url_list: Path | None,
    prefix: str,
    workers: int,
    as_json: bool,
) -> None:
    """Take in pages, archives and headline tables.

    PATHS are pages (.html, .txt), archives (WARC, ARC, WET), each also with .gz, headline tables
    (.csv, .parquet, .jsonl with the columns captured_at, source, list_kind, rank, title and
    perhaps url and heading), or folders of these. Taking in the same thing twice adds nothing.

    A URL is that of a WARC file: it is read record by record as it comes, nothing is unpacked or
    stored but the pages taken, and when it was read to its end it is not asked for again.
    """
    paths, hosts = _complete(settings, paths, hosts, hosts_from_config, url_list, prefix)
    moment = captured_at.replace(tzinfo=UTC) if captured_at else None
    with show_progress(settings.quiet) as progress:
        result = settings.open().ingest(
            paths, source=source, captured_at=moment, hosts=hosts, workers=workers,
            progress=progress,
        )  # fmt: skip
    for note in result.notes:
        warn(note)
    _finish(
        result,
        f"read {result.files:,} files with {result.pages:,} captures; added "
        f"{result.captures:,} new ones with {result.lists:,} lists and "
        f"{result.sightings:,} headlines in them",
        as_json,
        partly=bool(result.pages),
    )


@main.command()
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
        f"read {result.captures:,} stored pages again: {result.lists:,} lists where there were "
        f"{result.lists_before:,}, {result.sightings:,} headlines in them where there were "
        f"{result.sightings_before:,}",
        as_json,
        partly=bool(result.captures),
    )


@main.command()
@click.option(
    "--as-of", type=_NIGHT, help="Stand at this night; the last captured one unless given."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def update(settings: Settings, as_of: datetime | None, as_json: bool) -> None:
    """Bring topics, themes, attention and signals up to date.

    Only nights with something new are done again.
    """
    with show_progress(settings.quiet) as progress:
        result = settings.open().update(_to_date(as_of), progress=progress)
    _print_update(result, as_json)


@main.command()
@click.option("--from", "first", type=_NIGHT, help="First night to do again; all unless given.")
@click.option("--to", "last", type=_NIGHT, help="Night to end at; the last unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def replay(
    settings: Settings, first: datetime | None, last: datetime | None, as_json: bool
) -> None:
    """Do the nightly update again, night by night, as if each had been run then."""
    with show_progress(settings.quiet) as progress:
        result = settings.open().replay(_to_date(first), _to_date(last), progress=progress)
    _print_update(result, as_json)


@main.command()
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--single-file", is_flag=True, help="Put everything into index.html, to send it.")
@click.pass_obj
def report(settings: Settings, open_it: bool, single_file: bool) -> None:
    """Write the charts: index.html in the study's folder, and what it links to."""
    with show_progress(settings.quiet) as progress:
        path = settings.open().report(single_file=single_file, progress=progress)
    click.echo(f"open {path}")
    if open_it:
        click.launch(str(path))


@main.command()
@click.argument("what", type=click.Choice(VIEW_NAMES))
@output_options
@click.pass_obj
def show(settings: Settings, what: str, form: str | None, limit: int | None) -> None:
    """Print headlines, lists, topics, themes, signals or sources."""
    from tracker.views import VIEWS

    print_rows(VIEWS[what](settings.open().store), form, limit)


@main.command()
@click.argument("table", type=click.Choice(EXPORT_NAMES))
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .csv, .parquet or .jsonl.",
)  # fmt: skip
@click.pass_obj
def export(settings: Settings, table: str, output: Path) -> None:
    """Write a table of the study as CSV, Parquet or JSON lines."""
    from tracker.exports import write_table

    frame = settings.open().read(table)
    write_table(frame, output)
    click.echo(f"wrote {frame.height:,} rows to {output}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one finding a line.")
@click.pass_obj
def check(settings: Settings, as_json: bool) -> None:
    """Look at the study's health: settings, tables, what was last observed, what is missing."""
    from tracker.checks import check_study

    findings = check_study(settings.open())
    for finding in findings:
        if as_json:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            mark = click.style(
                "ok     " if finding.good else "missing", fg="green" if finding.good else "yellow"
            )
            click.echo(f"{mark} {finding.what}: {make_safe(finding.message)}")
    if not all(finding.good for finding in findings):
        sys.exit(PARTLY)


@main.command()
@click.option(
    "--nights", type=click.IntRange(10, 60), default=60, show_default=True,
    help="Nights the world is told for.",
)  # fmt: skip
@click.pass_obj
def demo(settings: Settings, nights: int) -> None:
    """Write a small news world, harvest its pages and draw the charts; needs no network."""
    from tracker.demos import run_demo

    with show_progress(settings.quiet) as progress:
        path = run_demo(settings.open(), nights=nights, progress=progress)
    click.echo(f"open {path}")


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
    from tracker.remotes import read_url_list

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
    click.echo(json.dumps(asdict(result), ensure_ascii=False) if as_json else text)
    if result.problems:
        sys.exit(PARTLY if partly else 1)


def _print_update(result: "UpdateResult", as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(result), ensure_ascii=False, default=str))
        return
    click.echo(
        f"night {result.night}: {result.headlines:,} headlines in {result.events:,} events, "
        f"{result.topics:,} topics and {result.themes:,} themes; {result.signals:,} findings "
        f"tonight ({result.placing.nights:,} nights done, {result.placing.headlines:,} headlines "
        "placed)"
    )


def _to_date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
