"""Visits as pages and rows: what came is kept, what did not come is told."""

from dataclasses import dataclass, replace
from datetime import datetime

from tracker.collector.crawls import Visit, VisitRequest
from tracker.collector.documents import Document, Problem
from tracker.collector.feeds import sniff_feed
from tracker.collector.harvest.links import LONGEST_URL
from tracker.collector.harvest.pages import Page
from tracker.collector.headlines import Rows, tabulate_failure, tabulate_page
from tracker.collector.sources import name_source
from tracker.config import Config
from tracker.intakes.bodies import BodyKeeper
from tracker.intakes.harvests import harvest
from tracker.intakes.validators import KnownPage, PageBook
from tracker.tables import SEEN_OUTCOMES


@dataclass(frozen=True)
class VisitReader:
    """Reads what visits brought.

    Attributes:
        keeper: Keeps the raw pages.
        book: Remembers what the web said of them.
        config: Says which boxes are pointed out by hand.
        now: The time of visits that never went out.
    """

    keeper: BodyKeeper
    book: PageBook
    config: Config
    now: datetime

    def equip(self, request: VisitRequest) -> VisitRequest:
        """Return the request with what the web said of the copy we hold, if we hold it."""
        known = self.book.read(request.source, request.url)
        if known is None or not self.keeper.holds(known.body):
            return request
        return replace(request, etag=known.etag, last_modified=known.last_modified)

    def tabulate(self, visit: Visit, document: Document | Problem) -> Rows:
        """Return the rows of a visit, whatever came back; a page is kept."""
        if isinstance(document, Problem):
            outcome = visit.outcome if visit.outcome not in SEEN_OUTCOMES else "not_html"
            return self._fail(visit, outcome, document.message)
        request, moment = visit.request, visit.started_at or self.now
        url = visit.url if len(visit.url) <= LONGEST_URL else request.url
        self.keeper.keep(document, url=url, source=request.source, captured_at=moment)
        self._remember(visit, document.body_hash, moment)
        page = harvest(document, self.config.overrides_at(request.source, moment))
        note = "; ".join(filter(None, (visit.note, _tell_move(visit))))
        if isinstance(page, Problem):
            note = "; ".join(filter(None, (note, page.message)))
            page = Page(visit.url, None, None, ())
        return tabulate_page(
            document, page, source=request.source, url=url, captured_at=moment,
            note=note or None,
        )  # fmt: skip

    def _remember(self, visit: Visit, body: str, moment: datetime) -> None:
        """Write down what came with a page; a 304 need not say again what still holds."""
        source, asked = visit.request.source, visit.request.url
        known = self.book.read(source, asked) if visit.status == 304 else None
        etag = visit.etag or (known.etag if known else None)
        modified = visit.last_modified or (known.last_modified if known else None)
        page = KnownPage(visit.url, body, etag, modified)
        self.book.write(source, asked, page, moment.timestamp())

    def read(self, visit: Visit) -> Document | Problem:
        """Return the page a visit brought, or why there is none."""
        request = visit.request
        if visit.outcome == "unchanged":
            return self._read_again(visit)
        if visit.outcome != "ok" or visit.document is None:
            return Problem(request.url, visit.note)
        form = sniff_feed(visit.body)
        if form is None and request.role in ("feed", "sitemap"):
            return Problem(
                request.url, "found no feed there; wanted RSS, Atom, JSON Feed or a sitemap"
            )
        return replace(
            visit.document, form=form or "html", headers=visit.headers, request=visit.sent
        )

    def _read_again(self, visit: Visit) -> Document | Problem:
        """Return the page that came before, of which the server says that it still stands."""
        known = self.book.read(visit.request.source, visit.request.url)
        page = self.keeper.find_page(known.body) if known else None
        if page is None:
            self.book.forget(visit.request.source, visit.request.url)
            return Problem(visit.request.url, "304, but the page it speaks of cannot be read again")
        return replace(
            page, url=visit.url, captured_at=visit.started_at, status=304,
            source=visit.request.source, headers=visit.headers, request=visit.sent,
        )  # fmt: skip

    def _fail(self, visit: Visit, outcome: str, note: str) -> Rows:
        return tabulate_failure(
            source=visit.request.source,
            url=visit.request.url,
            captured_at=visit.started_at or self.now,
            outcome=outcome,
            status=visit.status,
            note="; ".join(filter(None, (note, _tell_move(visit)))),
        )


def _tell_move(visit: Visit) -> str:
    """Return where a visit was led to, if that is another host or no address that is kept."""
    asked, came = name_source(visit.request.url), name_source(visit.url)
    told = [f"led to {came}"] if visit.redirects and came and came != asked else []
    if len(visit.url) > LONGEST_URL:
        told.append(f"led to an address of {len(visit.url):,} characters")
    return "; ".join(told)
