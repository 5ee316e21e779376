"""Pages a second of one core: the bare parse, our harvest, and trafilatura where it is installed.

Usage: uv run --group bench python tests/bench/bench_harvest.py PAGE.html[.gz]|FOLDER...
"""

import argparse
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


def measure(
    works: dict[str, Callable[[bytes], object]], bodies: list[bytes]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return each work's seconds of each page when read first, and the best of later rounds.

    The works take turns on each page, so that what else the machine does slows all alike.
    """
    rounds = []
    for _ in range(ROUNDS + 1):
        times: dict[str, list[float]] = {name: [] for name in works}
        for body in bodies:
            for name, work in works.items():
                started = time.process_time()
                work(body)
                times[name].append(time.process_time() - started)
        rounds.append(times)
    best = {
        name: [min(times) for times in zip(*(later[name] for later in rounds[1:]), strict=True)]
        for name in works
    }
    return rounds[0], best


def main(paths: list[str]) -> None:
    """Print the machine, the versions, the rates, and what part of the parses' the harvest's is."""
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

        works[f"trafilatura {version('trafilatura')}"] = extract
    size = sum(map(len, bodies)) / len(bodies) / 1000
    print(f"{platform.machine()}, Python {platform.python_version()}, ", end="")
    print(f"selectolax {version('selectolax')}; {len(bodies)} pages of {size:.0f} kB")
    first, best = measure(works, bodies)
    rates = {name: len(times) / sum(times) for name, times in best.items()}
    for name, times in best.items():
        print(f"{name:28} {rates[name]:8.0f} pages/s, slowest page {max(times) * 1000:7.1f} ms")
        print(f"{'  pages never seen before':28} {len(bodies) / sum(first[name]):8.0f} pages/s")
    for name in list(works)[:2]:
        print(f"harvest / {name:28} {rates['harvest'] / rates[name]:.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="PAGE.html[.gz]|FOLDER")
    main(parser.parse_args().paths)
