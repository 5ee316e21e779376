"""WARC files on the web, read as they come."""

import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from tracker import Study
from tracker.cli import main
from tracker.collector.documents import Document, Problem
from tracker.collector.page_writers import PageWriter
from tracker.collector.remote_warcs import RemoteSettings, read_remote
from tracker.collector.sources import choose_hosts
from tracker.collector.wayback import ArchiveSettings
from tracker.config import Config, SourceSettings

HOSTS = ("www.harbour.example", "news.courier.example", "notharbour.example")
PER_HOST = 20
QUICK = RemoteSettings(allow_private=True, tries=2, backoff=0.1, timeout=5.0)


def make_warc(path: Path) -> bytes:
    moment = datetime(2026, 1, 5, 20, tzinfo=UTC)
    with path.open("wb") as file:
        writer = PageWriter(file, path.name)
        for number in range(PER_HOST):
            for host in HOSTS:
                items = "".join(
                    f'<li><a href="/news/{number}{i}00-a-story-of-{host}">Harbour master number '
                    f"{number}{i} calms the night ferry</a></li>"
                    for i in range(4)
                )
                page = f"<html><body><h3>Latest news</h3><ul>{items}</ul></body></html>".encode()
                writer.write(
                    Document("test", page, "html", status=200, charset="utf-8"),
                    f"https://{host}/", "", moment + timedelta(hours=number),
                )  # fmt: skip
    return path.read_bytes()


@dataclass
class Shelf:
    """A server of one file.

    Attributes:
        url: Where it is.
        data: The file.
        cut: After how many bytes the connection breaks off.
        first: Answers that come before it: a status and header lines.
        asked: Paths asked for.
    """

    url: str
    data: bytes
    cut: int | None = None
    first: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            status, headers = served.first.pop(0) if served.first else (200, {})
            body = served.data if status == 200 else b""
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: served.cut])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.6.4", 0), Handler) as server:
        place = f"http://127.0.6.4:{server.server_address[1]}/crawl/1.warc.gz"
        served = Shelf(place, make_warc(tmp_path / "copies.warc.gz"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


def open_study(folder: Path) -> Study:
    source = SourceSettings("Harbour", "https://harbour.example/")
    return Study(
        folder, config=Config(archive=ArchiveSettings(allow_private=True), source=(source,))
    )


def test_pages_of_the_hosts_wanted_are_taken_and_others_passed_over(tmp_path: Path, shelf: Shelf):
    study = open_study(tmp_path / "study")
    result = study.ingest(tmp_path / "copies.warc.gz", hosts=["harbour.example"])
    assert (result.captures, result.problems) == (PER_HOST, ())
    assert set(study.read("captures")["source"]) == {"Harbour"}
    none = study.ingest(tmp_path / "copies.warc.gz", hosts=["nobody.example"])
    assert (none.captures, none.problems) == (0, ())


def test_a_file_on_the_web_gives_what_it_gives_on_disk_and_is_read_once(
    tmp_path: Path, shelf: Shelf
):
    study, local = open_study(tmp_path / "study"), open_study(tmp_path / "local")
    result = study.ingest(shelf.url, hosts=["courier.example", "www.harbour.example"])
    assert (result.files, result.captures, result.problems) == (1, 2 * PER_HOST, ())
    local.ingest(tmp_path / "copies.warc.gz", hosts=["courier.example", "www.harbour.example"])
    for table in ("captures", "lists", "sightings"):
        one, other = study.read(table), local.read(table)
        assert one.sort(one.columns).equals(other.sort(one.columns))
    assert study.ingest(shelf.url, hosts=["www.harbour.example", "courier.example"]).pages == 0
    assert len(shelf.asked) == 1
    assert study.ingest(shelf.url).captures == PER_HOST
    assert len(shelf.asked) == 2
    kept = [path for path in study.folder.rglob("*") if path.suffix == ".gz"]
    assert all("captures" in path.parts for path in kept)


def test_a_file_that_breaks_off_gives_what_came_and_is_read_again(tmp_path: Path, shelf: Shelf):
    study = open_study(tmp_path / "study")
    shelf.cut = len(shelf.data) // 2
    result = study.ingest(shelf.url)
    assert 0 < result.captures < 3 * PER_HOST
    assert "broke off" in result.problems[0].message
    shelf.cut = None
    again = study.ingest(shelf.url)
    assert (result.captures + again.captures, again.problems) == (3 * PER_HOST, ())


def read(shelf: Shelf, **more) -> tuple[int, list[str]]:
    """Return how many pages came, and the problems."""
    settings = RemoteSettings(**{**QUICK.__dict__, **more})
    found = list(read_remote(shelf.url, settings, choose_hosts(["harbour.example"])))
    problems = [item.message for item in found if isinstance(item, Problem)]
    return len(found) - len(problems), problems


def test_size_and_time_have_limits(shelf: Shelf):
    assert read(shelf) == (PER_HOST, [])
    pages, (problem,) = read(shelf, max_bytes=len(shelf.data) // 2)
    assert pages < PER_HOST
    assert "larger than" in problem
    pages, (problem,) = read(shelf, seconds=0.0)
    assert (pages, "not done after 0 s" in problem) == (0, True)


def test_a_server_gets_the_time_it_asks_for_unless_it_asks_for_hours(shelf: Shelf):
    shelf.first = [(503, {"Retry-After": "1"})]
    assert read(shelf) == (PER_HOST, [])
    shelf.first = [(429, {"Retry-After": "7200"})]
    pages, (problem,) = read(shelf)
    assert (pages, len(shelf.asked)) == (0, 3)
    assert "429, Retry-After 7200 s" in problem
    shelf.first = [(404, {})]
    assert read(shelf) == (0, ["the server answered 404; wanted 200"])


def test_private_addresses_need_permission_after_redirects_too(shelf: Shelf):
    pages, (problem,) = read(shelf, allow_private=False)
    assert (pages, shelf.asked) == (0, [])
    assert "private address" in problem
    shelf.first = [(302, {"Location": "http://169.254.169.254/secrets.warc"})]
    pages, (problem,) = read(shelf, timeout=0.5)
    assert pages == 0
    shelf.first = [(302, {"Location": "file:///etc/passwd"})]
    pages, (problem,) = read(shelf)
    assert (pages, "fetched" in problem) == (0, True)


def test_a_list_of_files_is_read_with_a_prefix_and_the_hosts_configured(
    tmp_path: Path, shelf: Shelf
):
    host = shelf.url.removesuffix("crawl/1.warc.gz")
    lines = f"# a crawl\ncrawl/1.warc.gz\n\n{host}other/2.warc.gz\n"
    (tmp_path / "warc.paths.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "tracker.toml").write_text(
        "[archive]\nallow_private = true\n"
        '[[source]]\nname = "Courier"\nurl = "https://www.courier.example/"\n'
    )
    options = ["--study", str(tmp_path / "s"), "--config", str(tmp_path / "tracker.toml"), "ingest"]
    words = ["--url-list", str(tmp_path / "warc.paths.gz"), "--hosts-from-config"]
    done = CliRunner().invoke(main, [*options, *words, "--prefix", host, "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert f"added {PER_HOST} new ones" in done.output
    assert shelf.asked == ["/crawl/1.warc.gz", "/other/2.warc.gz"]
    bad = CliRunner().invoke(main, [*options, *words])
    assert bad.exit_code == 1
    assert "line 2" in bad.output
    assert "--prefix" in bad.output
    assert CliRunner().invoke(main, options).exit_code == 2
