"""Pages of a good server, through the whole crawler."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tracker.collector.crawls import CrawlSettings, Visit, VisitRequest, crawl
from tracker.collector.settings import CollectSettings, SourceSettings
from tracker.config import Config
from tracker.errors import ConfigError, InputError
from tracker.intakes.peeks import peek_at

PAGE = (
    "<html><body><main><h1>Ferry service returns</h1><p>It was a calm day.</p></main>"
    "<aside><h3>Latest news</h3><ul>"
    '<li><a href="/a/1001-x">Late frost ruins the apple harvest</a></li>'
    '<li><a href="/a/1002-x">Museum opens its hidden archive to all</a></li>'
    '<li><a href="/a/1003-x">Bridge closed after a ship hits its pillar</a></li>'
    "</ul></aside></body></html>"
)
QUICK = CrawlSettings(contact="mailto:desk@press.example", delay=0.0, timeout=5.0, backoff=0.1)


@dataclass
class Site:
    """A good server and what it was asked."""

    url: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.asked.append((self.path, dict(self.headers)))
            body = PAGE.encode()
            if self.path == "/robots.txt":
                body = b"User-agent: *\nDisallow: /private\n"
            self.send_response(304 if "If-None-Match" in self.headers else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("ETag", '"v1"')
            if "If-None-Match" not in self.headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if "If-None-Match" not in self.headers:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.5.1", 0), Handler) as server:
        served = Site(f"http://127.0.5.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


def ask(url: str, **more) -> VisitRequest:
    return VisitRequest(url, source="Courier", allow_private=True, **more)


def test_a_page_comes_back_with_all_an_archive_needs(site: Site):
    (visit,) = crawl([ask(f"{site.url}/", meta=["anything"])], settings=QUICK)
    assert (visit.outcome, visit.status, visit.note, visit.tries) == ("ok", 200, "", 1)
    assert visit.body == visit.raw == PAGE.encode()
    assert (visit.charset, visit.etag) == ("utf-8", '"v1"')
    assert visit.request.meta == ["anything"]
    assert ("Host", site.url.removeprefix("http://")) in visit.sent
    assert visit.document is not None
    assert visit.document.captured_at == visit.started_at


def test_we_say_who_we_are_and_whom_to_write_to_and_carry_no_cookies(site: Site):
    list(crawl([ask(f"{site.url}/"), ask(f"{site.url}/b")], settings=QUICK))
    assert [path for path, _ in site.asked] == ["/robots.txt", "/", "/b"]
    for _, headers in site.asked:
        assert headers["User-Agent"].startswith("tracker/")
        assert "mailto:desk@press.example" in headers["User-Agent"]
        assert not {"Cookie", "Referer", "Authorization"} & set(headers)


def test_what_robots_txt_forbids_is_never_asked_for(site: Site):
    (visit,) = crawl([ask(f"{site.url}/private/x")], settings=QUICK)
    assert (visit.outcome, visit.note) == (
        "blocked",
        "robots.txt forbids /private/x; not visited",
    )
    assert [path for path, _ in site.asked] == ["/robots.txt"]


def test_a_page_we_hold_is_not_sent_again(site: Site):
    (visit,) = crawl([ask(f"{site.url}/", etag='"v1"')], settings=QUICK)
    assert (visit.outcome, visit.status, visit.body) == ("unchanged", 304, b"")


def test_a_visit_may_name_further_pages(site: Site):
    def follow(visit: Visit) -> list[VisitRequest]:
        return [ask(f"{site.url}/next", role="follow")] if visit.request.role == "front" else []

    visits = list(crawl([ask(f"{site.url}/")], settings=QUICK, follow=follow))
    assert [(v.request.role, v.outcome) for v in visits] == [("front", "ok"), ("follow", "ok")]


def test_hosts_and_their_robots_are_remembered_between_crawls(site: Site, tmp_path: Path):
    for page in "ab":
        list(crawl([ask(f"{site.url}/{page}")], settings=QUICK, state=tmp_path / "hosts.sqlite"))
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a", "/b"]


def test_a_crawl_may_be_left_early(site: Site):
    visits = crawl([ask(f"{site.url}/{n}", delay=0.3) for n in range(50)], settings=QUICK)
    assert next(visits).outcome == "ok"
    visits.close()
    assert len(site.asked) < 5


def test_private_addresses_are_not_visited_unless_the_source_says_so(site: Site):
    port = site.url.rpartition(":")[2]
    hosts = ("127.0.5.1", "localhost", "[::1]", "[::ffff:127.0.5.1]", "0.0.0.0", "2130706433")
    requests = [VisitRequest(f"http://{host}:{port}/") for host in hosts]
    visits = list(crawl(requests, settings=QUICK))
    assert {visit.outcome for visit in visits} <= {"blocked", "unreachable"}
    assert sum("private address" in visit.note for visit in visits) >= 5
    assert site.asked == []


def test_a_host_shut_to_one_source_is_open_to_the_one_it_belongs_to(site: Site):
    wanted = [VisitRequest(f"{site.url}/a"), ask(f"{site.url}/b"), VisitRequest(f"{site.url}/c")]
    visits = {visit.request.url[-1]: visit.outcome for visit in crawl(wanted, settings=QUICK)}
    assert visits == {"a": "blocked", "b": "ok", "c": "blocked"}


def test_passwords_in_addresses_go_nowhere(site: Site):
    (visit,) = crawl([ask(site.url.replace("http://", "http://me:secret@"))], settings=QUICK)
    assert visit.outcome == "ok"
    assert "secret" not in repr(visit) + repr(site.asked)


@pytest.mark.parametrize("url", ["ftp://press.example/", "press.example", "http://", "file:///x"])
def test_other_addresses_than_those_of_the_web_are_refused(url: str):
    with pytest.raises(InputError, match="wanted an http or https address"):
        VisitRequest(url)


def test_peek_looks_at_addresses_and_files_in_the_order_given(site: Site, tmp_path: Path):
    (tmp_path / "page.html").write_text(PAGE)
    places = [f"{site.url}/private", str(tmp_path / "page.html"), f"{site.url}/", "http://"]
    sights = list(peek_at(places, settings=QUICK, allow_private=True))
    assert [sight.origin for sight in sights] == places
    assert sights[0].problem == "robots.txt forbids /private; not visited"
    assert sights[1].page is not None
    assert sights[2].page is not None
    assert [item.title for item in sights[2].page.lists[0].items] == [
        item.title for item in sights[1].page.lists[0].items
    ]
    assert "wanted an http or https address" in str(sights[3].problem)


def test_peek_stays_out_of_private_nets(site: Site):
    (sight,) = peek_at([f"{site.url}/"], settings=QUICK)
    assert sight.page is None
    assert "private address; not visited; --allow-private permits it" in str(sight.problem)
    assert site.asked == []


def test_peek_visits_an_address_as_its_source_is_visited(site: Site):
    config = Config(
        collect=CollectSettings(contact="mailto:desk@press.example"),
        source=(
            SourceSettings("Shut", "http://127.0.5.1:1/"),
            SourceSettings("Courier", f"{site.url}/", allow_private=True, delay=0.0),
        ),
    )
    (sight,) = peek_at([f"{site.url}/"], config=config)
    assert sight.page is not None, sight.problem
    assert "mailto:desk@press.example" in site.asked[-1][1]["User-Agent"]
    (other,) = peek_at([f"{site.url}/else"], config=config)
    assert "private address" in str(other.problem)
    (named,) = peek_at([f"{site.url}/else"], config=config, source="Courier")
    assert named.page is not None
    with pytest.raises(ConfigError, match="wanted one of Shut, Courier"):
        list(peek_at([f"{site.url}/"], config=config, source="Curier"))


def test_a_crawler_that_dies_leaves_an_outcome_for_every_page(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "hosts.sqlite").write_text("not a database, however it is opened")
    requests = [ask(f"{site.url}/{n}") for n in range(3)]
    visits = list(crawl(requests, settings=QUICK, state=tmp_path / "hosts.sqlite"))
    assert [visit.outcome for visit in visits] == ["unreachable"] * 3
    assert "process ended (1, tracker.errors.StoreError: " in visits[0].note
    assert "hosts.sqlite: cannot be used (file is not a database" in visits[0].note
    assert "Traceback" in caplog.text
    assert site.asked == []


def test_a_crawl_works_in_scripts_that_guard_nothing_and_twice_in_a_process(
    site: Site, tmp_path: Path
):
    (tmp_path / "script.py").write_text(
        "from tracker.collector.crawls import CrawlSettings, VisitRequest, crawl\n"
        f"wanted = [VisitRequest({site.url!r}, allow_private=True)]\n"
        "for _ in range(2):\n"
        "    for visit in crawl(wanted, settings=CrawlSettings(delay=0.0)):\n"
        "        print(visit.outcome)\n"
    )
    command = [sys.executable, str(tmp_path / "script.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("ok\nok\n", "")
