"""Pages a second: the bare parse, our harvest, and trafilatura where it is installed.

Usage: python tests/bench/bench_harvest.py PAGE.html[.gz]|FOLDER...
"""

import gzip
import importlib.util
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.decoding import decode
from tracker.collector.harvest.html import harvest_html

ROUNDS = 3


def read(paths: list[str]) -> list[bytes]:
    """Return the bodies of the pages named, or found below the folders named."""
    files: list[Path] = []
    for path in map(Path, paths):
        found = sorted([*path.rglob("*.html"), *path.rglob("*.html.gz")])
        files += found if path.is_dir() else [path]
    return [gzip.decompress(f.read_bytes()) if f.suffix == ".gz" else f.read_bytes() for f in files]


def rate(work: Callable[[bytes], object], bodies: list[bytes]) -> float:
    """Return pages a second of one core, the best of some rounds after one to warm up."""
    times = []
    for _ in range(ROUNDS + 1):
        started = time.process_time()
        for body in bodies:
            work(body)
        times.append(time.process_time() - started)
    return len(bodies) / min(times[1:])


def main(paths: list[str]) -> None:
    """Print the machine, the versions and the rates."""
    bodies = read(paths)
    if not bodies:
        sys.exit(__doc__)
    works: dict[str, Callable[[bytes], object]] = {
        "parse, bytes as they are": LexborHTMLParser,
        "decode and parse": lambda body: LexborHTMLParser(decode(body)),
        "harvest": harvest_html,
    }
    if importlib.util.find_spec("trafilatura"):
        from trafilatura import extract  # noqa: PLC0415

        works["trafilatura's extract"] = extract
    size = sum(map(len, bodies)) / len(bodies) / 1000
    print(f"{platform.machine()}, Python {platform.python_version()}, ", end="")
    print(f"selectolax {version('selectolax')}; {len(bodies)} pages of {size:.0f} kB")
    for name, work in works.items():
        print(f"{name:28} {rate(work, bodies):8.0f} pages/s")


if __name__ == "__main__":
    main(sys.argv[1:])
