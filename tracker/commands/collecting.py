"""`tracker collect`."""

import sys
from typing import TYPE_CHECKING

import click

from tracker.commands.options import PARTLY, Settings
from tracker.names import count
from tracker.terminal import make_safe, print_json, show_progress, warn

if TYPE_CHECKING:
    from tracker.intakes.collects import CollectResult


@click.command()
@click.option(
    "--source", "names", multiple=True, metavar="NAME",
    help="Visit only this source; may be given several times.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be visited, and visit nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one visit a line.")
@click.pass_obj
def collect(settings: Settings, names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Visit every source once, politely, and take in what is found.

    Sources stand in tracker.toml; `tracker sources add URL` puts them there. Visited are each
    source's own page, its feeds, and a few articles chosen from the lists just found, because
    sidebars live there. Every visit is a row of the table captures, whatever came back.

    A run that was cut off is gone on with: what it had visited tonight is not visited again. The
    exit code is 0 if every page came, 3 if some did not or a source is broken (shows far less
    than it always did), and 1 if none came.
    """
    if dry_run:
        _print_plan(settings, names, as_json)
        return
    with show_progress(settings.quiet) as progress:
        result = settings.open().collect(names or None, progress=progress)
    for note in result.notes:
        warn(note)
    if as_json:
        for visit in result.visits:
            print_json(visit)
    else:
        print_summary(result, quiet=settings.quiet)
    if result.visits and not result.seen:
        sys.exit(1)
    sys.exit(PARTLY if result.failed or result.broken else 0)


def _print_plan(settings: Settings, names: tuple[str, ...], as_json: bool) -> None:
    from tracker.intakes.visit_plans import plan_visits, select_sources

    config = settings.read_config()
    sources = select_sources(config, names or None)
    for request in plan_visits(sources, config.collect):
        if as_json:
            print_json({"source": request.source, "role": request.role, "url": request.url})
        else:
            click.echo(make_safe(f"{request.source}: {request.role} {request.url}"))
    if not as_json:
        follow = [config.collect.follow if s.follow is None else s.follow for s in sources]
        click.echo(f"and up to {count(sum(follow), 'article')}, chosen from the lists found")


def print_summary(result: "CollectResult", *, quiet: bool) -> None:
    """Print what cron mails to a person: a line a source, and below it what is wrong."""
    for name in result.sources:
        visits = [visit for visit in result.visits if visit["source"] == name]
        failed = [visit for visit in visits if visit["outcome"] not in ("ok", "unchanged")]
        n_seen = len(visits) - len(failed)
        broken = result.broken.get(name)
        if quiet and not failed and not broken:
            continue
        mark = "broken " if broken else "ok     " if not failed else "partly "
        mark = mark if n_seen else "failed "
        lists, headlines = (sum(visit[key] for visit in visits) for key in ("lists", "headlines"))
        click.echo(
            click.style(mark, fg="yellow" if failed or broken else "green")
            + make_safe(name)
            + f": {n_seen} of {count(len(visits), 'page')}, {count(lists, 'list')}, "
            + count(headlines, "headline")
        )
        if broken:
            click.echo(f"        {make_safe(broken)}")
        for visit in failed:
            why = f"{visit['outcome']} {visit['url']}: {visit['note']}"
            click.echo(f"        {make_safe(why)}")
    if quiet and not (result.failed or result.broken):
        return
    by = "by another collect just now" if result.is_overtaken else "before a run was cut off"
    if result.is_overtaken and not result.visits:
        click.echo(f"nothing to do: {count(result.skipped, 'page was', 'pages were')} visited {by}")
        return
    again = f"; {count(result.skipped, 'was', 'were')} visited {by}"
    click.echo(
        f"{result.seen:,} of {count(len(result.visits), 'page')} came, "
        f"{count(sum(v['lists'] for v in result.visits), 'list')} with "
        f"{count(sum(v['headlines'] for v in result.visits), 'headline')} from "
        f"{count(len(result.sources), 'source')}{again if result.skipped else ''}"
    )
