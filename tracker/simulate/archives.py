"""The world's pages as WARC files, as a crawler would have kept them."""

import gzip
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import groupby
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tracker.simulate.editions import Edition

DOWN = "<!doctype html><title>503</title><h1>Service unavailable</h1><p>Back soon.</p>"


def write_archives(
    folder: Path, editions: Iterable[Edition], render: Callable[[Edition], str]
) -> tuple[Path, ...]:
    """Return the files written: one gzip WARC an outlet, one response record a page.

    Args:
        folder: Where they go; made if it is not there.
        editions: The pages, outlet by outlet.
        render: What turns a page into HTML.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for host, pages in groupby(editions, key=lambda edition: edition.outlet.host):
        path = folder / f"{host}.warc.gz"
        with path.open("wb") as file:
            writer = WARCWriter(file, gzip=True)
            for page in pages:
                _write(writer, page, render)
        written.append(path)
    return tuple(written)


def _write(writer: WARCWriter, page: Edition, render: Callable[[Edition], str]) -> None:
    outlet = page.outlet
    html = DOWN if page.down else render(page)
    body = html.encode(outlet.charset, errors="xmlcharrefreplace")
    # An old server names no charset: only the page itself does.
    charset = "; charset=utf-8" if outlet.charset == "utf-8" else ""
    headers = [
        ("Date", f"{page.captured_at:%a, %d %b %Y %H:%M:%S GMT}"),
        ("Server", "nginx" if outlet.packed else "Apache"),
        ("Content-Type", f"text/html{charset}"),
        ("Content-Language", outlet.language),
        ("Cache-Control", "max-age=60"),
    ]
    if outlet.packed and not page.down:
        body = gzip.compress(body, compresslevel=6, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(body))))
    stamp = f"{page.captured_at:%Y-%m-%dT%H:%M:%SZ}"
    status = "503 Service Unavailable" if page.down else "200 OK"
    record = writer.create_warc_record(
        page.url,
        "response",
        payload=BytesIO(body),
        length=len(body),
        http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Date": stamp,
            # The writer would draw a random one, and no two worlds would be the same.
            "WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{page.url} {stamp}')}>",
        },
    )
    writer.write_record(record)
