"""Boxes pointed out in tracker.toml, from the file to the tables, the peek and the check."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tracker import Study
from tracker.cli import main
from tracker.outputs.checks import check_study

PAGE = """<html><head><link rel="canonical" href="https://www.post.example/front"></head><body>
<div id="odds"><h2>Odds</h2><ul><li><a href="/a/">Rents fall</a></li>
<li><a href="/b/">Bees again</a></li></ul></div></body></html>"""
CONFIG = """
[[source]]
name = "Post"
url = "https://post.example/"
[[source.override]]
selector = "#odds"
kind = "picks"
valid_until = 2026-01-06
"""
NOTE = "Post: the override #odds ended on 2026-01-06"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tracker.toml").write_text(CONFIG)
    for day in range(4, 10):
        saved = tmp_path / "pages" / f"2026-01-{day:02}" / "page.html"
        saved.parent.mkdir(parents=True)
        saved.write_text(PAGE.replace("Bees again", f"Bees again {day}"))
    return tmp_path


def test_an_override_holds_for_the_captures_up_to_its_date_and_its_end_is_told_once(folder: Path):
    study = Study(folder / "study", config="tracker.toml")
    result = study.ingest(folder / "pages")
    assert (result.captures, result.lists, result.problems) == (6, 3, ())
    told = [note for note in result.notes if "override #odds" in note]
    assert told == [f"{NOTE}; later captures are harvested without it"]
    lists = study.read("lists")
    assert set(lists["kind"]) == {"picks"}
    assert set(lists["heading"]) == {"Odds"}
    assert lists["list_id"].n_unique() == 1
    (finding,) = [f for f in check_study(study) if f.what == "source Post" and "ended" in f.message]
    assert not finding.good
    assert NOTE.removeprefix("Post: ") in finding.message


def test_pages_taken_in_again_give_the_same_lists(folder: Path):
    one = Study(folder / "one", config="tracker.toml")
    one.ingest(folder / "pages")
    two = Study(folder / "two", config="tracker.toml")
    two.ingest(folder / "one" / "captures")
    by = ["capture_id", "list_id"]
    assert two.read("lists").sort(by).equals(one.read("lists").sort(by))


def test_overrides_reach_the_processes_that_harvest(folder: Path):
    study = Study(folder / "study", config="tracker.toml")
    copies = [
        folder / "pages" / f"2026-01-0{day}" / f"{n}.html" for day in (4, 9) for n in range(8)
    ]
    for number, copy in enumerate(copies):
        copy.write_text(PAGE.replace("/front", f"/section/{number}"))
    assert study.ingest(folder / "pages", workers=2).lists == 3 + 8


def test_pages_of_a_named_outlet_and_of_its_address_are_both_known(folder: Path):
    page = folder / "pages" / "2026-01-04" / "page.html"
    page.write_text(
        PAGE.replace('<link rel="canonical" href="https://www.post.example/front">', "")
    )
    for number, (source, lists) in enumerate({"Post": 1, "Herald": 0}.items()):
        study = Study(folder / str(number), config="tracker.toml")
        assert study.ingest(page, source=source).lists == lists


def test_a_peek_takes_what_the_settings_point_out(folder: Path):
    def peek(*arguments: str) -> dict:
        result = CliRunner().invoke(main, ["peek", "--json", *arguments])
        assert result.exit_code == 0
        return json.loads(result.output)

    assert [x["kind"] for x in peek("pages/2026-01-04/page.html")["lists"]] == ["picks"]
    assert peek("pages/2026-01-09/page.html")["lists"] == []
    (block,) = peek("--explain", "pages/2026-01-04/page.html")["blocks"]
    assert block["why"] == ["pointed out by the selector #odds"]


def test_a_page_that_does_not_say_its_address_is_peeked_at_as_a_source_that_is_named(folder: Path):
    page = folder / "pages/2026-01-04/page.html"
    page.write_text(PAGE[PAGE.index("<body>") :])
    kinds = {}
    for source in ((), ("--source", "Post")):
        result = CliRunner().invoke(main, ["peek", "--json", str(page), *source])
        assert result.exit_code == 0, result.output
        kinds[source] = [x["kind"] for x in json.loads(result.output)["lists"]]
    assert kinds == {(): [], ("--source", "Post"): ["picks"]}
    for config, known in ((CONFIG, "wanted one of Post"), ("", "there is none in tracker.toml")):
        (folder / "tracker.toml").write_text(config)
        result = CliRunner().invoke(main, ["peek", str(page), "--source", "Courier"])
        assert result.exit_code == 1
        assert f"source: found no Courier; {known}. tracker sources add URL" in result.output


def test_settings_that_cannot_be_stop_the_command(folder: Path):
    (folder / "tracker.toml").write_text(CONFIG.replace("#odds", "#odds["))
    for command in (["peek", "pages"], ["ingest", "pages"], ["check"]):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 1
        assert "tracker.toml: source[1, Post].override[1]: selector: found" in result.output


def test_an_override_that_matches_nothing_is_named_by_peek_ingest_and_check(folder: Path):
    (folder / "tracker.toml").write_text(CONFIG.replace("#odds", "#ends"))
    said = "the override #ends matched nothing"
    result = CliRunner().invoke(main, ["peek", "pages/2026-01-04/page.html"])
    assert result.exit_code == 0
    assert said in result.output
    study = Study(folder / "study", config="tracker.toml")
    assert f"Post: {said} on the pages taken in" in study.ingest(folder / "pages/2026-01-04").notes
    assert any(said in finding.message for finding in check_study(study))
    (folder / "tracker.toml").write_text(CONFIG)
    result = CliRunner().invoke(main, ["peek", "pages/2026-01-04/page.html"])
    assert "matched nothing" not in result.output
    other = Study(folder / "other", config="tracker.toml")
    assert other.ingest(folder / "pages/2026-01-04").notes == ()
    assert not any("matched nothing" in finding.message for finding in check_study(other))
