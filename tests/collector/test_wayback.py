"""What archives answer, in every form in which they do."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collector import wayback
from tracker.collector.crawls import Visit, VisitRequest
from tracker.collector.wayback import Memento, ask_index, find_memento, locate_archive, read_index
from tracker.errors import InputError

PAGE = "https://www.harbour.example/"
HEAD = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
ROW = ["example,harbour)/", "20260105200000", PAGE, "text/html", "200", "X", "9"]
WANTED = (Memento(datetime(2026, 1, 5, 20, tzinfo=UTC), PAGE),)


def change(**more: str) -> list[str]:
    return [more.get(name, value) for name, value in zip(HEAD, ROW, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([HEAD, ROW]),
        json.dumps([HEAD, ROW, [], ["example%2Charbour%29%2F+2026"]]),
        json.dumps({"urlkey": "x", "timestamp": ROW[1], "url": PAGE, "mime": "text/html",
                    "status": "200"}),
        f'{ROW[0]} {ROW[1]} {{"url": "{PAGE}", "mime": "text/html", "status": "200"}}',
        " ".join(ROW),
        f" CDX N b a m s k S\n{' '.join(ROW)}\n",
    ],
    ids=["header row", "with a key to go on", "pywb", "CDXJ", "columns", "CDX with its head"],
)  # fmt: skip
def test_every_form_of_index_is_read(text: str):
    assert read_index(text.encode(), PAGE).mementos == WANTED


@pytest.mark.parametrize(
    "row",
    [
        change(statuscode="301"),
        change(statuscode="404"),
        change(mimetype="image/png"),
        change(original="https://elsewhere.example/"),
        change(original="ftp://harbour.example/"),
        change(original="http://[::1/"),
        change(timestamp="20260231200000"),
        change(timestamp="2026"),
        change(timestamp="99990105200000"),
    ],
)
def test_rows_that_are_no_copy_of_the_page_are_left_out(row: list[str]):
    assert read_index(json.dumps([HEAD, row, ROW]).encode(), PAGE).mementos == WANTED


def test_repeats_count_and_default_ports_do_not():
    old = change(original="http://harbour.example:80", mimetype="warc/revisit", statuscode="-")
    (memento,) = read_index(json.dumps([HEAD, old]).encode(), PAGE).mementos
    assert memento.url == "http://harbour.example/"


@pytest.mark.parametrize("text", ["", "[]", "[[]]", json.dumps([HEAD])])
def test_an_index_may_know_nothing(text: str):
    assert read_index(text.encode(), PAGE).mementos == ()


@pytest.mark.parametrize("text", ["<html>Sorry</html>", '{"a"', "[1, 2]", "[" * 100_000, "a b c"])
def test_what_is_no_index_is_said(text: str):
    with pytest.raises(InputError, match="wanted the lines of a CDX index"):
        read_index(text.encode(), PAGE)


@given(st.binary(max_size=300))
def test_no_answer_brings_anything_else(body: bytes):
    with contextlib.suppress(InputError):
        read_index(body, PAGE)


def test_long_answers_are_continued_and_always_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wayback, "MAX_ROWS", 2)
    first = datetime(2026, 1, 5, 20, tzinfo=UTC)
    same = read_index(json.dumps([HEAD, ROW, ROW]).encode(), PAGE)
    assert wayback.continue_index(same, first) == first + timedelta(seconds=1)
    later = read_index(json.dumps([HEAD, ROW, change(timestamp="20260107080000")]).encode(), PAGE)
    assert wayback.continue_index(later, first) == datetime(2026, 1, 7, 8, tzinfo=UTC)
    short = read_index(json.dumps([HEAD, ROW]).encode(), PAGE)
    assert wayback.continue_index(short, first) is None


def test_an_archive_is_found_by_its_address():
    assert locate_archive("https://a.example/web/").index == "https://a.example/cdx/search/cdx"
    assert locate_archive("https://a.example/news").index == "https://a.example/news/cdx"
    assert locate_archive("https://a.example/x", "https://b.example/i").index.endswith("/i")
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    classic = ask_index(locate_archive("https://a.example/web"), PAGE, moment, moment)
    other = ask_index(locate_archive("https://a.example/news"), PAGE, moment, moment)
    assert "collapse=timestamp%3A10" in classic
    assert "collapse" not in other
    with pytest.raises(InputError):
        locate_archive("file:///etc")


def answer(status: int = 200, url: str = "", **headers: str) -> Visit:
    asked = f"https://a.example/web/20260105200000id_/{PAGE}"
    said = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Visit(VisitRequest(asked, role="replay"), "ok", status=status, url=url or asked,
                 headers=said)  # fmt: skip


def test_the_time_of_a_copy_is_what_the_archive_says():
    date = "Tue, 06 Jan 2026 07:00:00 GMT"
    told = Memento(datetime(2026, 1, 6, 7, tzinfo=UTC), PAGE)
    assert find_memento(answer(Memento_Datetime=date)) == told
    assert find_memento(answer(404, Memento_Datetime=date)) == told
    moved = f"https://a.example/web/20260106070000id_/{PAGE}"
    assert find_memento(answer(url=moved)) == told
    assert find_memento(answer(Content_Location=moved)) == told
    assert find_memento(answer()) == WANTED[0]
    assert find_memento(answer(404)) is None
    assert find_memento(answer(503, Memento_Datetime="soon")) is None
