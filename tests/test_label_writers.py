import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker import Study
from tracker.cli import main
from tracker.nights import label_writers
from tracker.nights.label_writers import EndpointWriter
from tracker.topics.label_answers import TopicText
from tracker.topics.settings import LabelSettings

KEY = "sk-very-secret"
FROST = TopicText(("frost", "apple"), ("Late frost ruins apple harvest",), ("a.example",), "en")


@dataclass
class Endpoint:
    """Behaves as the first part of the path says."""

    url: str
    asked: list[tuple[str, str | None, dict]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Server(ThreadingHTTPServer):
    endpoint: Endpoint


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.endpoint.asked.append((self.path, self.headers["Authorization"], asked))
        getattr(self, self.path.split("/")[1])(len(self.server.endpoint.asked))

    def say(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def good(self, _: int) -> None:
        said = json.loads(self.server.endpoint.asked[-1][2]["messages"][1]["content"])
        text = f"{' & '.join(said['words'][:2])} again".capitalize()
        self.say(json.dumps({"choices": [{"message": {"content": text}}]}).encode())

    def busy(self, count: int) -> None:
        if count < 3:
            self.say(b"", 429, Retry_After="3600")
        else:
            self.good(count)

    def broken(self, _: int) -> None:
        self.say(b"oh dear", 500)

    def hang(self, _: int) -> None:
        self.server.endpoint.over.wait(20)

    def drip(self, _: int) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.endpoint.over.is_set():
            try:
                self.wfile.write(b" ")
            except OSError:
                return
            time.sleep(0.02)

    def huge(self, _: int) -> None:
        try:
            self.say(b" " * 50_000_000)
        except OSError:
            return

    def garbage(self, _: int) -> None:
        self.say(b"<html>Welcome</html>")

    def injected(self, _: int) -> None:
        text = "<script>alert(1)</script>"
        self.say(json.dumps({"choices": [{"message": {"content": text}}]}).encode())

    def moved(self, _: int) -> None:
        self.say(b"", 307, Location=f"{self.server.endpoint.url}/good/v1/chat/completions")

    def refused(self, _: int) -> None:
        said = f"bad key {self.headers['Authorization']}\x1b[31m"
        self.say(json.dumps({"error": {"message": said}}).encode(), 401)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def serving() -> Iterator[Endpoint]:
    with Server(("127.0.7.1", 0), Handler) as server:
        endpoint = Endpoint(f"http://127.0.7.1:{server.server_address[1]}")
        server.endpoint = endpoint
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield endpoint
        endpoint.over.set()
        server.shutdown()


@pytest.fixture
def endpoint(serving: Endpoint) -> Endpoint:
    serving.asked.clear()
    return serving


@pytest.mark.parametrize(
    ("how", "label", "problem", "n_asked"),
    [
        ("good", "Frost & apple again", None, 1),
        ("busy", "Frost & apple again", None, 3),
        ("broken", None, "status 500", 3),
        ("hang", None, "no answer (ReadTimeoutError)", 1),
        ("drip", None, "too long, or too slow", 1),
        ("huge", None, "too long, or too slow", 1),
        ("garbage", None, "no chat completion", 1),
        ("injected", None, "line breaks or markup", 1),
        ("moved", None, "status 307", 1),
        ("refused", None, "status 401 (bad key Bearer …[31m)", 1),
    ],
)
def test_whatever_an_endpoint_does_a_label_comes_or_a_reason(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, how: str, label: str | None,
    problem: str | None, n_asked: int,
):  # fmt: skip
    monkeypatch.setattr(label_writers, "_LONGEST_PAUSE", 0.01)
    settings = LabelSettings(url=f"{endpoint.url}/{how}/v1/", model="m", timeout=0.3)
    answer = EndpointWriter(settings, KEY, backoff=0.0).write(FROST)
    assert answer.label == label
    assert (problem or "") in (answer.problem or "")
    assert KEY not in str(answer)
    asked = [(path, key) for path, key, _ in endpoint.asked]
    assert asked == [(f"/{how}/v1/chat/completions", f"Bearer {KEY}")] * n_asked


@pytest.fixture
def run(told: Study, tmp_path: Path, endpoint: Endpoint) -> Callable[..., Result]:
    """Run the command line on a study of its own, with an endpoint that does as is said."""
    shutil.copytree(told.folder, tmp_path / "study")

    def call(how: str, *arguments: str) -> Result:
        said = f'[labels]\nurl = "{endpoint.url}/{how}/v1"\nmodel = "m"\nkey = "LABEL_KEY"\n'
        (tmp_path / "tracker.toml").write_text(said if how else "")
        where = ["--study", str(tmp_path / "study"), "--config", str(tmp_path / "tracker.toml")]
        return CliRunner().invoke(main, [*where, *arguments], env={"LABEL_KEY": KEY})

    return call


def list_topics(run: Callable[..., Result]) -> dict[str, str]:
    lines = run("good", "show", "topics", "--json").stdout.splitlines()
    return {row["topic_id"]: row["label"] for row in map(json.loads, lines)}


def test_labels_are_shown_everywhere_asked_for_once_and_a_persons_wins(
    run: Callable[..., Result], endpoint: Endpoint, tmp_path: Path
):
    own = list_topics(run)
    done = run("good", "update")
    assert done.exit_code == 0, done.output
    written = list_topics(run)
    assert len(endpoint.asked) == len(own) > 3
    assert all(label.endswith(" again") for label in written.values())
    topic, label = next(iter(written.items()))
    escaped = label.replace("&", "&amp;")
    assert run("good", "report").exit_code == 0
    assert escaped in (tmp_path / "study" / "topics" / f"{topic}.html").read_text()
    assert label in run("good", "explain", label, "2026-01-10").stdout
    assert run("good", "replay").exit_code == 0
    assert len(endpoint.asked) == len(own)
    renamed = run("good", "topics", "rename", label, own[topic])
    assert renamed.exit_code == 0, renamed.output
    assert list_topics(run) == written | {topic: own[topic]}
    assert run("", "update").exit_code == 0
    assert list_topics(run) == own
    assert "written by m" in run("good", "check").output


def test_an_endpoint_that_fails_is_named_and_the_update_goes_on(
    run: Callable[..., Result], endpoint: Endpoint
):
    own = list_topics(run)
    done = run("garbage", "update")
    assert done.exit_code == 0
    assert "labels: the answer is no chat completion" in done.stderr
    assert len(endpoint.asked) == 3
    checked = run("garbage", "check")
    assert (checked.exit_code, "no chat completion" in checked.output) == (3, True)
    assert list_topics(run) == own
    done = run("injected", "update", "--json")
    said = json.loads(done.stdout)["labels"]
    assert said == {"written": 0, "unusable": len(own), "waiting": 0, "problems": []}
    assert run("injected", "update").stderr == ""
    assert len(endpoint.asked) == 3 + len(own)
    assert list_topics(run) == own
