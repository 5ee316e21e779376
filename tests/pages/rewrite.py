"""Rewrite what the page tests expect: `python tests/pages/rewrite.py [NAME...]`.

Read the difference before keeping it.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tracker.collector.harvest.html import harvest_html

PAGES = Path(__file__).parent


def read_page(folder: Path) -> dict[str, object]:
    """Return the harvested page of a folder as it is kept in expected.json."""
    page = asdict(harvest_html((folder / "page.html").read_bytes()))
    return json.loads(json.dumps(page))


def main(names: list[str]) -> None:
    for folder in sorted(p.parent for p in PAGES.glob("*/page.html")):
        if not names or folder.name in names:
            text = json.dumps(read_page(folder), ensure_ascii=False, indent=1)
            (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
