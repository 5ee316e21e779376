"""Pages out of WARC, ARC and WET files."""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as ArcIterator
from warcio.exceptions import ArchiveLoadFailed

from tracker.collector.documents import MAX_BYTES, Document, Form, Problem, find_charset
from tracker.collector.feeds import sniff_feed
from tracker.collector.warc_breaks import ends_whole, find_next, is_cut
from tracker.names import count

SOURCE_HEADER: Final = "WARC-Tracker-Source"
"""Extension field that keeps the source of a page that has no address of its own."""
BODY_HEADER: Final = "WARC-Tracker-Body"
"""Extension field by which a revisit record names the body it repeats, as the tables do."""

_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
_USERINFO: Final = re.compile(r"^(https?://)[^/?#]*@", re.IGNORECASE)
_HTML_START: Final = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
_WANTED: Final = (
    WarcRecordType.response
    | WarcRecordType.resource
    | WarcRecordType.conversion
    | WarcRecordType.revisit
)


Wants = Callable[[str], bool]
"""Says of the address of a page whether it is wanted."""


class Payloads:
    """Where the pages of archives were found, so that revisits of them can be read.

    Args:
        bodies: Where bodies are kept already, by the name that tables have for them.
    """

    def __init__(self, bodies: Mapping[str, tuple[Path, int]] | None = None) -> None:
        self.places: dict[str, tuple[Path, int]] = {}
        self._bodies = bodies or {}

    def find(self, record: Any) -> tuple[Path, int] | None:
        """Return where the page is that a revisit record repeats; None if nobody read it yet."""
        digest, body = (
            record.headers.get(name) or "" for name in ("WARC-Payload-Digest", BODY_HEADER)
        )
        return self.places.get(digest) or self._bodies.get(body)


def read_warc(
    path: Path, payloads: Payloads | None = None, wants: Wants | None = None
) -> Iterator[Document | Problem]:
    """Yield the pages of a WARC or WET file in order, and a problem for each part that is broken.

    A corrupt or cut record loses itself only: reading goes on at the next record. A revisit record
    is the page it refers to, at its own time.

    Args:
        path: The file.
        payloads: The pages of files read before, which revisits may refer to; grows.
        wants: Chooses pages by their address, before they are read; all if None.
    """
    found, others = 0, 0
    choice = _Choice(wants)
    payloads = payloads if payloads is not None else Payloads()
    with path.open("rb") as file:
        marker = b"\x1f\x8b\x08" if file.read(2) == b"\x1f\x8b" else b"WARC/1"
        start = 0
        while True:
            file.seek(start)
            place = start
            try:
                for record in _iterate(file, _WANTED, choice):
                    place = record.stream_pos
                    document = _read_record(record, path, payloads)
                    if document is None:
                        others += 1
                        continue
                    found += isinstance(document, Document)
                    yield document
                break
            except (OSError, ValueError, EOFError) as error:
                message = (
                    f"broken record behind this place ({error}); skipped to the next whole one"
                )
                yield Problem(f"{path}@{place}", message)
                next_start = find_next(file, marker, max(place, start) + 1)
                if next_start is None:
                    break
                start = next_start
        if is_cut(file, place) if marker[0] == 0x1F else not ends_whole(file):
            yield Problem(str(path), "the file ends in the middle of a record; it was cut off")
    if not found and not choice.passed_over:
        yield Problem(
            str(path),
            f"found no page in it ({count(others, 'record')} of other kinds); wanted HTML "
            "responses or page texts (a WAT file holds neither)",
        )


def read_stream(stream: IO[bytes], name: str, wants: Wants | None) -> Iterator[Document | Problem]:
    """Yield the pages of a WARC file as it comes, record by record.

    What is broken ends it, as nothing can be read twice; revisits are passed over for the same
    reason.

    Args:
        stream: The file; only `read` is called.
        name: How it is called.
        wants: As in `read_warc`.
    """
    place = 0
    try:
        for record in _iterate(stream, _WANTED & ~WarcRecordType.revisit, _Choice(wants)):
            place = record.stream_pos
            document = _read_record(record, name, Payloads())
            if document is not None:
                yield document
    except (OSError, ValueError, EOFError) as error:
        yield Problem(f"{name}@{place}", f"reading ended behind this place: {error}")


class _Choice:
    def __init__(self, wants: Wants | None) -> None:
        self._wants = wants
        self.passed_over = 0

    def __call__(self, record: Any) -> bool:
        url = _clean_uri(record.headers.get("WARC-Target-URI"))
        is_wanted = self._wants is None or (url is not None and self._wants(url))
        self.passed_over += not is_wanted
        return is_wanted


def _iterate(file: IO[bytes], kinds: WarcRecordType, choice: _Choice) -> ArchiveIterator:
    return ArchiveIterator(file, record_types=kinds, func_filter=choice, auto_decode="all")


def read_arc(path: Path) -> Iterator[Document | Problem]:
    """Yield the pages of an ARC file, the format before WARC."""
    with path.open("rb") as file:
        try:
            for record in ArcIterator(file, arc2warc=True):
                if record.rec_type != "response" or record.http_headers is None:
                    continue
                yield from _read_arc_record(record, str(path))
        except (ArchiveLoadFailed, OSError, ValueError, EOFError, zlib.error) as error:
            yield Problem(str(path), f"broken record ({error}); the rest of the file is not read")


def read_page(path: Path, offset: int) -> Document | Problem:
    """Return the page whose record begins at `offset` of a WARC file written by `PageWriter`."""
    with path.open("rb") as file:
        file.seek(offset)
        for record in ArchiveIterator(file, record_types=_WANTED, auto_decode="all"):
            return _read_record(record, path, Payloads()) or Problem(f"{path}@{offset}", "no page")
    return Problem(f"{path}@{offset}", "no page there")


def _read_record(record: Any, path: Path | str, payloads: Payloads) -> Document | Problem | None:
    """Return the page of a record, None where it holds something else."""
    origin = f"{path}@{record.stream_pos}"
    digest = record.headers.get("WARC-Payload-Digest")
    if record.record_type == WarcRecordType.revisit:
        return _read_revisit(record, origin, payloads)
    http = record.http_headers
    said = (http.get("Content-Type") if http else record.headers.get("Content-Type")) or ""
    media = said.split(";")[0].strip().lower()
    length = record.content_length
    # Feeds and sitemaps that a crawl happened to pass are not taken in; those we asked for are.
    is_asked = record.headers.get(SOURCE_HEADER) is not None
    is_text = record.record_type == WarcRecordType.conversion and media == "text/plain"
    is_known = is_text or media in _HTML_TYPES
    if not is_known and not is_asked and media not in ("", "text/plain"):
        return None
    body = record.reader.read(MAX_BYTES + 1)
    form = _find_form(body, is_known=is_known, is_asked=is_asked) if not is_text else "text"
    if form is None:
        return None
    if len(body) > MAX_BYTES:
        return Problem(origin, f"page larger than {MAX_BYTES:,} bytes; not read")
    if not body and length:
        return Problem(origin, f"record of {length} bytes without a page in it; it was cut off")
    if digest and isinstance(path, Path) and (not http or 200 <= (http.status_code or 200) < 300):
        # The last place: it is most often in the file of the revisit, which can be read.
        payloads.places[digest] = (path, record.stream_pos)
    return Document(
        origin=origin,
        body=body,
        form=form,
        url=_clean_uri(record.headers.get("WARC-Target-URI")),
        captured_at=_as_utc(record.record_date),
        charset=record.http_charset if http else find_charset(said),
        status=http.status_code if http else None,
        source=record.headers.get(SOURCE_HEADER),
    )


def _find_form(body: bytes, *, is_known: bool, is_asked: bool) -> Form | None:
    if is_asked and (found := sniff_feed(body)):
        return found
    return "html" if is_known or _HTML_START.match(body[:500]) else None


_REVISIT: Final = "a revisit, which holds no page but says that it was as in an earlier record"


def _read_revisit(record: Any, origin: str, payloads: Payloads) -> Document | Problem | None:
    place = payloads.find(record)
    if place is None:
        media = (record.http_content_type or "").lower()
        if media and media not in _HTML_TYPES and not record.headers.get(SOURCE_HEADER):
            return None
        return Problem(origin, f"{_REVISIT} that no archive read so far holds; not read")
    first = read_page(*place)
    if isinstance(first, Problem):
        # A file packed as one gzip member cannot be entered in the middle.
        return Problem(origin, f"{_REVISIT} that cannot be read by itself; not read")
    http = record.http_headers
    return replace(
        first,
        origin=origin,
        url=_clean_uri(record.headers.get("WARC-Target-URI")) or first.url,
        captured_at=_as_utc(record.record_date),
        charset=(record.http_charset if http else None) or first.charset,
        status=(http.status_code if http else None) or first.status,
        source=record.headers.get(SOURCE_HEADER) or first.source,
    )


def _read_arc_record(record: Any, name: str) -> Iterator[Document | Problem]:
    headers, http = record.rec_headers, record.http_headers
    url = _clean_uri(headers.get_header("WARC-Target-URI"))
    origin = f"{name}#{url}"
    kind = (http.get_header("Content-Type") or "").lower()
    if kind.split(";")[0].strip() not in _HTML_TYPES:
        return
    body = record.content_stream().read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        yield Problem(origin, f"page larger than {MAX_BYTES:,} bytes; not read")
        return
    date = headers.get_header("WARC-Date")
    status = http.get_statuscode()
    yield Document(
        origin=origin,
        body=body,
        form="html",
        url=url,
        captured_at=datetime.fromisoformat(date) if date else None,
        charset=find_charset(kind),
        status=int(status) if status and status.isdigit() else None,
    )


def _clean_uri(uri: str | None) -> str | None:
    # Some writers put the address between angle brackets, as an early draft of the standard had it.
    return _USERINFO.sub(r"\1", uri.strip("<> ")) if uri else None


def _as_utc(date: datetime | None) -> datetime | None:
    if date is None:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
