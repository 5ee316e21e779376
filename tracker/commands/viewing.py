"""The verbs that show what a study holds: show, export and check."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from tracker.commands.options import PARTLY, Settings
from tracker.names import count
from tracker.terminal import make_safe, output_options, print_json, print_rows

VIEW_NAMES: Final = ("headlines", "lists", "topics", "themes", "overlaps", "signals", "sources")
EXPORT_NAMES: Final = (
    "attention", "captures", "carried", "corrections", "coverage", "differences", "digests",
    "events", "families", "headlines", "heirs", "labels", "lineage", "lists", "members", "models",
    "nights", "noises", "runs", "sightings", "signals", "slots", "themes", "topics", "tracks",
    "vectors",
)  # fmt: skip


@click.command()
@click.argument("what", type=click.Choice(VIEW_NAMES))
@output_options
@click.pass_obj
def show(settings: Settings, what: str, form: str | None, limit: int | None) -> None:
    """Print headlines, lists, topics, themes, overlaps of both, signals or sources."""
    from tracker.outputs.views import VIEWS

    print_rows(VIEWS[what](settings.open().store), form, limit)


@click.command()
@click.argument("table", metavar="TABLE", type=click.Choice(EXPORT_NAMES))
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .csv (text that looks like a formula gets a ' before it), .parquet "
    "or .jsonl.",
)  # fmt: skip
@click.pass_obj
def export(settings: Settings, table: str, output: Path) -> None:
    """Write a TABLE of the study as CSV, Parquet or JSON lines.

    TABLE is attention, captures, carried, corrections, coverage, differences, digests, events,
    families, headlines, labels, lineage, lists, members, models, nights, noises, runs, sightings,
    signals, slots, themes, topics, tracks or vectors.
    """
    from tracker.outputs.exports import write_table

    frame = settings.open().read(table)
    write_table(frame, output)
    click.echo(f"wrote {count(frame.height, 'row')} to {output}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one finding a line.")
@click.pass_obj
def check(settings: Settings, as_json: bool) -> None:
    """Look at the study's health: settings, tables, what was last observed, what is missing.

    What is missing comes first; of tables and sources that are as they should be only how many
    there are (`tracker -v check` names each).
    """
    from tracker.outputs.checks import check_study, sum_up

    findings = check_study(settings.open())
    for finding in findings if as_json else sum_up(findings, every=settings.verbose):
        if as_json:
            print_json(asdict(finding))
        else:
            mark = click.style(
                "ok     " if finding.good else "missing", fg="green" if finding.good else "yellow"
            )
            click.echo(f"{mark} {make_safe(f'{finding.what}: {finding.message}')}")
    if not all(finding.good for finding in findings):
        sys.exit(PARTLY)
