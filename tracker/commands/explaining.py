"""The verb that says what stands behind a point: explain."""

from datetime import datetime
from typing import Final

import click

from tracker.commands.options import NIGHT, Settings
from tracker.terminal import make_safe, print_json

CHANNEL_NAMES: Final = ("editorial", "audience")


@click.command()
@click.argument("subject")
@click.argument("night", metavar="[NIGHT]", type=NIGHT, required=False)
@click.option(
    "--channel", type=click.Choice(CHANNEL_NAMES), help="Whose lists; editors' if there are any."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with all rows.")
@click.pass_obj
def explain(
    settings: Settings, subject: str, night: datetime | None, channel: str | None, as_json: bool
) -> None:
    """Say what stands behind SUBJECT on NIGHT, and why it is or is not called a rise.

    SUBJECT is a theme or topic by name, label or id, or topic:LABEL where a theme is called so
    too; NIGHT a date such as 2026-03-04, the last one
    counted if left out.
    """
    found = settings.open().explain(subject, night.date() if night else None, channel=channel)
    if as_json:
        print_json(found.to_dict())
        return
    for line in str(found).splitlines():
        click.echo(make_safe(line))
