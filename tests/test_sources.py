"""Sites put into tracker.toml, listed, tried and taken out again."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.collector.web.outlets import Outlet
from tests.collector.web.servers import Web
from tracker.cli import main
from tracker.collector.settings import SourceSettings
from tracker.config import read_config
from tracker.errors import ConfigError
from tracker.intakes.source_files import add_source, remove_source

HAND_WRITTEN = """# My study
[study]
title = "Harbour towns"  # as it is called

[[source]]
name = "Post"   # the old one
url = "https://post.example/"

[[source.override]]
selector = "aside"
kind = "most_read"

[[theme]]
name = "Honduras"
"""
LOCAL = ("--allow-private", "--delay", "0.02")


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))


def test_a_site_is_looked_at_and_written_down(web: Web, run: Callable[..., Result], tmp_path: Path):
    courier = Outlet(web, "Courier")
    dry = run("sources", "add", courier.url, *LOCAL, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert not (tmp_path / "tracker.toml").exists()
    done = run("sources", "add", courier.url, *LOCAL)
    assert done.exit_code == 0, done.output
    assert courier.headlines()[0][:40] in done.output
    assert "front page in en: 2 lists with 12 headlines, 1 feed, 3 articles" in done.output
    (source,) = read_config(tmp_path / "tracker.toml").source
    assert source == SourceSettings(
        courier.url.split("/")[2].split(":")[0], courier.url, feeds=(f"{courier.url}feed",),
        follow=3, language="en", delay=0.02, allow_private=True,
    )  # fmt: skip
    twice = run("sources", "add", courier.url, *LOCAL, "--name", "Other")
    assert twice.exit_code == 1
    assert "is there already" in twice.output


def test_a_feed_is_known_as_one_and_what_does_not_come_is_refused(
    web: Web, run: Callable[..., Result], tmp_path: Path
):
    courier = Outlet(web, "Courier")
    done = run("sources", "add", f"{courier.url}feed", *LOCAL, "--name", "Wire", "--follow", 0)
    assert done.exit_code == 0, done.output
    (source,) = read_config(tmp_path / "tracker.toml").source
    assert (source.name, source.kind, source.follow) == ("Wire", "feed", 0)
    for url, said in (("http://127.0.60.1:1/", "refused"), ("ftp://x", "http or https")):
        refused = run("sources", "add", url, *LOCAL)
        assert refused.exit_code == 1
        assert said in refused.output
    private = run("sources", "add", courier.url)
    assert "private address; not visited (--allow-private permits it)" in private.output


def test_sources_are_listed_with_their_health_tried_and_removed(
    web: Web, run: Callable[..., Result], tmp_path: Path
):
    courier, other = Outlet(web, "Courier"), Outlet(web, "Other", boxes=())
    for outlet in (courier, other):
        run("sources", "add", outlet.url, *LOCAL, "--name", outlet.name, "--no-feeds")
    assert [
        json.loads(line)["health"]
        for line in run("sources", "list", "--json").output.split("\n")
        if line
    ] == ["never visited"] * 2
    assert run("collect").exit_code == 3
    listed = [json.loads(line) for line in run("sources", "list", "--json").output.splitlines()]
    assert [(row["name"], row["health"], row["outcome"]) for row in listed] == [
        ("Courier", "good", "ok"), ("Other", "broken: no headlines found", "ok")
    ]  # fmt: skip
    before = len(courier.asked)
    tried = run("sources", "test")
    assert tried.exit_code == 3
    assert "Other" in tried.output
    assert "no headlines on it" in tried.output
    assert len(courier.asked) == before + 1
    assert run("sources", "test", "Courier").exit_code == 0
    gone = run("sources", "remove", "Other")
    assert "what was collected of it stays" in gone.output
    assert [s.name for s in read_config(tmp_path / "tracker.toml").source] == ["Courier"]
    assert run("sources", "remove", "Other").exit_code == 1


def test_what_a_person_wrote_stays_as_it_is(tmp_path: Path):
    path = tmp_path / "tracker.toml"
    path.write_text(HAND_WRITTEN)
    add_source(path, SourceSettings("New", "https://new.example/", follow=2))
    text = path.read_text()
    new = '[[source]]\nname = "New"\nurl = "https://new.example/"\nfollow = 2\n'
    assert new in text
    assert [line for line in text.splitlines() if line and line not in new] == [
        line for line in HAND_WRITTEN.splitlines() if line and line not in new
    ]
    config = read_config(path)
    assert [s.name for s in config.source] == ["Post", "New"]
    assert config.source[0].override[0].selector == "aside"
    remove_source(path, "New")
    assert path.read_text().split() == HAND_WRITTEN.split()
    remove_source(path, "Post")
    assert read_config(path).source == ()
    assert read_config(path).theme[0].name == "Honduras"


def test_sources_written_in_one_line_grow_too(tmp_path: Path):
    path = tmp_path / "tracker.toml"
    path.write_text('source = [{name = "A", url = "https://a.example/"}]\n')
    add_source(path, SourceSettings("B", "https://b.example/"))
    assert [s.name for s in read_config(path).source] == ["A", "B"]


def test_the_same_site_or_name_is_refused_and_broken_files_are_left_alone(tmp_path: Path):
    path = tmp_path / "tracker.toml"
    path.write_text(HAND_WRITTEN)
    for name, url in (("Post", "https://x.example/"), ("X", "http://www.post.example")):
        with pytest.raises(ConfigError, match="is there already"):
            add_source(path, SourceSettings(name, url))
    path.write_text("[[source")
    with pytest.raises(ConfigError, match="not valid TOML"):
        add_source(path, SourceSettings("B", "https://b.example/"))
    assert path.read_text() == "[[source"


@pytest.mark.parametrize("url", ["press.example", "ftp://press.example/", "https://", "http://[x"])
def test_addresses_that_are_none_are_refused(url: str):
    with pytest.raises(ConfigError, match="http or https address"):
        SourceSettings("Press", url)
