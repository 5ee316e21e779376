"""WARC files on the web into a study, one after the other, each once."""

import gzip
import zlib
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from tracker.collector.archive_books import ArchiveBook
from tracker.collector.crawls.visits import strip_credentials
from tracker.collector.remote_warcs import RemoteSettings
from tracker.collector.sources import SCHEMES
from tracker.errors import InputError
from tracker.ids import make_id
from tracker.intakes.backfillers import ANSWERS
from tracker.intakes.ingesters import Ingester

_MAX_LIST: Final = 50_000_000


def take_remotes(
    ingester: Ingester, urls: Sequence[str], hosts: Collection[str], settings: RemoteSettings
) -> None:
    """Take in the files at `urls`; those that were read to their end before are passed over.

    Args:
        ingester: Takes the pages in.
        urls: Addresses of WARC files.
        hosts: What it chooses pages by; with others, a file is read again.
        settings: How they are fetched.
    """
    if not urls:
        return
    choice = make_id(ingester.source or "", *sorted(hosts))
    path = ingester.store.folder / ANSWERS
    is_used = path.exists()
    with closing(ArchiveBook(path)) as book:
        for done, url in enumerate(urls):
            ingester.progress("remote files", done, len(urls))
            if not book.has_file(url, choice) and ingester.take_remote(url, settings):
                book.write_file(url, choice)
                is_used = True
        ingester.progress("remote files", len(urls), len(urls))
    if not is_used:
        path.unlink()


def read_url_list(path: Path, prefix: str = "") -> list[str]:
    """Return the addresses in a text file, one a line, such as a crawl's `warc.paths.gz`.

    Args:
        path: The file, perhaps packed. Empty lines and those that begin with # are passed over.
        prefix: Put before each line that is no address by itself.

    Raises:
        InputError: If the file cannot be read, or a line is no address.
    """
    try:
        data = path.read_bytes()[:_MAX_LIST]
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as file:
                data = file.read(_MAX_LIST)
        lines = data.decode("utf-8").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}; wanted a text file of addresses") from error
    found = []
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        url = line if line.startswith(SCHEMES) else prefix + line
        try:
            found.append(strip_credentials(url))
        except InputError as error:
            raise InputError(f"{path}, line {number}: {error}; --prefix completes it") from error
    return found
