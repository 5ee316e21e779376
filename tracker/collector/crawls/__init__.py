"""Polite visits to live pages. A mature crawler does the work; here stand what to visit and how.

From Python:

    from tracker.collector.crawls import CrawlSettings, VisitRequest, crawl

    requests = [VisitRequest("https://news.example/", source="News")]
    settings = CrawlSettings(contact="mailto:desk@example.org")
    for visit in crawl(requests, settings=settings, state=Path("output/hosts.sqlite")):
        print(visit.outcome, visit.status, visit.url, visit.note)

`crawl` yields one `Visit` for each request as it arrives, whatever came back; it never raises for
a page. `follow` may name further requests from a visit. The crawl runs in a process of its own, so
it works in notebooks, under cron and several times in one process; nothing of the crawler is
imported here. `state` is the file in which hosts and their robots.txt are remembered: without it
a crawl knows only its own visits.
"""

from tracker.collector.crawls.crawlers import crawl
from tracker.collector.crawls.visits import CrawlSettings, Visit, VisitRequest

__all__ = ["CrawlSettings", "Visit", "VisitRequest", "crawl"]
