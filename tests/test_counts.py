"""What counts is counted once, at an update, and only read afterwards."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import FIRST_NIGHT
from tracker import Study
from tracker.nights import slot_counts
from tracker.nights.counts import Trends, measure_trends
from tracker.nights.slot_counts import count_slots
from tracker.tables import (
    ATTENTION,
    CAPTURES,
    DIFFERENCES,
    FAMILIES,
    NOISES,
    SIGNALS,
    SLOTS,
    TRACKS,
    night_of,
)
from tracker.trends.panels import COUNTED

LATE = FIRST_NIGHT + timedelta(days=4)


def take_in(study: Study, rows: pl.DataFrame, path: Path) -> None:
    rows.write_parquet(path)
    study.ingest(path)


@pytest.mark.parametrize("at_once", [500_000, 10])
def test_the_nights_that_changed_are_counted_and_written_and_no_others(
    study: Study, tmp_path: Path, table: Callable[..., pl.DataFrame],
    monkeypatch: pytest.MonkeyPatch, at_once: int,
):  # fmt: skip
    monkeypatch.setattr(slot_counts, "COUNTED_AT_ONCE", at_once)
    rows = table(8)
    late = pl.col("captured_at").dt.date() == LATE
    take_in(study, rows.filter(~late), tmp_path / "first.parquet")
    study.update()
    first, version = study.read("slots"), study.store.versions()["slots"]
    assert set(first.columns) == set(SLOTS.schema.names())
    assert first["slots"].sum() == rows.filter(~late).height
    assert study.update().placing.nights == 0
    assert study.store.versions()["slots"] == version
    take_in(study, rows.filter(late), tmp_path / "late.parquet")
    last = FIRST_NIGHT + timedelta(days=6)
    for as_of in (None, last):
        night = study.update(as_of=as_of).night
        captures = study.read("captures").filter(night_of("captured_at", "UTC") <= night)
        whole = count_slots(study.store, CAPTURES.check(captures), study.config, night)
        assert study.read("slots").sort(SLOTS.key).select(COUNTED).equals(whole.slots)
        assert not whole.changes
        assert study.read("slots")["night"].max() == night
        attention = study.read("attention").group_by("night", "channel").agg(
            pl.col("observed_slots").max().alias("slots")
        ).filter(pl.col("slots") > 0)  # fmt: skip
        counted = study.read("slots").group_by("night", "channel").agg(pl.col("slots").sum())
        assert counted.sort(pl.all()).equals(attention.sort(pl.all()))


def measure(study: Study, night: date) -> Trends:
    captures = study.read("captures").filter(night_of("captured_at", "UTC") <= night)
    counted = count_slots(study.store, CAPTURES.check(captures), study.config, night)
    members, themes = study.read("members"), study.read("themes")
    return measure_trends(study.store, counted, members, themes, study.config, FIRST_NIGHT, night)


def test_a_night_is_judged_from_where_the_tests_stood_as_if_all_were_judged_again(
    tmp_path: Path, table: Callable[..., pl.DataFrame]
):
    rows, nightly, whole = table(12), Study(tmp_path / "nightly"), Study(tmp_path / "whole")
    for study in (nightly, whole):
        take_in(study, rows, tmp_path / "rows.parquet")
    for day in range(6, 12):
        nightly.update(as_of=FIRST_NIGHT + timedelta(days=day))
    whole.update()
    for table_ in (ATTENTION, SIGNALS, NOISES, FAMILIES, TRACKS, DIFFERENCES):
        one, other = (study.read(table_.name).sort(table_.key) for study in (nightly, whole))
        assert_frame_equal(one, other, rel_tol=1e-9)
    last = FIRST_NIGHT + timedelta(days=11)
    assert measure(nightly, last).attention.where == f"night >= '{last}'"


def test_what_changes_the_past_is_measured_from_the_first_night_on(
    tmp_path: Path, table: Callable[..., pl.DataFrame]
):
    rows, study = table(12), Study(tmp_path / "study")
    late = pl.col("captured_at").dt.date() == LATE
    take_in(study, rows.filter(~late), tmp_path / "first.parquet")
    last = study.update().night
    assert measure(study, last).attention.where
    assert measure(study, last - timedelta(days=1)).attention.where is None
    take_in(study, rows.filter(late), tmp_path / "late.parquet")
    assert measure(study, last).attention.where is None
