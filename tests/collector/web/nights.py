"""A crawl to be killed: `python -m tests.collector.web.nights STATE DONE URL...`.

Visits every address that is not in the file DONE yet, and writes each there once its visit ended.
"""

import sys
from pathlib import Path

from tracker.collector.crawls import CrawlSettings, VisitRequest, crawl

DELAY = 0.6


def main(state: str, done: str, urls: list[str]) -> None:
    """Visit what is not done."""
    path = Path(done)
    before = set(path.read_text().split()) if path.exists() else set()
    requests = [VisitRequest(url, allow_private=True) for url in urls if url not in before]
    settings = CrawlSettings(delay=DELAY, timeout=5.0)
    with path.open("a") as file:
        for visit in crawl(requests, settings=settings, state=Path(state)):
            if visit.outcome == "ok":
                file.write(f"{visit.request.url}\n")
                file.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
