"""Why a share is null is told from the captures themselves, source by source."""

from datetime import UTC, date, datetime

import polars as pl
from worlds import fill_slots

from tracker.tables import CAPTURES
from tracker.trends.coverage import describe_gaps, measure_coverage
from tracker.trends.panels import measure_observed

N1, N2, N3, N4, N5 = (date(2026, 3, day) for day in range(1, 6))


def visit(night: date, source: str, outcome: str = "ok") -> tuple[object, ...]:
    at = datetime(night.year, night.month, night.day, 20, tzinfo=UTC)
    return (f"{source}{night}", source, f"https://{source}/", at, outcome, None, 9, None, "1", None)


def measure(visits: list[tuple[object, ...]], slots: list[tuple[str, date, str]],
            broken: list[tuple[str, date, str, str]]) -> pl.DataFrame:  # fmt: skip
    filled = [(s, n, c, f"{s}{n}", "box", 1, "h") for s, n, c in slots]
    breaks = pl.DataFrame(
        [(f"{s}{n}", s, n, c, why) for s, n, c, why in broken],
        schema={"capture_id": pl.String, "source": pl.String, "night": pl.Date,
                "channel": pl.String, "reason": pl.String},
        orient="row",
    )  # fmt: skip
    return measure_coverage(
        CAPTURES.frame(visits),
        measure_observed(fill_slots(filled)),
        breaks,
        last_night=N5,
    )


def test_each_night_of_a_source_has_its_state_and_its_reason() -> None:
    found = measure(
        [visit(N1, "a"), visit(N2, "a"), visit(N3, "a", "blocked"), visit(N5, "a")],
        [("a", N1, "editorial"), ("a", N1, "audience"), ("a", N5, "editorial")],
        [("a", N2, "editorial", "2 headlines where 30 are usual")],
    )
    editorial = found.filter(channel="editorial").select("night", "state", "reason").rows()
    assert editorial == [
        (N1, "observed", None),
        (N2, "broken", "2 headlines where 30 are usual"),
        (N3, "failed", "no page came: blocked"),
        (N4, "unseen", None),
        (N5, "observed", None),
    ]
    audience = dict(found.filter(channel="audience").select("night", "reason").iter_rows())
    assert audience[N5] == "the pages that came show no most-read list"


def test_an_observed_night_says_what_part_of_it_did_not_count() -> None:
    found = measure(
        [visit(N5, "a"), ("more", *visit(N5, "a")[1:])],
        [("a", N5, "editorial")],
        [("a", N5, "editorial", "1 headline where 30 are usual")],
    )
    row = found.row(0, named=True)
    assert (row["state"], row["captures"], row["slots"]) == ("observed", 2, 1)
    assert row["reason"] == "1 of 2 captures left out: 1 headline where 30 are usual"


def test_a_source_that_never_showed_a_list_is_told_too() -> None:
    found = measure([visit(N4, "mute")], [], [])
    assert found.select("night", "channel", "state").rows() == [
        (N4, "editorial", "broken"),
        (N5, "editorial", "unseen"),
    ]


def test_gaps_are_the_nights_that_no_source_was_observed_and_say_why() -> None:
    found = measure(
        [visit(N3, "a"), visit(N3, "b"), visit(N4, "a", "timeout"), visit(N4, "b", "timeout")],
        [("a", N3, "editorial"), ("b", N3, "editorial")],
        [],
    )
    assert describe_gaps(found).rows() == [
        (N4, "editorial", "a, b: no page came: timeout"),
        (N5, "editorial", "a, b: not visited"),
    ]
