"""The digest as its reader meets it: files, feed, and messages to a real server."""

import json
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import feedparser
import polars as pl
import pytest
from click.testing import CliRunner
from lxml import etree

from tests.plotter.worlds import FIRST, GAP, HOSTILE, LAST, build_world
from tracker import Study
from tracker.cli import main
from tracker.config import Config, NotifySettings, parse_config
from tracker.errors import ConfigError, InputError
from tracker.outputs.notifications import Message, mask_address, send_message
from tracker.plotter.atom_feeds import ATOM, Entry, build_feed
from tracker.plotter.digest_pages import build_digest_page, build_entry
from tracker.plotter.digest_texts import to_markdown
from tracker.plotter.digests import read_digest
from tracker.plotter.prepared import prepare
from tracker.plotter.words import clean, points
from tracker.tables import DIGESTS

DATA = build_world()
PREPARED = prepare(DATA)
DIGEST = read_digest(
    PREPARED, FIRST, {("Ukraine", FIRST + timedelta(25), "editorial"): (0.2, 0.05, 0)}
)
PAGES = frozenset({"themes/ukraine.html"})


def claims(digest: Any) -> list[Any]:
    return [claim for section in digest.sections for claim in section.claims]


def test_each_claim_has_its_size_its_interval_its_chance_and_its_headlines():
    ukraine = next(c for c in claims(DIGEST) if c.subject.key == "Ukraine")
    assert "rises" in ukraine.headline
    assert re.search(r"\+\d+ points .*95% interval", ukraine.change)
    assert ukraine.chance.startswith("q")
    assert ukraine.links[0].title.startswith("Ukraine: report")
    assert DIGEST.n_claims >= len(claims(DIGEST)) > 1
    new = [section for section in DIGEST.sections if section.heading == "New"]
    assert all("95% band" in claim.change for section in new for claim in section.claims)


def test_a_topic_with_the_headlines_of_its_theme_is_counted_and_not_told_twice():
    data = replace(DATA, last_night=FIRST + timedelta(27))
    digest = read_digest(prepare(data), FIRST, {})
    rose = next(section for section in digest.sections if section.heading == "Rose")
    assert [claim.subject.key for claim in rose.claims] == ["Ukraine", "t4"]  # not t1
    assert rose.same == 1
    assert "and 1 with mostly the same headlines" in to_markdown(digest, PAGES)
    assert "and 1 with mostly the same headlines" in build_entry(digest, PAGES)


def test_why_names_what_the_lists_and_the_panel_did():
    data = replace(DATA, last_night=FIRST + timedelta(27))
    night = data.signals.filter(subject="Ukraine", kind="rise", channel="editorial")["night"][0]
    whys = {("Ukraine", night, "editorial"): (0.2, 0.05, 0.0)}
    told = next(c for c in claims(read_digest(prepare(data), FIRST, whys)) if c.why)
    assert "+20 points from the same lists of the same sources" in told.why
    assert "+5 points from lists that came, went or changed" in told.why
    assert "which sources were observed" not in told.why


def test_what_was_told_before_is_not_told_again():
    later = read_digest(PREPARED, LAST - timedelta(2), {})
    assert later.n_claims == 0
    assert later.heading == "Nothing new since 7 February 2024"
    assert "Nothing rose or faded beyond what chance would bring. Nothing was new" in later.summary
    levels = {level.subject.name: level for level in later.watched}
    assert levels["Atlantis"].now.startswith("0%")
    assert "95% band" in levels["Ukraine"].before


def test_nights_that_nobody_observed_are_said_to_be_so():
    unseen = replace(DATA, last_night=GAP)
    attention = unseen.attention.filter(night=GAP)
    assert attention["share"].null_count() == attention.height
    told = read_digest(prepare(unseen), GAP - timedelta(1), {})
    assert told.heading == "Nothing was observed after 20 January 2024"
    assert told.summary == "Observed: 0 of 1 night."


def test_hostile_headlines_are_text_in_every_form():
    hostile = [clean(text) for text in HOSTILE.values()]
    cast = [replace(claim, headline=text, links=[replace(claim.links[0], title=text)])
            for claim, text in zip(claims(DIGEST) * 9, hostile, strict=False)]  # fmt: skip
    section = replace(DIGEST.sections[0], claims=cast)
    digest = replace(DIGEST, heading=HOSTILE["block"], sections=[section])
    html = build_entry(digest, PAGES)
    page = build_digest_page([Entry(LAST, datetime.now(UTC), digest.heading, html)], "A <title>")
    for text in (html, page):
        assert "&lt;script&gt;window.hacked" in text
        assert not re.search(r"<(script|img|svg|b)\b", text)
        assert "\u202e" not in text
    markdown = to_markdown(digest, PAGES)
    assert "\\<script\\>" in markdown
    assert not re.search(r"(?<!\\)<(script|img|b)\b", markdown)
    feed = build_feed(
        [Entry(LAST, datetime.now(UTC), digest.heading, html)], title="A <b>", seed="x"
    )
    (read,) = feedparser.parse(feed).entries
    assert (read.title, read.title_detail.type) == (HOSTILE["block"], "text/plain")
    assert "window.hacked" in read.content[0].value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# no heading", "\\# no heading"),
        ("1984. A year", "1984\\. A year"),
        ("see http://x.example and www.x.example", "see http\\://x.example and www\\.x.example"),
        ("[a](b) *c* `d` e|f", "\\[a\\](b) \\*c\\* \\`d\\` e\\|f"),
    ],
)
def test_markdown_shows_marks_as_they_are(text: str, shown: str):
    told = replace(DIGEST, problems=[text])
    assert f"- {shown}" in to_markdown(told, PAGES).splitlines()


def test_links_lead_to_pages_that_exist_and_to_the_site():
    assert "(themes/ukraine.html)" in to_markdown(DIGEST, PAGES)
    assert "(https://x.example/t/themes/ukraine.html)" in to_markdown(
        DIGEST, PAGES, "https://x.example/t/"
    )
    assert "themes/" not in to_markdown(DIGEST, frozenset())


def test_a_feed_is_atom():
    moment = datetime(2024, 2, 9, 23, tzinfo=UTC)
    entries = [
        Entry(date(2024, 2, 8 + i), moment + timedelta(i), f"N {i}", "<p>&amp;</p>")
        for i in range(2)
    ]
    given: dict[str, Any] = {"title": "T", "seed": "run 1", "site": "https://x.example/t/"}
    text = build_feed(entries, **given)
    root = etree.fromstring(text)
    assert root.tag == f"{{{ATOM}}}feed"
    for element in (root, *root.iterfind(f"{{{ATOM}}}entry")):
        found = [child.tag.removeprefix(f"{{{ATOM}}}") for child in element]
        assert [found.count(name) for name in ("id", "title", "updated")] == [1, 1, 1]
    stamps = [element.text for element in root.iter(f"{{{ATOM}}}updated")]
    assert stamps == ["2024-02-10T23:00:00Z", "2024-02-10T23:00:00Z", "2024-02-09T23:00:00Z"]
    ids = [element.text for element in root.iter(f"{{{ATOM}}}id")]
    assert len(set(ids)) == 3
    again = etree.fromstring(build_feed(entries[:1], **{**given, "title": "Other", "site": ""}))
    assert [element.text for element in again.iter(f"{{{ATOM}}}id")] == [ids[0], ids[2]]
    parsed = feedparser.parse(text)
    assert not parsed.bozo
    assert parsed.entries[0].link == "https://x.example/t/digest.html#n2024-02-09"
    assert parsed.entries[0].content[0].value == "<p>&amp;</p>"


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[Any]]]:
    """A server that takes JSON at any path but /broken, its address, and what it got."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            broken = self.path.startswith("/broken")
            if not broken:
                got.append(json.loads(body))
            self.send_response(500 if broken else 200)
            self.end_headers()

        def log_message(self, *words: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def place(told: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the told study, which the digests of this module are written into."""
    return shutil.copytree(told.folder, tmp_path_factory.mktemp("digest") / "study")


def test_the_same_night_again_gives_the_same_digest_and_sends_it_once(
    place: Path, inbox: tuple[str, list[Any]]
):
    host, got = inbox
    config = Config(notify=NotifySettings((f"json://user:s3cret@{host}/in",), always=True))
    study = Study(place, config=config)
    first = study.digest()
    assert first.digest.since == date(2026, 1, 9)
    texts = {name: (place / name).read_bytes() for name in ("digest.md", "digest.html", "feed.xml")}
    assert first.digest.heading in got[0]["title"]
    assert "**" in got[0]["message"]
    assert ["s3cret" in text for text in first.sent] == [False]
    again = study.digest()
    assert (again.sent, again.digest) == ((), first.digest)
    assert {name: (place / name).read_bytes() for name in texts} == texts
    assert len(got) == 1
    assert len(study.digest(send=True).sent) == 1
    assert len(got) == 2
    runs = study.read("runs").filter(command="digest")
    assert runs["outcome"].to_list() == ["ok"] * 3
    assert "s3cret" not in str(runs["details"].to_list())


def test_the_next_digest_speaks_of_the_nights_since(place: Path):
    study = Study(place)
    told = study.read("digests")
    # one of a night before, and one of a later night, as after `update --as-of`
    nights = [told.with_columns(night=date(2026, 1, day)) for day in (14, 20)]
    study.store.replace(DIGESTS, pl.concat(nights))
    assert study.digest(send=False).digest.since == date(2026, 1, 14)
    feed = feedparser.parse((place / "feed.xml").read_bytes())
    assert [entry.link[-10:] for entry in feed.entries] == ["2026-01-16", "2026-01-14"]
    assert "2026-01-20" not in (place / "digest.html").read_text(encoding="utf-8")
    assert study.read("digests").height == 3
    with pytest.raises(InputError, match="--since 2026-01-16: wanted a night before 2026-01-16"):
        study.digest(date(2026, 1, 16))


def test_what_cannot_be_sent_is_named_without_its_secrets(
    place: Path, inbox: tuple[str, list[Any]], tmp_path: Path
):
    host, got = inbox
    toml = tmp_path / "tracker.toml"
    urls = [f"json://user:s3cret@{host}/broken", f"json://{host}/in", "nonsense://t0ken@x"]
    toml.write_text(f"[notify]\nalways = true\nurls = {json.dumps(urls)}\n", encoding="utf-8")
    words = ["-vv", "--config", str(toml), "--study", str(place), "digest", "--send"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 3, done.output
    assert "not sent: json://user:****@127.0.0.1" in done.output
    assert "not sent: nonsense://…" in done.output
    assert "s3cret" not in done.output
    assert "t0ken" not in done.output
    assert len(got) == 1
    assert Study(place).read("runs").sort("started_at")["outcome"][-1] == "partly"


def test_sending_without_apprise_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    problem = send_message("json://user:s3cret@x.example", Message("a", "b"))
    assert problem is not None
    assert problem.startswith("json://…: sending needs Apprise; ")
    assert "uv sync --extra notify" in problem


def test_an_address_is_shown_without_its_secrets():
    assert "abcdef123456" not in mask_address("ntfys://tk_abcdef123456@ntfy.example/topic")
    assert mask_address("jsons://hooks.example/T00/s3cr3t") == "jsons://hooks.example/…"
    assert mask_address("json://s3cr3t@hooks.example:8080") == "json://…@hooks.example:8080"
    assert mask_address("ntfy://s3cr3t-topic") == "ntfys://…"


def test_a_site_is_an_address_that_ends_in_a_slash():
    with pytest.raises(ConfigError, match=r"notify.site: found 'javascript:1'"):
        parse_config('[notify]\nsite = "javascript:1"')


def test_a_rise_says_where_it_comes_from_as_explain_does(tmp_path: Path):
    rows = [
        (datetime(2026, 1, 1, 20, tzinfo=UTC) + timedelta(days=night), "harbour.example",
         "latest", rank, f"{word} number {story}", f"https://harbour.example/{word[:5]}-{story}")
        for night in range(17)
        for rank in range(1, 17)
        for word in ["Ukraine grid" if rank <= (1 if night < 15 else 12) else "Local council"]
        for story in [(night + rank) % 20]
    ]  # fmt: skip
    names = ["captured_at", "source", "list_kind", "rank", "title", "url"]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(tmp_path / "lists.parquet")
    study = Study(tmp_path / "study")
    study.ingest(tmp_path / "lists.parquet")
    study.update()
    (why,) = {c.why for s in study.digest().digest.sections for c in s.claims
              if c.subject.key == "Ukraine" and c.why}  # fmt: skip
    rise = study.read("signals").filter(subject="Ukraine", kind="rise").sort("night")["night"][-1]
    parts = study.explain("Ukraine", rise).decomposition
    assert f"{points(parts.within)} from the same lists" in why
