import gzip
import io
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator as WarcioIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tracker.collector.archives import File, list_files, read_documents
from tracker.collector.documents import MAX_BYTES, Document, Problem, find_date
from tracker.collector.page_writers import PageWriter
from tracker.collector.warcs import Payloads, read_page
from tracker.errors import InputError

PAGE = b"<!doctype html><html><body><h1>Bridge reopens after storm</h1></body></html>"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def read(path: Path) -> tuple[list[Document], list[Problem]]:
    found = [item for file in list_files(path) for item in read_documents(file)]
    documents = [item for item in found if isinstance(item, Document)]
    return documents, [item for item in found if isinstance(item, Problem)]


def write_warc(path: Path, pages: int, *, packed: bool = True) -> list[int]:
    """Write so many pages; return where each record begins."""
    offsets = []
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed)
        for number in range(pages):
            offsets.append(file.tell())
            http = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            body = PAGE.replace(b"storm", f"storm {number} {os.urandom(40).hex()}".encode())
            writer.write_record(
                writer.create_warc_record(
                    f"https://post.example/{number}.html",
                    "response",
                    payload=io.BytesIO(body),
                    http_headers=http,
                    warc_headers_dict={"WARC-Date": "2026-03-05T12:00:00Z"},
                )
            )
    return offsets


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-03-05/page.html", datetime(2024, 3, 5, tzinfo=UTC)),
        ("post-20240305201500.html.gz", datetime(2024, 3, 5, 20, 15, tzinfo=UTC)),
        ("2024-03-05T20:15:00Z.txt", datetime(2024, 3, 5, 20, 15, tzinfo=UTC)),
        ("20240305_2015.html", datetime(2024, 3, 5, 20, 15, tzinfo=UTC)),
        ("page-a20240305b.html", None),
        ("5fec70953d3c08ba.txt", None),
        ("2024-02-31.html", None),
    ],
)
def test_dates_in_names_are_found_and_nothing_else_is(name, expected):
    assert find_date(name) == expected


def test_a_folder_gives_its_pages_and_passes_over_the_rest(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "page.html.gz").write_bytes(gzip.compress(PAGE))
    (tmp_path / "a" / "page.txt").write_text("the same page as text")
    (tmp_path / "b.txt").write_text("another page")
    (tmp_path / "gold.json").write_text("{}")
    (tmp_path / ".hidden.html").write_bytes(PAGE)
    documents, problems = read(tmp_path)
    assert [(Path(d.origin).name, d.form) for d in documents] == [
        ("page.html.gz", "html"),
        ("b.txt", "text"),
    ]
    assert documents[0].body == PAGE
    assert not problems


@pytest.mark.parametrize(
    ("content", "form"),
    [(PAGE, "html"), (b"Just a line\n", "text"), (b"WARC/1.0\r\n\r\n", "warc"), (b"PAR1", "table")],
)
def test_a_file_named_by_the_user_is_known_by_its_content(tmp_path: Path, content, form):
    path = tmp_path / "saved"
    path.write_bytes(content)
    assert list_files(path) == [File(path, form)]
    path.write_bytes(gzip.compress(content))
    assert list_files(path) == [File(path, form)]


def test_what_cannot_be_used_is_named_with_what_is_wanted(tmp_path: Path):
    (tmp_path / "image").write_bytes(b"\x89PNG\0\0\0")
    (tmp_path / "note.docx").write_bytes(b"PK\x03\x04xx")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4 and some words that could be a text")
    (tmp_path / "empty").mkdir()
    for name in ("image", "note.docx", "paper.pdf", "empty", "absent"):
        with pytest.raises(InputError, match=rf"{name}: .*wanted a page \(.html"):
            list_files(tmp_path / name)


@pytest.mark.parametrize("name", ["x.html", "x.txt"])
def test_bytes_that_are_no_page_are_a_problem_and_not_a_page(tmp_path: Path, name):
    for content in (bytes(5000) + os.urandom(5000), b"PK\x03\x04xx"):
        (tmp_path / name).write_bytes(content)
        documents, (problem,) = read(tmp_path / name)
        assert not documents
        assert "wanted a page" in problem.message


def test_a_page_with_nuls_in_it_is_still_a_page(tmp_path: Path):
    (tmp_path / "x.html").write_bytes(b"\0\0" + PAGE + b"\0" * 50)
    (document,), problems = read(tmp_path / "x.html")
    assert document.body.count(PAGE) == 1
    assert not problems


def test_a_study_below_a_folder_is_not_taken_for_pages(tmp_path: Path):
    (tmp_path / "study" / "tables" / "runs" / "_delta_log").mkdir(parents=True)
    (tmp_path / "study" / "index.html").write_bytes(PAGE)
    (tmp_path / "page.html").write_bytes(PAGE)
    assert [file.path.name for file in list_files(tmp_path)] == ["page.html"]


def test_a_link_to_nothing_is_called_one(tmp_path: Path):
    (tmp_path / "page.html").symlink_to("/nowhere")
    with pytest.raises(InputError, match=r"page\.html: a link to nothing: /nowhere is not there"):
        list_files(tmp_path / "page.html")


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.html")
    with pytest.raises(InputError, match="neither a file nor a folder"):
        list_files(tmp_path / "pipe.html")


def test_a_cut_gzip_page_gives_what_is_left_and_says_so(tmp_path: Path):
    path = tmp_path / "page.html.gz"
    path.write_bytes(gzip.compress(PAGE + os.urandom(5000))[:-2000])
    (document,), (problem,) = read(path)
    assert document.body.startswith(PAGE)
    assert "cut gzip" in problem.message


def test_a_gzip_page_with_a_broken_byte_gives_what_is_before_it(tmp_path: Path):
    path = tmp_path / "page.html.gz"
    whole = gzip.compress(PAGE) + b"\x1f\x8b\x08 not gzip"
    path.write_bytes(whole)
    (document,), (problem,) = read(path)
    assert document.body == PAGE
    assert "broken gzip" in problem.message


def test_a_gzip_page_of_several_members_is_read_whole(tmp_path: Path):
    path = tmp_path / "page.html.gz"
    path.write_bytes(gzip.compress(PAGE) + gzip.compress(b"<p>more</p>"))
    (document,), problems = read(path)
    assert document.body == PAGE + b"<p>more</p>"
    assert not problems


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path):
    path = tmp_path / "bomb.html.gz"
    path.write_bytes(gzip.compress(bytes(MAX_BYTES + 1)))
    documents, (problem,) = read(path)
    assert not documents
    assert "larger than" in problem.message


def test_warc_pages_come_with_address_time_and_charset(tmp_path: Path):
    write_warc(tmp_path / "x.warc.gz", 3)
    documents, problems = read(tmp_path / "x.warc.gz")
    assert [d.url for d in documents] == [f"https://post.example/{n}.html" for n in range(3)]
    assert {(d.captured_at, d.charset, d.status) for d in documents} == {(NOON, "utf-8", 200)}
    assert not problems


@pytest.mark.parametrize("packed", [True, False])
def test_a_broken_record_loses_only_itself(tmp_path: Path, packed):
    path = tmp_path / ("x.warc.gz" if packed else "x.warc")
    offsets = write_warc(path, 5, packed=packed)
    data = bytearray(path.read_bytes())
    # The head of the third record: its gzip stream, or its version line and length.
    start = offsets[2] + (20 if packed else 4)
    data[start : start + 60] = b"\xff" * 60
    path.write_bytes(data)
    documents, problems = read(path)
    assert [d.url[-6] for d in documents if d.url] == ["0", "1", "3", "4"]
    assert any("broken record" in problem.message for problem in problems)


@pytest.mark.parametrize("packed", [True, False])
def test_a_cut_archive_gives_its_whole_pages_and_says_that_it_was_cut(tmp_path: Path, packed):
    path = tmp_path / ("x.warc.gz" if packed else "x.warc")
    offsets = write_warc(path, 3, packed=packed)
    path.write_bytes(path.read_bytes()[: offsets[2] + 150])
    documents, problems = read(path)
    assert {"https://post.example/0.html", "https://post.example/1.html"} <= {
        d.url for d in documents
    }
    assert problems


def test_a_revisit_is_the_page_it_refers_to_at_its_own_time(tmp_path: Path):
    path = tmp_path / "x.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")])
        first = writer.create_warc_record(
            "https://post.example/", "response", payload=io.BytesIO(PAGE), http_headers=http,
            warc_headers_dict={"WARC-Date": "2026-03-05T12:00:00Z"},
        )  # fmt: skip
        writer.write_record(first)
        digest = first.rec_headers.get_header("WARC-Payload-Digest")
        for target in (digest, "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"):
            again = writer.create_revisit_record(
                "https://post.example/", target, "https://post.example/", "2026-03-05T12:00:00Z",
                warc_headers_dict={"WARC-Date": "2026-03-06T12:00:00Z"},
            )  # fmt: skip
            writer.write_record(again)
    documents, (problem,) = read(path)
    assert [d.body for d in documents] == [PAGE, PAGE]
    assert documents[1].captured_at == datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert "a revisit, which holds no page" in problem.message
    assert "an earlier record that no archive read so far holds; not read" in problem.message

    whole = tmp_path / "packed-in-one-piece.warc.gz"
    write_warc(whole, pages=1)
    records = gzip.decompress(whole.read_bytes()) + gzip.decompress(path.read_bytes())
    whole.write_bytes(gzip.compress(records))
    payloads = Payloads()
    found = [list(read_documents(File(name, "warc"), payloads)) for name in (whole, path)]
    (_, _, cannot, _), (_, again, _) = found
    assert isinstance(cannot, Problem)
    assert "cannot be read by itself" in cannot.message
    assert isinstance(again, Document)


def test_wet_records_are_texts_and_an_archive_without_pages_says_so(tmp_path: Path):
    for name, kind, media in (("x.warc.wet.gz", "conversion", "text/plain"),
                              ("x.warc.wat.gz", "metadata", "application/json")):  # fmt: skip
        with (tmp_path / name).open("wb") as file:
            writer = WARCWriter(file, gzip=True)
            writer.write_record(
                writer.create_warc_record(
                    "https://post.example/", kind, payload=io.BytesIO("Brücke offen".encode()),
                    warc_content_type=media,
                )
            )  # fmt: skip
    (document,), _ = read(tmp_path / "x.warc.wet.gz")
    assert (document.form, document.body.decode()) == ("text", "Brücke offen")
    documents, (problem,) = read(tmp_path / "x.warc.wat.gz")
    assert not documents
    assert "found no page in it" in problem.message


def test_arc_pages_are_read(tmp_path: Path):
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=latin-1\r\n\r\n" + PAGE
    head = b"1 0 Archive\nURL IP-address Archive-date Content-type Archive-length\n"
    top = f"filedesc://x.arc 127.0.0.1 20140216050221 text/plain {len(head)}\n".encode()
    page = f"http://post.example/a 127.0.0.1 20140216050221 text/html {len(http)}\n".encode()
    (tmp_path / "x.arc").write_bytes(top + head + b"\n" + page + http + b"\n")
    (document,), problems = read(tmp_path / "x.arc")
    assert document.url == "http://post.example/a"
    assert document.captured_at == datetime(2014, 2, 16, 5, 2, 21, tzinfo=UTC)
    assert (document.body.strip(), document.charset) == (PAGE, "latin-1")
    assert not problems


def test_pages_written_can_be_read_again_where_they_are(tmp_path: Path):
    path = tmp_path / "kept.warc.gz"
    page = Document("here", PAGE, "html", charset="latin-1", status=200)
    saved = Document("here", PAGE + b"<p>saved</p>", "html", charset="windows-1251")
    text = Document("there", "Brücke\noffen".encode(), "text")
    with path.open("wb") as file:
        writer = PageWriter(file)
        first = writer.write(page, "https://post.example/", "post.example", NOON)
        second = writer.write(text, "note.txt", "folder", NOON)
        third = writer.write(saved, "saved.html", "folder", NOON)
    originals = ((first, page, "post.example"), (second, text, "folder"), (third, saved, "folder"))
    for offset, original, source in originals:
        found = read_page(path, offset)
        assert isinstance(found, Document)
        assert (found.body, found.form, found.charset) == (
            original.body, original.form, original.charset,
        )  # fmt: skip
        assert (found.captured_at, found.source) == (NOON, source)
    documents, problems = read(path)
    assert len(documents) == 3
    assert not problems


def test_neither_an_address_nor_a_source_breaks_out_of_its_line_or_brings_a_password(
    tmp_path: Path,
):
    path = tmp_path / "kept.warc.gz"
    page = Document(
        "here", PAGE, "html", status=200, url="https://ann:secret@post.example/", captured_at=NOON
    )
    with path.open("wb") as file:
        writer = PageWriter(file)
        odd = "https://ann:secret@post.example/\r\nWARC-Type: warcinfo"
        writer.write(page, odd, "Post\nWARC-Type: metadata", NOON)
        writer.refer(page, odd, "Post", NOON + timedelta(days=1), page)
    documents, problems = read(path)
    assert not problems
    assert [(document.url, document.source) for document in documents] == [
        ("https://post.example/ WARC-Type: warcinfo", "Post WARC-Type: metadata"),
        ("https://post.example/ WARC-Type: warcinfo", "Post"),
    ]


def write_visits(folder: Path) -> tuple[Document, Document]:
    """Write a page as it came over HTTP, and in a second file that it came again, unchanged."""
    first = Document(
        "there", PAGE, "html", charset="utf-8", status=200, url="https://post.example/a?b=1",
        captured_at=NOON, request=(("Host", "post.example"), ("User-Agent", "tracker/1")),
        headers=(("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"),
                 ("X-Odd", "one\r\nInjected: two")),
    )  # fmt: skip
    later = NOON + timedelta(days=1)
    again = replace(first, status=304, captured_at=later, headers=(("Age", "1"),))
    with (folder / "1.warc.gz").open("wb") as file:
        PageWriter(file, "1.warc.gz").write(first, str(first.url), "post.example", NOON)
    with (folder / "2.warc.gz").open("wb") as file:
        PageWriter(file).refer(again, str(again.url), "post.example", later, first)
    return first, again


def test_visits_come_back_from_several_files_with_what_the_server_said(tmp_path: Path):
    first, again = write_visits(tmp_path)
    payloads = Payloads()
    found = [d for file in list_files(tmp_path) for d in read_documents(file, payloads)]
    for document, original in zip(found, (first, again), strict=True):
        assert isinstance(document, Document)
        assert (document.body, document.status, document.url, document.captured_at) == (
            PAGE, original.status, original.url, original.captured_at,
        )  # fmt: skip
        assert (document.source, document.charset) == ("post.example", "utf-8")


def test_other_tools_read_what_was_written(tmp_path: Path):
    write_visits(tmp_path)
    records = []
    for name in ("1.warc.gz", "2.warc.gz"):
        with (tmp_path / name).open("rb") as file:
            for record in WarcioIterator(file, check_digests="raise"):
                body = record.content_stream().read()
                records.append((record.rec_type, record.rec_headers, record.http_headers, body))
    kinds = [kind for kind, *_ in records]
    assert kinds == ["warcinfo", "response", "request", "warcinfo", "revisit", "request"]
    _, answer, http, body = records[1]
    assert (body, http.get_header("X-Archive-Orig-Content-Encoding")) == (PAGE, "gzip")
    assert http.get_header("Content-Encoding") is None
    assert http.get_header("Injected") is None
    _, asked, request, _ = records[2]
    assert asked.get_header("WARC-Concurrent-To") == answer.get_header("WARC-Record-ID")
    assert request.statusline == "/a?b=1 HTTP/1.1"
    _, revisit, http, _ = records[4]
    assert revisit.get_header("WARC-Profile").endswith("server-not-modified")
    assert revisit.get_header("WARC-Payload-Digest") == answer.get_header("WARC-Payload-Digest")
    assert revisit.get_header("WARC-Refers-To-Target-URI") == "https://post.example/a?b=1"
    assert http.get_statuscode() == "304"


def test_a_json_file_is_taken_for_a_table_only_where_it_is_named(tmp_path: Path):
    (tmp_path / "lists.json").write_text('[{"title": "a"}]')
    (tmp_path / "lists.tsv").write_text("title\n")
    assert list_files(tmp_path / "lists.json") == [File(tmp_path / "lists.json", "table")]
    assert list_files(tmp_path) == [File(tmp_path / "lists.tsv", "table")]


def test_a_workbook_is_refused_with_what_to_do(tmp_path: Path):
    (tmp_path / "Lists.XLSX").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match=r"Lists\.XLSX: found a workbook; .* saved as CSV"):
        list_files(tmp_path / "Lists.XLSX")
