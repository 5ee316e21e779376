"""The index of an archive, asked for one page's copies and remembered."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from tracker.collector.archive_books import ArchiveBook
from tracker.collector.crawls import Visit, VisitRequest
from tracker.collector.wayback import Archive, Memento, ask_index, continue_index, read_index
from tracker.progress import Progress

STRETCH: Final = timedelta(days=366)
"""What an index is asked for at once."""

Ask = Callable[[str, object], VisitRequest]


class IndexReader:
    """Reads on in an index, from what was answered lately to what must be asked.

    Args:
        archive: Whose index it is.
        page: The page whose copies are wanted.
        book: Remembers answers.
        ask: Makes the request for an address of the index, with what it is to carry.
        progress: Told how far it is.
    """

    def __init__(
        self, archive: Archive, page: str, book: ArchiveBook, ask: Ask, progress: Progress
    ) -> None:
        self._archive, self._page, self._book = archive, page, book
        self._ask, self._progress = ask, progress
        self._open: set[datetime] = set()
        self._total = 0
        self.found: dict[datetime, Memento] = {}

    @property
    def is_done(self) -> bool:
        """Return whether everything that was begun has been read."""
        return not self._open

    def begin(self, first: datetime, last: datetime) -> list[VisitRequest]:
        """Return what must be asked to know the copies from `first` up to `last`."""
        requests = []
        while first < last:
            end = min(first + STRETCH, last) - timedelta(seconds=1)
            if request := self._read_on(first, end, first):
                self._open.add(first)
                requests.append(request)
            first += STRETCH
        self._total = len(requests)
        self._progress("index", 0, self._total)
        return requests

    def take(self, visit: Visit) -> Iterable[VisitRequest]:
        """Read an answer that came; return what must be asked after it.

        Raises:
            InputError: If it is no answer of an index.
        """
        read_index(visit.body, self._page)
        self._book.write_answer(visit.request.url, visit.body)
        first, end, since = visit.request.meta
        if request := self._read_on(first, end, since):
            return (request,)
        self._open.remove(first)
        self._progress("index", self._total - len(self._open), self._total)
        return ()

    def _read_on(self, first: datetime, end: datetime, since: datetime) -> VisitRequest | None:
        """Read what was answered of a stretch from `since` on; return what must be asked."""
        go_on: datetime | None = since
        while go_on is not None and go_on <= end:
            url = ask_index(self._archive, self._page, go_on, end)
            body = self._book.read_answer(url)
            if body is None:
                return self._ask(url, (first, end, go_on))
            answer = read_index(body, self._page)
            inside = (m for m in answer.mementos if first <= m.moment <= end)
            self.found.update((memento.moment, memento) for memento in inside)
            go_on = continue_index(answer, go_on)
        return None
