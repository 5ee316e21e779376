"""A news world of sixty nights, written as archives of real pages, with its truth."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from tracker.errors import InputError
from tracker.simulate.archives import write_archives
from tracker.simulate.editions import write_editions
from tracker.simulate.pages import make_renderer
from tracker.simulate.scripts import N_NIGHTS, read_script
from tracker.simulate.truths import Truth, tell_truth

LAST_NIGHT: Final = date(2026, 3, 31)


@dataclass(frozen=True)
class World:
    """A world as written.

    Attributes:
        archives: Its files: one gzip WARC an outlet.
        nights: How many nights it spans.
        last_night: The last of them.
        n_pages: Pages in the archives, error answers included.
        truth: What is true of it.
    """

    archives: tuple[Path, ...]
    nights: int
    last_night: date
    n_pages: int
    truth: Truth


def write_world(
    folder: Path, *, seed: int = 0, nights: int = N_NIGHTS, last_night: date = LAST_NIGHT
) -> World:
    """Return the world just written below `folder`: the same bytes for the same arguments.

    Args:
        folder: Where its archives go; made if it is not there.
        seed: Decides small things only: who is late with a story, which slot it gets, which
            articles are captured. What happens, and when, is the script's.
        nights: How many of the script's nights, counted back from the last.
        last_night: Date of the last night.

    Raises:
        InputError: If the script has no such number of nights.
    """
    if not 2 <= nights <= N_NIGHTS:
        raise InputError(f"a world of {nights} nights: wanted 2 to {N_NIGHTS}")
    script = read_script()
    editions = write_editions(script, seed=seed, nights=nights, last_night=last_night)
    return World(
        archives=write_archives(folder, editions, make_renderer(script)),
        nights=nights,
        last_night=last_night,
        n_pages=len(editions),
        truth=tell_truth(script, editions, nights=nights, last_night=last_night),
    )
