"""Pages into WARC files that any archive tool reads."""

import base64
import hashlib
import io
import re
from datetime import UTC, datetime
from http.client import responses
from importlib.metadata import version
from typing import IO, Any, Final

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tracker.collector.documents import Document
from tracker.collector.warcs import BODY_HEADER, SOURCE_HEADER

_OF_THE_WIRE: Final = ("content-encoding", "transfer-encoding", "content-length")
"""Headers that speak of the bytes as they came, not of the unpacked body that is kept."""
_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f]+")


class PageWriter:
    """Writes pages into one WARC file, each record a gzip member of its own.

    A page that came over HTTP is a response, with the request before it where that is known; a
    saved page is a resource and a text a conversion, as nobody answered a request. Bodies are
    kept unpacked: headers of the wire stand there as X-Archive-Orig-…, as other archives do it.

    Source: ISO 28500:2017 (WARC 1.1).

    Args:
        file: Where to write, from its beginning.
        name: The file's name, for its first record.
    """

    def __init__(self, file: IO[bytes], name: str = "") -> None:
        self._file = file
        self._writer = WARCWriter(file, gzip=True, warc_version="1.1")
        about = {"software": f"tracker/{version('tracker')}", "format": "WARC File Format 1.1"}
        self._writer.write_record(self._writer.create_warcinfo_record(name, about))

    def write(self, document: Document, url: str, source: str, captured_at: datetime) -> int:
        """Write one page; return where its record begins, in bytes."""
        offset = self._file.tell()
        url = _flatten(url)
        headers = _describe(source, captured_at)
        body = io.BytesIO(document.body)
        record: Any
        if document.status is None:
            kind = "conversion" if document.form == "text" else "resource"
            record = self._writer.create_warc_record(
                url, kind, payload=body, warc_content_type=_media(document),
                warc_headers_dict=headers,
            )  # fmt: skip
        else:
            record = self._writer.create_warc_record(
                url, "response", payload=body, http_headers=_http_of(document),
                warc_headers_dict=headers,
            )  # fmt: skip
        self._writer.write_record(record)
        self._write_request(document, url, captured_at, record)
        return offset

    def refer(
        self, document: Document, url: str, source: str, captured_at: datetime, first: Document
    ) -> None:
        """Write that a page came again with the body of `first`, a page kept before."""
        url = _flatten(url)
        profile = "server-not-modified" if document.status == 304 else "identical-payload-digest"
        record = self._writer.create_revisit_record(
            url,
            digest_payload(document.body),
            refers_to_uri=_flatten(first.url or url),
            refers_to_date=_stamp(first.captured_at) if first.captured_at else None,
            http_headers=_http_of(document) if document.status is not None else None,
            warc_headers_dict={
                **_describe(source, captured_at),
                BODY_HEADER: document.body_hash,
                "WARC-Profile": f"http://netpreserve.org/warc/1.1/revisit/{profile}",
            },
        )
        self._writer.write_record(record)
        self._write_request(document, url, captured_at, record)

    def _write_request(
        self, document: Document, url: str, captured_at: datetime, answer: Any
    ) -> None:
        if not document.request:
            return
        target = re.sub(r"^https?://[^/]*", "", url) or "/"
        line = f"GET {target} HTTP/1.1"
        http = StatusAndHeaders(line, _plain(document.request), is_http_request=True)
        headers = {
            "WARC-Date": _stamp(captured_at),
            "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID"),
        }
        self._writer.write_record(
            self._writer.create_warc_record(
                url, "request", payload=io.BytesIO(), http_headers=http, warc_headers_dict=headers
            )
        )


def digest_payload(body: bytes) -> str:
    """Return the digest by which WARC files name a body."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _describe(source: str, captured_at: datetime) -> dict[str, str]:
    return {"WARC-Date": _stamp(captured_at), SOURCE_HEADER: _flatten(source)}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _media(document: Document) -> str:
    media = "text/plain" if document.form == "text" else "text/html"
    return f"{media}; charset={document.charset}" if document.charset else media


def _http_of(document: Document) -> StatusAndHeaders:
    status = document.status or 200
    said = _plain(document.headers) or [("Content-Type", _media(document))]
    kept = [
        (f"X-Archive-Orig-{name}" if name.lower() in _OF_THE_WIRE else name, value)
        for name, value in said
    ]
    kept.append(("Content-Length", str(len(document.body))))
    return StatusAndHeaders(f"{status} {responses.get(status, '')}", kept, protocol="HTTP/1.1")


def _plain(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Return headers without what would break out of their line."""
    return [(_NO_TEXT.sub("", name), _flatten(value)) for name, value in headers]


def _flatten(text: str) -> str:
    return _NO_TEXT.sub(" ", text)
