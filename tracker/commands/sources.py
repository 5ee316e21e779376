"""`tracker sources`: which outlets are visited."""

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from tracker.commands.options import PARTLY, Settings
from tracker.names import count
from tracker.terminal import (
    make_safe,
    output_options,
    print_json,
    print_page,
    print_rows,
    warn,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.intakes.source_looks import Look

_NAMES: Final = click.argument("names", metavar="NAME...", nargs=-1)


@click.group()
def sources() -> None:
    """Say which sites are visited: add, list, test and remove them."""


@sources.command()
@click.argument("url")
@click.option("--name", help="What to call it; its host unless given.")
@click.option(
    "--follow", type=click.IntRange(0, 50),
    help="Articles to visit each night; as many as are found, up to 3, unless given.",
)  # fmt: skip
@click.option("--language", help="Its language, such as en; what the page says unless given.")
@click.option(
    "--fetcher", type=click.Choice(["http", "browser"]), default="http", show_default=True,
    help="How it is fetched: browser for pages that show nothing without their scripts.",
)  # fmt: skip
@click.option("--delay", type=click.FloatRange(0), help="Least seconds between two requests.")
@click.option("--no-feeds", is_flag=True, help="Leave out the feeds that the page names.")
@click.option("--allow-private", is_flag=True, help="The host may have a private address.")
@click.option("--force", is_flag=True, help="Add it although it did not come or is an article.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.pass_obj
def add(
    settings: Settings, /, url: str, no_feeds: bool, force: bool, dry_run: bool, **said: Any
) -> None:
    """Look at a site and write it into tracker.toml.

    URL is a front page, a section, a feed (RSS, Atom, JSON Feed) or a news sitemap. The lists
    found there are shown, and the feeds it names are tried. What tracker.toml holds stays as it
    is, comments too; without one it is made.
    """
    from tracker.errors import ConfigError
    from tracker.intakes.source_files import add_source, check_new, render_source
    from tracker.intakes.source_looks import look_at, propose_source

    config, path = settings.read_config(), settings.config_path
    look = look_at(
        url if "://" in url else f"https://{url}",
        config,
        state=_find_state(settings),
        **{name: said[name] for name in ("follow", "fetcher", "delay", "allow_private")},
    )
    _print_look(look, quiet=settings.quiet)
    if look.standing in (None, "article") and not force:
        problem = look.problem or "an article; wanted a front page, section, feed or sitemap"
        shut = "private address" in problem and not said["allow_private"]
        way = "--allow-private permits it" if shut else "--force adds it anyway"
        raise ConfigError(f"{look.url}: {problem} ({way})")
    said["feeds"] = () if no_feeds else None
    source = propose_source(look, config, **said)
    if dry_run:
        check_new(config, source, str(path))
        click.echo(make_safe_lines(render_source(source)))
        return
    lines = add_source(path, source)
    click.echo(make_safe_lines(lines))
    click.echo(f"written to {path}; tracker collect visits it from now on")


@sources.command("list")
@output_options
@click.pass_obj
def list_all(settings: Settings, form: str | None, limit: int | None) -> None:
    """Show the sources, when each was last visited, what came back, and its health."""
    from tracker.intakes.source_views import view_health

    study = settings.open()
    print_rows(view_health(study.store, study.config), form, limit)


@sources.command()
@_NAMES
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one source a line.")
@click.pass_obj
def test(settings: Settings, names: tuple[str, ...], as_json: bool) -> None:
    """Visit each source's own page once and show the lists found; store nothing.

    All sources are visited unless some are named. The exit code is 3 if one did not come or shows
    no headline.
    """
    from tracker.intakes.source_looks import try_sources
    from tracker.intakes.visit_plans import select_sources

    config = settings.read_config()
    chosen = select_sources(config, names or None)
    partly = False
    for source, look in try_sources(chosen, config, state=_find_state(settings)):
        problem = look.problem or (None if look.n_headlines else "no headlines on it")
        partly = partly or problem is not None
        if as_json:
            print_json(_describe(source.name, look, problem))
            continue
        if look.page is not None:
            print_page(f"{source.name}: {look.standing} {look.url}", look.page)
        if problem:
            warn(f"{source.name}: {look.url}: {problem}")
    sys.exit(PARTLY if partly else 0)


@sources.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Take a source out of tracker.toml; what was collected of it stays."""
    from tracker.intakes.source_files import remove_source

    remove_source(settings.config_path, name)
    click.echo(
        make_safe(f"{name} is not visited any more; what was collected of it stays in the study")
    )


def _find_state(settings: Settings) -> "Path | None":
    """Return where hosts are remembered; None where there is no study yet."""
    from tracker.intakes.validators import STATE_NAME

    return settings.folder / STATE_NAME if settings.folder.is_dir() else None


def _print_look(look: "Look", *, quiet: bool) -> None:
    if look.page is None or quiet:
        return
    print_page(look.url, look.page)
    language = f" in {look.page.language}" if look.page.language else ""
    lists = f"{count(len(look.page.lists), 'list')} with {count(look.n_headlines, 'headline')}"
    also = f"{count(len(look.feeds), 'feed')}, {count(len(look.articles), 'article')} to follow"
    click.echo(f"{look.standing}{language}: {lists}, {also}")


def _describe(name: str, look: "Look", problem: str | None) -> dict[str, Any]:
    boxes = look.page.lists if look.page else ()
    return {
        "source": name,
        "url": look.url,
        "standing": look.standing,
        "problem": problem,
        "lists": [
            {"heading": box.heading, "kind": box.kind, "headlines": len(box.items)} for box in boxes
        ],
    }


def make_safe_lines(text: str) -> str:
    """Return lines of which each is safe for a terminal."""
    return "\n".join(map(make_safe, text.splitlines()))
