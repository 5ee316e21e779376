"""A subject judged alone, from what is kept of all, is judged as it was among all."""

from datetime import date, timedelta

import polars as pl
import pytest
from worlds import FIRST_NIGHT, World

from tracker.errors import TableError
from tracker.trends.changes import judge_nights
from tracker.trends.rules import Rules
from tracker.trends.series import Series
from tracker.trends.signals import judge_attention, stack_series
from tracker.trends.tracks import Track
from tracker.trends.verdicts import judge_points

WORLD = World(n_subjects=12, n_nights=90, change=(45, 0, 4.0))
RULES = Rules(0.05, 28, 14, 3, 1.5)
NIGHTS = [FIRST_NIGHT + timedelta(days=t) for t in range(20, 90, 3)]


def test_alone_a_subject_is_judged_as_among_all() -> None:
    attention, panel = WORLD.measure(*WORLD.draw(3))
    kept = judge_attention(attention, panel=panel)
    findings = kept.signals.filter(kind="rise").rows(named=True)
    findings += kept.signals.filter(kind="fade").rows(named=True)
    assert findings
    mine = ["k0", *{row["subject"] for row in findings}]
    points = [(name, night) for name in mine for night in NIGHTS]
    points += [(row["subject"], row["night"]) for row in findings]
    own = attention.filter(attention["subject"].is_in(mine), channel="editorial")
    series = Series.stack(own, "editorial", panel, first_night=FIRST_NIGHT)
    found = judge_points(points, "editorial", series, RULES, kept)
    judged = {(row["subject"], row["night"]): row for row in findings}
    (whole,) = stack_series(attention, panel).values()
    among = {
        FIRST_NIGHT + timedelta(days=one.night): one
        for one in judge_nights([Track(whole, RULES)], range(whole.n_nights))
    }
    for (name, night), verdict in found.items():
        test, judgement = verdict.strongest, among[night]
        place = judgement.subjects[0].tolist().index(whole.subjects.index(name))
        p = [one.p for one in judgement.steps]
        assert verdict.rivals == sum(value == value for value in p[0])
        if test is None:
            assert p[0][place] != p[0][place]
            continue
        q = {
            kind: float(qs[0][place])
            for kind, qs in (("level", judgement.steps_q), ("peak", judgement.descents_q))
        }
        for row in verdict.tests.filter(chosen=True).iter_rows(named=True):
            assert row["q"] is None or row["q"] == pytest.approx(q[row["test"]], rel=1e-6)
            assert (row["q"] is None) == (q[row["test"]] != q[row["test"]])
        assert (min(q.values()) <= RULES.fdr) == ((name, night) in judged)
        if (name, night) in judged:
            signal = judged[name, night]
            assert test["q"] == pytest.approx(signal["q"], rel=1e-6)
            assert test["change"] == pytest.approx(signal["value"], rel=1e-6)


def test_the_last_night_is_judged_alike_whether_earlier_ones_are_tested_again_or_known() -> None:
    attention, panel = WORLD.measure(*WORLD.draw(3))
    whole = judge_attention(attention, panel=panel)
    for night in (whole.signals["night"][0], whole.signals["night"][-1], NIGHTS[-1]):
        before = judge_attention(attention, panel=panel, as_of=night - timedelta(days=1))
        again = judge_attention(attention, panel=panel, as_of=night)
        for known in (before, again):
            found = judge_attention(attention, panel=panel, as_of=night, known=known)
            wanted = pl.col("night") <= night
            assert found.signals.equals(whole.signals.filter(wanted))
            assert found.noises.equals(whole.noises.filter(wanted))
            assert found.families.equals(whole.families.filter(wanted))
            assert found.tracks.equals(again.tracks)
            assert found.differences.equals(again.differences)


def test_a_night_of_which_nothing_is_kept_is_refused() -> None:
    attention, panel = WORLD.measure(*WORLD.draw(3))
    kept = judge_attention(attention, panel=panel, as_of=FIRST_NIGHT + timedelta(days=30))
    (series,) = stack_series(attention, panel).values()
    with pytest.raises(TableError, match="table noises: found no row of 2026-03-01"):
        judge_points([("k0", date(2026, 3, 1))], "editorial", series, RULES, kept)
