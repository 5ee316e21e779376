"""Lists drawn from known shares follow those shares."""

from datetime import timedelta

import polars as pl
import pytest

from tracker import errors
from tracker.simulate import Shift, SimulatedLists, simulate_lists
from tracker.simulate.lists import FIRST_NIGHT


def shown(world: SimulatedLists) -> pl.DataFrame:
    """Return `subject, night, seen, share, panel`: drawn beside true shares."""
    slots = world.headlines.join(world.stories, on="url").with_columns(
        night=pl.col("captured_at").dt.date()
    )
    per_source = slots.group_by("night", "source").agg(n=pl.len())
    per_topic = slots.drop_nulls("topic").group_by("night", "source", "topic").agg(k=pl.len())
    subjects = world.attention.select(topic="subject").unique()
    drawn = (
        per_source.join(subjects, how="cross")
        .join(per_topic, on=["night", "source", "topic"], how="left")
        .group_by("night", subject="topic")
        .agg(seen=(pl.col("k").fill_null(0) / pl.col("n")).mean())
    )
    return world.attention.join(drawn, on=["night", "subject"], how="left")


def test_a_headline_table_comes_out() -> None:
    world = simulate_lists(seed=1, n_sources=3, n_nights=4, slots={"latest": 5, "most_read": 2})
    assert world.headlines.columns == [
        "captured_at", "source", "list_kind", "rank", "title", "url",
    ]  # fmt: skip
    assert world.headlines.height == 3 * 4 * 7
    assert world.headlines.null_count().sum_horizontal().item() == 0
    ranks = world.headlines.group_by("captured_at", "source", "list_kind").agg("rank")
    assert {tuple(r) for r in ranks["rank"].to_list()} == {(1, 2, 3, 4, 5), (1, 2)}
    assert world.stories["url"].n_unique() == world.stories.height


def test_same_seed_same_lists_and_another_seed_others() -> None:
    one, two, three = (simulate_lists(seed=seed, n_nights=5) for seed in (7, 7, 8))
    assert one.headlines.equals(two.headlines)
    assert one.attention.equals(two.attention)
    assert not one.headlines.equals(three.headlines)


def test_drawn_shares_scatter_around_the_panel_s_without_bias() -> None:
    gaps = pl.concat(
        shown(simulate_lists(seed=seed, n_nights=30)).with_columns(
            gap=pl.col("seen") - pl.col("panel")
        )
        for seed in range(20)
    )
    assert abs(gaps["gap"].mean()) < 0.0005
    assert 0.005 < gaps["gap"].std() < 0.02


def test_a_panel_s_shares_scatter_around_the_whole_by_taste() -> None:
    def off(spread: float) -> float:
        worlds = [simulate_lists(seed=s, n_nights=2, spread=spread) for s in range(40)]
        frame = pl.concat(world.attention for world in worlds)
        return float((frame["panel"] / frame["share"] - 1).std())

    assert off(0.0) == pytest.approx(0.0, abs=1e-12)
    assert off(0.3) == pytest.approx(0.3 / 10**0.5, rel=0.2)


def test_a_shift_multiplies_the_share_and_is_among_the_findings() -> None:
    world = simulate_lists(seed=2, shifts=[Shift(0, 20, 2.0, until=40)], stay=0.0)
    share = world.attention.filter(pl.col("subject") == "topic-00")["share"].to_list()
    assert share[20] == pytest.approx(2 * share[19])
    assert share[39] == pytest.approx(2 * share[40])
    assert share[40] == pytest.approx(share[0])
    assert world.findings.select("subject", "kind", "night").rows() == [
        ("topic-00", "rise", FIRST_NIGHT + timedelta(days=20)),
        ("topic-00", "fade", FIRST_NIGHT + timedelta(days=40)),
    ]


def test_dwelling_headlines_delay_a_shift_and_come_back_next_night() -> None:
    dwelling = simulate_lists(seed=2, shifts=[Shift(0, 20, 2.0)], stay=0.5)
    share = dwelling.attention.filter(pl.col("subject") == "topic-00")["share"].to_list()
    assert share[20] == pytest.approx(1.5 * share[19])
    assert share[30] == pytest.approx(2 * share[19], rel=1e-2)

    def again(world: SimulatedLists) -> float:
        nights = world.headlines.group_by("url").agg(pl.col("captured_at").n_unique())
        return float((nights["captured_at"] > 1).mean())

    assert again(dwelling) > 0.3
    assert again(simulate_lists(seed=2, stay=0.0)) == 0.0


def test_what_is_missing_is_missing_and_its_panel_share_null() -> None:
    world = simulate_lists(seed=3, n_nights=200, missing_nights=0.2, n_sources=5)
    lost = world.attention.filter(pl.col("panel").is_null())["night"].n_unique()
    assert 20 < lost < 60
    assert world.headlines["captured_at"].n_unique() == 200 - lost
    assert world.attention["share"].null_count() == 0
    partly = simulate_lists(seed=3, n_nights=200, missing_captures=0.2, n_sources=5)
    assert partly.captured.height == pytest.approx(800, rel=0.06)
    assert partly.headlines.select("captured_at", "source").n_unique() == partly.captured.height


def test_joiners_come_in_the_middle() -> None:
    world = simulate_lists(seed=4, n_sources=5, n_nights=20, n_joiners=2)
    per_night = world.captured.group_by("night").len().sort("night")["len"].to_list()
    assert per_night == [3] * 10 + [5] * 10


@pytest.mark.parametrize("shift", [Shift(12, 5, 2.0), Shift(0, 0, 2.0), Shift(0, 60, 2.0)])
def test_a_shift_of_nothing_is_refused(shift: Shift) -> None:
    with pytest.raises(errors.InputError, match="wanted a topic from 0 to 11"):
        simulate_lists(seed=0, shifts=[shift])


def test_shares_beyond_all_slots_are_refused() -> None:
    with pytest.raises(errors.InputError, match="wanted at most 1"):
        simulate_lists(seed=0, shifts=[Shift(0, 5, 100.0)])
