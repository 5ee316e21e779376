from datetime import UTC, datetime, timedelta

import polars as pl

from tracker.collector.expectations import find_missing
from tracker.tables import CAPTURES, LISTS

START = datetime(2026, 3, 1, 21, tzinfo=UTC)


def observe(*nights: str, url: str = "https://post.example/", article: bool = False):
    """Return captures and lists of one page; each night names its boxes by letter, "-" is none."""
    captures, lists = [], []
    for number, boxes in enumerate(nights):
        capture = f"{url}{number}"
        moment = START + timedelta(days=number)
        address = f"{url}{number}" if article else url
        captures.append((capture, "post.example", address, moment, "ok", 200, 1, None, "1", None))
        if article:
            lists.append((capture, "own", "", "article", 9, 1, "ok"))
        lists += [
            (capture, box, f"Box {box}", "latest", place, 5, "ok")
            for place, box in enumerate(boxes.replace("-", ""), 1)
        ]
    return LISTS.frame(lists), CAPTURES.frame(captures)


def missing(*nights: str, **changes) -> list[tuple[str, str]]:
    lists, captures = observe(*nights, **changes)
    rows = find_missing(lists, captures)
    assert set(rows["outcome"]) <= {"missing"}
    numbers = rows["capture_id"].str.extract(r"(\d+)$").to_list()
    return sorted(zip(numbers, rows["list_id"].to_list(), strict=True))


def test_a_box_that_is_always_there_and_tonight_is_not_is_missing():
    assert missing("ab", "ab", "ab", "ab", "ab", "b") == [("5", "a")]


def test_nothing_is_expected_before_enough_was_seen_nor_of_a_box_that_comes_and_goes():
    assert missing("ab", "ab", "ab", "b") == []
    assert missing("ab", "b", "ab", "b", "ab", "b", "ab", "b", "ab", "b") == []


def test_a_box_dropped_for_good_is_missed_for_a_while_and_then_no_more():
    nights = [number for number, _ in missing(*["ab"] * 10, *["b"] * 12)]
    assert nights[0] == "10"
    assert 2 <= len(nights) <= 4


def test_articles_share_their_boxes_although_each_has_its_own_address():
    assert missing("ab", "ab", "ab", "ab", "ab", "b", article=True) == [("5", "a")]


def test_a_page_that_did_not_come_back_expects_nothing():
    lists, captures = observe("a", "a", "a", "a", "a", "-")
    failed = captures.with_columns(
        outcome=pl.when(pl.col("capture_id").str.ends_with("5"))
        .then(pl.lit("http_error"))
        .otherwise("outcome")
    )
    assert find_missing(lists, captures).height == 1
    assert find_missing(lists, failed).is_empty()


def test_rows_say_what_is_missing_and_finding_them_again_changes_nothing():
    lists, captures = observe("ab", "ab", "ab", "ab", "ab", "b")
    rows = find_missing(lists, captures)
    assert rows.select("heading", "kind", "n_items").row(0) == ("Box a", "latest", 0)
    assert find_missing(pl.concat([lists, rows]), captures).equals(rows)


def test_a_study_without_lists_misses_nothing():
    assert find_missing(LISTS.empty(), CAPTURES.empty()).is_empty()
