"""The caller's side of a crawl: a process of its own, asked and listened to."""

import contextlib
import logging
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from tracker.collector.crawls.visits import CrawlSettings, Visit, VisitRequest

_logger = logging.getLogger(__name__)
_Child = tuple["subprocess.Popen[bytes]", IO[bytes]]

Follow = Callable[[Visit], Iterable[VisitRequest]]


def crawl(
    requests: Iterable[VisitRequest],
    *,
    settings: CrawlSettings | None = None,
    follow: Follow | None = None,
    state: Path | None = None,
) -> Generator[Visit]:
    """Yield one visit for each request, in the order in which they end.

    Pages of one host are asked for one after the other, in the order given and with its delay
    between them; hosts run side by side. Whatever happens to a page is an outcome of its visit.
    To stop early, close the iterator: nothing further is asked for.

    Args:
        requests: What to visit.
        settings: How to behave.
        follow: Names further requests from a visit; called in this process with every visit,
            before it is yielded.
        state: The file in which hosts are remembered; a crawl that is killed and started again
            with it keeps the delays it owed. None keeps them for this crawl only.
    """
    asked: dict[int, VisitRequest] = {}
    with _open_child(settings or CrawlSettings(), state) as (child, errors):
        stdin, stdout = child.stdin, child.stdout
        assert stdin is not None
        assert stdout is not None
        number = _ask(stdin, requests, asked, 0)
        while asked:
            try:
                done, visit = pickle.load(stdout)
            except (EOFError, pickle.UnpicklingError, OSError):
                break
            visit = replace(visit, request=asked.pop(done))
            if follow is not None:
                number = _ask(stdin, follow(visit), asked, number)
            yield visit
        if asked:
            code = child.wait()
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip()
            why = f"{code}, {said.splitlines()[-1][:200]}" if said else f"{code}"
            note = f"the crawler's process ended ({why}) before this page's turn"
            _logger.error("%s: %s", note, said[-2000:])
            for request in asked.values():
                visit = Visit(request, "unreachable", note, url=request.url)
                if follow is not None:
                    follow(visit)  # told; nobody is there to go where it leads
                yield visit
        with contextlib.suppress(OSError):
            _send(stdin, None)


def _ask(
    stdin: IO[bytes], requests: Iterable[VisitRequest], asked: dict[int, VisitRequest], number: int
) -> int:
    for request in requests:
        asked[number] = request
        with contextlib.suppress(OSError):  # the child is gone, which its silence will tell
            _send(stdin, (number, replace(request, meta=None)))
        number += 1
    return number


def _send(stdin: IO[bytes], message: Any) -> None:
    pickle.dump(message, stdin, pickle.HIGHEST_PROTOCOL)
    stdin.flush()


@contextlib.contextmanager
def _open_child(settings: CrawlSettings, state: Path | None) -> Iterator[_Child]:
    command = [sys.executable, "-m", "tracker.collector.crawls.spiders"]
    with (
        # What browsers leave behind when the child is killed goes with this folder.
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as errors,
    ):
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "TMPDIR": folder},
        )
        try:
            assert child.stdin is not None
            with contextlib.suppress(OSError):
                _send(child.stdin, (settings, str(state) if state else None))
            yield child, errors
            with contextlib.suppress(OSError):
                child.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)
        finally:
            child.kill()
            child.wait()
            for pipe in filter(None, (child.stdin, child.stdout)):
                with contextlib.suppress(OSError):
                    pipe.close()
