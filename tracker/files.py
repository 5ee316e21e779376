"""Files of a study: written whole or not at all, where tables can be kept."""

import contextlib
import json
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from tracker.errors import StoreError
from tracker.locks import LOCK, WRITER

PINS: Final = "versions.json"
"""File that says which versions of tables belong together; without it the latest hold."""

_STRANGE: Final = re.compile(r"[\[\]^|\\\x00-\x1f\x7f]|%[0-9A-Fa-f]{2}")  # not read as it is


def check_folder(folder: Path) -> None:
    """Check that a study can live in a folder.

    Raises:
        StoreError: If it is a file, or tables cannot be kept below its path.
    """
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder}: found a file; wanted a folder for the study")
    # Tables lie where a link leads.
    places = (folder.absolute(), folder.resolve())
    strange = _STRANGE.search(" ".join(part for place in places for part in place.parts[1:]))
    if strange:
        raise StoreError(
            f"{folder}: found {strange.group()!r} in the path, where tables cannot be kept; "
            "wanted a folder whose path is without it"
        )


@contextlib.contextmanager
def dropping_unused(folder: Path, made: Sequence[Path], notes: Collection[str]) -> Iterator[None]:
    """Remove a new study again into which nothing came: a wrong path should leave no folder.

    Args:
        folder: The study's folder, held for writing.
        made: The folders that were made for it, each after those in it.
        notes: Names of tables that hold nothing but that somebody tried.
    """
    tables = folder / "tables"
    is_new, known = not tables.exists(), _names(folder)
    try:
        yield
    finally:
        came = _names(folder) - known - {tables.name}
        if is_new and not came and _names(tables) <= set(notes):
            shutil.rmtree(tables, ignore_errors=True)
            for name in (LOCK, WRITER):
                (folder / name).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # of somebody else who came meanwhile
                for path in made:
                    path.rmdir()


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def read_pins(folder: Path) -> dict[str, int | None]:
    """Return the versions of a study's tables that belong together; None for one not there.

    Raises:
        StoreError: If they cannot be read.
    """
    place = folder / "tables" / PINS
    try:
        pins: dict[str, int | None] = json.loads(place.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StoreError(f"{place}: cannot be read: {error}") from error
    return pins


def write_pins(folder: Path, pins: dict[str, int | None]) -> None:
    """Write which versions of a study's tables belong together."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    with replacing(folder / "tables" / PINS) as file:
        file.write(json.dumps(pins, indent=1).encode())


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of `target` once it is whole."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
        try:
            yield file
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    Path(file.name).chmod(0o644)
    Path(file.name).replace(target)
