import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

from tracker import Study

settings.register_profile("tracker", deadline=None)  # a busy machine is no failure
settings.load_profile("tracker")


def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than processors: many tests wait for a server or a browser."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 2


FIRST_NIGHT = date(2026, 1, 5)

STORIES = {
    # story: (first night, nights on air, wordings by outlet)
    "honduras": (3, 4, ("Honduras recounts votes after close election",
                        "Close Honduras election: votes counted again")),
    "korea": (0, 12, ("South Korea and Japan agree on fishing zones",
                      "Fishing zones agreed between Japan and South Korea")),
    "ukraine": (5, 7, ("Ukraine grid repaired after night of strikes",
                       "After night of strikes Ukraine repairs power grid")),
    "frost": (0, 6, ("Late frost ruins apple harvest", "Apple harvest ruined by late frost")),
    "museum": (6, 6, ("Museum opens its hidden archive", "Hidden archive opened by museum")),
}  # fmt: skip
OUTLETS = ("harbour.example", "courier.example")


def make_table(nights: int = 12, *, missing: tuple[int, ...] = ()) -> pl.DataFrame:
    """Return the lists of two outlets: stories come and go, some nights were not captured."""
    rows = []
    for night in range(nights):
        if night in missing:
            continue
        for number, outlet in enumerate(OUTLETS):
            moment = datetime.combine(
                FIRST_NIGHT + timedelta(days=night), datetime.min.time(), UTC
            ) + timedelta(hours=20, minutes=number)
            on_air = [
                (story, wordings[number])
                for story, (first, length, wordings) in STORIES.items()
                if first <= night < first + length
            ]
            rows += [
                (moment, outlet, kind, rank, title, f"https://www.{outlet}/news/{story}-100{rank}")
                for kind, shown in (("latest", on_air), ("most_read", on_air[:2]))
                for rank, (story, title) in enumerate(shown, 1)
            ]
    names = ["captured_at", "source", "list_kind", "rank", "title", "url"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    # An address belongs to a story, not to the slot it is in tonight.
    return frame.with_columns(pl.col("url").str.replace(r"-100\d$", "-story-1001"))


@pytest.fixture(scope="session")
def table() -> Callable[..., pl.DataFrame]:
    return make_table


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study")


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study that was taken in, updated and reported; tests only read it."""
    folder = tmp_path_factory.mktemp("told")
    make_table(missing=(8,)).write_parquet(folder / "lists.parquet")
    study = Study(folder / "study")
    study.ingest(folder / "lists.parquet")
    study.update()
    study.report()
    return study
