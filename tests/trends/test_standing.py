"""A box that never changes is furniture: it counts for two weeks, and its going makes no fade."""

from datetime import UTC, datetime, timedelta

import polars as pl
from worlds import FIRST_NIGHT

from tracker.collector.breaks import BREAKS
from tracker.tables import CAPTURES, LISTS, SIGHTINGS
from tracker.trends.attention import measure_attention
from tracker.trends.coverage import measure_coverage
from tracker.trends.panels import SUBJECTS, measure_observed, measure_panel
from tracker.trends.signals import find_signals
from tracker.trends.slots import expose_slots
from tracker.trends.standing import find_standing, fold_boxes, name_epochs

NIGHTS = 60


def publish(*, changes_on: int | None = None) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return sightings, lists, captures: news that change nightly, guides from night 20 on."""
    visits, boxes, seen = [], [], []
    for t in range(NIGHTS):
        at = datetime.combine(FIRST_NIGHT, datetime.min.time(), UTC) + timedelta(days=t, hours=20)
        visits.append((f"c{t}", "a", "https://a/", at, "ok", 200, 9, None, "1", None))
        shown = {"news": [(f"n{t}-{i}", f"News {t} {i}") for i in range(20)]}
        if t >= 20:
            guides = [(f"g{i}", f"Guide {i}") for i in range(6)]
            if changes_on is not None and t >= changes_on:
                guides[0] = ("g0", "Guide 0, updated")
            shown["guides"] = guides if t % 2 else guides[::-1]
        for position, (box, items) in enumerate(shown.items(), 1):
            boxes.append((f"c{t}", box, box, "section", position, len(items), "ok"))
            seen += [
                (f"c{t}", box, rank, h, title, None, at) for rank, (h, title) in enumerate(items, 1)
            ]
    return SIGHTINGS.frame(seen), LISTS.frame(boxes), CAPTURES.frame(visits)


def test_a_box_stands_from_two_weeks_on_and_counts_again_when_it_changes():
    frames = publish(changes_on=50)
    found = find_standing(fold_boxes(*frames))
    assert set(found["list_id"]) == {"guides"}
    nights = [(night - FIRST_NIGHT).days for night in found["night"]]
    assert nights == list(range(34, 50))
    assert set(found["since"]) == {FIRST_NIGHT + timedelta(days=20)}
    slots = expose_slots(*frames, standing=found)
    guides = slots.filter(list_id="guides")["night"].unique().sort()
    assert [(night - FIRST_NIGHT).days for night in guides] == [*range(20, 34), *range(50, 60)]
    assert slots.filter(list_id="news")["night"].n_unique() == NIGHTS


def test_what_a_broken_page_shows_of_a_box_is_no_change_of_it():
    sightings, lists, captures = publish()
    torn = sightings.filter((pl.col("capture_id") != "c40") | (pl.col("rank") <= 2))
    broken = pl.DataFrame({"capture_id": ["c40"], "channel": ["editorial"]})
    nights = [
        [(night - FIRST_NIGHT).days for night in find_standing(
            fold_boxes(torn, lists, captures, unobserved=unobserved)
        )["night"]]
        for unobserved in (None, broken)
    ]  # fmt: skip
    assert nights[0] == [*range(34, 40), *range(55, NIGHTS)]
    assert nights[1] == [*range(34, 40), *range(41, NIGHTS)]


def test_what_a_standing_box_takes_with_it_is_no_fade():
    frames = publish()
    standing = find_standing(fold_boxes(*frames))
    slots = expose_slots(*frames, standing=standing)
    members = pl.DataFrame(
        [("k", f"g{i}", FIRST_NIGHT, None) for i in range(6)], schema=SUBJECTS, orient="row"
    )
    span = {
        "first_night": FIRST_NIGHT,
        "last_night": FIRST_NIGHT + timedelta(days=NIGHTS - 1),
    }
    attention = measure_attention(slots, members, themes=["k"], **span)
    kinds = {}
    seen = measure_panel(slots, members, **span)
    coverage = measure_coverage(
        frames[2], measure_observed(slots), BREAKS.to_frame(),
        last_night=span["last_night"], standing=standing,
    )  # fmt: skip
    for name, panel in (("as told", name_epochs(seen, coverage)), ("as seen", seen)):
        kinds[name] = find_signals(attention, panel=panel)["kind"].to_list()
    assert "rise" in kinds["as told"]
    assert "fade" not in kinds["as told"]
    assert "fade" in kinds["as seen"]
