"""Nights of visits to a web of our own, by the hosts' logs and by the tables."""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from tests.collector.web import pages
from tests.collector.web.outlets import Outlet
from tests.collector.web.servers import Hit, Reply, Web
from tracker import Study
from tracker.cli import main
from tracker.collector.crawls import CrawlSettings
from tracker.collector.documents import Document
from tracker.collector.page_writers import PageWriter
from tracker.commands.collecting import print_summary
from tracker.config import Config, SourceSettings
from tracker.errors import ConfigError, StoreError
from tracker.locks import WRITER
from tracker.store import Store
from tracker.tables import Table

QUICK = CrawlSettings(delay=0.02, timeout=5.0, tries=2, backoff=0.1)
DEAD = "http://127.0.60.1:1/"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


def to_source(outlet: Outlet, **more) -> SourceSettings:
    more = {"feeds": (f"{outlet.url}feed",), "allow_private": True, **more}
    return SourceSettings(outlet.name, outlet.url, **more)


def make_study(folder: Path, *sources: SourceSettings) -> Study:
    return Study(folder / "study", config=Config(source=sources))


def titles(study: Study, source: str) -> set[str]:
    captures = study.read("captures").filter(pl.col("source") == source)
    return set(study.read("sightings").join(captures, on="capture_id", how="semi")["title"])


def test_a_night_takes_in_front_page_feed_and_articles_with_their_sidebars(
    web: Web, tmp_path: Path
):
    courier = Outlet(web, "Courier")
    study = make_study(tmp_path, to_source(courier))
    result = study.collect(settings=QUICK)
    assert [(v["role"], v["outcome"]) for v in result.visits] == [
        ("front", "ok"), ("feed", "ok"), *[("follow", "ok")] * 3
    ]  # fmt: skip
    assert courier.asked[:2] == ["/", "/feed"]
    assert [path.split("/")[1] for path in courier.asked[2:]] == ["world", "culture", "sport"]
    kinds = study.read("lists").join(study.read("captures"), on="capture_id")
    assert {"latest", "picks", "most_read"} <= set(kinds["kind"])
    for box in (0, 1, 8, 9):
        assert set(courier.headlines(box)) <= titles(study, "Courier")


def test_three_nights_with_what_goes_wrong_on_real_sites(web: Web, tmp_path: Path):
    same, moving, walled = (Outlet(web, name) for name in ("Same", "Moving", "Walled"))
    dead = SourceSettings("Dead", DEAD, allow_private=True)
    sources = [to_source(same, follow=0), to_source(moving), to_source(walled, follow=1), dead]
    study = make_study(tmp_path, *sources)
    for night in range(3):
        moving.night = night
        walled.wall = pages.CONSENT.encode() if night == 1 else None
        start = time.monotonic()
        result = study.collect(settings=QUICK)
        assert time.monotonic() - start < 30
        assert result.failed == (3 if night == 1 else 1)
    captures = study.read("captures").sort("captured_at")

    def outcomes(source: str, url: str) -> list[str]:
        of_it = (pl.col("source") == source) & (pl.col("url") == url)
        return captures.filter(of_it)["outcome"].to_list()

    assert outcomes("Same", same.url) == ["ok", "unchanged", "unchanged"]
    assert outcomes("Moving", moving.url) == ["ok", "ok", "ok"]
    assert outcomes("Walled", walled.url) == ["ok", "blocked", "unchanged"]
    assert outcomes("Dead", DEAD) == ["unreachable"] * 3
    notes = captures.filter(pl.col("source") == "Dead")["note"].to_list()
    assert all("refused the connection" in note for note in notes)
    counts = study.read("sightings").join(
        captures.filter(pl.col("url") == same.url), on="capture_id"
    )
    assert counts.group_by("capture_id").len()["len"].to_list() == [12, 12, 12]
    assert {len(set(courier)) for courier in (moving.asked[:5], moving.asked[5:10])} == {5}


def test_what_collect_keeps_gives_the_same_study_again(web: Web, tmp_path: Path):
    courier = Outlet(web, "Courier")
    study = make_study(tmp_path, to_source(courier))
    for night in (0, 0, 1):
        courier.night = night
        study.collect(settings=QUICK)
    again = Study(tmp_path / "again", config=study.config)
    assert not again.ingest(study.folder / "captures").problems
    for name in ("captures", "lists", "sightings"):
        one, other = (s.read(name).sort(pl.all()) for s in (study, again))
        assert one.equals(other), name


def test_articles_seen_earlier_tonight_are_not_visited_again(web: Web, tmp_path: Path):
    courier = Outlet(web, "Courier")
    study = make_study(tmp_path, to_source(courier, feeds=()))
    for _ in range(2):
        study.collect(settings=QUICK)
    assert courier.asked.count("/") == 2
    articles = [path for path in courier.asked if path != "/"]
    assert len(articles) == len(set(articles)) == 6


def test_a_feed_or_an_index_of_sitemaps_may_stand_for_a_site(web: Web, tmp_path: Path):
    courier = Outlet(web, "Courier")
    urls = "".join(
        f"<url><loc>{courier.url}world/7{n}1-of-the-map</loc><n:news><n:title>Map {n}</n:title>"
        f"<n:publication_date>2026-03-0{n}</n:publication_date></n:news></url>"
        for n in (1, 2)
    )
    parts = {
        "/index.xml": f"<sitemapindex><sitemap><loc>{courier.url}map/news.xml</loc></sitemap>"
        "</sitemapindex>",
    }

    async def serve(hit, _):
        return Reply(parts.get(hit.path, "").encode(), headers={"Content-Type": "text/xml"})

    index = web.add("maps", serve)
    parts["/index.xml"] = parts["/index.xml"].replace(courier.url + "map/", index)
    parts["/news.xml"] = f'<urlset xmlns:n="news">{urls}</urlset>'
    study = make_study(
        tmp_path,
        SourceSettings("Maps", f"{index}index.xml", "sitemap", follow=0, allow_private=True),
        SourceSettings("Feed", f"{courier.url}feed", "feed", follow=1, allow_private=True),
    )
    result = study.collect(settings=QUICK)
    assert sorted((v["source"], v["role"], v["headlines"]) for v in result.visits) == [
        ("Feed", "feed", 6), ("Feed", "follow", 6), ("Maps", "sitemap", 0), ("Maps", "sitemap", 2)
    ]  # fmt: skip
    assert titles(study, "Maps") == {"Map 1", "Map 2"}


def test_being_led_to_another_host_is_noted(web: Web, tmp_path: Path):
    courier = Outlet(web, "Courier")

    async def lead(hit, _):
        return Reply(b"", "301 Moved", {"Location": courier.url})

    url = web.add("old", lead)
    study = make_study(tmp_path, SourceSettings("Old", url, follow=0, allow_private=True))
    (visit,) = study.collect(settings=QUICK).visits
    assert (visit["outcome"], visit["note"]) == ("ok", f"led to {courier.url[7:].split(':')[0]}")


def test_an_address_that_is_too_long_to_keep_is_told_and_the_one_asked_for_is_kept(
    web: Web, tmp_path: Path
):
    items = "".join(
        f"<li><a href='/n-{i}01'>Ferry {i} returns to the outer isles</a>" for i in "123"
    )
    page = f"<html><body><h2>Latest news</h2><ul>{items}</ul></body></html>".encode()

    async def lead(hit, _):
        if "?" in hit.path:
            return Reply(page)
        return Reply(b"", "302 Found", {"Location": f"/?state={'x' * 2500}"})

    url = web.add("long", lead)
    study = make_study(tmp_path, SourceSettings("Long", url, follow=0, allow_private=True))
    study.collect(settings=QUICK)
    ((kept, outcome, note),) = study.read("captures").select("url", "outcome", "note").rows()
    assert (kept, outcome) == (url, "ok")
    assert note.startswith("led to an address of 2,5")
    assert len(titles(study, "Long")) == 3


def test_a_collect_that_waited_for_another_one_visits_nothing_twice(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    courier = Outlet(web, "Courier")
    study = make_study(tmp_path, to_source(courier))
    asked_at = datetime.now(UTC)
    assert len(study.collect(settings=QUICK).visits) == 5
    waited = Study(study.folder, config=study.config, clock=lambda: asked_at)
    result = waited.collect(settings=QUICK)
    assert (result.visits, result.skipped, result.is_overtaken) == ((), 5, True)
    print_summary(result, quiet=False)
    said = "nothing to do: 5 pages were visited by another collect just now\n"
    assert capsys.readouterr().out == said
    assert len(courier.asked) == 5
    assert len(study.collect(settings=QUICK).visits) == 5


def test_only_named_sources_are_visited_and_names_must_exist(web: Web, tmp_path: Path):
    one, other = Outlet(web, "One"), Outlet(web, "Other")
    study = make_study(tmp_path, to_source(one), to_source(other))
    assert study.collect(["Other"], settings=QUICK).sources == ["Other"]
    assert one.asked == []
    with pytest.raises(ConfigError, match="found no None; wanted one of One, Other"):
        study.collect(["None"])
    with pytest.raises(ConfigError, match="tracker sources add"):
        Study(tmp_path / "none").collect()


def write_config(folder: Path, *sources: SourceSettings, delay: float = 0.02) -> Path:
    lines = [
        f'[[source]]\nname = "{s.name}"\nurl = "{s.url}"\nfeeds = {list(s.feeds)}\n'
        "allow_private = true\n"
        for s in sources
    ]
    path = folder / "tracker.toml"
    path.write_text("".join([f"[collect]\ndelay = {delay}\n", *lines]))
    return path


def run(folder: Path, *arguments: str):
    options = ["--study", str(folder / "study"), "--config", str(folder / "tracker.toml")]
    return CliRunner().invoke(main, [*options, *arguments])


def test_the_exit_code_and_the_mail_say_what_failed(web: Web, tmp_path: Path):
    courier = Outlet(web, "Courier")
    dead = SourceSettings("Dead", DEAD, allow_private=True)
    write_config(tmp_path, to_source(courier), dead)
    plan = run(tmp_path, "collect", "--dry-run")
    assert plan.exit_code == 0
    assert plan.output.splitlines() == [
        f"Courier: front {courier.url}", f"Dead: front {DEAD}", f"Courier: feed {courier.url}feed",
        "and up to 6 articles, chosen from the lists found",
    ]  # fmt: skip
    assert courier.asked == []
    both = run(tmp_path, "collect")
    assert both.exit_code == 3
    assert "ok     Courier: 5 of 5 pages, 6 lists, 36 headlines" in both.output
    assert "failed Dead: 0 of 1 page," in both.output
    assert "refused the connection" in both.output
    none = run(tmp_path, "collect", "--source", "Dead", "--json")
    assert none.exit_code == 1
    assert json.loads(none.output)["outcome"] == "unreachable"
    good = run(tmp_path, "-q", "collect", "--source", "Courier")
    assert (good.exit_code, good.output) == (0, "")


def test_a_source_that_shows_far_less_than_ever_is_broken_and_no_fade(web: Web, tmp_path: Path):
    boxes = tuple(f"Box {name}" for name in ("north", "south", "east", "west", "sea", "hills"))
    courier = Outlet(web, "Courier", boxes=boxes)
    write_config(tmp_path, to_source(courier, feeds=()))
    shift_into_past(tmp_path, courier, nights=6)
    good = run(tmp_path, "collect")
    assert good.exit_code == 0, good.output
    courier.boxes = ()
    broken = run(tmp_path, "-q", "collect")
    assert broken.exit_code == 3
    assert "broken Courier: 1 of 1 page, 0 lists, 0 headlines" in broken.output
    assert "0 headlines where 36 are usual" in broken.output
    (row,) = map(json.loads, run(tmp_path, "sources", "list", "--json").output.splitlines())
    assert row["health"] == "broken: 0 headlines where 36 are usual"
    check = run(tmp_path, "check")
    assert check.exit_code == 3
    assert f"broken: {courier.url}: 0 headlines where 36 are usual" in check.output


def shift_into_past(folder: Path, outlet: Outlet, *, nights: int) -> None:
    """Take in the front page as it stands, as if it had been captured on nights before."""
    name = outlet.url.replace("http://", "").strip("/").replace(":", "_")
    with (folder / f"{name}.warc.gz").open("wb") as file:
        writer = PageWriter(file)
        for night in range(1, nights + 1):
            moment = datetime.now(UTC) - timedelta(days=night)
            page = Document("", outlet.show().encode(), "html", status=200)
            writer.write(page, outlet.url, outlet.name, moment)
    assert run(folder, "ingest", str(folder / f"{name}.warc.gz")).exit_code == 0


def test_pages_of_a_night_that_the_tables_could_not_take_are_there_the_next_time(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    courier = Outlet(web, "Courier")
    study = make_study(tmp_path, to_source(courier))
    whole = Store.append

    def fail(store: Store, table: Table, frame: pl.DataFrame) -> int:
        if table.name in ("lists", "captures"):
            raise OSError(28, "No space left on device")
        return whole(store, table, frame)

    with monkeypatch.context() as full:
        full.setattr(Store, "append", fail)
        with pytest.raises(StoreError, match="No space left"):
            study.collect(settings=QUICK)
    assert study.read("captures").is_empty()
    asked = len(courier.asked)
    result = study.collect(settings=QUICK)
    assert result.skipped == len(courier.asked) == asked == study.read("captures").height
    assert study.read("runs").sort("started_at")["outcome"].to_list() == ["failed", "ok"]
    slots = study.read("lists").select(pl.col("n_items").sum()).item()
    assert study.read("sightings").height == slots


def test_when_the_crawler_dies_every_page_that_had_no_turn_is_told(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    study = make_study(tmp_path, to_source(Outlet(web, "Courier")))
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    result = study.collect(settings=QUICK)
    assert [visit["outcome"] for visit in result.visits] == ["unreachable"] * 2
    assert "the crawler's process ended" in result.visits[0]["note"]


def test_stopped_by_the_system_a_collect_keeps_what_came_and_tells_nothing_of_the_rest(
    web: Web, tmp_path: Path
):
    async def hang(hit: Hit, _: asyncio.StreamWriter) -> Reply:
        await asyncio.sleep(60 if hit.path == "/" else 0)
        return Reply()

    courier = Outlet(web, "Courier")
    slow = SourceSettings("Slow", web.add("Slow", hang), allow_private=True)
    path = write_config(tmp_path, to_source(courier), slow, delay=0.02)
    study = Study(tmp_path / "study", config=path)
    command = [
        sys.executable, "-m", "tracker", "--study", str(study.folder), "--config", str(path),
    ]  # fmt: skip
    # As `timeout` and systemd do: all processes of the run are told.
    with subprocess.Popen(
        [*command, "collect"], stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        assert child.stderr is not None
        while len(courier.asked) < 5 or not any(hit.path == "/" for hit in web.of("Slow")):
            time.sleep(0.05)
            assert child.poll() is None
        time.sleep(0.5)  # the last page is on its way
        os.killpg(child.pid, signal.SIGTERM)
        said = child.stderr.read()
    assert (child.returncode, said) == (
        143, "Error: stopped; what was done is kept, run it again to go on\n"
    )  # fmt: skip
    assert not (study.folder / WRITER).exists()
    captures = study.read("captures")
    assert captures.select("source", "outcome").unique().rows() == [("Courier", "ok")]
    assert captures.height == 5
    (run,) = study.read("runs").select("outcome", "details").rows()
    assert (run[0], json.loads(run[1])["error"]) == ("failed", "stopped by SIGTERM")
    assert study.collect(["Courier"], settings=QUICK).skipped == 5


def test_killed_at_any_moment_nothing_is_lost_nothing_doubled_and_no_delay_broken(
    web: Web, tmp_path: Path
):
    delay = 0.3
    outlets = [Outlet(web, f"Outlet {n}") for n in range(6)]
    path = write_config(tmp_path, *map(to_source, outlets), delay=delay)
    command = [
        sys.executable, "-m", "tracker", "--study", str(tmp_path / "study"),
        "--config", str(path), "collect",
    ]  # fmt: skip
    chance = random.Random(4)
    for night in (0, 1):
        for outlet in outlets:
            outlet.night = night * (outlet is not outlets[0])  # the first one stays as it is
        for _ in range(3):
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            n_hits = len(web.hits)
            while len(web.hits) == n_hits and child.poll() is None:
                time.sleep(0.05)
            time.sleep(chance.uniform(0, 2.0))
            child.kill()
            child.wait()
        assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    study = Study(tmp_path / "study")
    captures = study.read("captures")
    counts = Counter(captures.select("source", "url").iter_rows())
    for outlet in outlets:
        fronts = captures.filter(pl.col("url") == outlet.url)["outcome"].to_list()
        same = outlet is outlets[0]
        assert sorted(fronts) == (["ok", "unchanged"] if same else ["ok", "ok"])
        assert counts[outlet.name, f"{outlet.url}feed"] == 2
        articles = [n for (name, url), n in counts.items() if name == outlet.name and "-" in url]
        assert sum(articles) == 6
        times = [hit.at for hit in web.of(outlet.name)]
        assert min(later - earlier for earlier, later in pairwise(times)) > delay - 0.02
    slots = study.read("lists").select(pl.col("n_items").sum()).item()
    assert study.read("sightings").height == slots
    again = Study(tmp_path / "again")
    again.ingest(study.folder / "captures")
    assert set(again.read("captures")["capture_id"]) == set(captures["capture_id"])
