import multiprocessing
import os
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import polars as pl
import pytest

import tracker
from tracker import Config, Study
from tracker.collector.documents import Document
from tracker.config import SourceSettings, StudySettings, ThemeSettings
from tracker.errors import ConfigError, InputError, TableError
from tracker.intakes.bodies import BodyKeeper
from tracker.outputs.checks import check_study
from tracker.store import Store
from tracker.tables import TABLES
from tracker.trends.attention import fill_asleep
from tracker.trends.coverage import read_observed

PAGE = """<!doctype html><html lang="en"><head><title>Post</title>
<link rel="canonical" href="https://www.post.example/front"></head><body><main>
<aside><h2>Most read</h2><ol>
<li><a href="/news/1001-ferry-service">Ferry service returns to the outer islands</a></li>
<li><a href="/news/1002-late-frost">Late frost ruins the apple harvest in the north</a></li>
<li><a href="/news/1003-museum-archive">Museum opens its hidden archive to the public</a></li>
</ol></aside></main></body></html>"""
NIGHT = timedelta(days=1)
FIRST = date(2026, 1, 5)


def snapshot(study: Study) -> dict[str, pl.DataFrame]:
    """Return every table but those with times, in an order that does not depend on writing."""
    timed = ("runs", "models", "vectors", "bodies", "heirs")
    names = [name for name in TABLES if name not in timed]
    return {name: study.read(name).sort(TABLES[name].key) for name in names}


def assert_same(one: Study, other: Study) -> None:
    theirs = snapshot(other)
    for name, frame in snapshot(one).items():
        assert frame.equals(theirs[name]), name


def test_the_public_names_are_sorted_and_there():
    assert tracker.__all__ == sorted(tracker.__all__)
    for name in tracker.__all__:
        assert getattr(tracker, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Sudy'"):
        tracker.Sudy  # noqa: B018


def test_a_new_study_reads_as_empty_and_makes_nothing(tmp_path: Path):
    study = Study(tmp_path / "new")
    assert all(study.read(name).is_empty() for name in TABLES)
    assert not (tmp_path / "new").exists()
    with pytest.raises(TableError, match="nope: no such table; wanted one of captures"):
        study.read("nope")


def test_a_page_becomes_a_capture_with_its_lists_and_headlines(tmp_path: Path, study: Study):
    (tmp_path / "2026-03-05").mkdir()
    (tmp_path / "2026-03-05" / "page.html").write_text(PAGE)
    result = study.ingest(tmp_path / "2026-03-05")
    assert (result.files, result.captures, result.sightings, result.problems) == (1, 1, 3, ())
    capture = study.read("captures").row(0, named=True)
    assert capture["source"] == "post.example"
    assert capture["url"] == "https://www.post.example/front"
    assert capture["captured_at"] == datetime(2026, 3, 5, tzinfo=UTC)
    assert study.read("lists").select("kind", "heading", "n_items").row(0) == (
        "most_read", "Most read", 3,
    )  # fmt: skip
    urls = study.read("sightings").sort("rank")["url"].to_list()
    assert urls[0] == "https://www.post.example/news/1001-ferry-service"


def test_source_and_time_can_be_given_and_win_over_guesses(tmp_path: Path):
    (tmp_path / "page.html").write_text(PAGE)
    moment = datetime(2025, 5, 1, 20, tzinfo=UTC)
    study = Study(tmp_path / "study")
    study.ingest(tmp_path / "page.html", source="My Post", captured_at=moment)
    assert study.read("captures").select("source", "captured_at").row(0) == ("My Post", moment)
    with pytest.raises(InputError, match="wanted a time with a time zone"):
        study.ingest(tmp_path / "page.html", captured_at=moment.replace(tzinfo=None))


def test_pages_dated_by_their_file_and_pages_without_any_headline_are_told(tmp_path: Path):
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.html").write_text(PAGE.replace("1001", f"{ord(name)}01"))
        os.utime(tmp_path / f"{name}.html", (1_700_000_000, 1_700_000_000))
    (tmp_path / "bare-2026-03-05.html").write_text("<html><body><p>Hello</p></body></html>")
    study = Study(tmp_path / "study")
    bare, dated = study.ingest(tmp_path).notes
    assert bare == f"found no list and no headline on 1 page: {tmp_path / 'bare-2026-03-05.html'}"
    assert dated.startswith(f"found no time for 4 pages: {tmp_path / 'a.html'}, ")
    assert "c.html and 1 other; took when the file was written, 2023-11-14 22:13 UTC (" in dated
    assert not study.ingest(tmp_path).notes
    other = Study(tmp_path / "other")
    moment = datetime(2026, 3, 5, 21, tzinfo=UTC)
    assert not other.ingest(tmp_path / "a.html", captured_at=moment).notes


def test_what_is_too_long_of_a_page_is_left_out_and_told(tmp_path: Path, study: Study):
    (tmp_path / "long.html").write_text(PAGE.replace("1002-late-frost", "1002?state=" + "x" * 2000))
    host = f"www.{'p' * 254}.example"
    (tmp_path / "host.html").write_text(PAGE.replace("www.post.example", host))
    result = study.ingest(tmp_path)
    (problem,) = result.problems
    assert Path(problem.origin).name == "host.html"
    assert problem.message.startswith("found a source of 262 characters, 'ppp")
    said = "left out 1 address of over 2,000 characters; the headlines are kept"
    assert result.notes[0] == f"{tmp_path / 'long.html'}: {said}"
    assert study.read("captures")["note"].to_list() == [said]
    urls = study.read("sightings").sort("rank")["url"].to_list()
    assert [url is None for url in urls] == [False, True, False]
    with pytest.raises(InputError, match="found a source of 300 characters"):
        study.ingest(tmp_path, source="s" * 300)


def test_a_configured_source_gives_its_name_to_the_pages_of_its_host(tmp_path: Path):
    (tmp_path / "page.html").write_text(PAGE)
    source = SourceSettings("The Post", "https://post.example/")
    study = Study(tmp_path / "study", config=Config(source=(source,)))
    study.ingest(tmp_path / "page.html")
    assert study.read("captures")["source"].to_list() == ["The Post"]


def test_the_same_thing_twice_adds_nothing(tmp_path: Path, study: Study, table: Callable):
    (tmp_path / "page.html").write_text(PAGE)
    table().write_csv(tmp_path / "x.csv")
    inputs = [tmp_path / "page.html", tmp_path / "x.csv"]
    assert study.ingest(inputs).captures == 25
    before = snapshot(study)
    again = study.ingest(inputs)
    assert (again.captures, again.lists, again.sightings) == (0, 0, 0)
    assert all(frame.equals(before[name]) for name, frame in snapshot(study).items())


def test_what_cannot_be_read_is_named_and_the_rest_is_taken(tmp_path: Path, study: Study):
    (tmp_path / "good.html").write_text(PAGE)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    result = study.ingest([tmp_path / "bad.csv", tmp_path / "absent", tmp_path / "good.html"])
    assert result.captures == 1
    assert [Path(problem.origin).name for problem in result.problems] == ["absent", "bad.csv"]
    assert study.read("runs")["outcome"].to_list() == ["partly"]


def test_raw_pages_are_kept_once_and_can_be_taken_in_again(tmp_path: Path, study: Study):
    for day in ("2026-03-05", "2026-03-06"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "page.html").write_text(PAGE)
    study.ingest([tmp_path / "2026-03-05", tmp_path / "2026-03-06"])
    assert study.read("captures").height == 2
    assert study.read("bodies").height == 1
    again = Study(tmp_path / "again")
    again.ingest(study.folder / "captures")
    assert_same(again, study)
    assert again.read("captures").height == 2


def test_what_a_better_harvester_finds_takes_the_place_of_what_was_found(
    tmp_path: Path, study: Study
):
    for day in ("2026-03-05", "2026-03-06"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "page.html").write_text(PAGE)
    study.ingest([tmp_path / "2026-03-05", tmp_path / "2026-03-06"])
    found = snapshot(study)
    assert study.reharvest().captures == 0
    captures, sightings = found["captures"], found["sightings"]
    store = Store(study.folder)
    store.replace(TABLES["captures"], captures.with_columns(pl.lit("0").alias("parser")))
    store.replace(TABLES["sightings"], sightings.filter(pl.col("rank") != 2))
    (finding,) = (f for f in check_study(study) if f.what == "pages")
    assert not finding.good
    assert "run tracker reharvest" in finding.message
    result = study.reharvest()
    assert (result.captures, result.sightings_before, result.sightings) == (2, 4, 6)
    assert all(frame.equals(found[name]) for name, frame in snapshot(study).items())
    assert study.reharvest(everything=True).captures == 2


def test_a_stored_page_that_is_lost_keeps_what_was_found_in_it(tmp_path: Path, study: Study):
    (tmp_path / "page.html").write_text(PAGE)
    study.ingest(tmp_path / "page.html")
    found = snapshot(study)
    (warc,) = (study.folder / "captures").iterdir()
    warc.write_bytes(b"lost")
    result = study.reharvest(everything=True)
    assert (result.captures, len(result.problems)) == (0, 1)
    assert sorted(study.read("runs")["outcome"]) == ["ok", "partly"]
    assert all(frame.equals(found[name]) for name, frame in snapshot(study).items())


def test_pages_of_a_run_that_was_cut_off_are_taken_in_by_the_next(tmp_path: Path, study: Study):
    store, moment = Store(study.folder), datetime(2026, 3, 5, 20, tzinfo=UTC)
    row = {"run_id": "cutrun", "command": "ingest", "started_at": moment, "finished_at": None}
    runs = TABLES["runs"]
    store.append(runs, runs.frame([{**row, "outcome": "running", "details": "{}"}]))
    keeper = BodyKeeper(store, "cutrun", moment)
    page = Document("p", PAGE.encode(), "html", status=200)
    url = "https://www.post.example/front"
    keeper.keep(page, url=url, source="The Post", captured_at=moment)
    keeper.close()
    (tmp_path / "other.html").write_text(PAGE.replace("Ferry", "Bus"))
    for _ in range(2):
        study.ingest(tmp_path / "other.html")
        captures = study.read("captures").sort("source")
        assert captures["source"].to_list() == ["The Post", "post.example"]
        assert captures["captured_at"][0] == moment
    assert study.read("sightings").height == 6


def test_an_update_fills_every_table_and_a_second_one_changes_nothing(told: Study):
    tables = snapshot(told)
    assert not [n for n in ("members", "events", "attention", "themes") if tables[n].is_empty()]
    result = told.update()
    assert result.placing.nights == 0
    assert all(frame.equals(tables[name]) for name, frame in snapshot(told).items())


def test_two_outlets_wordings_of_one_story_are_one_event_and_two_headlines_count(told: Study):
    rows = told.read("headlines").join(told.read("members"), on="headline_id")
    for word in ("Honduras", "Ukraine", "Korea"):
        found = rows.filter(pl.col("title").str.contains(word))
        assert found.height == 2
        assert found["event_id"].n_unique() == 1, word


def test_countries_are_themes_without_any_configuration(told: Study):
    rows = told.read("themes").join(told.read("headlines"), on="headline_id")
    for theme in ("Honduras", "Ukraine", "Korea"):
        titles = rows.filter(pl.col("theme") == theme)["title"].to_list()
        assert len(titles) == 2
        assert all(theme in title for title in titles)


def test_a_missing_night_is_null_and_an_absent_theme_is_zero(told: Study):
    coverage = told.read("coverage")
    honduras = fill_asleep(
        told.read("attention").filter(subject="Honduras"),
        read_observed(coverage),
        last_night=coverage["night"].max(),
        always=["Honduras"],
        first_night=FIRST,
    ).filter(channel="editorial")
    shares = dict(honduras.select("night", "share").iter_rows())
    assert shares[FIRST + 8 * NIGHT] is None
    assert shares[FIRST] == 0
    assert shares[FIRST + 3 * NIGHT] == pytest.approx(1 / 3)
    assert shares[FIRST + 9 * NIGHT] == 0


def test_files_in_any_order_and_in_pieces_give_the_same_study(tmp_path: Path, table: Callable):
    night = pl.col("captured_at").dt.date().rank("dense")
    paths = []
    for number, part in enumerate(table().with_columns(part=night % 5).partition_by("part")):
        paths.append(tmp_path / f"{number}.parquet")
        part.drop("part").write_parquet(paths[-1])
    at_once, in_pieces = Study(tmp_path / "one"), Study(tmp_path / "two")
    at_once.ingest(paths)
    at_once.update()
    late = random.Random(3).sample(paths, len(paths))
    for path in late:
        in_pieces.ingest(path)
        in_pieces.update()
    assert_same(at_once, in_pieces)


def test_standing_at_an_earlier_night_is_what_was_known_then(tmp_path: Path, table: Callable):
    night = FIRST + 5 * NIGHT
    table(6).write_parquet(tmp_path / "then.parquet")
    table().write_parquet(tmp_path / "now.parquet")
    then, now = Study(tmp_path / "then"), Study(tmp_path / "now")
    then.ingest(tmp_path / "then.parquet")
    then.update()
    now.ingest(tmp_path / "now.parquet")
    now.update()
    final = snapshot(now)
    assert now.update(as_of=night).night == night
    for name in ("headlines", "members", "events", "topics", "lineage", "themes", "attention"):
        assert (
            now.read(name).sort(TABLES[name].key).equals(then.read(name).sort(TABLES[name].key))
        ), name
    now.update()
    assert all(frame.equals(final[name]) for name, frame in snapshot(now).items())


def test_a_replay_gives_what_the_updates_gave(tmp_path: Path, table: Callable):
    table().write_parquet(tmp_path / "x.parquet")
    study = Study(tmp_path / "study")
    study.ingest(tmp_path / "x.parquet")
    study.update()
    before = snapshot(study)
    assert study.replay().placing.nights == 12
    assert all(frame.equals(before[name]) for name, frame in snapshot(study).items())
    assert study.replay(first=FIRST + 9 * NIGHT).placing.nights == 3
    assert all(frame.equals(before[name]) for name, frame in snapshot(study).items())
    with pytest.raises(InputError, match="wanted it before"):
        study.replay(first=FIRST + NIGHT, last=FIRST)


def test_an_update_of_nothing_says_what_to_do(study: Study):
    with pytest.raises(InputError, match="found no captures; wanted some: run tracker ingest"):
        study.update()
    with pytest.raises(InputError, match="run tracker ingest"):
        study.report()
    assert not study.folder.exists()


def test_a_list_that_vanishes_is_recorded_as_missing_and_named_by_check(
    tmp_path: Path, table: Callable
):
    rows = table()
    last = rows["captured_at"].max()
    gone = rows.filter((pl.col("captured_at") < last) | (pl.col("list_kind") != "most_read"))
    gone.write_parquet(tmp_path / "x.parquet")
    study = Study(tmp_path / "study")
    study.ingest(tmp_path / "x.parquet")
    study.update()
    missing = study.read("lists").filter(pl.col("outcome") == "missing")
    assert missing.select("kind", "n_items").rows() == [("most_read", 0)]
    findings = {finding.what: finding for finding in check_study(study)}
    assert (
        "missing from the last capture: 1 list always there"
        in findings["source courier.example"].message
    )
    assert not findings["source courier.example"].good
    assert findings["source harbour.example"].good
    study.update(as_of=FIRST + 10 * NIGHT)
    assert study.read("lists").filter(pl.col("outcome") == "missing").is_empty()


def test_a_watched_theme_is_measured_also_where_it_never_occurs(tmp_path: Path, table: Callable):
    table().write_parquet(tmp_path / "x.parquet")
    themes = (
        ThemeSettings("Honduras"),
        ThemeSettings("Volcanoes", terms=("volcano",)),
        ThemeSettings("Fruit", like=("Apple harvest destroyed by frost",)),
    )
    study = Study(tmp_path / "study", config=Config(theme=themes))
    study.ingest(tmp_path / "x.parquet")
    study.update()
    attention = study.read("attention").filter(pl.col("channel") == "editorial")
    volcanoes = attention.filter(pl.col("subject") == "Volcanoes")
    assert volcanoes["share"].to_list() == [0.0] * 12
    fruit = study.read("themes").filter(pl.col("theme") == "Fruit")
    assert fruit.height == 2
    assert set(fruit["how"]) == {"meaning"}


def test_what_cannot_have_been_captured_is_left_out_and_named(
    tmp_path: Path, study: Study, table: Callable
):
    strange = table(2).with_columns(
        captured_at=pl.when(pl.col("rank") == 1)
        .then(pl.datetime(2999, 1, 1, time_zone="UTC"))
        .otherwise(pl.datetime(1850, 1, 1, time_zone="UTC"))
        .cast(pl.Datetime("us", "UTC"))
    )
    pl.concat([table(2), strange]).write_parquet(tmp_path / "x.parquet")
    result = study.ingest(tmp_path / "x.parquet")
    assert result.captures == 4
    assert "from before the web or from the future" in result.problems[0].message


def test_standing_at_a_night_to_come_is_standing_at_the_last_one(
    tmp_path: Path, study: Study, table: Callable
):
    table(3).write_parquet(tmp_path / "x.parquet")
    study.ingest(tmp_path / "x.parquet")
    assert study.update(as_of=date(2030, 1, 1)).night == FIRST + 2 * NIGHT


def test_an_empty_path_is_refused(study: Study):
    with pytest.raises(InputError, match="found an empty one"):
        study.ingest("")


def test_a_theme_without_terms_must_be_a_country(tmp_path: Path, table: Callable):
    table().write_parquet(tmp_path / "x.parquet")
    study = Study(tmp_path / "study", config=Config(theme=(ThemeSettings("Weather"),)))
    study.ingest(tmp_path / "x.parquet")
    with pytest.raises(ConfigError, match="theme 'Weather': found neither terms nor like"):
        study.update()


def test_nights_are_dates_of_the_studys_time_zone(tmp_path: Path, table: Callable):
    table().write_parquet(tmp_path / "x.parquet")
    config = Config(study=StudySettings(time_zone="Asia/Tokyo"))
    study = Study(tmp_path / "study", config=config)
    study.ingest(tmp_path / "x.parquet")
    study.update()
    assert study.read("members")["from_night"].min() == FIRST + NIGHT


def test_the_report_is_one_page_that_opens_without_a_network(told: Study):
    page = (told.folder / "index.html").read_text(encoding="utf-8")
    assert "Honduras" in page
    assert "https://cdn" not in page


def test_killed_at_any_moment_it_opens_and_ends_as_if_never_killed(tmp_path: Path, table: Callable):
    for number in range(6):
        part = table().slice(number * 20, 20)
        part.write_parquet(tmp_path / f"{number}.parquet")
        (tmp_path / f"{number}.html").write_text(PAGE.replace("ferry", f"ferry-{number}"))
        os.utime(tmp_path / f"{number}.html", (1767600000, 1767600000))
    inputs = sorted(map(str, tmp_path.glob("*.*")))
    whole = Study(tmp_path / "whole")
    whole.ingest(inputs)
    whole.update()
    code = f"s = Study({str(tmp_path / 'killed')!r}); s.ingest({inputs!r}); s.update()"
    context = multiprocessing.get_context("forkserver")
    # What takes longest is loaded once, so that a kill hits work; not polars, which has threads.
    context.set_forkserver_preload(["bertopic"])

    def begin() -> BaseProcess:
        process = context.Process(target=exec, args=(f"from tracker import Study; {code}",))
        process.start()
        return process

    generator = random.Random(7)
    for _ in range(6):
        process = begin()
        process.join(generator.uniform(0.3, 4))
        process.kill()
        process.join()
        opened = Study(tmp_path / "killed")
        captures = set(opened.read("captures")["capture_id"])
        assert captures <= set(whole.read("captures")["capture_id"])
        for name in ("lists", "sightings"):
            # What was expected and missing is derived; it is compared at the end.
            taken = pl.col("capture_id").is_in(list(captures))
            if name == "lists":
                taken &= pl.col("outcome") != "missing"
            of_whole = whole.read(name).filter(taken)
            found = opened.read(name).filter(taken)
            assert found.sort(TABLES[name].key).equals(of_whole.sort(TABLES[name].key))
    process = begin()
    process.join()
    assert process.exitcode == 0
    assert_same(whole, Study(tmp_path / "killed"))
