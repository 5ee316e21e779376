"""The verbs that bring a study up to a night: update and replay."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from tracker.commands.options import NIGHT, Settings
from tracker.names import count
from tracker.terminal import print_json, show_progress, warn

if TYPE_CHECKING:
    from tracker.nights.heirs import Moved
    from tracker.nights.updates import UpdateResult


@click.command()
@click.option(
    "--as-of", type=NIGHT, help="Stand at this night; the last captured one unless given."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def update(settings: Settings, as_of: datetime | None, as_json: bool) -> None:
    """Bring topics, themes, attention and signals up to date.

    Only nights that are not done yet are done; and where something of an earlier night came in,
    that night and all after it, at the cost of a replay from then on. Take in the past first.
    Stopped at any moment, the next update goes on where this one was.
    """
    with show_progress(settings.quiet) as progress:
        result = settings.open().update(_to_date(as_of), progress=progress)
    _warn_earlier(result, _to_date(as_of))
    _print_update(result, as_json)
    moved = result.moved
    if as_json:
        return
    if result.remodelled:
        click.echo(
            "an earlier tracker topics remodel was cut off, so all topics were derived anew; one "
            f"that is clearly the same as before keeps its id{_tell_fates(result.fates)}"
        )
    elif moved.first and moved.stood and moved.first < moved.stood:
        why = f"something of {moved.first} came in or changed, so"
        if moved.stopped:
            why = f"an update that had gone back to {moved.first} was stopped;"
        click.echo(f"{why} the nights from then on were done again; {_tell_moved(moved)}")


def _tell_fates(fates: Mapping[str, int]) -> str:
    """Return how many topics met each fate, to end a sentence."""
    told = ", ".join(f"{n:,} {fate}" for fate, n in fates.items())
    return told and f": {told}"


def _tell_moved(moved: "Moved") -> str:
    """Return what became of topics, in a sentence."""
    told = [f"{count(moved.kept, 'topic')} kept {'its id' if moved.kept == 1 else 'their ids'}"]
    if moved.moved:
        is_one = moved.moved == 1
        told.append(
            f"{count(moved.moved, 'topic')} {'has' if is_one else 'have'} another with most of "
            f"{'its' if is_one else 'their'} headlines, to which the old one leads"
        )
    if moved.gone:
        is_one = moved.gone == 1
        told.append(f"{count(moved.gone, 'topic')} {'is' if is_one else 'are'} gone or in several")
    return "; ".join(told)


@click.command()
@click.option("--from", "first", type=NIGHT, help="First night to do again; all unless given.")
@click.option("--to", "last", type=NIGHT, help="Night to end at; the last unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def replay(
    settings: Settings, first: datetime | None, last: datetime | None, as_json: bool
) -> None:
    """Do the nightly update again, night by night, as if each had been run then."""
    with show_progress(settings.quiet) as progress:
        result = settings.open().replay(_to_date(first), _to_date(last), progress=progress)
    _warn_earlier(result, _to_date(last))
    _print_update(result, as_json)


def _warn_earlier(result: "UpdateResult", wanted: date | None) -> None:
    """Say that the study stands at an earlier night than was asked for."""
    if wanted is not None and result.night < wanted:
        warn(f"{wanted}: nothing was captured on it; the last night before is {result.night}")


def _print_update(result: "UpdateResult", as_json: bool) -> None:
    if as_json:
        print_json(asdict(result))
        return
    if result.stood and result.night < result.stood:
        warn(
            f"the study stood at {result.stood}; the nights after {result.night} are set aside "
            "until tracker update does them again"
        )
    click.echo(
        f"night {result.night}: {count(result.headlines, 'headline')} in "
        f"{count(result.events, 'event')}, "
        f"{count(result.topics, 'topic')} and {count(result.themes, 'theme')}; findings tonight: "
        f"{result.signals:,} (nights done: {result.placing.nights:,}, headlines placed: "
        f"{result.placing.headlines:,})"
    )
    warn_of(result)


def warn_of(result: "UpdateResult") -> None:
    """Say what an update could not do."""
    for problem in result.labels.problems:
        warn(f"labels: {problem}")
    if result.void_corrections:
        found = f"corrections that name what is no longer there: {result.void_corrections:,}"
        warn(f"{found}; tracker topics corrections says which")


def _to_date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
