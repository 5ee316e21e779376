"""How frames, pages and progress look in a terminal; only the command line uses it."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from tracker.names import count

if TYPE_CHECKING:
    import polars as pl

    from tracker.collector.harvest.pages import Page
    from tracker.intakes.peeks import Sight
    from tracker.progress import Progress

_Command = TypeVar("_Command", bound=Callable[..., Any])


def output_options(command: _Command) -> _Command:
    """Give a command the options that everything which prints rows has."""
    for option in (
        click.option("--limit", type=click.IntRange(min=1), help="Print so many rows at most."),
        click.option("--csv", "form", flag_value="csv", help="Print CSV, for spreadsheets."),
        click.option(
            "--json", "form", flag_value="json", help="Print JSON, one object a line, for scripts."
        ),
    ):
        command = option(command)
    return command


def print_rows(frame: "pl.DataFrame", form: str | None, limit: int | None) -> None:
    """Print a frame: as a table for people (20 rows unless told), JSON lines or CSV."""
    if form == "json":
        for row in frame.head(limit or frame.height).iter_rows(named=True):
            print_json(row)
        return
    if form == "csv":
        from tracker.outputs.exports import to_csv

        click.echo(to_csv(frame.head(limit or frame.height)), nl=False)
        return
    _print_table(frame, limit or 20)


_WIDE: Final = {
    "title": 4,
    "label": 5,
    "heir": 3,
    "name": 3,
    "heading": 2,
    "topic": 2,
    "other": 2,
    "themes": 1,
    "terms": 2,
    "telling": 4,
}
"""Columns that share the width left over, and their parts of it; the others are shown whole."""


def _print_table(frame: "pl.DataFrame", limit: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if frame.is_empty():
        console.print("nothing yet")
        return
    head = frame.head(limit)
    names = [name for name in head.columns if not name.endswith("_id") and name != "url"]
    words = {name: [_word(value) for value in head[name].to_list()] for name in names}
    shown = _fit({name: _width(name, words[name]) for name in names}, console.width)
    natural = sum(max(map(len, (name, *words[name]))) + 2 for name in shown)
    # Only in a table as wide as the terminal do wide columns give way to the others.
    table = Table(
        box=None, pad_edge=False, header_style="bold", padding=(0, 1),
        expand=natural > console.width,
    )  # fmt: skip
    for name, width in shown.items():
        right = frame.schema[name].is_numeric()
        table.add_column(
            name.replace("_", " "),
            justify="right" if right else "left",
            ratio=_WIDE.get(name),
            min_width=width,
            overflow="ellipsis",
            no_wrap=name in _WIDE,
        )
    for row in zip(*(words[name] for name in shown), strict=True):
        table.add_row(*map(Text, row))
    console.print(table)
    more = frame.height - limit
    if more > 0 or len(shown) < frame.width:
        rows = f"{count(more, 'more row')}; --limit shows more, " if more > 0 else ""
        console.print(f"{rows}--json and --csv show all rows and columns", style="dim")


def _width(name: str, words: list[str]) -> int:
    """Return the least width of a column: its longest word, less for those that are cut."""
    longest = max(map(len, (*name.split("_"), *words)))
    return min(longest, 24) if name in _WIDE else longest


def _fit(widths: dict[str, int], room: int) -> dict[str, int]:
    """Return the columns that fit side by side, from the first on."""
    fitting: dict[str, int] = {}
    for name, width in widths.items():
        room -= width + 2
        if room < -2 and fitting:
            break
        fitting[name] = width
    return fitting


def _word(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list):
        return make_safe(", ".join(map(str, value)))
    return make_safe(str(value))


def print_json(value: Any) -> None:
    """Print one line of JSON: times in UTC, dates as ISO 8601.

    What steers a terminal is written as JSON's own escapes, so that nothing is lost.
    """
    text = json.dumps(value, ensure_ascii=False, default=_make_plain)
    click.echo(_STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def _make_plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else str(value)


_STEERING: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e]")
"""Control characters, of which some terminals obey those beyond ASCII too, ends of lines, and
overrides of the writing direction, which show words as what they are not."""


def make_safe(text: str) -> str:
    """Return harvested text without characters that steer a terminal."""
    return _STEERING.sub(" ", text)


def print_page(origin: str, page: "Page") -> None:
    """Print the lists of a page as a tree."""
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    head = Text(make_safe(origin), style="bold")
    if page.title:
        head.append(f"\n{make_safe(page.title)}", style="italic")
    tree = Tree(head)
    for box in page.lists:
        branch = tree.add(
            Text(box.kind, style="cyan").append(f"  {make_safe(box.heading)}", style="bold default")
        )
        for item in box.items:
            branch.add(Text(f"{item.rank:>2}  {make_safe(item.title)}"))
    if not page.lists:
        tree.add("no headline lists")
    Console().print(tree)


def print_decisions(sight: "Sight") -> None:
    """Print of every block of links of a page where it stands, what became of it, and why."""
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    head = Text(make_safe(sight.origin), style="bold")
    decisions = sight.decisions or ()
    taken = sum(decision.kind is not None for decision in decisions)
    head.append(
        f"\n{count(len(decisions), 'block')} of links, {taken:,} of them taken as a list",
        style="not bold",
    )
    tree = Tree(head)
    for decision in decisions:
        kind, style = (decision.kind, "cyan") if decision.kind else ("left", "dim")
        links = count(decision.n_items, "link")
        name = Text(kind, style=style).append(f"  {make_safe(decision.heading)}", style="bold")
        branch = tree.add(name.append(f"  {links}", style="dim not bold"))
        branch.add(Text(f"at   {make_safe(decision.place)}", style="dim"))
        for title in decision.titles:
            branch.add(Text(f"e.g. {make_safe(title)}"))
        branch.add(Text(f"why  {make_safe('; '.join(decision.why) or 'it looks like a list')}"))
    console = Console()
    console.print(tree)
    if not taken and sight.page is not None and sight.page.lists:
        lists = count(len(sight.page.lists), "list")
        console.print(f"no block was taken; {lists} found in data embedded in the page")


def describe_sight(sight: "Sight") -> dict[str, Any]:
    """Return a sight as plain data: source, url, title, language and the lists with their items.

    Where an explanation was asked for, `blocks` has one entry for each block of links.
    """
    row: dict[str, Any] = {"source": sight.origin}
    if sight.problem is not None:
        row["error" if sight.page is None else "warning"] = sight.problem
    if sight.page is not None:
        page = sight.page
        row |= {"url": page.url, "title": page.title, "language": page.language}
        row["lists"] = [
            {
                "list_id": box.list_id,
                "heading": box.heading,
                "kind": box.kind,
                "items": [{"rank": i.rank, "title": i.title, "url": i.url} for i in box.items],
            }
            for box in page.lists
        ]
    if sight.decisions is not None:
        row["blocks"] = [asdict(decision) for decision in sight.decisions]
    return row


def warn(message: str) -> None:
    """Print one line about something that went wrong, to standard error."""
    click.secho(make_safe(message), fg="yellow", err=True)


_PATIENCE: Final = 10.0
"""Seconds of a run before lines say where it is: one for each stage from then on."""
_PAUSE: Final = 60.0
"""Seconds between two lines of one stage."""


class PlainProgress:
    """A progress callback that prints a line for each stage, for files, pipes and mails.

    What is done in a few seconds says nothing; a long stage says at times how far it is.

    Args:
        say: Prints a line.
        clock: Returns the time, in seconds.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._say, self._clock = say, clock
        self._stage, self._last, self._begun = "", -_PAUSE, clock()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` steps of `stage` are done, where that is due."""
        now = self._clock()
        if now - self._begun < _PATIENCE or done == total == 1:
            return
        if stage != self._stage or now - self._last >= _PAUSE:
            self._stage, self._last = stage, now
            far = f": {done:,}" + (f" of {total:,}" if total > done else "")
            self._say(f"{stage}{far}" if total > 1 else f"{stage} …")


@contextmanager
def show_progress(quiet: bool) -> "Iterator[Progress]":
    """Give a progress callback that draws bars in a terminal, and prints lines elsewhere."""
    if quiet:
        yield lambda _stage, _done, _total: None
        return
    if not sys.stderr.isatty():
        yield PlainProgress(lambda line: click.echo(make_safe(line), err=True), time.monotonic)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description:>16}"), BarColumn(), MofNCompleteColumn())
    times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(*columns, *times, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def draw(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield draw
