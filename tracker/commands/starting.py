"""The verb that writes the settings."""

from pathlib import Path

import click

from tracker.commands.options import Settings
from tracker.terminal import warn


@click.command()
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
@click.pass_obj
def init(settings: Settings, force: bool) -> None:
    """Write a tracker.toml that explains every setting."""
    from tracker.config.templates import render_template
    from tracker.files import replacing

    path = settings.config or Path("tracker.toml")
    if path.exists() and not force:
        raise click.ClickException(f"{path} is there already; --force overwrites it")
    with replacing(path) as file:
        file.write(render_template().encode("utf-8"))
    click.echo(f"wrote {path}; every setting in it has its default")
    if settings.config_path.absolute() != path.absolute():
        warn(f"for the study {settings.folder}, {settings.config_path} holds and this one does not")
