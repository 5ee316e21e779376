"""What hostile answers cost: little, whatever they hold."""

import gzip

import pytest

from tracker.collector.crawls.tracks import Answer
from tracker.collector.crawls.verdicts import judge
from tracker.collector.crawls.visits import VisitRequest

PAGE = VisitRequest("https://news.example/")


def answer(
    raw: bytes, headers: dict[str, str] | None = None, flags: tuple[str, ...] = ()
) -> Answer:
    lines = tuple((headers or {"Content-Type": "text/html"}).items())
    return Answer(PAGE.url, 200, (), lines, raw, flags)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "body",
    [
        b"<!-- -->" * 500_000,
        b"<a x>" + b" " * 5_000_000,
        (b"<a x>" + b" " * 2_000) * 1_000,
        b" " * 5_000_000,
    ],
)
def test_no_page_keeps_the_crawl_from_its_other_hosts(body: bytes):
    assert judge(PAGE, answer(body), body)[0] in ("ok", "not_html")
    assert judge(PAGE, answer(body, {"Content-Type": "text/plain"}), body)[0] == "not_html"
    end = b"</html>" + body + b"."
    assert judge(PAGE, answer(end, flags=("dataloss",)), end)[0] == "http_error"


@pytest.mark.timeout(20)
def test_gzip_of_a_hundred_thousand_members_is_told_whole_from_cut_at_once():
    members = gzip.compress(b"") * 300_000 + gzip.compress(b"<html><p>News</html>")
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    body = b"<html><p>News"
    assert judge(PAGE, answer(members, headers), body) == ("ok", "")
    assert judge(PAGE, answer(members[:-5], headers), body)[0] == "http_error"
