"""Shares mean what the README says, and what was not observed is never zero."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from worlds import FIRST_NIGHT, World, fill_slots

from tracker.errors import TableError
from tracker.tables import ATTENTION, CAPTURES, LISTS, SIGHTINGS
from tracker.trends.attention import AWAKE, draw_attention, fill_asleep, measure_attention
from tracker.trends.panels import SUBJECTS, Weighting, cut_panel, measure_observed, measure_panel
from tracker.trends.series import mark_partial
from tracker.trends.slots import expose_slots

N1, N2, N3, N4 = (date(2026, 3, day) for day in (1, 2, 3, 4))


def fill(*boxes: tuple[str, date, str, list[str]], channel: str = "editorial") -> pl.DataFrame:
    rows = [
        (source, night, channel, f"{source}{night}{capture}", "box", rank, headline)
        for source, night, capture, headlines in boxes
        for rank, headline in enumerate(headlines, 1)
    ]
    return fill_slots(rows)


def belong(*rows: tuple[str, str, date, date | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SUBJECTS, orient="row")


def curve(frame: pl.DataFrame, subject: str, channel: str = "editorial") -> list[float | None]:
    mine = frame.filter((pl.col("subject") == subject) & (pl.col("channel") == channel))
    return mine.sort("night")["share"].to_list()


def test_each_source_counts_the_same_however_much_of_it_was_captured() -> None:
    slots = fill(("a", N1, "x", ["h", "i"]), *(("b", N1, str(n), ["j"] * 20) for n in range(50)))
    found = measure_attention(slots, belong(("k", "h", N1, None)), first_night=N1, last_night=N1)
    assert curve(found, "k") == [0.25]
    ATTENTION.check(found)


@pytest.mark.parametrize("weighting", ["slots", "rank"])
def test_shares_and_bands_are_the_same_to_the_last_bit_in_whatever_order_slots_come(
    weighting: Weighting,
) -> None:
    world = World(n_sources=12, n_slots=40, n_nights=20)
    slots, members = world.draw(1)
    first, *others = (
        measure_attention(
            slots.sample(fraction=1, shuffle=True, seed=seed), members,
            first_night=FIRST_NIGHT, last_night=world.last_night, weighting=weighting,
        )
        for seed in range(4)
    )  # fmt: skip
    assert first.filter(pl.col("share") > 0).height > 300
    for other in others:
        assert other.equals(first)


def test_rows_told_night_by_night_are_those_told_at_once_to_the_last_bit() -> None:
    world = World(n_sources=6, n_slots=20, n_nights=90, level=0.001)
    slots, members = world.draw(1)
    lost = [FIRST_NIGHT + timedelta(days=day) for day in (40, 41, 60)]
    slots = slots.filter(~pl.col("night").is_in(lost))
    late = (pl.col("source") == "s0") & (pl.col("night") < lost[0])
    span = {"first_night": FIRST_NIGHT, "last_night": world.last_night}
    panel = measure_panel(slots.filter(~late), members, **span)
    at_once = draw_attention(panel, themes=["k0"], **span)
    nightly = []
    for night in pl.date_range(FIRST_NIGHT, world.last_night, eager=True):
        known = {"first_night": max(FIRST_NIGHT, night - AWAKE), "last_night": night}
        rows = draw_attention(cut_panel(panel, *known.values()), themes=["k0"], **known)
        nightly.append(rows.filter(night=night))
    assert at_once.filter(pl.col("slots") == 0, pl.col("high") > 0).height > 300
    assert pl.concat(nightly).sort("subject", "channel", "night").equals(at_once)


def test_a_box_seen_twice_counts_as_two_exposures_not_as_two_headlines() -> None:
    once = fill(("a", N1, "x", ["h", "i", "j", "l"]))
    twice = pl.concat([once, fill(("a", N1, "y", ["h", "i", "j", "l"]))])
    members = belong(("k", "h", N1, None))
    span = {"first_night": N1, "last_night": N1}
    one, two = (measure_attention(s, members, **span) for s in (once, twice))
    assert curve(one, "k") == curve(two, "k") == [0.25]
    assert two["slots"].sum() == 2
    assert one["high"].to_list() == pytest.approx(two["high"].to_list(), nan_ok=True)


def test_the_four_states_stay_apart() -> None:
    slots = fill(("a", N1, "x", ["h", "i"]), ("a", N2, "x", ["i"]), ("a", N4, "x", ["h"]))
    found = measure_attention(
        slots, belong(("k", "h", N1, None)), first_night=N1, last_night=N4, themes=["never"]
    )
    assert curve(found, "k") == [0.5, 0.0, None, 1.0]
    assert curve(found, "k", "audience") == [None] * 4
    assert curve(found, "never") == [0.0, 0.0, None, 0.0]
    gaps = found.filter(pl.col("share").is_null())
    assert gaps["low"].null_count() == gaps["high"].null_count() == gaps.height
    assert gaps["observed_slots"].sum() == 0


def test_membership_holds_for_its_nights_and_a_topic_begins_with_its_first() -> None:
    slots = fill(*(("a", night, "x", ["h", "i"]) for night in (N1, N2, N3)))
    members = belong(("old", "h", N2, N2), ("new", "h", N3, None))
    found = measure_attention(slots, members, first_night=N1, last_night=N3)
    assert curve(found, "old") == [0.5, 0.0]
    assert curve(found, "new") == [0.5]


def test_a_topic_sleeps_after_four_weeks_and_its_rows_can_be_had_all_the_same() -> None:
    nights = [N1 + timedelta(days=t) for t in range(120) if t not in (50, 51)]
    carried = {0, 1, 70, 72, 119}
    slots = fill(
        *(("a", night, "x", ["h", "i", "j"]) for night in nights if (night - N1).days in carried),
        *(("a", night, "x", ["i", "j"]) for night in nights if (night - N1).days not in carried),
        *(("b", night, "y", ["i"]) for night in nights),
    )
    members = belong(("k", "h", N1, None))
    span = {"first_night": N1, "last_night": nights[-1]}
    awake = measure_attention(slots, members, **span)
    days = [(night - N1).days for night in awake.filter(channel="editorial")["night"]]
    assert days == [*range(30), *range(70, 101), 119]
    always = measure_attention(slots, members, themes=["k"], **span)
    filled = fill_asleep(awake, measure_observed(slots), last_night=nights[-1])
    assert_frame_equal(filled, always)
    observed = measure_observed(slots)
    late = fill_asleep(awake.tail(0), observed, last_night=N4, always=["k"], first_night=N1)
    assert late["night"].unique().sort().to_list() == [N1, N2, N3, N4]
    assert curve(filled, "k")[49:53] == [0.0, None, None, 0.0]


def test_a_topic_that_is_seen_once_a_month_sleeps_only_after_three_captures_without_it() -> None:
    nights = [N1 + timedelta(days=31 * t) for t in range(8)]
    slots = fill(
        ("a", nights[0], "x", ["h", "i"]), *(("a", night, "x", ["i"]) for night in nights[1:])
    )
    found = measure_attention(
        slots, belong(("k", "h", N1, None)), first_night=N1, last_night=nights[-1]
    )
    assert found["night"].max() == nights[3]


def test_rank_weighting_gives_the_top_of_a_list_more() -> None:
    slots = fill(("a", N1, "x", ["h", "i"]))
    members = belong(("top", "h", N1, None), ("bottom", "i", N1, None))
    span = {"first_night": N1, "last_night": N1}
    flat = measure_attention(slots, members, **span)
    ranked = measure_attention(slots, members, weighting="rank", **span)
    assert curve(flat, "top") == curve(flat, "bottom") == [0.5]
    assert curve(ranked, "top")[0] == pytest.approx(1 / (1 + 1 / np.log2(3)))
    assert sum(curve(ranked, "top") + curve(ranked, "bottom")) == pytest.approx(1)


def test_the_band_is_above_zero_where_nothing_was_seen_and_narrows_with_slots() -> None:
    def top(n: int) -> float:
        slots = fill(("a", N1, "x", [f"h{i}" for i in range(n)]))
        found = measure_attention(
            slots, belong(), first_night=N1, last_night=N1, themes=["k"]
        ).filter(pl.col("channel") == "editorial")
        assert found["low"].to_list() == [0.0]
        return float(found["high"][0])

    assert 0 < top(100) < top(10) < 1


@pytest.mark.parametrize(
    "world",
    [
        World(n_sources=1, n_nights=60, spread=0.0),
        World(n_sources=2, n_nights=60),
        World(n_nights=60, spread=0.0),
        World(n_nights=60, spread=0.8),
    ],
)
def test_the_band_holds_the_true_share_nineteen_times_in_twenty(world: World) -> None:
    held = []
    for seed in range(3):
        attention, _ = world.measure(*world.draw(seed))
        both = attention.filter(pl.col("channel") == "editorial").join(
            world.tell_truth(seed), on=["subject", "night"]
        )
        held += ((both["low"] <= both["truth"]) & (both["truth"] <= both["high"])).to_list()
    assert 0.925 <= np.mean(held) <= 0.985


def test_the_band_is_what_resampling_sources_and_headlines_gives() -> None:
    rng = np.random.default_rng(1)
    rates = (0.05, 0.1, 0.12, 0.2, 0.25, 0.3, 0.08, 0.15)
    carried = [rng.random(200) < rate for rate in rates]
    slots = fill(
        *((f"s{s}", N1, "x", [f"s{s}h{i}" for i in range(200)]) for s in range(len(rates)))
    )
    members = belong(
        *((("k", f"s{s}h{i}", N1, None)) for s, c in enumerate(carried) for i in np.flatnonzero(c))
    )
    found = measure_attention(slots, members, first_night=N1, last_night=N1)
    row = found.filter(pl.col("channel") == "editorial").row(0, named=True)
    means = [
        np.mean([rng.choice(carried[s], 200).mean() for s in rng.integers(0, 8, 8)])
        for _ in range(2000)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    assert row["low"] == pytest.approx(low, abs=0.015)
    assert row["high"] == pytest.approx(high, abs=0.03)
    assert high - low < row["high"] - row["low"] < 1.5 * (high - low)


def test_an_outlet_that_joins_or_doubles_its_lists_stays_inside_the_band() -> None:
    world = World(n_nights=40, share=0.1)
    slots, members = world.draw(3)
    doubled = pl.concat(
        [slots, slots.filter(source="s1").with_columns(pl.lit("second").alias("list_id"))]
    )
    late = slots.filter((pl.col("source") != "s0") | (pl.col("night") >= date(2026, 1, 21)))
    whole, _ = world.measure(slots, members)
    for other in (doubled, late):
        moved, _ = world.measure(other, members)
        both = whole.join(moved, on=["subject", "night", "channel"], suffix="_moved").drop_nulls()
        inside = both.filter(
            pl.col("share").is_between(pl.col("low_moved") - 1e-9, pl.col("high_moved") + 1e-9)
        )
        assert inside.height >= 0.97 * both.height


def test_a_partial_night_is_marked_and_a_missing_one_is_not_partial() -> None:
    slots = fill(
        *((s, FIRST_NIGHT + timedelta(days=n), "x", ["h"]) for n in range(9) for s in "abcde"),
        ("a", FIRST_NIGHT + timedelta(days=10), "x", ["h"]),
    )
    attention = measure_attention(
        slots,
        belong(),
        first_night=FIRST_NIGHT,
        last_night=FIRST_NIGHT + timedelta(days=10),
        themes=["k"],
    )
    marks = mark_partial(attention).filter(pl.col("channel") == "editorial")
    assert marks["partial"].to_list() == [False] * 10 + [True]
    assert marks["usual_sources"].to_list()[-1] == 5


def test_slots_are_those_somebody_chose_on_the_local_night() -> None:
    late, later = (datetime(2026, 3, 1, hour, 30, tzinfo=UTC) for hour in (22, 23))
    captures = CAPTURES.frame(
        [
            ("c1", "a", "https://a/", late, "ok", 200, 9, None, "1", None),
            ("c2", "a", "https://a/", later, "unchanged", 304, 0, None, "1", None),
            ("c3", "a", "https://a/", later, "timeout", None, 0, None, "1", None),
        ]
    )
    kinds = ("latest", "most_read", "menu", "sponsored", "article")
    seen = (("c1", late), ("c2", later))
    lists = LISTS.frame(
        [(c, kind, "", kind, i, 1, "ok") for c, _ in seen for i, kind in enumerate(kinds, 1)]
    )
    sightings = SIGHTINGS.frame(
        [(c, kind, 1, f"h-{kind}", "t", None, at) for c, at in seen for kind in kinds]
    )
    slots = expose_slots(sightings, lists, captures, time_zone="Europe/Berlin")
    assert sorted(slots.select("capture_id", "channel", "night", "headline_id").rows()) == [
        ("c1", "audience", N1, "h-most_read"),
        ("c1", "editorial", N1, "h-latest"),
        ("c2", "audience", N2, "h-most_read"),
        ("c2", "editorial", N2, "h-latest"),
    ]


def test_wrong_frames_are_refused_with_what_was_found() -> None:
    with pytest.raises(TableError, match="slots: found columns a; wanted night"):
        measure_attention(pl.DataFrame({"a": [1]}), belong(), first_night=N1, last_night=N1)
