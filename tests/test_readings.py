"""What is counted from what was counted before is what counting everything anew gives."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import FIRST_NIGHT
from tracker import Study
from tracker.config import AttentionSettings, Config, StudySettings
from tracker.nights.headlines import LEFT_HEADLINES, update_headlines
from tracker.nights.readings import note_left, read_taken
from tracker.nights.slot_counts import Counted, count_slots
from tracker.store import Change, Store
from tracker.tables import (
    BOXES,
    CAPTURES,
    COVERAGE,
    HEADLINES,
    LISTS,
    READINGS,
    SIGHTINGS,
    SLOTS,
    night_of,
)

LATE, BROKEN, RENAMED, LAST = 10, 25, 28, 32
PAGE = """<html lang="en"><head><title>Harbour Times</title></head><body><main>
<h2>Latest news</h2><ul>{}</ul></main></body></html>"""
ITEM = '<li><a href="https://harbour.example/news/{0}-story-100{0}">Council votes on harbour {0}'


def take_in(store: Store, *nights: int) -> None:
    """Take in pages of news that change nightly, and of guides that are rewritten on one night."""
    captures, lists, seen = [], [], []
    for night in nights:
        at = datetime.combine(FIRST_NIGHT, datetime.min.time(), UTC) + timedelta(days=night)
        at += timedelta(hours=23)
        name = f"c{night}"
        captures.append((name, "a", "https://a.example/", at, "ok", 200, 9, None, "1", None))
        n_news = 1 if night == BROKEN else 20
        shown = {
            # Each is shown on two nights, and reworded on the second.
            "news": [(f"n{(night + i) // 2}-{i}", f"News {night} {i}") for i in range(n_news)],
            "guides": [(f"g{i}", f"Guide {i}{night == LATE or ''}") for i in range(3)],
        }
        for position, (box, items) in enumerate(shown.items(), 1):
            lists.append((name, box, box, "section", position, len(items), "ok"))
            seen += [(name, box, rank, h, t, None, at) for rank, (h, t) in enumerate(items, 1)]
    store.append(SIGHTINGS, SIGHTINGS.frame(seen))
    store.append(LISTS, LISTS.frame(lists))
    store.append(CAPTURES, CAPTURES.frame(captures))


def count(store: Store, config: Config, as_of: date | None = None) -> Counted:
    """Derive headlines and count their slots, and write both as an update does."""
    night = night_of("captured_at", config.study.time_zone)
    captures = store.read(CAPTURES)
    last = as_of or captures.select(night.max()).item()
    taken = read_taken(store, captures.filter(night <= last), config)
    headlines = update_headlines(store, taken, config.study.time_zone).headlines
    assert headlines.equals(store.read(HEADLINES))
    counted = count_slots(store, taken, config, last)
    read = counted.slots.collect()  # before the table they are read from is written
    left = note_left(store, LEFT_HEADLINES)
    store.replace_together([*counted.changes, *left, Change(COVERAGE, counted.coverage)])
    return replace(counted, slots=read.lazy())


def agrees(store: Store, folder: Path, config: Config, as_of: date | None = None) -> Counted:
    """Return what is counted, if a study that never counted before counts the same."""
    fresh = Store(folder)
    for table in (SIGHTINGS, LISTS, CAPTURES, HEADLINES):  # of these only the languages last
        fresh.append(table, store.read(table))
    counted, anew = count(store, config, as_of), count(fresh, config, as_of)
    assert_frame_equal(counted.slots, anew.slots, check_row_order=False)
    assert counted.coverage.equals(anew.coverage)
    for table in (HEADLINES, SLOTS, BOXES, READINGS):
        assert store.read(table).sort(table.key).equals(fresh.read(table).sort(table.key))
    return counted


def n_slots(counted: Counted) -> int:
    return counted.slots.collect().height


def test_late_pages_other_settings_and_relabelled_lists_are_counted_as_if_all_were_anew(
    tmp_path: Path,
):
    store, config = Store(tmp_path / "store"), Config()
    take_in(store, *(night for night in range(LAST) if night != LATE))
    first = agrees(store, tmp_path / "first", config)
    assert set(first.coverage["state"]) == {"observed", "broken", "unseen"}
    assert first.coverage["standing"].list.len().max() == 1

    take_in(store, LAST)
    tonight = agrees(store, tmp_path / "tonight", config)
    written = {change.table.name: change.frame for change in tonight.changes}
    assert written["slots"]["night"].unique().to_list() == [FIRST_NIGHT + timedelta(days=LAST)]
    assert not count(store, config).changes

    take_in(store, LATE)  # the guides stand later now, which no digest of their own nights tells
    late = agrees(store, tmp_path / "late", config)
    assert n_slots(late) > n_slots(tonight) + 23

    before = FIRST_NIGHT + timedelta(days=20)
    agrees(store, tmp_path / "before", config, before)
    assert store.read(SLOTS)["night"].max() == before
    agrees(store, tmp_path / "after", config)
    known = store.read(CAPTURES).filter(night_of("captured_at", "UTC") <= before)
    update_headlines(store, read_taken(store, known, config), "UTC")  # and is cut off here
    agrees(store, tmp_path / "cut", config)

    ranked = replace(config, attention=AttentionSettings(weighting="rank"))
    agrees(store, tmp_path / "ranked", ranked)
    east = replace(config, study=StudySettings(time_zone="Asia/Tokyo"))
    moved = agrees(store, tmp_path / "east", east)
    assert moved.readings["night"].min() == FIRST_NIGHT + timedelta(days=1)

    where = f"capture_id = 'c{RENAMED}' AND list_id = 'news'"
    named = store.read(LISTS).filter(capture_id=f"c{RENAMED}", list_id="news")
    store.replace(LISTS, named.with_columns(kind=pl.lit("menu")), where)
    assert n_slots(agrees(store, tmp_path / "menu", east)) == n_slots(moved) - 20


@pytest.mark.parametrize("everything", [True, False])
def test_what_a_harvest_anew_words_otherwise_is_counted_anew(
    tmp_path: Path, study: Study, everything: bool
):
    (tmp_path / "page.html").write_text(PAGE.format("".join(map(ITEM.format, range(1, 6)))))
    study.ingest(
        tmp_path / "page.html", source="harbour", captured_at=datetime(2026, 3, 5, tzinfo=UTC)
    )
    store, found = study.store, study.store.read(SIGHTINGS)
    store.replace(SIGHTINGS, found.with_columns(title=pl.lit("Read badly")))
    if not everything:
        store.replace(CAPTURES, store.read(CAPTURES).with_columns(parser=pl.lit("0")))
    assert set(count(store, Config()).slots.collect()["headline_id"]) <= set(found["headline_id"])
    assert set(store.read(SLOTS)["title"]) == {"Read badly"}
    assert study.reharvest(everything=everything).captures == 1
    count(store, Config())
    assert set(store.read(SLOTS)["title"]) <= set(found["title"])
