"""A life tells in order what was found about a subject, and nothing that was not."""

from datetime import date, timedelta

import polars as pl
from worlds import FIRST_NIGHT, follow

from tracker.tables import ATTENTION, SIGNALS
from tracker.trends.lives import LIFE, trace_life
from tracker.trends.signals import find_signals


def night(index: int) -> date:
    return FIRST_NIGHT + timedelta(days=index)


def test_a_theme_rises_peaks_fades_and_falls_silent() -> None:
    fall = [12, 9, 6, 4, 3, 2, 2, 1, 1, 1]
    attention = follow(
        {
            "k": [0] * 30 + [1, 2, 1, 2, 1, 1, 2, 1] * 3 + [6, 9, *[13] * 12, *fall] + [0] * 45,
            "l": [3, 4, 2, 3, 5] * 24 + [3, 4, 3],
        }
    )
    signals = find_signals(attention)
    life = trace_life(attention, signals).filter(subject="k", channel="editorial")
    assert life["state"].to_list() == [
        "dormant", "emerging", "rising", "peak", "fading", "dormant",
    ]  # fmt: skip
    peak = life.filter(state="peak").row(0, named=True)
    assert night(54) <= peak["from"] <= night(58)
    assert peak["share"] > 0.25
    assert life["to"][-1] == attention["night"].max()


def test_a_theme_without_findings_is_steady_across_gaps() -> None:
    attention = follow({"k": [3, 4, 2, 3] * 6 + [None] * 9 + [3, 4, 2, 3] * 4})
    life = trace_life(attention, SIGNALS.empty())
    assert life.select("state", "from", "to").rows() == [("steady", night(0), night(48))]


def test_nothing_observed_is_no_life() -> None:
    assert trace_life(ATTENTION.empty(), SIGNALS.empty()).schema == LIFE
    silent = follow({"k": [0] * 40})
    assert trace_life(silent, SIGNALS.empty())["state"].to_list() == ["dormant"]
    assert pl.Series(trace_life(silent, SIGNALS.empty(), silent_nights=50)["state"]).to_list() == [
        "steady"
    ]
