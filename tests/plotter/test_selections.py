"""Which topics of a large study get a page, and which are drawn besides."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from tracker import tables
from tracker.plotter.selections import Selection, select_topics

FIRST = date(2024, 1, 1)
LAST = FIRST + timedelta(days=99)
TONIGHT = {f"now{i}": 3 - i for i in range(3)}
"""Topics of tonight with the slots that each has; of one headline each."""


def select(most: int, signals: pl.DataFrame | None = None, last: date = LAST) -> Selection:
    nights = {f"old{i}": FIRST + timedelta(days=10 * i) for i in range(4)}
    spans = [*((t, n, 5 - i, 5) for i, (t, n) in enumerate(nights.items())),
             *((t, LAST, 1, n) for t, n in TONIGHT.items())]  # fmt: skip
    rows = [
        {"subject": topic, "night": night, "channel": "editorial", "share": n_slots / 100,
         "low": 0.0, "high": 0.5, "slots": n_slots, "observed_slots": 100, "n_sources": 1,
         "observed_sources": 1}
        for topic, night, _, n_slots in spans
    ]  # fmt: skip
    placed = [(topic, night, f"{topic}-{i}") for topic, night, n, _ in spans for i in range(n)]
    members = [
        {"headline_id": key, "event_id": None, "topic_id": topic, "from_night": night,
         "to_night": None, "probability": 1.0}
        for topic, night, key in placed
    ]  # fmt: skip
    seen = {key: datetime(night.year, night.month, night.day, 21, tzinfo=UTC)
            for _, night, key in placed}  # fmt: skip
    headlines = [
        {"headline_id": key, "source": "a", "title": key, "wordings": [key], "url": None,
         "language": "en", "first_seen": at, "last_seen": at, "n_sightings": 1,
         "worded_at": [at]}
        for key, at in seen.items()
    ]  # fmt: skip
    return select_topics(
        tables.ATTENTION.frame(rows).lazy(),
        tables.MEMBERS.frame(members).lazy(),
        tables.HEADLINES.frame(headlines).lazy(),
        tables.SIGNALS.empty() if signals is None else signals,
        time_zone="UTC",
        first=FIRST,
        last=last,
        most=most,
    )


def test_a_small_study_has_every_topic_on_its_pages():
    chosen = select(7)
    assert chosen.paged == chosen.drawn == {"old0", "old1", "old2", "old3", *TONIGHT}
    assert chosen.unpaged == 0


def test_half_of_the_pages_are_of_the_fullest_topics_of_now_the_rest_of_the_largest():
    chosen = select(4)
    assert chosen.paged == {"now0", "now1", "old0", "old1"}
    assert chosen.unpaged == 2  # old2 and old3; now2 has one headline


def test_where_nothing_is_new_the_largest_take_all_pages():
    assert select(3, last=LAST - timedelta(days=1)).paged == {"old0", "old1", "old2"}


@pytest.mark.parametrize(("found", "drawn"), [(LAST, True), (LAST - timedelta(days=30), False)])
def test_what_was_found_lately_is_drawn_though_it_has_no_page(found, drawn):
    rows = [
        {"subject": topic, "night": night, "channel": "editorial", "kind": "new", "from": night,
         "to": None, "value": value, "low": None, "high": None, "p": None, "q": None,
         "method": "count"}
        for topic, night, value in (("loud", LAST - timedelta(days=9), 0.9), ("quiet", found, 0.1))
    ]  # fmt: skip
    chosen = select(1, tables.SIGNALS.frame(rows))
    assert "loud" in chosen.drawn
    assert ("quiet" in chosen.drawn) is drawn
    assert not {"loud", "quiet"} & chosen.paged


def test_what_the_index_tells_of_has_a_page():
    row = {"subject": "old3", "night": LAST, "channel": "editorial", "kind": "back", "from": LAST,
           "to": None, "value": 0.1, "low": None, "high": None, "p": None, "q": None,
           "method": "count"}  # fmt: skip
    assert select(4, tables.SIGNALS.frame([row])).paged == {"old3", "now0", "old0", "old1"}
