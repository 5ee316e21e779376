"""What there is to say of pages taken in: what got its time from its file, is bare or cut."""

from datetime import datetime
from typing import Final

from tracker.collector.documents import Document
from tracker.collector.harvest.pages import Page
from tracker.names import count

_NAMED: Final = 3
"""Pages that are named; the others are counted."""


class PageNotes:
    """Remembers the pages of which there is something to say."""

    def __init__(self) -> None:
        self._empty: list[str] = []
        self._dated: list[str] = []
        self._noted: list[str] = []
        self._moments: set[datetime] = set()

    def note_date(self, document: Document, moment: datetime) -> None:
        """Remember a page whose time is that of its file."""
        self._dated.append(document.origin)
        self._moments.add(moment)

    def note_page(self, document: Document, page: Page) -> None:
        """Remember a page of which something was left out, or which is a file without any list.

        An archive holds many pages that show no list; whoever names a file expects one.
        """
        if page.note:
            self._noted.append(f"{document.origin}: {page.note}")
        if document.url is None and not page.title and not any(b.items for b in page.lists):
            self._empty.append(document.origin)

    @property
    def notes(self) -> list[str]:
        """Return what there is to say."""
        said = self._noted[:_NAMED]
        if (more := len(self._noted) - _NAMED) > 0:
            said.append(f"something was left out of {count(more, 'other page')}, as captures note")
        if self._empty:
            pages = count(len(self._empty), "page")
            said.append(f"found no list and no headline on {pages}: {_name(self._empty)}")
        if self._dated:
            first, last = (f"{pick(self._moments):%Y-%m-%d %H:%M}" for pick in (min, max))
            span = first if first == last else f"{first} to {last}"
            said.append(
                f"found no time for {count(len(self._dated), 'page')}: {_name(self._dated)}; took "
                f"when the file was written, {span} UTC (--captured-at says another, and so does "
                "a date such as 2024-01-01 in the name of a file or of its folder)"
            )
        return said


def _name(origins: list[str]) -> str:
    named = ", ".join(origins[:_NAMED])
    rest = len(origins) - _NAMED
    return f"{named} and {count(rest, 'other')}" if rest > 0 else named
