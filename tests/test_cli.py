import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tracker import Study
from tracker.cli import main
from tracker.commands.viewing import EXPORT_NAMES, VIEW_NAMES
from tracker.outputs.exports import to_csv
from tracker.outputs.views import VIEWS
from tracker.tables import TABLES
from tracker.terminal import PlainProgress, make_safe, print_json


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))


def on_told(told: Study, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--study", str(told.folder), *arguments])


PAGE = """<html><body><main><h1>Ferry service returns</h1><p>It was a calm day.</p></main>
<aside><h3>Latest news</h3><ul>
<li><a href="/a/1001-x">Late frost ruins the apple harvest</a></li>
<li><a href="/a/1002-x">Museum opens its <b>hidden</b> archive to all</a></li>
<li><a href="/a/1003-x">Bridge closed after a ship hits its pillar</a></li></ul></aside>
</body></html>"""


def test_every_verb_has_help_that_says_what_it_does(run: Callable[..., Result]):
    for name, command in main.commands.items():
        result = run(name, "--help")
        assert result.exit_code == 0
        assert command.help, name
        for option in command.params:
            if option.param_type_name == "option":
                assert option.help, f"{name} {option.name}"  # type: ignore[attr-defined]


def test_the_names_offered_are_those_that_exist():
    assert set(VIEW_NAMES) == set(VIEWS)
    # These say how the others are kept up.
    inner = {"bodies", "boxes", "left", "places", "readings"}
    assert set(EXPORT_NAMES) == set(TABLES) - inner


def test_peek_shows_lists_to_people_and_scripts(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "page.html").write_text(PAGE)
    people = run("peek", "page.html")
    assert people.exit_code == 0
    assert "Late frost ruins the apple harvest" in people.output
    (line,) = run("peek", "--json", "./page.html").output.splitlines()
    page = json.loads(line)
    assert page["source"] == "./page.html"
    (box,) = page["lists"]
    assert (box["kind"], box["heading"]) == ("latest", "Latest news")
    assert [item["rank"] for item in box["items"]] == [1, 2, 3]
    assert box["items"][1]["title"] == "Museum opens its hidden archive to all"


def test_peek_goes_on_after_a_page_that_cannot_be_read(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "none.html").write_text("<html><body><p>Only a paragraph.</p></body></html>")
    result = run("peek", "--json", "absent.html", "none.html", "page.html")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 3
    assert "no such file" in lines[0]["error"]
    assert lines[1]["lists"] == []
    assert len(lines[2]["lists"]) == 1


def test_peek_shows_hostile_titles_as_text(run: Callable[..., Result], tmp_path: Path):
    evil = "Bank &#27;[31m robs &lt;script&gt; [red]itself[/red] in a hurry"
    (tmp_path / "page.html").write_text(PAGE.replace("Late frost ruins the apple harvest", evil))
    result = run("peek", "page.html")
    assert "\x1b[31m" not in result.output
    assert "[red]itself[/red]" in result.output


def test_nothing_that_is_printed_steers_a_terminal(capsys: pytest.CaptureFixture[str]):
    evil = "Bank \x9b31m robs\u2028 \u202e itself \x1b[0m"
    print_json({"title": evil, "at": datetime(2026, 3, 4, 21, tzinfo=UTC)})
    line = capsys.readouterr().out.removesuffix("\n")
    assert line.isprintable()
    assert json.loads(line) == {"title": evil, "at": "2026-03-04T21:00:00Z"}
    assert make_safe(evil).isprintable()


MENU = '<nav><ul><li><a href="/x/">World</a></li><li><a href="/y/">Sport</a></li></ul></nav>'


def test_peek_explains_what_became_of_each_block_of_links(
    run: Callable[..., Result], tmp_path: Path
):
    evil = "Bank &#27;[31m robs [red]itself[/red] in a hurry"
    page = PAGE.replace("<main>", MENU + "<main>").replace("Late frost ruins the", evil)
    (tmp_path / "page.html").write_text(page)
    people = run("peek", "--explain", "page.html")
    assert people.exit_code == 0
    assert "2 blocks of links, 1 of them taken as a list" in people.output
    assert "nav > ul" in people.output
    assert "announces latest" in people.output
    assert "too few words for headlines: 0 of 2 links" in people.output
    assert "[red]itself[/red]" in people.output
    assert "\x1b[31m" not in people.output
    (line,) = run("peek", "--explain", "--json", "page.html").output.splitlines()
    row = json.loads(line)
    assert [(block["kind"], block["n_items"]) for block in row["blocks"]] == [
        (None, 2),
        ("latest", 3),
    ]
    assert len(row["lists"]) == 1
    assert all(block["why"] and block["place"] and block["titles"] for block in row["blocks"])


def test_peek_says_that_a_text_cannot_be_explained(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "page.txt").write_text("Latest news\nLate frost ruins the apple harvest\n")
    result = run("peek", "--explain", "page.txt")
    assert result.exit_code == 0
    assert "page.txt: a text; only HTML pages can be explained" in result.stderr
    (line,) = run("peek", "--explain", "--json", "page.txt").stdout.splitlines()
    assert "blocks" not in json.loads(line)


def test_peek_explains_lists_that_only_stand_in_data(run: Callable[..., Result], tmp_path: Path):
    data = Path(__file__).parent / "pages" / "scripts_only" / "page.html"
    result = run("peek", "--explain", data)
    assert "found in data embedded in the page" in " ".join(result.output.split())


def test_the_whole_way_from_table_to_report(
    run: Callable[..., Result], tmp_path: Path, table: Callable[..., pl.DataFrame]
):
    table().write_csv(tmp_path / "lists.csv")
    result = run("ingest", "lists.csv")
    assert (result.exit_code, "added 24 new ones" in result.output) == (0, True)
    assert "added 0 new ones" in run("ingest", "lists.csv").output
    result = run("update", "--json")
    assert json.loads(result.stdout)["night"] == "2026-01-16"
    result = run("report")
    assert result.output.strip() == "open output/index.html"
    assert (tmp_path / "output" / "index.html").exists()
    assert run("replay", "--from", "2026-01-10", "--to", "2026-01-12").exit_code == 0


def test_ingest_of_nothing_usable_fails_and_of_some_is_partly_done(
    run: Callable[..., Result], tmp_path: Path, table: Callable[..., pl.DataFrame]
):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    table().write_csv(tmp_path / "lists.csv")
    result = run("ingest", "bad.csv", "absent")
    assert result.exit_code == 1
    assert "bad.csv: column captured_at, source, list_kind, rank, title missing" in result.stderr
    assert not (tmp_path / "output").exists()
    assert run("ingest", "bad.csv", "lists.csv").exit_code == 3


@pytest.mark.parametrize("place", ["absent", "x.xlsx", "bad.csv", "http://127.0.0.1:1/x.warc.gz"])
def test_ingest_of_nothing_usable_into_a_new_study_leaves_nothing_behind(
    run: Callable[..., Result], tmp_path: Path, table: Callable[..., pl.DataFrame], place: str
):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "tracker.toml").write_text("[archive]\nallow_private = true\n")
    table().write_csv(tmp_path / "lists.csv")
    before = sorted(tmp_path.rglob("*"))
    for study in ("deep/new", "own"):
        assert run("--study", study, "ingest", place).exit_code == 1
        assert sorted(tmp_path.rglob("*")) == before
    assert run("ingest", "lists.csv").exit_code == 0
    assert run("ingest", place).exit_code == 1
    assert Study(tmp_path / "output").read("runs").height == 2


def test_ingest_asks_for_the_order_of_day_and_month_and_tells_what_it_guessed(
    run: Callable[..., Result], tmp_path: Path
):
    head = "captured_at;source;list_kind;rank;title\n"
    (tmp_path / "x.csv").write_text(f"{head}03/04/2022;a;latest;1;Fähre nach Köln\n", "cp1252")
    refused = run("ingest", "x.csv")
    assert refused.exit_code == 1
    assert "x.csv: column captured_at holds '03/04/2022', and no date" in refused.stderr
    taken = run("ingest", "--day-first", "x.csv")
    assert taken.exit_code == 0
    assert "x.csv: it is not UTF-8 and was read as cp1252, as in" in taken.stderr
    assert "2022-04-03" in run("show", "lists", "--csv").output


def test_our_errors_are_one_line_and_exit_1_and_usage_errors_exit_2(run: Callable[..., Result]):
    result = run("update")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: output: found no captures; wanted some")
    assert len(result.stderr.splitlines()) == 1
    assert run("show", "nothing").exit_code == 2
    assert run("update", "--as-of", "tomorrow").exit_code == 2
    strange = run("explain", "Ukraine", "24.2.2022").stderr
    assert "found '24.2.2022'; wanted a night such as 2022-02-24" in strange
    strange = run("ingest", "x.html", "--captured-at", "9 pm").stderr
    assert "found '9 pm'; wanted a time in UTC such as 2022-02-24T21:30:00" in " ".join(
        strange.split()
    )


def test_settings_in_the_folder_of_a_study_hold_before_those_here(
    run: Callable[..., Result], tmp_path: Path
):
    (tmp_path / "own").mkdir()
    for path, name in (("tracker.toml", "Strikes"), ("own/tracker.toml", "Floods")):
        (tmp_path / path).write_text(f'[[theme]]\nname = "{name}"\nterms = ["x"]\n', "utf-8")
    for folder, name in (("other", "Strikes"), ("own", "Floods")):
        assert f"\n{name}," in run("--study", folder, "themes", "list", "--csv").output
    told = run("--study", "own", "init", "--force").output
    assert "for the study own, own/tracker.toml holds and this one does not" in told
    refused = run("--config", "tracker.toml", "--study", "own", "demo")
    assert refused.exit_code == 2
    assert "the demo has settings of its own" in refused.output


def test_init_writes_a_file_that_is_read_and_does_not_overwrite_it(
    run: Callable[..., Result], tmp_path: Path
):
    assert run("init").exit_code == 0
    assert run("show", "topics").exit_code == 0
    (tmp_path / "tracker.toml").write_text("[study]\ntitel = 'x'\n")
    result = run("show", "topics")
    assert (result.exit_code, "did you mean title" in result.stderr) == (1, True)
    assert run("init").exit_code == 1
    assert run("init", "--force").exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a process there")
def test_init_that_is_cut_off_leaves_the_settings_that_were_there(
    run: Callable[..., Result], tmp_path: Path
):
    import resource  # noqa: PLC0415 - not on every system

    mine = '[study]\ntitle = "Mine"\n'
    (tmp_path / "tracker.toml").write_text(mine)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        result = run("init", "--force")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert result.exit_code == 1
    assert (tmp_path / "tracker.toml").read_text() == mine
    assert [path.name for path in tmp_path.iterdir()] == ["tracker.toml"]


@pytest.mark.parametrize("view", VIEW_NAMES)
def test_every_view_prints_for_people_and_scripts(told: Study, view: str):
    table = on_told(told, "show", view)
    rows = [json.loads(line) for line in on_told(told, "show", view, "--json").stdout.splitlines()]
    assert table.exit_code == 0
    if view != "signals":
        assert rows
    limited = on_told(told, "show", view, "--json", "--limit", "1").stdout.splitlines()
    assert len(limited) == min(1, len(rows))
    csv = on_told(told, "show", view, "--csv").stdout
    assert pl.read_csv(csv.encode()).height == len(rows)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_every_table_is_exported_with_its_columns(told: Study, tmp_path: Path, suffix: str):
    readers = {".csv": pl.read_csv, ".parquet": pl.read_parquet, ".jsonl": pl.read_ndjson}
    for name in EXPORT_NAMES:
        path = tmp_path / f"{name}{suffix}"
        result = on_told(told, "export", name, "-o", str(path))
        assert result.exit_code == 0, result.output
        rows = told.read(name)
        if suffix != ".jsonl" or rows.height:
            frame = readers[suffix](path)
            assert frame.columns == TABLES[name].schema.names()
            assert frame.height == rows.height


def test_csv_holds_no_formula_and_the_times_of_an_export():
    rows = {
        "title": ["=HYPERLINK(1)", "+++ Live +++", "@home", "plain", None],
        "change": [-1.5, 0.0, 1.0, 2.0, None],
        "terms": [["=x"], [], ["u"], ["v"], None],
        "at": [datetime(2026, 1, 5, 20, tzinfo=UTC)] * 5,
    }
    lines = to_csv(pl.DataFrame(rows)).splitlines()
    assert lines[1] == """'=HYPERLINK(1),-1.5,"[""=x""]",2026-01-05T20:00:00Z"""
    assert [line.split(",")[0] for line in lines[2:]] == ["'+++ Live +++", "'@home", "plain", ""]
    assert to_csv(pl.DataFrame({"n": [-1]})) == "n\n-1\n"


def test_members_join_headlines_and_say_where_each_headline_is(told: Study, tmp_path: Path):
    for name in ("members", "headlines"):
        on_told(told, "export", name, "-o", str(tmp_path / f"{name}.parquet"))
    members = pl.read_parquet(tmp_path / "members.parquet")
    headlines = pl.read_parquet(tmp_path / "headlines.parquet")
    joined = members.filter(pl.col("to_night").is_null()).join(headlines, on="headline_id")
    assert joined.height == headlines.height
    assert joined["event_id"].null_count() == 0


def test_an_export_under_a_strange_name_is_refused(told: Study, tmp_path: Path):
    result = on_told(told, "export", "topics", "-o", str(tmp_path / "x.xlsx"))
    assert result.exit_code == 1
    assert "wanted .csv, .parquet or .jsonl" in result.stderr
    assert not list(tmp_path.iterdir())


def test_check_is_content_with_a_whole_study_and_names_what_is_missing(
    told: Study, run: Callable[..., Result], tmp_path: Path
):
    whole = on_told(told, "check")
    assert whole.exit_code == 0
    assert "tables: " in whole.stdout
    assert "table lists: " not in whole.stdout
    assert "table lists: " in on_told(told, "-v", "check").stdout
    config = tmp_path / "x.toml"
    config.write_text('[[source]]\nname = "Daily"\nurl = "https://daily.example/"\n')
    result = on_told(told, "--config", str(config), "check", "--json")
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 3
    bad = [finding["what"] for finding in findings if not finding["good"]]
    assert bad == ["source Daily"]
    first, *rest = on_told(told, "--config", str(config), "check").stdout.splitlines()
    assert first.startswith("missing source Daily: configured")
    assert all(line.startswith("ok ") for line in rest)
    assert run("check").exit_code == 3


def test_a_run_that_takes_long_says_in_plain_lines_where_it_is():
    said: list[str] = []
    times = iter([0.0, 4.0, 9.0, 11.0, 12.0, 13.0, 60.0, 72.0, 73.0, 74.0])
    tell = PlainProgress(said.append, lambda: next(times))
    topics = [("topics", night, 90) for night in (1, 2, 9, 50, 80)]
    ones = [(stage, done, 1) for stage in ("lists", "themes") for done in (0, 1)]
    for stage, done, total in (*ones[:2], *topics, *ones[2:]):
        tell(stage, done, total)
    assert said == ["topics: 1 of 90", "topics: 80 of 90", "themes …"]


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_stop_that_comes_where_nothing_can_be_raised_stops_the_run_too(
    tmp_path: Path, number: str, code: int
):
    program = f"""
import signal, sys, time, weakref
from tracker import Study, cli
class Thing: pass
def slow(self, *_, **__):
    thing = Thing()
    ref = weakref.ref(thing, lambda _: signal.raise_signal(signal.{number}))
    del thing
    time.sleep(60)
Study.update = slow
sys.argv = ["tracker", "update"]
cli.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert "stopped; what was done is kept" in done.stderr


def test_a_traceback_is_never_what_a_user_sees(tmp_path: Path):
    (tmp_path / "output").write_text("a file")
    command = [sys.executable, "-m", "tracker", "show", "topics"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert re.search(r"output.*file", done.stderr)
    assert os.listdir(tmp_path) == ["output"]  # noqa: PTH208 - names are enough


def test_a_theme_is_tried_before_it_is_written_down(told: Study):
    sample = on_told(
        told, "themes", "test", "Frosts", "--term", "frosty", "--term", "frost", "--json"
    )
    rows = [json.loads(line) for line in sample.stdout.splitlines()]
    assert {row["title"] for row in rows if row["taken"]} == {
        "Late frost ruins apple harvest", "Apple harvest ruined by late frost",
    }  # fmt: skip
    assert any(not row["taken"] and row["how"] == "meaning" for row in rows)
    people = on_told(told, "themes", "test", "ukraine", "--limit", "1")
    assert "takes 2 of 10 headlines; 1 of them" in people.stdout
    assert "near misses, 1:" in people.stdout
    unknown = on_told(told, "themes", "test", "Ukrain")
    assert (unknown.exit_code, "did you mean Ukraine" in unknown.output) == (1, True)
    empty = on_told(told, "themes", "test", "Ukraine", "--term", "!!")
    assert (empty.exit_code, "found no word in it" in empty.output) == (1, True)
    assert "Ukraine" in on_told(told, "themes", "list", "--csv").stdout


def test_an_error_says_no_more_than_a_screen_of_a_name_that_is_a_text(told: Study):
    result = on_told(told, "topics", "show", "x" * 100_000)
    assert result.exit_code == 1
    assert len(result.output) < 3000
    assert "found no topic of that id or label" in result.output
