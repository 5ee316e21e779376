"""What counts is counted once, at an update, and only read afterwards."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import FIRST_NIGHT
from tracker import Study
from tracker.nights import slot_counts
from tracker.nights.slot_counts import count_slots
from tracker.tables import CAPTURES, SLOTS, night_of
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
