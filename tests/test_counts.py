"""What counts is counted once, at an update, and only read afterwards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import FIRST_NIGHT
from tracker import Study
from tracker.config import AttentionSettings, Config
from tracker.nights import slot_counts
from tracker.nights.counts import list_origins
from tracker.nights.measures import Trends, measure_trends, write_trends
from tracker.nights.readings import hash_nights, read_taken
from tracker.nights.slot_counts import Counted, count_slots
from tracker.store import Change, Store
from tracker.tables import (
    CAPTURES,
    COVERAGE,
    FAMILIES,
    MEMBERS,
    READINGS,
    SIGHTINGS,
    SLOTS,
    TABLES,
    THEMES,
    night_of,
)
from tracker.trends.panels import COUNTED, Weighting, measure_observed

LATE = FIRST_NIGHT + timedelta(days=4)


def test_a_part_of_a_topic_is_as_old_as_its_headlines() -> None:
    nights = [FIRST_NIGHT + timedelta(days=day) for day in range(4)]
    members = MEMBERS.frame(
        [
            ("cup", "e1", "pictures", nights[1], nights[1], 1.0),
            ("cup", "e1", "football", nights[2], None, 1.0),
            ("final", "e2", "football", nights[3], None, 1.0),
            ("masks", "e3", "pictures", nights[0], None, 1.0),
            ("vote", "e4", None, nights[0], nights[1], 1.0),
            ("vote", "e4", "election", nights[2], None, 1.0),
        ]
    )
    assert list_origins(members).rows() == [("football", nights[1])]


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
        taken = read_taken(study.store, CAPTURES.check(captures), study.config)
        whole = count_slots(study.store, taken, study.config, night)
        stored = study.read("slots").select(COUNTED)
        assert_frame_equal(stored, whole.slots.collect(), check_row_order=False)
        assert not whole.changes
        assert study.read("slots")["night"].max() == night
        attention = study.read("attention").group_by("night", "channel").agg(
            pl.col("observed_slots").max().alias("slots")
        ).filter(pl.col("slots") > 0)  # fmt: skip
        counted = study.read("slots").group_by("night", "channel").agg(pl.col("slots").sum())
        assert counted.sort(pl.all()).equals(attention.sort(pl.all()))


def measure(study: Study, night: date) -> Trends:
    captures = study.read("captures").filter(night_of("captured_at", "UTC") <= night)
    taken = read_taken(study.store, CAPTURES.check(captures), study.config)
    counted = count_slots(study.store, taken, study.config, night)
    members, themes = study.read("members"), study.read("themes")
    return measure_trends(study.store, counted, members, themes, study.config, FIRST_NIGHT, night)


def invent_counts(n_nights: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the slots and members of two outlets.

    A topic sleeps from night 40 to 110, one bursts, most-read lists appear on night 60, some nights
    are not captured, an outlet is gone for two months.
    """
    rng = np.random.default_rng(1)
    slots: list[tuple[object, ...]] = []
    members: dict[str, tuple[object, ...]] = {}
    for night in range(n_nights):
        day = FIRST_NIGHT + timedelta(days=night)
        for source in ("harbour", "courier"):
            if night % 17 == 5 or (source == "courier" and 70 <= night < 130):
                continue
            levels = {"steady": 4, "burst": 12 if 50 <= night < 58 else 1}
            if not 40 <= night < 110:
                levels["sleeper"] = 5
            for channel in ("editorial", "audience"):
                if channel == "audience" and night < 60:
                    continue
                shown = [f"rest-{source}-{night}-{i}" for i in range(20)]
                for topic, level in levels.items():
                    mine = [f"{topic}-{night}-{i}" for i in range(int(rng.poisson(level)) + 1)]
                    members |= {name: (name, "e", topic, day, None, 1.0) for name in mine}
                    shown += mine
                slots += [(day, source, channel, "box", name, 1, 0.4) for name in shown]
    names = ("night", "source", "channel", "list_id", "headline_id", "slots", "discounted")
    frame = pl.DataFrame(slots, schema={name: SLOTS.schema[name] for name in names}, orient="row")
    return frame.select(COUNTED), MEMBERS.frame(list(members.values()))


def count_until(frame: pl.DataFrame, night: date, weighting: Weighting) -> Counted:
    slots = frame.filter(pl.col("night") <= night)
    observed = measure_observed(slots, weighting=weighting).rename({"observed_slots": "slots"})
    coverage = observed.with_columns(
        pl.lit("observed").alias("state"), pl.lit(None, pl.String).alias("reason"),
        pl.lit(1, pl.Int64).alias("captures"), pl.lit(None, pl.List(pl.String)).alias("standing"),
    )  # fmt: skip
    marks = hash_nights(slots.lazy(), "slots")
    readings = marks.select("night", "slots", taken=pl.lit(""), standing=pl.lit(0))
    coverage = COVERAGE.check(coverage.select(COVERAGE.schema.names()))
    return Counted(slots.lazy(), READINGS.check(readings), coverage, ())


@pytest.mark.parametrize("weighting", ["slots", "rank"])
def test_a_night_is_judged_from_where_the_tests_stood_as_if_all_were_judged_again(
    tmp_path: Path, weighting: Weighting
):
    frame, members = invent_counts(150)
    config = replace(Config(), attention=AttentionSettings(weighting=weighting))
    nightly = Store(tmp_path / "nightly")
    for number in (20, 54, 62, 96, 97, 112, 128, 149):
        night = FIRST_NIGHT + timedelta(days=number)
        known = members.filter(pl.col("from_night") <= night)
        counted = count_until(frame, night, weighting)
        rest = counted, known, THEMES.empty(), config, FIRST_NIGHT, night
        trends, whole = (measure_trends(store, *rest) for store in (nightly, Store(tmp_path / "-")))
        assert (trends.attention.where is None) == (number == 20)
        write_trends(nightly, counted, trends)
        wanted = {"attention": whole.attention.frame, **vars(whole.judged)}
        for name, other in wanted.items():
            key = TABLES[name].key
            assert_frame_equal(nightly.read(TABLES[name]).sort(key), other.sort(key), rel_tol=1e-9)
    assert {"rise", "fade", "back"} <= set(whole.judged.signals["kind"])


def test_a_study_whose_topics_all_sleep_keeps_what_was_judged(tmp_path: Path):
    frame, members = invent_counts(40)
    store, config = Store(tmp_path / "study"), Config()
    rest = frame.filter(pl.col("headline_id").str.starts_with("rest"))
    silent = [rest.with_columns(pl.col("night") + timedelta(days=30 * k)) for k in (1, 2)]
    frame = pl.concat([frame.filter(pl.col("night") < FIRST_NIGHT + timedelta(days=30)), *silent])
    for number in (20, 70, 71):
        night = FIRST_NIGHT + timedelta(days=number)
        counted = count_until(frame, night, "slots")
        known = members.filter(pl.col("from_night") <= min(night, FIRST_NIGHT + timedelta(29)))
        trends = measure_trends(store, counted, known, THEMES.empty(), config, FIRST_NIGHT, night)
        write_trends(store, counted, trends)
        assert store.read(FAMILIES)["night"].max() == night


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


def test_a_night_whose_slots_were_read_otherwise_is_measured_anew_with_all_after_it(
    tmp_path: Path, table: Callable[..., pl.DataFrame]
):
    study = Study(tmp_path / "study")
    take_in(study, table(12), tmp_path / "table.parquet")
    last = study.update().night
    early = pl.col("captured_at") == pl.col("captured_at").min()
    other = pl.when(early).then(pl.lit("other")).otherwise("headline_id").alias("headline_id")
    study.store.replace(SIGHTINGS, study.read("sightings").with_columns(other))
    assert measure(study, last).attention.where  # nothing tells that they are to be read again
    study.store.replace_together([Change(READINGS, READINGS.empty())])
    assert measure(study, last).attention.where is None
