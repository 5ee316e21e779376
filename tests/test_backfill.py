"""The past of a source, out of archives that really answer."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time as clock
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from click.testing import CliRunner

from tracker import Study
from tracker.cli import main
from tracker.collector import wayback
from tracker.collector.documents import Document
from tracker.collector.page_writers import PageWriter
from tracker.collector.wayback import ArchiveSettings
from tracker.config import Config, SourceSettings, StudySettings
from tracker.errors import InputError
from tracker.intakes import backfillers

PAGE = "https://www.harbour.example/"
FIRST, LAST = date(2026, 1, 5), date(2026, 1, 16)
HEADLINES = (
    "Late frost ruins the apple harvest in {}", "Museum of {} opens its hidden archive",
    "Bridge at {} closed after a ship hits its pillar", "Ferry service to {} returns at last",
)  # fmt: skip
TOWNS = ("Korsum", "Alvik", "Perran", "Tolmin", "Eastwick", "Varde", "Ludlow", "Skagen")


def make_page(number: int) -> bytes:
    """Return a front page that shows other headlines each time."""
    town = TOWNS[number % len(TOWNS)]
    items = "".join(
        f'<li><a href="/news/{number}{i}00-story-of-{town.lower()}">{text.format(town)}</a></li>'
        for i, text in enumerate(HEADLINES)
    )
    return f"<html><body><h3>Latest news</h3><ul>{items}</ul></body></html>".encode()


def make_copies() -> dict[datetime, bytes]:
    """Return what an archive holds: some nights often, some never, never quite in time."""
    copies = {}
    for night in range(12):
        if night in (3, 4):
            continue
        day = datetime.combine(FIRST + timedelta(days=night), time(), UTC)
        for hour in (2, 8, 19, 22)[night % 3 :]:
            copies[day + timedelta(hours=hour, minutes=night)] = make_page(len(copies))
    return copies


COPIES = make_copies()
EVENINGS = [
    datetime.combine(FIRST + timedelta(days=night), time(19, night), UTC)
    for night in range(12)
    if night not in (3, 4)
]

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Front:
    """Stands before an archive, writes down what it is asked and can be made to fail.

    Attributes:
        url: Where the archive's copies are, seen from outside.
        answer: What the archive behind answers to a path.
        asked: Every path that was asked for, with the time.
        faults: By a part of a path: answers that come first.
        held: Part of a path that is never answered.
    """

    url: str
    answer: Callable[[str], Answer]
    asked: list[tuple[str, float]] = field(default_factory=list)
    faults: dict[str, list[Answer]] = field(default_factory=dict)
    held: str | None = None

    def respond(self, path: str) -> Answer:
        self.asked.append((path, clock.monotonic()))
        if self.held and self.held in path:
            clock.sleep(30)
        for part, answers in self.faults.items():
            if part in path and answers:
                return answers.pop(0)
        return self.answer(path)

    def asked_for(self, part: str) -> list[str]:
        return [path for path, _ in self.asked if part in path]


def serve(address: str, answer: Callable[[str], Answer], place: str) -> Iterator[Front]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = front.respond(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    with Server((address, 0), Handler) as server:
        front = Front(f"http://{address}:{server.server_address[1]}{place}", answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield front
        server.shutdown()


def answer_classic(path: str) -> Answer:
    """Answer as the Internet Archive does: a header row, filters, redirects to the nearest copy."""
    if path.startswith("/cdx/search/cdx?"):
        asked = parse_qs(urlsplit(path).query)
        assert asked["url"] == [PAGE]
        first, last = asked["from"][0], asked["to"][0]
        head = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
        key, old = "example,harbour)/", "http://harbour.example:80/"
        rows = [
            [key, stamp(m), old if m.day % 2 else PAGE, "text/html", "200", "X" * 32, "900"]
            for m in COPIES
        ]
        rows += [[key, "20260108120000", PAGE, "text/html", "301", "Y" * 32, "300"]]
        rows = sorted(row for row in rows if first <= row[1] <= last)[: int(asked["limit"][0])]
        return 200, {"Content-Type": "application/json"}, json.dumps([head, *rows]).encode()
    match = re.fullmatch(r"/web/(\d{14})id_/(https?://.*)", path)
    if match is None:
        return 404, {"Content-Type": "text/html"}, b"<html>nothing here</html>"
    wanted = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    moment = min(COPIES, key=lambda copy: abs(copy - wanted))
    if moment != wanted:
        return 302, {"Location": f"/web/{stamp(moment)}id_/{match[2]}"}, b""
    said = {
        "Content-Type": "text/html; charset=utf-8",
        "Memento-Datetime": moment.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "X-Archive-Orig-Server": "harbour",
    }
    return 200, said, COPIES[moment]


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S")


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "at_most_one_a_second" not in request.node.name:
        monkeypatch.setattr(backfillers, "INDEX_DELAY", 0.0)


@pytest.fixture
def classic() -> Iterator[Front]:
    yield from serve("127.0.6.1", answer_classic, "/web")


def find_wayback() -> str | None:
    """Return the program of pywb, which is GPL and so runs as a program of its own only."""
    homes = [os.environ.get("UV_TOOL_BIN_DIR", ""), str(Path.home() / ".local" / "bin")]
    return shutil.which("wayback") or shutil.which("wayback", path=os.pathsep.join(homes))


@pytest.fixture(scope="module")
def pywb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve our own WARC by pywb; give the address of its collection."""
    wayback = find_wayback()
    if wayback is None:
        pytest.skip("no pywb on this machine: uv tool install pywb")
    folder = tmp_path_factory.mktemp("pywb")
    with (folder / "copies.warc.gz").open("wb") as file:
        writer = PageWriter(file, "copies.warc.gz")
        for moment, body in COPIES.items():
            document = Document("test", body, "html", status=200, charset="utf-8")
            writer.write(document, PAGE, "Harbour", moment)
    manager = str(Path(wayback).with_name("wb-manager"))
    for words in (["init", "news"], ["add", "news", "copies.warc.gz"]):
        subprocess.run([manager, *words], cwd=folder, check=True, capture_output=True)
    address, port = "127.0.6.2", 18_099
    server = subprocess.Popen(
        [wayback, "-b", address, "-p", str(port)], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(100):
        try:
            socket.create_connection((address, port), 1).close()
            break
        except OSError:
            clock.sleep(0.1)
    yield f"http://{address}:{port}"
    server.terminate()
    server.wait()


@pytest.fixture
def fronted(pywb: str) -> Iterator[Front]:
    """A front before pywb."""

    def answer(path: str) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(pywb).netloc, timeout=20)
        connection.request("GET", path)
        said = connection.getresponse()
        body = said.read()
        keep = ("Content-Type", "Memento-Datetime", "Location", "Content-Location")
        headers = {name: value for name, value in said.getheaders() if name in keep}
        connection.close()
        return said.status, headers, body

    yield from serve("127.0.6.3", answer, "/news")


@pytest.fixture(params=["classic", "fronted"])
def archive(request: pytest.FixtureRequest) -> Front:
    front: Front = request.getfixturevalue(request.param)
    return front


def configure(front: Front) -> Config:
    return Config(
        study=StudySettings(time_zone="UTC"),
        archive=ArchiveSettings(url=front.url, delay=0.0, allow_private=True),
        source=(SourceSettings("Harbour", PAGE),),
    )


def open_study(folder: Path, front: Front) -> Study:
    return Study(folder / "study", config=configure(front))


def test_of_each_night_the_copy_nearest_to_the_evening_is_taken(archive: Front, tmp_path: Path):
    study = open_study(tmp_path, archive)
    seen: list[tuple[str, int, int]] = []
    result = study.backfill("Harbour", FIRST, LAST, progress=lambda *said: seen.append(said))
    assert seen[-1] == ("replay", 10, 10)
    assert (result.source, result.url, result.spans, result.asked) == ("Harbour", PAGE, 12, 10)
    assert (result.captures, result.sightings, result.problems) == (10, 40, ())
    assert result.stopped is None
    captures = study.read("captures").sort("captured_at")
    assert captures["captured_at"].to_list() == EVENINGS
    assert set(captures["source"]) == {"Harbour"}
    assert set(captures["status"]) == {200}
    assert {urlsplit(url).hostname for url in captures["url"]} <= {
        "www.harbour.example",
        "harbour.example",
    }
    titles = (
        study.read("sightings").sort("rank").filter(pl.col("captured_at") == EVENINGS[0])["title"]
    )
    number = list(COPIES).index(EVENINGS[0])
    assert titles.to_list() == [text.format(TOWNS[number % 8]) for text in HEADLINES]

    assert result.gaps == ("2026-01-08", "2026-01-09")
    fresh = Study(tmp_path / "fresh")
    fresh.ingest(study.folder / "captures")
    for table in ("captures", "lists", "sightings"):
        one, other = study.read(table), fresh.read(table)
        assert one.sort(one.columns).equals(other.sort(one.columns))
    n_asked = len(archive.asked)
    again = study.backfill("Harbour", FIRST, LAST)
    assert (again.stored, again.asked, len(archive.asked)) == (10, 0, n_asked)


def test_a_closer_look_asks_for_what_is_not_here_only(classic: Front, tmp_path: Path):
    study = open_study(tmp_path, classic)
    study.backfill("Harbour", FIRST, LAST)
    more = study.backfill("Harbour", FIRST, LAST, every="12h", at=time(19))
    assert more.stored == 10
    assert more.asked > 0
    replays = classic.asked_for("id_/")
    assert len(replays) == len(set(replays))


def test_an_archive_that_asks_for_a_moment_gets_it(classic: Front, tmp_path: Path):
    classic.faults["id_/"] = [(429, {"Retry-After": "2"}, b"slow down")]
    study = open_study(tmp_path, classic)
    result = study.backfill("Harbour", FIRST, date(2026, 1, 7))
    assert (result.captures, result.problems, result.stopped) == (3, (), None)
    times = [moment for path, moment in classic.asked if "id_/" in path]
    assert len(times) == 4
    assert times[1] - times[0] >= 1.9


def test_an_archive_that_asks_for_hours_is_left_alone_until_the_next_run(
    fronted: Front, tmp_path: Path
):
    study = open_study(tmp_path, fronted)
    fronted.faults[f"/{stamp(EVENINGS[2])}"] = [(429, {"Retry-After": "3600"}, b"slow down")]
    result = study.backfill("Harbour", FIRST, LAST)
    assert result.captures == 2
    assert "429, Retry-After 3600 s" in str(result.stopped)
    assert len(fronted.asked_for("id_/")) == 3
    assert study.read("runs")["outcome"].to_list() == ["partly"]
    held = study.backfill("Harbour", FIRST, LAST)
    assert "not visited" in str(held.stopped)
    assert len(fronted.asked_for("id_/")) == 3


def test_an_index_that_does_not_answer_ends_the_run_with_no_gap_told(
    classic: Front, tmp_path: Path
):
    classic.faults["cdx"] = [(403, {}, b"not for you")] * 5
    result = open_study(tmp_path, classic).backfill("Harbour", FIRST, LAST)
    assert "the index" in str(result.stopped)
    assert "403" in str(result.stopped)
    assert (result.gaps, result.asked) == ((), 0)


def test_killed_and_started_again_it_goes_on(classic: Front, tmp_path: Path):
    (tmp_path / "tracker.toml").write_text(
        f'[archive]\nurl = "{classic.url}"\ndelay = 0.0\nallow_private = true\n'
        f'[[source]]\nname = "Harbour"\nurl = "{PAGE}"\n'
    )
    words = ["backfill", "Harbour", "--from", f"{FIRST}", "--to", f"{LAST}", "--json"]
    command = [sys.executable, "-m", "tracker", "--study", "study", *words]
    classic.held = stamp(EVENINGS[6])
    first = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    deadline = clock.monotonic() + 60
    while not classic.asked_for(classic.held) and clock.monotonic() < deadline:
        clock.sleep(0.05)
    clock.sleep(1.0)
    first.send_signal(signal.SIGKILL)
    first.wait()
    classic.held = None
    second = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    told = json.loads(second.stdout)
    assert (told["stored"], told["asked"], told["stopped"]) == (6, 4, None)
    replays = classic.asked_for("id_/")
    assert sorted({path for path in replays if replays.count(path) > 1}) == [
        path for path in dict.fromkeys(replays) if stamp(EVENINGS[6]) in path
    ]
    never = open_study(tmp_path / "never", classic)
    never.backfill("Harbour", FIRST, LAST)
    for table in ("captures", "lists", "sightings"):
        one, other = Study(tmp_path / "study").read(table), never.read(table)
        assert one.sort(one.columns).equals(other.sort(one.columns))


def test_an_index_that_answers_in_parts_is_read_to_its_end(
    archive: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wayback, "MAX_ROWS", 6)
    result = open_study(tmp_path, archive).backfill("Harbour", FIRST, LAST, dry_run=True)
    assert len(result.planned) == 10
    assert len(archive.asked_for("cdx")) > 3


def test_a_copy_at_another_address_of_the_site_is_asked_for_once(classic: Front, tmp_path: Path):
    moment = EVENINGS[0]
    classic.faults["id_/"] = [
        (302, {"Location": f"/web/{stamp(moment)}id_/https://www.harbour.example/home"}, b"")
    ]
    study = open_study(tmp_path, classic)
    assert study.backfill("Harbour", FIRST, FIRST).captures == 1
    assert study.read("captures")["url"].to_list() == ["https://www.harbour.example/home"]
    assert study.backfill("Harbour", FIRST, FIRST).stored == 1


def test_a_copy_that_leads_to_the_nearest_one_is_taken_once_at_its_own_time(
    classic: Front, tmp_path: Path
):
    """The index names copies that are gone; their addresses lead to the nearest that is there."""
    ghosts = [datetime(2026, 1, 5, 20, tzinfo=UTC), datetime(2026, 1, 9, 20, tzinfo=UTC)]
    rows = [["timestamp", "original", "mimetype", "statuscode"]]
    rows += [[stamp(moment), PAGE, "text/html", "200"] for moment in ghosts]
    classic.faults["cdx"] = [(200, {}, json.dumps(rows).encode())]
    study = open_study(tmp_path, classic)
    result = study.backfill("Harbour", FIRST, date(2026, 1, 9))
    assert study.read("captures")["captured_at"].to_list() == [EVENINGS[0]]
    (problem,) = result.problems
    assert "gave its copy of 2026-01-10" in problem.message
    n_asked = len(classic.asked)
    again = study.backfill("Harbour", FIRST, date(2026, 1, 9))
    assert (again.stored, again.asked, len(classic.asked)) == (1, 0, n_asked)


def test_an_error_that_was_archived_is_a_visit_and_one_of_the_archive_is_none(
    classic: Front, tmp_path: Path
):
    then = {"Memento-Datetime": "Mon, 05 Jan 2026 19:00:00 GMT", "Content-Type": "text/html"}
    classic.faults[f"/{stamp(EVENINGS[0])}"] = [(404, then, b"<html>gone that night</html>")]
    classic.faults[f"/{stamp(EVENINGS[1])}"] = [(404, {}, b"<html>not in the archive</html>")]
    study = open_study(tmp_path, classic)
    result = study.backfill("Harbour", FIRST, date(2026, 1, 7))
    captures = study.read("captures").sort("captured_at")
    assert captures["outcome"].to_list() == ["http_error", "ok"]
    assert captures["status"].to_list() == [404, 200]
    assert captures["captured_at"].to_list() == [EVENINGS[0], EVENINGS[2]]
    assert "404" in captures["note"][0]
    assert (result.failures, len(result.problems)) == (1, 1)


def test_an_archive_that_fails_again_and_again_ends_the_run(classic: Front, tmp_path: Path):
    classic.faults["id_/"] = [(404, {}, b"")] * 20
    result = open_study(tmp_path, classic).backfill("Harbour", FIRST, LAST)
    assert result.asked == 3
    assert "404" in str(result.stopped)


def test_a_dry_run_names_what_would_be_asked_for(classic: Front, tmp_path: Path):
    study = open_study(tmp_path, classic)
    result = study.backfill("Harbour", FIRST, LAST, every="7d", dry_run=True)
    assert result.planned == (
        f"{classic.url}/{stamp(EVENINGS[0])}id_/http://harbour.example/",
        f"{classic.url}/{stamp(EVENINGS[5])}id_/{PAGE}",
    )
    assert not classic.asked_for("id_/")
    assert study.read("captures").is_empty()


def test_long_pasts_are_asked_for_year_by_year_at_most_one_a_second(classic: Front, tmp_path: Path):
    study = open_study(tmp_path, classic)
    study.backfill("Harbour", date(2023, 11, 1), LAST, every="1mo", dry_run=True)
    times = [moment for path, moment in classic.asked if "cdx" in path]
    assert len(times) == 3
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))


def test_an_address_is_called_by_its_host_and_private_archives_must_be_allowed(
    classic: Front, tmp_path: Path
):
    allowed = replace_archive(classic, allow_private=True)
    result = Study(tmp_path / "a", config=allowed).backfill(PAGE, FIRST, FIRST)
    assert (result.source, result.captures) == ("harbour.example", 1)
    n_asked = len(classic.asked)
    shut = replace_archive(classic, allow_private=False)
    result = Study(tmp_path / "b", config=shut).backfill(PAGE, FIRST, FIRST)
    assert "allow_private" in str(result.stopped)
    assert len(classic.asked) == n_asked


def replace_archive(front: Front, *, allow_private: bool) -> Config:
    settings = ArchiveSettings(url=front.url, delay=0.0, allow_private=allow_private)
    return Config(archive=settings)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Nobody", FIRST, LAST), "no source of that name"),
        (("Harbour", LAST, FIRST), "wanted it before"),
        (("Harbour", date(2999, 1, 1), date(2999, 1, 2)), "wanted a night that has been"),
    ],
)
def test_what_cannot_be_asked_is_said(classic: Front, tmp_path: Path, words, message):
    with pytest.raises(InputError, match=message):
        open_study(tmp_path, classic).backfill(*words)
    assert classic.asked == []


def test_the_command_says_what_was_added_and_what_is_missing(classic: Front, tmp_path: Path):
    (tmp_path / "tracker.toml").write_text("[archive]\ndelay = 0.0\nallow_private = true\n")
    options = ["--study", str(tmp_path / "s"), "--config", str(tmp_path / "tracker.toml")]
    words = [*options, "backfill", PAGE, "--from", f"{FIRST}", "--to", f"{LAST}"]
    runner = CliRunner()
    done = runner.invoke(main, [*words, "--archive", classic.url])
    assert done.exit_code == 0
    assert "harbour.example: added 10 captures with 10 lists and 40 headlines" in done.output
    assert "not in the archive: 2026-01-08, 2026-01-09" in done.output
    classic.faults["cdx"] = [(404, {}, b"")] * 3
    words[words.index(f"{LAST}")] = "2026-01-17"
    failed = runner.invoke(main, [*words, "--archive", classic.url])
    assert failed.exit_code == 1
    assert "404" in failed.output
    assert "is this an archive's address, up to the timestamp" in failed.output
    assert "; nothing came\n" in failed.output
    assert "run it again" not in failed.output


def test_when_the_crawler_dies_the_run_ends_with_no_gap_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    night = date(2024, 3, 1)
    result = Study(tmp_path / "study").backfill("https://post.example/", night, night)
    assert "the crawler's process ended" in (result.stopped or "")
    assert result.gaps == ()
