"""Documents to harvested pages, in one process or several."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker

from tracker.collector.documents import Document, Problem
from tracker.collector.feeds import read_feed
from tracker.collector.harvest.decoding import decode
from tracker.collector.harvest.html import harvest_html
from tracker.collector.harvest.overrides import Override
from tracker.collector.harvest.pages import Page
from tracker.collector.harvest.text import harvest_text
from tracker.collector.sitemaps import read_sitemap
from tracker.collector.sources import SCHEMES

_logger = logging.getLogger(__name__)

Overrides = tuple[Override, ...]
Harvester = Callable[[Sequence[Document], Sequence[Overrides]], Iterable[Page | Problem]]


def harvest(document: Document, overrides: Overrides = ()) -> Page | Problem:
    """Return the harvested page of a document, or the problem in its place.

    Args:
        document: The page.
        overrides: Its boxes that are pointed out by hand; only HTML has any.
    """
    # A saved page may be known by its file's name only, which leads nowhere.
    url = document.url if document.url and document.url.startswith(SCHEMES) else None
    try:
        if document.form == "html":
            return harvest_html(
                document.body, url=url, charset=document.charset, overrides=overrides
            )
        if document.form == "feed":
            return read_feed(document.body, url=url, charset=document.charset)
        if document.form == "sitemap":
            return read_sitemap(document.body, url=url)
        return harvest_text(decode(document.body, document.charset), url=url)
    except Exception as error:
        # One page in a million that our own code trips over must not end a night's run.
        _logger.exception("harvesting %s failed", document.origin)
        return Problem(document.origin, f"the harvester failed on it ({error!r}); please report it")


def _end_with_writer() -> None:
    """End this process when the one that it helps is gone: it would wait for work forever."""

    def wait() -> None:
        writer = multiprocessing.parent_process()
        assert writer is not None
        writer.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


@contextmanager
def _without_stops() -> Iterator[None]:
    """Hold stops back here, and from processes that start here for good.

    A Ctrl-C, or `timeout`, is meant for all processes of a run. Those that help must not end by it
    while the one that writes still waits for them.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    held: list[int] = []
    ways = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    is_main = threading.current_thread() is threading.main_thread()
    raising = {number: way for number, way in ways.items() if is_main and callable(way)}
    resource_tracker.ensure_running()  # it lets stops through when it starts
    # Another thread may hear what this one does not.
    for number in raising:
        signal.signal(number, lambda heard, _: held.append(heard))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ways)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number, way in raising.items():
            signal.signal(number, way)
        for heard in held[:1]:
            signal.raise_signal(heard)


@contextmanager
def open_harvester(workers: int) -> Iterator[Harvester]:
    """Give a harvester that works in so many processes; one works in this process."""
    if workers < 2:
        yield lambda documents, overrides: map(harvest, documents, overrides)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_writer)

    def harvest_all(
        documents: Sequence[Document], overrides: Sequence[Overrides]
    ) -> Iterable[Page | Problem]:
        # A process costs a second to start: a handful of pages is done before that.
        if len(documents) < 8 * workers:
            return map(harvest, documents, overrides)
        with _without_stops():
            return pool.map(harvest, documents, overrides, chunksize=4)

    try:
        yield harvest_all
    finally:
        pool.shutdown(cancel_futures=True)
