"""A nightly update and one replay of all nights leave the same study, row for row."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tracker import Config, Study
from tracker.config import StudySettings
from tracker.tables import TABLES
from tracker.topics.settings import TopicSettings

CONFIG = Config(
    study=StudySettings(encoder="lexical"),
    topics=TopicSettings(event_nights=2, window_nights=3, retire_nights=6),
)
NIGHTS = 8
STORIES = {
    # first night: wordings at two outlets, on the pages from then on
    0: ("Late frost ruins apple harvest", "Apple harvest ruined by late frost"),
    1: ("Museum opens its hidden archive", "Hidden archive opened by museum"),
    5: ("Bridge closed after ship hits pillar", "Ship hits pillar: bridge closed"),
}
SILENT = [night for night in range(NIGHTS) if night not in STORIES]


def make_night(night: int) -> pl.DataFrame:
    moment = datetime(2026, 1, 5, 20, tzinfo=UTC) + timedelta(days=night)
    rows = [
        (moment, outlet, "latest", rank, wordings[number], f"https://{outlet}/story-{rank}00001")
        for number, outlet in enumerate(("harbour.example", "courier.example"))
        for rank, (first, wordings) in enumerate(STORIES.items(), 1)
        if first <= night
    ]
    names = ["captured_at", "source", "list_kind", "rank", "title", "url"]
    return pl.DataFrame(rows, schema=names, orient="row")


def read(study: Study) -> dict[str, pl.DataFrame]:
    tables = ("members", "topics", "lineage", "events", "nights", "attention")
    return {name: study.read(name).sort(TABLES[name].key) for name in tables}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pages")
    paths = [folder / f"{night}.parquet" for night in range(NIGHTS)]
    for night, path in enumerate(paths):
        make_night(night).write_parquet(path)
    return paths


@pytest.fixture(scope="module")
def replayed(pages: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = Study(tmp_path_factory.mktemp("replayed"), config=CONFIG)
    study.ingest(pages)
    study.replay()
    return study


def test_topics_sleep_and_retire_on_nights_without_news(replayed: Study):
    lineage = replayed.read("lineage").join(
        replayed.read("topics").select("topic_id", "label").unique(), on="topic_id"
    )
    retired = lineage.filter(pl.col("event") == "retired")
    nights = (retired["night"] - datetime(2026, 1, 5, tzinfo=UTC).date()).dt.total_days()
    assert set(nights) <= set(SILENT)
    assert retired.height == 2


def assert_same(study: Study, wanted: Study) -> None:
    other = read(wanted)
    for name, frame in read(study).items():
        assert frame.equals(other[name]), name


def test_nightly_updates_leave_what_a_replay_leaves(
    pages: list[Path], replayed: Study, tmp_path: Path
):
    study = Study(tmp_path / "nightly", config=CONFIG)
    for path in pages:
        study.ingest(path)
        study.update()
    assert_same(study, replayed)
    assert study.update().placing.nights == 0


def test_a_silent_night_that_is_taken_in_late_is_done_too(
    pages: list[Path], replayed: Study, tmp_path: Path
):
    study = Study(tmp_path / "late", config=CONFIG)
    late = pages[SILENT[1]]
    study.ingest([path for path in pages if path != late])
    study.update()
    study.ingest(late)
    assert study.update().placing.nights == NIGHTS - SILENT[1]
    assert_same(study, replayed)


def test_standing_at_a_night_without_news_is_what_was_known_then(
    pages: list[Path], replayed: Study, tmp_path: Path
):
    then, back = Study(tmp_path / "then", config=CONFIG), Study(tmp_path / "back", config=CONFIG)
    shutil.copytree(replayed.folder, back.folder)
    then.ingest(pages[: SILENT[-2] + 1])
    then.update()
    back.update(then.read("nights")["night"].max())
    assert_same(back, then)
    back.update()
    assert_same(back, replayed)
