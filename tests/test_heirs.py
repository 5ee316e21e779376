"""What becomes of the ids of topics when something older comes in."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tracker import Study
from tracker.cli import main

FERRY = (
    "Ferry strike closes the harbour",
    "Harbour ferry strike enters second day",
    "Ferry strike: harbour talks fail",
    "Unions call off ferry strike in the harbour",
)
OTHER = "Museum opens its hidden archive", "Hidden archive opened by museum"
BEFORE = "Harbour ferry crews vote for a strike", "Ferry crews vote: a harbour strike is near"


def make_table(folder: Path, name: str, begins: int, stories: tuple[tuple[str, ...], ...]) -> Path:
    """Write a table of two outlets that show one headline more of each story every night."""
    moment = datetime(2026, 1, 5, 20, tzinfo=UTC) + timedelta(days=begins)
    rows = [
        (moment + timedelta(days=night), outlet, rank, title, f"https://{outlet}/{name}-{rank}-{n}")
        for outlet in ("harbour.example", "courier.example")
        for night in range(len(stories[0]))
        for rank, story in enumerate(stories, 1)
        for n, title in enumerate(story[: night + 1])
    ]
    columns = ["captured_at", "source", "rank", "title", "url"]
    path = folder / f"{name}.parquet"
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    frame.with_columns(list_kind=pl.lit("latest")).write_parquet(path)
    return path


def run(study: Study, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--study", str(study.folder), *arguments])


def read_ferry(study: Study) -> str:
    """Return the id of the topic about the ferry."""
    placed = study.read("members").filter(pl.col("to_night").is_null())
    titles = study.read("headlines").filter(pl.col("title").is_in(FERRY[1:]))
    (found,) = placed.join(titles, on="headline_id")["topic_id"].unique().to_list()
    return str(found)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tables")
    return (
        make_table(folder, "late", 0, (BEFORE,)),
        make_table(folder, "first", 2, (FERRY, (*OTHER, *OTHER))),
    )


@pytest.fixture
def study(tables: tuple[Path, Path], tmp_path: Path) -> Study:
    """A study without what comes late."""
    study = Study(tmp_path / "study")
    study.ingest([tables[1]])
    study.update()
    return study


def test_an_id_of_before_stands_for_what_has_its_place(
    study: Study, tables: tuple[Path, Path], tmp_path: Path
) -> None:
    late, first = tables
    old = read_ferry(study)
    assert run(study, "topics", "rename", old, "Harbour dispute").exit_code == 0
    study.ingest([late])
    done = run(study, "update")
    assert done.exit_code == 0, done.output
    assert "to which the old one leads" in done.output
    new = read_ferry(study)
    assert new != old
    # The same headlines give the same ids, in whatever order they came.
    whole = Study(tmp_path / "whole")
    whole.ingest([late, first])
    whole.update()
    assert read_ferry(whole) == new

    shown = run(study, "topics", "show", old)
    assert shown.exit_code == 0, shown.output
    assert f"({new})" in shown.stdout
    assert f"was {old} before" in shown.stdout
    assert "Harbour dispute" in shown.stdout
    assert "1 hold" in run(study, "check").output
    assert run(study, "report").exit_code == 0
    page = (study.folder / "topics" / f"{old}.html").read_text("utf-8")
    assert f'url={new}.html"' in page
    assert (study.folder / "topics" / f"{new}.html").is_file()


def test_stopped_while_nights_are_done_again_an_id_of_before_still_leads_on(
    study: Study, tables: tuple[Path, Path]
) -> None:
    old = read_ferry(study)
    study.ingest([tables[0]])
    for at in (("topics", 4), ("attention", 0)):

        def stop(stage: str, done: int, _total: int, at: tuple[str, int] = at) -> None:
            if (stage, done) == at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            study.update(progress=stop)
    done = run(study, "update").output
    assert "an update that had gone back to 2026-01-05 was stopped" in done
    assert "1 topic kept its id; 1 topic has another" in done
    (heir,) = study.read("heirs").drop("made_at").rows()
    assert heir == (old, read_ferry(study), 1.0, date(2026, 1, 5))
    assert "was stopped" not in run(study, "update").output


def test_nothing_is_noted_where_ids_stay(study: Study) -> None:
    study.replay()
    study.update()
    assert study.read("heirs").is_empty()


def test_a_label_of_before_is_told_of(study: Study) -> None:
    topic = read_ferry(study)
    label = study.read("topics").filter(pl.col("topic_id") == topic)["label"][-1]
    assert run(study, "topics", "rename", topic, "Harbour dispute").exit_code == 0
    shown = run(study, "topics", "show", label)
    assert "called so before" in shown.output
    assert "Harbour dispute" in shown.output
