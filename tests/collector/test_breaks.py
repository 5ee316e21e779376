"""Breaks in simulated pages whose truth is known."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from tracker.collector.breaks import BREAKS, find_breaks
from tracker.tables import CAPTURES, LISTS
from tracker.trends.attention import measure_attention
from tracker.trends.slots import expose_slots

START = datetime(2026, 1, 1, 21, tzinfo=UTC)


def world(
    *levels: int | None, kind: str = "latest", page: str = "https://post.example/",
    article: bool = False, seed: int = 0, noise: bool = True,
) -> tuple[pl.DataFrame, pl.DataFrame]:  # fmt: skip
    """Return captures and lists of one page; each night shows so many headlines, by chance."""
    chance = np.random.default_rng(seed)
    captures, lists = [], []
    for night, level in enumerate(levels):
        if level is None:
            continue
        capture = f"{page}{kind}#{night}"
        moment = START + timedelta(days=night)
        url = f"{page}{night}" if article else page
        captures.append((capture, "post.example", url, moment, "ok", 200, 1, None, "1", None))
        slots = int(chance.poisson(level)) if noise else level
        for place in range(min(slots, 4)):
            items = slots // 4 + (place < slots % 4)
            lists.append((capture, f"{kind}{place}", "", kind, place + 1, items, "ok"))
        if article:
            lists.append((capture, "own", "", "article", 9, 1, "ok"))
    return CAPTURES.frame(captures), LISTS.frame(lists)


def broken_nights(captures: pl.DataFrame, lists: pl.DataFrame) -> list[int]:
    found = find_breaks(captures, lists)
    assert found.schema == BREAKS
    return sorted(set((found["night"] - START.date()).dt.total_days().to_list()))


def test_a_sudden_loss_of_nine_tenths_is_a_break_as_long_as_it_lasts():
    nights = [80] * 30 + [8] * 4 + [80] * 30
    for seed in range(20):
        assert broken_nights(*world(*nights, seed=seed)) == [30, 31, 32, 33]


def test_a_page_without_any_headline_is_a_break_and_its_reason_says_so():
    captures, lists = world(*[80] * 10, 0, noise=False)
    assert find_breaks(captures, lists)["reason"].to_list() == ["0 headlines where 80 are usual"]


def test_a_redesign_to_half_the_lists_is_none():
    for seed in range(20):
        assert broken_nights(*world(*[80] * 30, *[40] * 60, seed=seed)) == []


def test_a_level_that_lasts_for_more_than_the_window_is_the_pages_own():
    for seed in range(20):
        nights = broken_nights(*world(*[80] * 40, *[8] * 80, seed=seed))
        assert nights[0] == 40
        assert nights[-1] < 68
        assert len(nights) >= 20


@pytest.mark.parametrize(
    "levels",
    [
        [60] * 120,
        [60, 60, 60, 60, 60, 30, 30] * 17,
        [6] * 120,
        [120 - night for night in range(110)],
        [3, 80, 5, 60] * 30,
        [60] * 4 + [2],
    ],
    ids=["steady", "quiet weekends", "few", "slow fall", "comes and goes", "too new"],
)
def test_ordinary_change_is_none(levels: list[int]):
    for seed in range(20):
        assert broken_nights(*world(*levels, seed=seed)) == []


def test_nights_that_were_not_seen_are_no_history_and_no_break():
    assert broken_nights(*world(*[80] * 10, *[None] * 30, 80, 4, 80)) == [41]


def test_articles_are_judged_together_although_each_has_its_own_address():
    assert broken_nights(*world(*[30] * 20, 2, 30, article=True)) == [20]


def test_channels_are_judged_apart():
    front, read = world(*[80] * 20, 4, noise=False), world(*[20] * 21, kind="most_read")
    same = read[1].with_columns(pl.col("capture_id").str.replace("most_read", "latest"))
    found = find_breaks(front[0], pl.concat([front[1], same]))
    assert found["channel"].to_list() == ["editorial"]


def test_the_rest_of_a_night_of_which_most_is_broken_is_not_counted_either():
    front = world(*[80] * 20, 4)
    side = world(*[20] * 21, article=True, page="https://post.example/a/", noise=False)
    captures, lists = (pl.concat(pair) for pair in zip(front, side, strict=True))
    found = find_breaks(captures, lists)
    assert found.height == 2
    assert "the rest of a night" in " ".join(found["reason"])


def test_a_broken_night_is_not_observed_and_not_a_fade():
    captures, lists = world(*[80] * 20, 4, 80, noise=False)
    slots = lists.select("capture_id", "list_id", "n_items").with_columns(
        pl.int_ranges(1, pl.col("n_items") + 1, dtype=pl.Int32).alias("rank")
    )
    sightings = slots.explode("rank").join(captures, on="capture_id").select(
        "capture_id", "list_id", "rank", title=pl.lit("x"), url=pl.lit(None, dtype=pl.String),
        headline_id=pl.format("{}-{}", "list_id", "rank"), captured_at="captured_at",
    )  # fmt: skip
    subject = pl.DataFrame(
        {
            "subject": "Honduras", "headline_id": "latest3-20",
            "from_night": START.date(), "to_night": None,
        },
        schema_overrides={"to_night": pl.Date},
    )  # fmt: skip

    def shares(unobserved: pl.DataFrame | None) -> list[float | None]:
        exposed = expose_slots(sightings, lists, captures, unobserved=unobserved)
        first, last = START.date(), START.date() + timedelta(days=21)
        attention = measure_attention(exposed, subject, first_night=first, last_night=last)
        return attention.filter(pl.col("channel") == "editorial")["share"].to_list()

    assert shares(None)[19:] == [1 / 80, 0.0, 1 / 80]
    assert shares(find_breaks(captures, lists))[19:] == [1 / 80, None, 1 / 80]


def test_nothing_seen_is_nothing_broken():
    assert find_breaks(CAPTURES.empty(), LISTS.empty()).is_empty()
