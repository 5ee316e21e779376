"""The crawler on a web with every fault of real sites: each has its outcome and its words."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.collector.web.certificates import Authority
from tests.collector.web.hosts import PAGE, Case, build
from tests.collector.web.servers import Web
from tracker.collector.crawls import CrawlSettings, Visit, VisitRequest, crawl
from tracker.collector.harvest.decoding import decode

SETTINGS = CrawlSettings(
    delay=0.0, timeout=3.0, max_bytes=300_000, hosts=200, tries=2, backoff=0.3, patience=4.0
)


@dataclass(frozen=True)
class Visited:
    """The web after one crawl of all of it."""

    web: Web
    cases: list[Case]
    visits: dict[str, Visit]


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    authority = Authority(tmp_path_factory.mktemp("tls"))
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(authority.path)
    try:
        with Web() as web:
            cases = build(web, authority)
            requests = [
                VisitRequest(case.url, allow_private=True, meta=case.name, **case.asked)
                for case in cases
            ]
            visits = {visit.request.meta: visit for visit in crawl(requests, settings=SETTINGS)}
            yield Visited(web, cases, visits)
    finally:
        if before is None:
            del os.environ["SSL_CERT_FILE"]
        else:
            os.environ["SSL_CERT_FILE"] = before


def test_every_fault_has_its_outcome_and_its_words(visited: Visited):
    assert len({case.url for case in visited.cases}) >= 60
    wrong = []
    for case in visited.cases:
        visit = visited.visits[case.name]
        good = (
            (visit.outcome, visit.status) == (case.outcome, case.status)
            and (re.search(case.note, visit.note) if case.note else True)
            and (case.outcome not in ("ok", "unchanged") or bool(case.note) == bool(visit.note))
            and case.tries in (None, visit.tries)
        )
        if not good:
            found = (visit.outcome, visit.status, visit.note, visit.tries)
            wrong.append(f"{case.name}: found {found}; wanted {case}")
    assert wrong == []


def test_pages_are_text_whatever_their_hosts_say_of_their_charset(visited: Visited):
    for name in ("latin by header", "wrong charset", "no such charset"):
        visit = visited.visits[name]
        assert "Été à Genève" in decode(visit.body, visit.charset), name


def test_bodies_are_kept_as_sent_and_unpacked(visited: Visited):
    for name in ("gzip", "brotli", "deflate", "gzip in two members", "chunked", "plain"):
        visit = visited.visits[name]
        assert visit.body == PAGE, name
        assert (visit.raw != PAGE) == (visit.header("Content-Encoding") is not None), name


def test_redirects_are_told_in_order_and_passwords_in_them_go_nowhere(visited: Visited):
    visit = visited.visits["moved with a password"]
    start = next(case.url for case in visited.cases if case.name == "moved with a password")
    assert visit.redirects == (start,)
    assert visit.url == visited.cases[0].url
    assert not any("authorization" in hit.headers for hit in visited.web.hits)
    assert "secret" not in visit.url + visit.note


def test_a_page_of_which_we_hold_the_last_version_brings_no_body(visited: Visited):
    for name in ("same page by ETag", "same page by date"):
        assert visited.visits[name].raw == b""
    assert visited.visits["newer page"].etag == '"v1"'
