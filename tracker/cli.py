"""The command line: verbs of a few lines; the only place that knows a terminal."""

import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

import click

from tracker.commands.backfilling import backfill
from tracker.commands.charting import chart
from tracker.commands.collecting import collect
from tracker.commands.digesting import digest
from tracker.commands.explaining import explain
from tracker.commands.ingesting import ingest, peek, reharvest
from tracker.commands.options import Settings
from tracker.commands.reporting import demo, report
from tracker.commands.sources import sources
from tracker.commands.starting import init
from tracker.commands.themes import themes
from tracker.commands.topics import topics
from tracker.commands.updating import replay, update
from tracker.commands.viewing import check, export, show
from tracker.errors import TrackerError
from tracker.terminal import make_safe

_AGAIN: Final = 0.05
"""Seconds after which a stop that was lost is delivered again."""
_LONGEST: Final = 2000
"""Characters of an error that are shown."""


class _Terminated(KeyboardInterrupt):
    """The system stops the run, as systemd, docker and timeout do."""


class _Stopped(click.ClickException):
    exit_code = 128 + signal.SIGINT  # as shells say it of Ctrl-C

    def __init__(self) -> None:
        super().__init__("stopped; what was done is kept, run it again to go on")


class _StoppedBySystem(_Stopped):
    exit_code = 128 + signal.SIGTERM


def _shorten(message: str) -> str:
    """Return a message without the middle of a name that somebody pasted a whole text into."""
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 2 :]}"


@contextmanager
def _hear_stops() -> Iterator[None]:
    """Take SIGTERM as a Ctrl-C, and miss neither.

    One that comes where Python can raise nothing, as while numba compiles, is delivered again.
    """
    before = sys.unraisablehook

    def hear(unraisable: "sys.UnraisableHookArgs") -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            is_system = issubclass(unraisable.exc_type, _Terminated)
            number = signal.SIGTERM if is_system else signal.SIGINT
            # A real signal, which also ends a wait of the main thread.
            threading.Timer(_AGAIN, os.kill, (os.getpid(), number)).start()
        else:
            before(unraisable)

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Terminated("stopped by SIGTERM")

    is_main = threading.current_thread() is threading.main_thread()
    # Who calls the tracker as a library, or shields it from the signal, keeps their own way.
    is_ours = is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    sys.unraisablehook = hear
    if is_ours:
        signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        sys.unraisablehook = before
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


class _Tracker(click.Group):
    """Prints the tracker's own errors as one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _hear_stops():
                return super().invoke(ctx)
        except TrackerError as error:
            raise click.ClickException(make_safe(_shorten(str(error)))) from error
        except BrokenPipeError:
            # Whoever read the output has read enough.
            sys.stderr.close()
            sys.exit(0)
        except _Terminated:
            raise _StoppedBySystem from None
        except KeyboardInterrupt:
            raise _Stopped from None
        except OSError as error:
            raise click.ClickException(
                make_safe(f"{error.filename or 'output'}: {error.strerror or error}")
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
    help="Settings; tracker.toml in the study's folder, else here, if there is one.",
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
    ctx.obj = Settings(folder, config, quiet, verbose > 0)


VERBS: Final = (
    init, peek, sources, collect, ingest, backfill, reharvest, update, replay, topics, themes,
    report, chart, digest, show, explain, export, check, demo,
)  # fmt: skip
for verb in VERBS:
    main.add_command(verb)
