"""How well the headline lists of labelled pages are found.

usage: python tests/bench/bench_lists.py FOLDER [--text]

FOLDER holds one folder a page: page.html.gz (page.txt with `--text`) and gold.json, which is
{"lists": [{"heading", "kind", "items": [{"title"}]}]}.
"""

import argparse
import json
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import polars as pl

from tracker.intakes.peeks import peek_at
from tracker.scores import score_lists


def read_found(pages: list[Path]) -> Iterator[tuple[str, str, str]]:
    for sight in peek_at([str(page) for page in pages]):
        for box in sight.page.lists if sight.page else ():
            for item in box.items:
                yield str(Path(sight.origin).parent), box.kind, item.title


def read_known(pages: list[Path]) -> Iterator[tuple[str, str, str]]:
    for page in pages:
        for box in json.loads((page.parent / "gold.json").read_text("utf-8"))["lists"]:
            for item in box["items"]:
                yield str(page.parent), box["kind"], item["title"]


def main() -> None:
    """Print the machine, the versions and the scores of the folder named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--text", action="store_true")
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"selectolax {version('selectolax')}"
    )
    pages = sorted(options.folder.glob("*/page.txt" if options.text else "*/page.html.gz"))
    columns = ["page", "list_kind", "title"]
    found = pl.DataFrame(list(read_found(pages)), schema=columns, orient="row")
    known = pl.DataFrame(list(read_known(pages)), schema=columns, orient="row")
    scores = score_lists(found, known)
    print(f"{len(pages)} pages, {scores.known} headlines")
    print(f"F1 {scores.f1:.3f}, precision {scores.precision:.3f}, recall {scores.recall:.3f}")
    print(f"kind {scores.kind_accuracy:.3f}")


if __name__ == "__main__":
    main()
