"""A change of a line is split into what newsrooms did and what we looked at, without a rest."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from worlds import FIRST_NIGHT, World, fill_slots

from tracker.trends.attention import measure_attention
from tracker.trends.decomposition import Stretch, decompose_change
from tracker.trends.panels import SUBJECTS

Box = tuple[str, str, int, int]  # source, list, slots of the subject, slots


def show(nights: range, *boxes: Box) -> pl.DataFrame:
    rows = [
        (source, FIRST_NIGHT + timedelta(days=t), "editorial", f"{source}{t}", box, rank,
         "mine" if rank <= mine else "other")
        for t in nights
        for source, box, mine, total in boxes
        for rank in range(1, total + 1)
    ]  # fmt: skip
    return fill_slots(rows)


MEMBERS = pl.DataFrame([("k", "mine", FIRST_NIGHT, None)], schema=SUBJECTS, orient="row")
EARLY, LATE = range(5), range(5, 10)


def stretch(nights: range) -> Stretch:
    first, last = (FIRST_NIGHT + timedelta(days=t) for t in (nights[0], nights[-1]))
    return Stretch(first, last)


def split(before: tuple[Box, ...], after: tuple[Box, ...]) -> tuple[float, ...]:
    slots = pl.concat([show(EARLY, *before), show(LATE, *after)])
    found = decompose_change(slots, MEMBERS, "k", "editorial", stretch(EARLY), stretch(LATE))
    assert found is not None
    assert found.within + found.boxes + found.panel == pytest.approx(found.change)
    return tuple(round(part, 9) + 0.0 for part in (found.within, found.boxes, found.panel))


A, B = ("a", "x", 1, 10), ("b", "x", 3, 10)


def test_what_a_source_does_in_its_own_lists_is_its_own() -> None:
    assert split((A, B), (("a", "x", 5, 10), B)) == (0.2, 0, 0)


def test_a_source_that_joins_or_leaves_is_panel_change() -> None:
    assert split((A,), (A, B)) == (0, 0, 0.1)
    assert split((A, B), (B,)) == (0, 0, 0.1)
    assert split((A,), (B,)) == (0, 0, 0.2)


def test_lists_that_are_added_dropped_or_lengthened_are_no_change_of_mind() -> None:
    assert split((A,), (A, ("a", "y", 5, 10))) == (0, 0.2, 0)
    assert split((A, ("a", "y", 5, 10)), (A, ("a", "y", 15, 30))) == (0, 0.1, 0)
    assert split((A,), (A, ("a", "twin", 1, 10))) == (0, 0, 0)


def test_every_world_is_split_without_a_rest_and_agrees_with_the_line() -> None:
    world = World(n_nights=30, n_subjects=4)
    slots, members = world.draw(1)
    gone = (pl.col("source") == "s2") & (pl.col("night") > FIRST_NIGHT + timedelta(days=14))
    rare = (pl.col("source") == "s3") & (pl.col("rank") % 2 == 0)
    slots = slots.filter(~gone, ~(rare & (pl.col("night") < FIRST_NIGHT + timedelta(days=9))))
    slots = slots.with_columns((pl.col("rank") % 3).cast(pl.String).alias("list_id"))
    early, late = stretch(range(15)), stretch(range(15, 30))
    for weighting in ("slots", "rank"):
        found = decompose_change(
            slots, members, "k1", "editorial", early, late, weighting=weighting
        )
        line = measure_attention(
            slots, members, first_night=FIRST_NIGHT, last_night=world.last_night,
            themes=["k1"], weighting=weighting,
        ).filter(subject="k1", channel="editorial")["share"].to_numpy()  # fmt: skip
        assert found is not None
        assert (found.before, found.after) == pytest.approx((line[:15].mean(), line[15:].mean()))
        assert found.within + found.boxes + found.panel == pytest.approx(found.change)
        roles = dict(found.sources.select("source", "role").iter_rows())
        assert [s for s, role in roles.items() if role == "left"] == ["s2"]
        assert np.isfinite(found.sources.select("within", "boxes", "panel").to_numpy()).all()


def test_the_order_in_which_slots_come_changes_no_bit() -> None:
    world = World(n_nights=20, n_subjects=4, n_sources=9)
    slots, members = world.draw(2)
    slots = slots.with_columns((pl.col("rank") % 3).cast(pl.String).alias("list_id"))
    early, late = stretch(range(10)), stretch(range(10, 20))
    found = [
        decompose_change(
            slots.sample(fraction=1.0, shuffle=True, seed=seed),
            members, "k1", "editorial", early, late, weighting="rank",
        )
        for seed in range(6)
    ]  # fmt: skip
    told = {
        (one.before, one.after, one.within, one.boxes, one.panel, one.sources.write_json())
        for one in found
        if one is not None
    }
    assert len(told) == 1


def test_a_stretch_that_nobody_observed_says_nothing() -> None:
    never = Stretch(date(2020, 1, 1), date(2020, 1, 9))
    assert (
        decompose_change(show(EARLY, A), MEMBERS, "k", "editorial", never, stretch(EARLY)) is None
    )
