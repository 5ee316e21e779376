"""What a Wayback-compatible archive holds of a page: its index, and its copies as they were."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from tracker.collector.crawls.visits import Visit, strip_credentials
from tracker.collector.documents import Document
from tracker.collector.sources import name_source
from tracker.errors import ConfigError, InputError

MAX_ROWS: Final = 10_000
"""Rows that one answer of an index is asked for; further ones are asked for after these."""

_CLASSIC: Final = "/cdx/search/cdx"
"""Where the Internet Archive's own kind of index stands. It filters, and thins out, by words of its
own; pywb answers other ones. What counts is filtered here."""
_STATUSES: Final = ("200", "-", "")
_MEDIA: Final = ("text/html", "application/xhtml+xml", "warc/revisit", "unk", "-", "")
_FIELDS: Final = {"url": "original", "status": "statuscode", "mime": "mimetype"}
_COLUMNS: Final = ("urlkey", "timestamp", "original", "mimetype", "statuscode")
_PLACE: Final = re.compile(r"/(\d{14})(?:[a-z]{2}_)?/(https?:/.+)$")
_STAMP: Final = re.compile(r"[12][0-9]{13}")
_ORIGINAL: Final = "x-archive-orig-"


@dataclass(frozen=True)
class ArchiveSettings:
    """Where the past is read from, by tracker backfill.

    Attributes:
        url: A Wayback-compatible archive: its address up to the timestamp of its copies.
        index: Address of its CDX index; if empty, where archives of its kind have it.
        delay: Least seconds between two copies asked for.
        allow_private: Whether it may stand at a loopback, private or link-local address, such as
            an archive of your own.
    """

    url: str = "https://web.archive.org/web"
    index: str = ""
    delay: float = 4.0
    allow_private: bool = False

    def __post_init__(self) -> None:
        """Check that the archive can be asked, and not too often.

        Raises:
            ConfigError: If not.
        """
        if not self.delay >= 0:
            raise ConfigError(f"archive.delay: found {self.delay}; wanted seconds")


@dataclass(frozen=True, slots=True)
class Archive:
    """Where an archive answers.

    Attributes:
        url: Its copies stand at `{url}/{timestamp}id_/{page}`.
        index: Address of its CDX index.
    """

    url: str
    index: str


@dataclass(frozen=True, slots=True)
class Memento:
    """One copy of a page in an archive, as its index names it.

    Attributes:
        moment: When it was captured; aware UTC, whole seconds.
        url: The page's address then.
    """

    moment: datetime
    url: str


@dataclass(frozen=True, slots=True)
class IndexPage:
    """One answer of an index.

    Attributes:
        mementos: Copies that may hold a page, in the order of the answer.
        n_rows: Rows of the answer, of whatever they speak.
        last: The latest moment of any row; None without one.
    """

    mementos: tuple[Memento, ...]
    n_rows: int
    last: datetime | None


def locate_archive(url: str, index: str = "") -> Archive:
    """Return where an archive answers.

    Args:
        url: Its address, up to the timestamp of its copies.
        index: Address of its index. Unless given it is `/cdx/search/cdx` beside an archive that
            ends in `/web`, as the Internet Archive has it, and else `/cdx` below, as pywb has it.

    Raises:
        InputError: If an address is not http or https.
    """
    url = strip_credentials(url).rstrip("/")
    if not index:
        root = url.removesuffix("/web")
        index = f"{root}{_CLASSIC}" if root != url else f"{url}/cdx"
    return Archive(url, strip_credentials(index))


def ask_index(archive: Archive, page: str, first: datetime, last: datetime) -> str:
    """Return the address at which an index names the copies of `page` from `first` to `last`."""
    words = [
        ("url", page),
        ("matchType", "exact"),
        ("from", _stamp(first)),
        ("to", _stamp(last)),
        ("output", "json"),
        ("limit", str(MAX_ROWS)),
    ]
    if archive.index.endswith(_CLASSIC):
        words += [
            ("filter", "statuscode:200|-"),
            ("filter", r"mimetype:text/html|application/xhtml\+xml|warc/revisit|unk"),
            ("collapse", "timestamp:10"),  # one an hour
        ]
    return f"{archive.index}?{urlencode(words)}"


def ask_copy(archive: Archive, memento: Memento) -> str:
    """Return the address of a copy as it was sent, nothing rewritten."""
    return f"{archive.url}/{_stamp(memento.moment)}id_/{memento.url}"


def read_index(body: bytes, page: str) -> IndexPage:
    """Return what an index says of `page`, in any of the forms that indexes answer in.

    Read are an array with a header row (Internet Archive), one object a line (pywb), CDXJ and the
    columns of CDX. Rows of other sites, redirects, errors and other media are left out; a
    repeated body (revisit) counts, as the page was there.

    Raises:
        InputError: If it is none of these.
    """
    text = body.decode("utf-8", "replace").strip()
    try:
        rows = list(_read_rows(text))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"found {text[:80]!r}; wanted the lines of a CDX index (JSON or text)"
        ) from error
    site = name_source(page)
    found: list[Memento] = []
    last: datetime | None = None
    for row in rows:
        moment = _read_stamp(str(row.get("timestamp", "")))
        if moment is None:
            continue
        last = max(last, moment) if last else moment
        media = str(row.get("mimetype") or "").lower()
        url = _clean(str(row.get("original") or ""))
        is_page = str(row.get("statuscode") or "") in _STATUSES and media in _MEDIA
        if url is not None and is_page and name_source(url) == site:
            found.append(Memento(moment, url))
    return IndexPage(tuple(found), len(rows), last)


def continue_index(answer: IndexPage, first: datetime) -> datetime | None:
    """Return from when on to ask further; None if an answer that began at `first` was all."""
    if answer.n_rows < MAX_ROWS or answer.last is None:
        return None
    # Rows of the last second may have been cut off: it is asked for again.
    return answer.last if answer.last > first else first + timedelta(seconds=1)


def find_memento(visit: Visit) -> Memento | None:
    """Return which copy an archive answered with; None if it was no copy but a word of its own.

    The archive's Memento-Datetime counts; where there is none, the timestamp in the address of a
    good answer.

    Source: RFC 7089.
    """
    places = (visit.header("Content-Location") or "", visit.url, visit.request.url)
    place = next(filter(None, map(_PLACE.search, places)), None)
    if place is None:
        return None
    url = _clean(re.sub(r"^(https?):/+", r"\1://", place[2]))
    moment = _read_date(visit.header("Memento-Datetime"))
    if moment is None and visit.status == 200:
        moment = _read_stamp(place[1])
    return Memento(moment, url) if moment and url else None


def read_copy(visit: Visit, memento: Memento, source: str) -> Document:
    """Return the page that a good answer of an archive holds, as if it had been visited then."""
    headers = [
        (name[len(_ORIGINAL) :], value)
        for name, value in visit.headers
        if name.lower().startswith(_ORIGINAL) and name.lower() != f"{_ORIGINAL}content-type"
    ]
    media = visit.header("Content-Type") or "text/html"
    return Document(
        origin=visit.request.url,
        body=visit.body,
        form="html",
        url=memento.url,
        captured_at=memento.moment,
        charset=visit.charset,
        status=visit.status,
        source=source,
        headers=(("Content-Type", media), *headers),
    )


def _read_rows(text: str) -> Iterator[Mapping[str, Any]]:
    if text.startswith("["):
        names, *rows = json.loads(text) or [[]]
        # A key to go on from stands in a row of its own.
        yield from (dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names))
        return
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("{"):
            yield _rename(json.loads(line))
        elif not line.startswith("CDX "):
            key, stamp, rest = line.split(" ", 2)
            if not stamp.isdigit():
                raise ValueError(line)
            if rest.startswith("{"):
                yield _rename(json.loads(rest)) | {"timestamp": stamp}
            else:
                yield dict(zip(_COLUMNS, (key, stamp, *rest.split()), strict=False))


def _rename(row: Mapping[str, Any]) -> dict[str, Any]:
    return {_FIELDS.get(name, name): value for name, value in row.items()}


def _clean(url: str) -> str | None:
    """Return an address as its site would write it: archives keep the default port."""
    try:
        parts = urlsplit(strip_credentials(url))
    except InputError:
        return None
    port = {"http": ":80", "https": ":443"}[parts.scheme]
    return urlunsplit(
        parts._replace(netloc=parts.netloc.removesuffix(port), path=parts.path or "/")
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _read_stamp(text: str) -> datetime | None:
    if not _STAMP.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _read_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
