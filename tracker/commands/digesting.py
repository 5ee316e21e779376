"""The verb that says what is new."""

import sys
from dataclasses import asdict
from datetime import datetime

import click

from tracker.commands.options import NIGHT, PARTLY, Settings
from tracker.terminal import make_safe, print_json, warn


@click.command()
@click.option(
    "--since",
    type=NIGHT,
    help="Tell what is new after this night; after the last digest's unless given.",
)
@click.option(
    "--send/--no-send", default=None,
    help="Send it again to every address of [notify], or to none; unless given, to those that do "
    "not have it yet.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what it says as JSON.")
@click.pass_obj
def digest(settings: Settings, since: datetime | None, send: bool | None, as_json: bool) -> None:
    """Say what changed since the last digest, and why.

    Writes digest.md, digest.html and the Atom feed feed.xml beside the report, and sends it to the
    addresses of [notify] in tracker.toml. The same night again gives the same digest.
    """
    study = settings.open()
    result = study.digest(since.date() if since else None, send=send)
    told = result.digest
    if as_json:
        print_json(asdict(result))
    else:
        click.echo(make_safe(told.heading))
        click.echo(make_safe(told.summary))
        click.echo(f"open {study.folder / 'digest.html'}")
        if result.sent:
            click.echo(f"sent to {', '.join(map(make_safe, result.sent))}")
    for problem in result.problems:
        warn(f"not sent: {problem}")
    if result.problems:
        sys.exit(PARTLY)
