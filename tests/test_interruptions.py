"""A process that is killed while it derives topics or corrects them loses nothing."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from tests import test_heirs as heirs
from tracker import Study, batches
from tracker.cli import main
from tracker.errors import InputError
from tracker.outputs.checks import check_study
from tracker.tables import TABLES

TAKEN_IN = ("captures", "lists", "sightings", "headlines")
PLACED = (
    "members", "events", "topics", "lineage", "corrections", "attention", "signals", "noises",
    "families",
)  # fmt: skip
CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children")
LEXICAL = '[study]\nencoder = "lexical"\n'


def read_clock() -> datetime:
    return datetime(2100, 2, 1, 12, tzinfo=UTC)


def open_study(folder: Path) -> Study:
    config = folder / "tracker.toml"
    return Study(folder / "study", config=config if config.exists() else None, clock=read_clock)


def work(
    folder: str, verb: str, topics: list[str], stage: str, times: int, reached: object
) -> None:
    """Remodel or update a study, or merge two topics, and stand still in the middle of it."""
    seen = 0
    batches.SECONDS = 0.0  # as if each night took long

    def progress(at: str, done: int, total: int) -> None:
        nonlocal seen
        seen += (at == stage and done == 0) or at == stage == "topics"
        if seen == times:
            reached.set()  # type: ignore[attr-defined]
            time.sleep(600)

    study = open_study(Path(folder))
    if verb == "remodel":
        study.remodel(progress=progress)
    elif verb == "update":
        study.update(progress=progress)
    else:
        study.edit_topics(progress=progress).merge(topics[0], topics[1:])


def kill_within(folder: Path, verb: str, topics: list[str], stage: str, times: int = 1) -> None:
    context = multiprocessing.get_context("spawn")
    reached = context.Event()
    worker = context.Process(target=work, args=(str(folder), verb, topics, stage, times, reached))
    worker.start()
    try:
        while not reached.wait(0.2):
            assert worker.is_alive()
    finally:
        worker.kill()
        worker.join()


def read_all(study: Study, names: tuple[str, ...]) -> dict[str, pl.DataFrame]:
    return {name: study.read(name).sort(TABLES[name].key) for name in names}


def assert_same(found: dict[str, pl.DataFrame], wanted: dict[str, pl.DataFrame]) -> None:
    for name, frame in wanted.items():
        assert found[name].equals(frame), name


@pytest.fixture
def folder(told: Study, tmp_path: Path) -> Path:
    """A folder with a study of twelve nights that may be changed."""
    shutil.copytree(told.folder, tmp_path / "study")
    return tmp_path


def test_killed_or_stopped_while_nights_are_done_for_the_first_time_the_next_update_goes_on(
    told: Study, tmp_path: Path, table: Callable[..., pl.DataFrame]
):
    nights = told.read("nights").height
    table(missing=(8,)).write_parquet(tmp_path / "lists.parquet")
    study = open_study(tmp_path)
    study.ingest(tmp_path / "lists.parquet")
    kill_within(tmp_path, "update", [], "topics", times=5)
    assert study.read("nights").height == 5

    def stop(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("topics", 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study.update(progress=stop)
    assert study.read("nights").height == 8
    assert study.update().placing.nights == nights - 8
    assert_same(read_all(study, PLACED), read_all(told, PLACED))


def test_killed_while_a_remodel_looks_the_study_is_as_it_was(folder: Path, told: Study):
    (folder / "tracker.toml").write_text(LEXICAL)
    kill_within(folder, "remodel", [], "topics", times=5)
    study = open_study(folder)
    assert_same(read_all(study, TAKEN_IN + PLACED), read_all(told, TAKEN_IN + PLACED))
    done = study.remodel()
    assert done.counts["kept"] > 0


def test_killed_while_a_remodel_writes_the_next_update_ends_it(
    folder: Path, told: Study, tmp_path_factory: pytest.TempPathFactory
):
    whole = tmp_path_factory.mktemp("whole")
    shutil.copytree(told.folder, whole / "study")
    for place in (whole, folder):
        (place / "tracker.toml").write_text(LEXICAL)
    fates = open_study(whole).remodel().counts
    nights = told.read("nights").height
    kill_within(folder, "remodel", [], "topics", times=nights + 6)
    study = open_study(folder)
    done = study.read("nights").height
    assert done >= 5
    with pytest.raises(InputError, match="an earlier remodel was cut off; tracker update ends it"):
        study.remodel()
    (cut,) = (finding for finding in check_study(study) if not finding.good)
    assert cut.message == "a remodel of the topics was cut off; tracker update ends it"
    command = ["--study", str(study.folder), "--config", str(folder / "tracker.toml"), "update"]
    ended = CliRunner().invoke(main, command).output
    assert "an earlier tracker topics remodel was cut off, so all topics were derived" in ended
    assert f"keeps its id: {', '.join(f'{n} {fate}' for fate, n in fates.items())}\n" in ended
    assert f"(nights done: {nights - done}," in ended
    assert_same(read_all(study, PLACED), read_all(open_study(whole), PLACED))
    assert all(finding.good for finding in check_study(study))
    assert_same(read_all(study, TAKEN_IN), read_all(told, TAKEN_IN))
    held = study.read("members").filter(pl.col("to_night").is_null())
    assert set(held["headline_id"]) == set(told.read("headlines")["headline_id"])
    placed = read_all(study, PLACED)
    study.replay()
    assert_same(read_all(study, PLACED), placed)
    assert study.edit_topics(later=True).pin(held["topic_id"].drop_nulls()[0])


def test_killed_while_nights_are_done_again_the_next_update_still_notes_what_moved(tmp_path: Path):
    late = heirs.make_table(tmp_path, "late", 0, (heirs.BEFORE,))
    first = heirs.make_table(tmp_path, "first", 2, (heirs.FERRY,))
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    open_study(whole).ingest([first])
    open_study(whole).update()
    old = heirs.read_ferry(open_study(whole))
    open_study(whole).ingest([late])
    shutil.copytree(whole, folder)
    open_study(whole).update()
    kill_within(folder, "update", [], "topics", times=4)
    study = open_study(folder)
    assert study.read("nights").height == 4
    # What is looked at meanwhile is too early to tell.
    study.update(study.read("nights")["night"].min())
    assert study.read("heirs").is_empty()
    assert study.update().moved.moved == 1
    assert study.read("heirs")["topic_id"].to_list() == [old]
    assert_same(
        read_all(study, (*PLACED, "heirs")), read_all(open_study(whole), (*PLACED, "heirs"))
    )


def test_killed_while_topics_are_merged_the_next_update_ends_it(
    folder: Path, told: Study, tmp_path_factory: pytest.TempPathFactory
):
    held = told.read("members").filter(pl.col("to_night").is_null())
    topics = held["topic_id"].drop_nulls().unique().sort().to_list()[:2]
    whole = tmp_path_factory.mktemp("whole")
    shutil.copytree(told.folder, whole / "study")
    open_study(whole).edit_topics().merge(topics[0], topics[1:])
    kill_within(folder, "merge", topics, "attention")
    study = open_study(folder)
    assert_same(read_all(study, ("attention", "signals")), read_all(told, ("attention", "signals")))
    assert study.explain(topics[1]).point["share"] is not None
    study.update()
    assert_same(read_all(study, PLACED), read_all(open_study(whole), PLACED))


@contextmanager
def ingesting(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """An ingest whose helpers have just been started."""
    if not CHILDREN.exists():
        pytest.skip("this system does not tell a process's children")
    for page in range(40):
        (folder / f"{page}.html").write_text(f"<title>{page}</title>")
    command = [sys.executable, "-m", "tracker", "--study", str(folder / "study"), "ingest"]
    with subprocess.Popen(
        [*command, "--workers", "2", str(folder)],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as run:  # fmt: skip
        of_run = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while len(of_run.read_text().split()) < 3:
            assert run.poll() is None
            time.sleep(0.01)
        yield run


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stop_for_all_processes_ends_an_ingest_even_while_its_helpers_start(
    tmp_path: Path, number: signal.Signals, code: int
):
    with ingesting(tmp_path) as run:
        os.killpg(run.pid, number)
        said = run.communicate(timeout=30)[1]
    kept = "Error: stopped; what was done is kept, run it again to go on\n"
    assert (run.returncode, said) == (code, kept)


def test_helpers_of_an_ingest_that_is_killed_end_too(tmp_path: Path):
    with ingesting(tmp_path) as run:
        run.kill()
        # The end comes when nobody holds its standard error any more.
        run.communicate(timeout=30)
    assert run.returncode == -signal.SIGKILL
