"""Scores have known answers."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import errors, tables
from tracker.scores import measure_churn, score_findings, score_groups, score_lists

LISTS = {"page": pl.String, "list_kind": pl.String, "title": pl.String}
DAY = date(2026, 3, 1)


def lists(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=LISTS, orient="row")


def test_lists_count_hits_false_alarms_and_misses() -> None:
    known = lists(
        ("a", "latest", "Honduras orders recount"),
        ("a", "most_read", "Comet tonight"),
        ("a", "latest", "Rates cut"),
        ("b", "latest", "Comet tonight"),
    )
    found = lists(
        ("a", "latest", "HONDURAS orders  recount!"),
        ("a", "related", "Comet tonight"),
        ("a", "latest", "Subscribe now"),
    )
    scores = score_lists(found, known)
    assert (scores.hits, scores.found, scores.known) == (2, 3, 4)
    assert scores.precision == pytest.approx(2 / 3)
    assert scores.recall == 0.5
    assert scores.f1 == pytest.approx(4 / 7)
    assert scores.kind_accuracy == 0.5


def test_a_headline_repeated_on_a_page_counts_once() -> None:
    rows = [("a", "latest", "Comet tonight")] * 3
    assert score_lists(lists(*rows), lists(*rows[:1])).precision == 1.0


def test_menus_and_adverts_are_neither_hit_nor_false_alarm() -> None:
    known = lists(("a", "menu", "World news today"), ("a", "latest", "Comet tonight"))
    as_list = lists(("a", "other", "World news today"), ("a", "latest", "Comet tonight"))
    as_menu = lists(("a", "menu", "Anything at all"), ("a", "latest", "Comet tonight"))
    for found in (as_list, as_menu):
        assert score_lists(found, known).f1 == 1.0


def test_a_headline_found_only_as_a_menu_is_missed() -> None:
    found, known = lists(("a", "menu", "Comet tonight")), lists(("a", "latest", "Comet tonight"))
    assert score_lists(found, known).recall == 0.0


def test_nothing_found_where_nothing_is_known_is_perfect() -> None:
    assert score_lists(lists(), lists()).f1 == 1.0


def test_lists_name_what_is_missing() -> None:
    with pytest.raises(
        errors.TableError, match="found: found columns page; wanted page, list_kind"
    ):
        score_lists(lists().select("page"), lists())


def test_groups_score_as_bagga_and_baldwin_worked_it() -> None:
    # Known 1-5, 6-7, 8-12; the second answer joins the first and third. (Bagga, Baldwin 1998)
    known = [*"AAAAA", *"BB", *"CCCCC"]
    assert score_groups([*"aaaaa", *"bbbbbbb"], known).precision == pytest.approx(0.762, abs=1e-3)
    assert score_groups([*"aaaaa", *"bb", *"aaaaa"], known).precision == pytest.approx(
        0.583, abs=1e-3
    )
    assert score_groups([*"aaaaa", *"bb", *"aaaaa"], known).recall == 1.0


def test_ungrouped_members_stand_alone() -> None:
    assert score_groups([None, None], ["a", "a"]).recall == 0.5
    assert score_groups([None, None], ["a", "a"]).precision == 1.0
    assert score_groups([None, None], [None, None]).f1 == 1.0


def test_groups_of_unlike_length_are_refused() -> None:
    with pytest.raises(ValueError, match="1 groups found for 2 known"):
        score_groups(["a"], ["a", "b"])


groupings = st.lists(
    st.tuples(st.none() | st.integers(0, 4), st.none() | st.integers(0, 4)), max_size=25
)


@given(groupings)
@settings(max_examples=150)
def test_groups_are_symmetric_bounded_and_blind_to_names(pairs: list[tuple[int, int]]) -> None:
    found, known = [p[0] for p in pairs], [p[1] for p in pairs]
    there, back = score_groups(found, known), score_groups(known, found)
    assert there.precision == pytest.approx(back.recall)
    assert 0 <= there.precision <= 1
    assert 0 <= there.recall <= 1
    renamed = [None if g is None else f"group {9 - g}" for g in found]
    assert score_groups(renamed, known).f1 == pytest.approx(there.f1)
    assert score_groups(known, known).f1 == pytest.approx(1.0)
    one = score_groups(["all"] * len(known), known)
    assert one.recall == pytest.approx(1.0)


def members(*rows: tuple[str, str | None, int, int | None]) -> pl.DataFrame:
    """Return members from (headline, topic, from, to), nights counted from 0."""
    return tables.MEMBERS.frame(
        [
            (
                headline,
                "event",
                topic,
                DAY + timedelta(days=first),
                None if last is None else DAY + timedelta(days=last),
                1.0,
            )
            for headline, topic, first, last in rows
        ]
    )


def seen(*rows: tuple[str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(headline, DAY + timedelta(days=night)) for headline, night in rows],
        schema={"headline_id": pl.String, "night": pl.Date},
        orient="row",
    )


def test_churn_counts_headlines_seen_on_both_nights_only() -> None:
    placed = members(("a", "t1", 0, 0), ("a", "t2", 1, None), ("b", "t1", 0, None))
    churn = measure_churn(placed, seen(("a", 0), ("a", 1), ("b", 0), ("b", 1), ("b", 2)))
    assert churn.nights["kept"].to_list() == [2, 1]
    assert churn.nights["changed"].to_list() == [1, 0]
    assert churn.nights["share"].to_list() == [0.5, 0.0]
    assert churn.share == pytest.approx(1 / 3)
    gone = measure_churn(placed, seen(("a", 0), ("b", 1)))
    assert gone.nights["share"].to_list() == [None]
    assert gone.share == 0.0


def test_churn_goes_over_a_missing_night_to_the_one_before() -> None:
    placed = members(("a", "t1", 0, 1), ("a", "t2", 2, None))
    assert measure_churn(placed, seen(("a", 0), ("a", 2))).share == 1.0


def test_to_gain_or_lose_a_topic_is_a_change_and_to_have_none_is_not() -> None:
    placed = members(("a", None, 0, 0), ("a", "t1", 1, None), ("b", None, 0, None))
    churn = measure_churn(placed, seen(("a", 0), ("a", 1), ("b", 0), ("b", 1)))
    assert churn.nights["changed"].to_list() == [1]


def test_a_merge_in_the_lineage_explains_the_move_and_nothing_else_does() -> None:
    placed = members(
        ("a", "t1", 0, 0), ("a", "t2", 1, None), ("b", "t3", 0, 0), ("b", "t2", 1, None)
    )
    both = seen(("a", 0), ("a", 1), ("b", 0), ("b", 1))
    lineage = tables.LINEAGE.frame([(DAY + timedelta(days=1), "t1", "merged", "t2", 0.9, None)])
    assert measure_churn(placed, both).unexplained == 1.0
    told = measure_churn(placed, both, lineage)
    assert told.share == 1.0
    assert told.unexplained == 0.5


def test_a_split_explains_the_move_from_the_old_topic() -> None:
    placed = members(("a", "t1", 0, 0), ("a", "t2", 1, None))
    lineage = tables.LINEAGE.frame([(DAY + timedelta(days=1), "t2", "split", "t1", 0.4, None)])
    assert measure_churn(placed, seen(("a", 0), ("a", 1)), lineage).unexplained == 0.0


@pytest.mark.parametrize("event", ["born", "joined", "revived"])
def test_a_first_topic_is_explained_by_what_happened_to_the_topic(event: str) -> None:
    placed = members(("a", None, 0, 0), ("a", "t1", 1, None))
    both = seen(("a", 0), ("a", 1))
    told = tables.LINEAGE.frame([(DAY + timedelta(days=1), "t1", event, None, None, None)])
    other = tables.LINEAGE.frame([(DAY + timedelta(days=1), "t2", event, None, None, None)])
    assert measure_churn(placed, both, told).unexplained == 0.0
    assert measure_churn(placed, both, other).unexplained == 1.0


def findings(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(s, k, DAY + timedelta(days=a), DAY + timedelta(days=b)) for s, k, a, b in rows],
        schema={"subject": pl.String, "kind": pl.String, "night": pl.Date, "to": pl.Date},
        orient="row",
    )


def signals(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return findings(*[(s, k, n, n) for s, k, n in rows]).drop("to")


def test_findings_count_what_was_told_in_time() -> None:
    known = findings(
        ("Korea", "rise", 10, 17), ("Korea", "fade", 20, 27), ("Ukraine", "rise", 5, 6)
    )
    found = signals(
        ("Korea", "rise", 12),  # two nights late
        ("Korea", "burst", 16),  # goes on: right, but tells nothing sooner
        ("Korea", "fade", 29),  # too late
        ("Honduras", "rise", 10),  # nothing happened
    )
    scores = score_findings(found, known, late=3)
    assert (scores.right, scores.found) == (2, 4)
    assert (scores.told, scores.known) == (1, 3)
    assert scores.precision == 0.5
    assert scores.recall == pytest.approx(1 / 3)
    assert scores.delays == (2,)
    assert scores.median_delay == 2


def test_more_patience_tells_more() -> None:
    known, found = findings(("Korea", "fade", 20, 21)), signals(("Korea", "fade", 26))
    assert score_findings(found, known, late=3).recall == 0.0
    assert score_findings(found, known, late=7).recall == 1.0


def test_a_signal_before_the_change_counts_only_where_allowed() -> None:
    known, found = findings(("Korea", "rise", 20, 21)), signals(("Korea", "new", 19))
    assert score_findings(found, known).precision == 0.0
    early = score_findings(found, known, early=1)
    assert early.precision == 1.0
    assert early.median_delay == -1


def test_no_signals_where_nothing_changed_is_perfect() -> None:
    scores = score_findings(signals(), findings())
    assert (scores.precision, scores.recall, scores.median_delay) == (1.0, 1.0, None)
