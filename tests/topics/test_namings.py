import polars as pl

from tracker.topics.namings import Carried, Naming, compare_topics, match_topics


def group(**topics: str) -> pl.DataFrame:
    """Return headlines, a letter each, by topic."""
    rows = [(letter, name) for name, letters in topics.items() for letter in letters]
    return pl.DataFrame(rows, schema=["headline_id", "topic_id"], orient="row")


def test_topics_are_paired_one_to_one_so_that_most_is_shared():
    before = group(a="123456", b="78", c="90")
    after = group(x="1234", y="5678", z="9", n="pq")
    # y shares as much with a as with b, but a is better with x.
    assert match_topics(before, after).select("topic_id", "other_id", "shared").rows() == [
        ("a", "x", 4), ("b", "y", 2), ("c", "z", 1),
    ]  # fmt: skip


def test_what_shares_too_little_is_not_the_same_topic():
    before, after = group(a="12345678"), group(x="12", y="3q", z="pq")
    assert match_topics(before, after).is_empty()
    assert match_topics(before.clear(), after).is_empty()


def test_every_topic_has_a_fate_and_where_its_headlines_went():
    before = group(kept="123", into="456", apart="abcd", lost="efg")
    after = group(kept="123456", p="ab", q="cd", fresh="xyz")
    rows = compare_topics(before, after).select("topic_id", "fate", "heir_id", "share").rows()
    assert rows == [
        ("into", "merged", "kept", 1.0),
        ("apart", "split", "p", 0.5),
        ("lost", "gone", None, 0.0),
        ("fresh", "new", None, 0.0),
        ("p", "new", "apart", 1.0),
        ("q", "new", "apart", 1.0),
        ("kept", "kept", "kept", 1.0),
    ]


def test_ids_of_topics_derived_anew_are_never_those_of_before():
    assert Naming().name("e1") == Naming().name("e1") != Naming("2026").name("e1")
    assert Naming("2026", {"t1": Carried("t0", 0.5)}).name("e1") == Naming("2026").name("e1")
