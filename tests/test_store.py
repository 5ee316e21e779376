import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tracker.errors import StoreError, TableError
from tracker.files import PINS
from tracker.locks import WRITER
from tracker.runs import record_run
from tracker.store import MAX_FILES, Change, Store
from tracker.tables import BODIES, LINEAGE, LISTS, RUNS, THEMES

NIGHT = date(2026, 1, 5)


def themes(*ids: str, theme: str = "Korea", score: float = 1.0) -> pl.DataFrame:
    return THEMES.frame([(theme, headline, "term", score, NIGHT) for headline in ids])


def test_a_study_that_was_never_written_reads_as_empty_and_makes_no_folder(tmp_path: Path):
    store = Store(tmp_path / "new")
    assert store.read(THEMES).is_empty()
    assert not store.exists
    assert not (tmp_path / "new").exists()


def test_rows_come_back_as_written_and_twice_the_same_adds_nothing(tmp_path: Path):
    store = Store(tmp_path)
    assert store.append(THEMES, themes("a", "b")) == 2
    assert store.append(THEMES, themes("b", "c")) == 1
    assert store.read(THEMES).sort("headline_id").equals(themes("a", "b", "c"))


@pytest.mark.parametrize("name", ["my study", "ünï 新闻", "a#b?c*", "100%"])
def test_a_folder_may_be_called_as_people_call_folders(tmp_path: Path, name: str):
    store = Store(tmp_path / name)
    store.append(THEMES, themes("a"))
    store.upsert(THEMES, themes("a", "b", score=0.5))
    store.replace_together([Change(THEMES, themes("c", theme="Chad"), "theme = 'Chad'")])
    assert store.read(THEMES).sort("headline_id")["score"].to_list() == [0.5, 0.5, 1.0]
    assert set(store.pick(THEMES, pl.col("score") < 1, ["headline_id"])["headline_id"]) == {
        "a",
        "b",
    }
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a[b]", "a^b", "a|b", "a\\b", "a%20b", "a\nb"])
def test_a_folder_that_cannot_hold_tables_is_refused_before_anything_is_lost(
    tmp_path: Path, name: str
):
    with pytest.raises(StoreError, match=r"found .+ in the path"):
        Store(tmp_path / name / "study")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("name", ["a[b]", "a%20b"])
def test_a_link_to_a_folder_that_cannot_hold_tables_is_refused_too(tmp_path: Path, name: str):
    (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / name)
    with pytest.raises(StoreError, match=r"found .+ in the path"):
        Store(tmp_path / "link")


def test_rows_are_picked_from_whatever_files_hold_them(tmp_path: Path):
    store, wanted = Store(tmp_path), pl.col("headline_id").is_in(["b", "c", "e"])
    assert store.pick(THEMES, wanted, ["headline_id"]).schema == {"headline_id": pl.String}
    for theme in ("Korea", "Chad", "Peru"):
        store.append(THEMES, themes("a", theme=theme))
    assert store.pick(THEMES, wanted, ["theme"]).is_empty()
    store.append(THEMES, themes("b", "d", theme="Chad"))
    store.append(THEMES, themes("c", theme="Peru", score=0.5))
    picked = store.pick(THEMES, wanted, ["theme", "score"])
    assert sorted(picked.rows()) == [("Chad", 1.0), ("Peru", 0.5)]


def test_other_engines_can_read_the_tables(tmp_path: Path):
    Store(tmp_path).append(THEMES, themes("a"))
    files = list((tmp_path / "tables" / "themes").glob("*.parquet"))
    assert pl.read_parquet(files).height == 1
    assert (tmp_path / "tables" / "themes" / "_delta_log").is_dir()


def test_upsert_changes_known_rows_and_adds_new_ones(tmp_path: Path):
    store = Store(tmp_path)
    store.upsert(THEMES, themes("a", "b"))
    store.upsert(THEMES, themes("b", "c", score=0.5))
    scores = dict(store.read(THEMES).select("headline_id", "score").iter_rows())
    assert scores == {"a": 1.0, "b": 0.5, "c": 0.5}


def test_replace_leaves_only_the_new_rows_or_only_changes_the_named_ones(tmp_path: Path):
    store = Store(tmp_path)
    store.append(THEMES, pl.concat([themes("a"), themes("b", theme="Honduras")]))
    store.replace(THEMES, themes("c"), where="theme = 'Korea'")
    assert sorted(store.read(THEMES)["headline_id"]) == ["b", "c"]
    store.replace(THEMES, themes("d"))
    assert store.read(THEMES)["headline_id"].to_list() == ["d"]


def test_a_frame_that_does_not_fit_changes_nothing(tmp_path: Path):
    store = Store(tmp_path)
    store.append(THEMES, themes("a"))
    with pytest.raises(TableError):
        store.append(THEMES, themes("b").drop("score"))
    assert store.read(THEMES)["headline_id"].to_list() == ["a"]


def _count_up(folder: str) -> None:
    store = Store(Path(folder))
    for number in range(1, 10_000):
        both = themes(*(f"h{i}" for i in range(3)), theme=f"t{number}")
        bodies = BODIES.frame([("b", f"t{number}", 0, 1)])
        store.replace_together([Change(THEMES, both), Change(BODIES, bodies)])


def test_tables_written_together_are_seen_together_whenever_the_writer_is_killed(tmp_path: Path):
    store, context = Store(tmp_path), multiprocessing.get_context("spawn")
    for _ in range(2):
        writer = context.Process(target=_count_up, args=(str(tmp_path),))
        pins = tmp_path / "tables" / PINS
        before = pins.read_text() if pins.exists() else ""
        writer.start()
        while not pins.exists() or pins.read_text() == before:
            assert writer.is_alive()
        writer.kill()
        writer.join()
        assert (
            store.read(THEMES)["theme"].unique().to_list() == store.read(BODIES)["path"].to_list()
        )
    # What a killed writer left half done is no part of what is written next.
    store.replace(LINEAGE, LINEAGE.empty())
    THEMES.check(themes("x")).write_delta(tmp_path / "tables" / "themes", mode="append")
    assert "x" not in store.read(THEMES)["headline_id"].to_list()
    store.replace_together([Change(THEMES, themes("y", theme="z"), "theme = 'z'")])
    assert set(store.read(THEMES)["headline_id"]) == {"h0", "h1", "h2", "y"}


def test_a_broken_table_is_reported_with_its_place(tmp_path: Path):
    store = Store(tmp_path)
    store.append(THEMES, themes("a"))
    (log,) = (tmp_path / "tables" / "themes" / "_delta_log").glob("*.json")
    log.write_text("not json")
    with pytest.raises(StoreError, match="themes"):
        store.read(THEMES)


def test_a_table_with_other_columns_is_reported_and_not_guessed_at(tmp_path: Path):
    store = Store(tmp_path)
    pl.DataFrame({"x": [1]}).write_delta(tmp_path / "tables" / "lists")
    with pytest.raises(StoreError, match=r"found columns .*x.*wanted .*capture_id"):
        store.read(LISTS)


def test_a_table_from_before_a_column_was_added_reads_and_grows(tmp_path: Path):
    store = Store(tmp_path)
    rows = themes("a", "b")
    rows.head(1).drop("from_night").write_delta(tmp_path / "tables" / "themes")
    with pytest.raises(StoreError, match=r"found no from_night, .*run tracker update"):
        store.read(THEMES)
    later = replace(
        THEMES,
        columns=tuple(replace(c, nullable=c.name == "from_night") for c in THEMES.columns),
    )
    assert store.read(later)["from_night"].to_list() == [None]
    store.append(later, rows.tail(1))
    store.upsert(later, rows.head(1))
    assert store.read(later).sort(*THEMES.key).equals(rows.sort(*THEMES.key))


def test_many_small_commits_are_merged_into_few_files(tmp_path: Path):
    store = Store(tmp_path)
    for number in range(MAX_FILES + 5):
        store.append(THEMES, themes(f"h{number}"))
    assert store.read(THEMES).height == MAX_FILES + 5
    assert pl.scan_delta(tmp_path / "tables" / "themes").collect().height == MAX_FILES + 5
    from deltalake import DeltaTable  # noqa: PLC0415 - only to count

    assert len(DeltaTable(tmp_path / "tables" / "themes").file_uris()) < 10


def test_files_are_written_whole_and_only_below_the_folder(tmp_path: Path):
    store = Store(tmp_path / "study")
    assert store.write_file("topics/a.html", "<p>é</p>").read_text(encoding="utf-8") == "<p>é</p>"
    for path in ("../out.html", "/etc/out.html", "a/../../b", ""):
        with pytest.raises(StoreError):
            store.write_file(path, "x")
    assert [p.name for p in (tmp_path / "study" / "topics").iterdir()] == ["a.html"]


def test_pages_of_an_earlier_report_go_and_unchanged_ones_are_not_written_again(tmp_path: Path):
    store = Store(tmp_path)
    for name in ("a", "b"):
        store.write_file(f"topics/{name}.html", name)
    before = (tmp_path / "topics" / "a.html").stat()
    store.write_file("topics/a.html", "a")
    store.prune_files("topics", {"topics/a.html"})
    assert [path.name for path in (tmp_path / "topics").iterdir()] == ["a.html"]
    assert (tmp_path / "topics" / "a.html").stat().st_ino == before.st_ino


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path):
    (tmp_path / "x").write_text("")
    with pytest.raises(StoreError, match="found a file"):
        Store(tmp_path / "x")


def test_a_new_study_is_left_where_anything_came_into_it(tmp_path: Path):
    folder = tmp_path / "deep" / "study"
    with record_run(Store(folder), "ingest"):
        assert Store(folder).read(RUNS).height == 1
    assert not (tmp_path / "deep").exists()
    with Store(folder).writing("ingest"):
        Store(folder).write_file("captures/a.warc.gz", b"a page")
    assert (folder / "captures" / "a.warc.gz").read_bytes() == b"a page"


def test_whoever_waits_for_a_writer_that_leaves_nothing_can_write(tmp_path: Path):
    folder, told = tmp_path / "study", threading.Event()

    def write() -> None:
        with Store(folder, lambda _: told.set()).writing("report"):
            Store(folder).write_file("index.html", "report")

    waiting = threading.Thread(target=write)
    with Store(folder).writing("ingest"):
        waiting.start()
        assert told.wait(30)
    waiting.join(30)
    assert (folder / "index.html").read_text() == "report"


def _hold(folder: str, held: "multiprocessing.synchronize.Event", done: object) -> None:
    with Store(Path(folder)).writing("update"):
        held.set()
        done.wait(30)  # type: ignore[attr-defined]


def test_a_second_writer_is_told_whom_it_waits_for_and_turned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tracker.locks.LOCK_SECONDS", 0.2)
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(tmp_path), held, done))
    other.start()
    try:
        assert held.wait(60)
        told: list[str] = []
        refused = pytest.raises(StoreError, match="still writing to this study; try again later")
        with refused, Store(tmp_path, told.append).writing("report"):
            pass
        (words,) = told
        assert f"another tracker, tracker update (process {other.pid}, since 20" in words
        assert "waiting for it for up to 0 s" in words
    finally:
        done.set()
        other.join(30)
    with Store(tmp_path, told.append).writing("report"):
        Store(tmp_path).append(LINEAGE, LINEAGE.empty())
    assert told == [words]
    assert not (tmp_path / WRITER).exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_whoever_waits_for_another_writer_says_so_at_once_and_can_be_stopped(
    tmp_path: Path, number: signal.Signals, code: int
):
    command = [sys.executable, "-m", "tracker", "--study", str(tmp_path), "ingest", str(tmp_path)]
    with (
        Store(tmp_path).writing("topics merge"),
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as waiting,
    ):
        assert waiting.stderr is not None
        said = waiting.stderr.readline()
        waiting.send_signal(number)
        rest = waiting.stderr.read()
    assert f"tracker topics merge (process {os.getpid()}" in said
    assert (waiting.returncode, "stopped" in rest) == (code, True)
    assert not (tmp_path / "tables").exists()
