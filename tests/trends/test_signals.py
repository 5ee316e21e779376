"""Rise and fade are tested claims: found where they are, and hardly ever where nothing changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from stacks import draw_stack
from worlds import (
    FIRST_NIGHT,
    World,
    fill_slots,
    follow,
    lose_captures,
    lose_nights,
    lose_outlets,
)

from tracker.tables import ATTENTION, SIGNALS
from tracker.trends.attention import measure_attention
from tracker.trends.changes import find_changes, judge_nights
from tracker.trends.panels import SUBJECTS, measure_panel
from tracker.trends.rules import Rules
from tracker.trends.series import Series, Shares
from tracker.trends.signals import find_signals, stack_series
from tracker.trends.tracks import Track

SEEDS = range(2)
N_WORLDS = 10


def night(index: int) -> date:
    return FIRST_NIGHT + timedelta(days=index)


def changes(signals: pl.DataFrame) -> pl.DataFrame:
    return signals.filter(pl.col("kind").is_in(["rise", "fade"]))


def first(signals: pl.DataFrame, subject: str, kind: str, since: int) -> date | None:
    mine = signals.filter(
        (pl.col("subject") == subject)
        & (pl.col("kind") == kind)
        & (pl.col("night") >= night(since))
    )
    found = mine["night"].min()
    return found if isinstance(found, date) else None


@pytest.mark.parametrize(
    "world",
    [World(), World(turnover=0.3), World(wander=0.3), World(n_sources=1)],
    ids=["independent", "dwelling", "wandering", "one source"],
)
def test_where_nothing_changed_hardly_a_night_has_a_finding(world: World) -> None:
    stack = draw_stack(world, N_WORLDS, seed=0)
    rules = Rules(fdr=0.05, baseline_nights=28, history_nights=14, min_nights=3, min_ratio=1.5)
    found = find_changes([stack.to_series()], rules)
    bad = {(one.subject // world.n_subjects, one.night) for one in found}
    assert len(bad) / (N_WORLDS * (world.n_nights - 14)) <= 0.05


def test_worlds_judged_at_once_are_found_what_each_is_found_alone() -> None:
    world = World(n_subjects=8, n_nights=50, share=0.1, change=(30, 0, 3.0))
    stack = draw_stack(world, 3, seed=2)
    rules = Rules(fdr=0.05, baseline_nights=28, history_nights=14, min_nights=3, min_ratio=1.5)
    at_once = find_changes([stack.to_series()], rules)
    alone = [
        replace(one, subject=one.subject + at * world.n_subjects)
        for at in range(3)
        for one in find_changes([replace(stack, counts=stack.counts[at : at + 1]).to_series()],
                                rules)
    ]  # fmt: skip
    assert len(at_once) >= 3
    assert sorted(at_once, key=lambda c: (c.subject, c.night)) == alone


@pytest.mark.parametrize("lose", [lose_nights, lose_captures, lose_outlets])
def test_losing_a_fifth_of_what_was_captured_adds_no_finding(
    lose: Callable[[pl.DataFrame, int], pl.DataFrame],
) -> None:
    world, bad = World(), 0
    for seed in SEEDS:
        slots, members = world.draw(seed)
        attention, panel = world.measure(lose(slots, seed), members)
        bad += changes(find_signals(attention, panel=panel))["night"].n_unique()
    assert bad / (len(SEEDS) * (world.n_nights - 14)) <= 0.05


def test_outlets_that_join_with_other_tastes_make_no_finding() -> None:
    world, bad = World(spread=1.0), 0
    for seed in SEEDS:
        slots, members = world.draw(seed)
        joined = slots.filter(
            ~pl.col("source").is_in(["s0", "s1", "s2"]) | (pl.col("night") >= night(50))
        )
        attention, panel = world.measure(joined, members)
        found = changes(find_signals(attention, panel=panel))
        bad += found.filter(pl.col("night") >= night(50))["night"].n_unique()
    assert bad / (len(SEEDS) * 50) <= 0.05


def test_a_share_that_doubles_is_found_within_three_nights() -> None:
    world = World(n_sources=10, n_slots=60, share=0.1, change=(60, 0, 2.0))
    found = []
    for seed in SEEDS:
        attention, panel = world.measure(*world.draw(seed))
        found.append(first(find_signals(attention, panel=panel), "k0", "rise", 60))
    assert all(n is not None and n <= night(62) for n in found)


def test_a_share_that_ends_is_found_within_seven_nights() -> None:
    world = World(n_sources=6, n_slots=60, share=0.1, change=(60, 0, 0.0))
    for seed in SEEDS:
        attention, panel = world.measure(*world.draw(seed))
        fade = first(find_signals(attention, panel=panel), "k0", "fade", 60)
        assert fade is not None
        assert fade <= night(66)


def test_a_finding_carries_its_size_interval_and_error_rate() -> None:
    world = World(n_sources=6, n_slots=60, share=0.1, change=(60, 0, 3.0))
    attention, panel = world.measure(*world.draw(1))
    signals = SIGNALS.check(find_signals(attention, panel=panel))
    row = changes(signals).filter(subject="k0", kind="rise").row(0, named=True)
    assert row["from"] >= night(58)
    assert row["to"] == row["night"]
    assert 0 < row["low"] < row["value"] < row["high"]
    assert 0 < row["p"] <= row["q"] <= 0.05


def test_a_finding_uses_no_night_after_it() -> None:
    world = World(n_nights=80, wander=0.5, change=(40, 0, 3.0), share=0.05)
    attention, panel = world.measure(*world.draw(2))
    whole = find_signals(attention, panel=panel)
    assert whole.height > 0
    for last in (41, 60):
        known = find_signals(attention, panel=panel, as_of=night(last))
        assert known.equals(whole.filter(pl.col("night") <= night(last)))


def test_a_slow_fade_without_a_step_is_found_against_its_peak() -> None:
    decay = [round(12 * 0.93**t) for t in range(50)]
    attention = follow(
        {"k": [1, 0, 2, 1, 1] * 8 + [12] * 7 + decay, "l": [3, 4, 2, 3, 5] * 19 + [3, 4]}
    )
    signals = find_signals(attention)
    rise = first(signals, "k", "rise", 0)
    assert rise is not None
    assert night(40) <= rise <= night(42)
    fades = signals.filter(subject="k", kind="fade")
    assert fades.filter(pl.col("method").str.contains("best")).height == 1


def test_a_short_sharp_rise_is_a_burst_with_its_nights() -> None:
    attention = follow({"k": [1, 0, 1, 2] * 10 + [14] * 6 + [1, 0, 1, 2] * 4})
    burst = find_signals(attention).filter(kind="burst").row(0, named=True)
    assert (burst["from"], burst["to"]) == (night(40), night(45))
    assert burst["night"] > night(45)


def test_new_and_back_need_history_and_a_silence_that_is_long_for_the_subject() -> None:
    attention = follow(
        {
            "new": [0] * 30 + [3] * 60,
            "old": [3] * 90,
            "back": [3, 0] * 15 + [0] * 40 + [3] * 20,
            "stray": [0] * 30 + [1] + [0] * 59,
            "rare": [2] + ([0] * 29 + [2]) * 2 + [0] * 29,
        }
    )
    signals = find_signals(attention)
    assert signals.filter(kind="new").select("subject", "from").rows() == [("new", night(30))]
    back = signals.filter(kind="back")
    assert back.select("subject", "from").rows() == [("back", night(31))]
    assert back["to"].to_list() == [night(69)]


def test_what_one_of_several_sources_shows_is_not_new_until_another_takes_it_up() -> None:
    rows = [
        (source, night(t), "editorial", f"{source}{t}", "box", rank, f"{source}{t}-{rank}")
        for t in range(40)
        for source in "ab"
        for rank in range(1, 21)
    ]
    slots = fill_slots(rows)
    carried = [
        *(("mine", "a", t) for t in range(20, 40)),
        *(("news", "a", t) for t in range(20, 40)),
        *(("news", "b", t) for t in range(24, 40)),
    ]
    members = pl.DataFrame(
        [(k, f"{s}{t}-{r}", night(t), None) for k, s, t in carried for r in (1, 2)],
        schema=SUBJECTS,
        orient="row",
    )
    attention = measure_attention(
        slots, members, first_night=night(0), last_night=night(39), themes=["mine", "news"]
    )
    new = find_signals(attention).filter(kind="new")
    assert new.select("subject", "from", "night").rows() == [("news", night(20), night(24))]
    for origin, said in ((19, [night(19)]), (10, [])):
        began = pl.DataFrame({"subject": ["news"], "night": [night(origin)]})
        assert find_signals(attention, origins=began).filter(kind="new")["from"].to_list() == said


def test_a_topic_that_slept_is_judged_as_one_that_never_did() -> None:
    world = World(n_subjects=6, n_nights=220, n_slots=20, share=0.12)
    slots, members = world.draw(5)
    slept = pl.col("headline_id").is_in(members.filter(subject="k0")["headline_id"].implode())
    asleep = pl.col("night").is_between(night(60), night(200))
    slots = slots.filter(~(slept & asleep))
    span = {"first_night": FIRST_NIGHT, "last_night": night(219)}
    panel = measure_panel(slots, members, **span)
    sparse = measure_attention(slots, members, **span)
    dense = measure_attention(slots, members, themes=[f"k{k}" for k in range(6)], **span)
    assert sparse.height < dense.height
    found = find_signals(sparse, panel=panel)
    assert found.equals(find_signals(dense, panel=panel))
    assert {"fade", "back"} <= set(found.filter(subject="k0")["kind"])


def test_a_climb_ends_once_the_subject_is_long_gone() -> None:
    days = [0] * 40 + [1] * 20 + [0] * 120
    attention = follow({"k": days, "l": [3] * 180})
    (series,) = stack_series(attention, None).values()
    rules = Rules(fdr=0.05, baseline_nights=28, history_nights=14, min_nights=3, min_ratio=1.5)
    tested = [
        bool(np.isfinite(one.descents[0].p[one.subjects[0] == 0]).any())
        for one in judge_nights([Track(series, rules)], range(series.n_nights))
    ]
    rise = next(at for at, here in enumerate(tested) if here)
    assert 40 <= rise < 60
    assert not any(tested[60 + rules.baseline_nights :])


def test_a_source_that_comes_back_is_held_against_what_it_showed_at_the_peak() -> None:
    n_nights, shown = 240, np.zeros((240, 2))
    shown[40:] = 0.2
    seen = np.ones((n_nights, 2), dtype=bool)
    seen[60:210, 1] = False
    at = np.nonzero(shown * seen)
    visits = np.vstack([np.zeros(2), seen.cumsum(axis=0)])
    series = Series(
        subjects=("k",), sources=("a", "b"), first_night=FIRST_NIGHT,
        starts=np.zeros(1, dtype=np.intp), observed=seen.any(axis=1),
        shares=Shares(at[0], np.zeros(len(at[0]), dtype=np.intp), at[1], shown[at]),
        visits=visits, spreads=visits / 200, family=np.zeros(1, dtype=np.intp),
    )  # fmt: skip
    rules = Rules(fdr=0.05, baseline_nights=28, history_nights=14, min_nights=3, min_ratio=1.5)
    for judgement in judge_nights([Track(series, rules)], range(n_nights)):
        last = judgement.descents[0]
    assert last.base == pytest.approx(0.2)


def test_nights_without_observation_are_no_fall_and_no_silence() -> None:
    gap: list[int | None] = [4, 5, 3, 4] * 10 + [None] * 40 + [4, 3, 5, 4] * 4
    signals = find_signals(follow({"k": gap}))
    assert signals.is_empty()


def test_a_partial_last_night_is_never_read_as_a_fall() -> None:
    world = World(n_sources=6, n_slots=60, n_nights=60, share=0.1)
    for seed in SEEDS:
        slots, members = world.draw(seed)
        partial = slots.filter((pl.col("night") < night(59)) | (pl.col("source") == "s0"))
        attention, panel = world.measure(partial, members)
        last = changes(find_signals(attention, panel=panel)).filter(pl.col("night") == night(59))
        assert last.is_empty()


def test_settings_matter() -> None:
    world = World(n_sources=6, n_slots=60, n_nights=60, share=0.1, change=(40, 0, 2.0))
    attention, panel = world.measure(*world.draw(1))
    usual = changes(find_signals(attention, panel=panel)).height
    assert changes(find_signals(attention, panel=panel, min_ratio=20.0)).height < usual
    assert usual > 0
    assert changes(find_signals(attention, panel=panel, fdr=1e-12)).height < usual
    assert changes(find_signals(attention, panel=panel, history_nights=99)).height < usual


def test_an_empty_table_has_no_signals() -> None:
    assert find_signals(ATTENTION.empty()).schema == SIGNALS.schema
