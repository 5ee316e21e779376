"""Time cut into spans, and the capture that stands for each."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collector.spans import cut_spans
from tracker.errors import InputError

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = time(20)


def at(day: int, hour: int, month: int = 1) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_a_night_is_a_date_of_the_study_and_its_capture_nearest_to_the_evening():
    (span,) = cut_spans(date(2026, 1, 5), date(2026, 1, 5), "1d", EVENING, BERLIN)
    assert (span.start, span.wanted, span.end) == (at(4, 23), at(5, 19), at(5, 23))
    assert span.choose([at(4, 22), at(5, 8), at(5, 17), at(5, 22), at(5, 23)]) == at(5, 17)
    assert span.choose([at(5, 8), at(5, 18), at(5, 20)]) == at(5, 18)
    assert span.choose([at(4, 22), at(5, 23)]) is None
    assert span.choose([]) is None


def test_another_time_of_day_chooses_another_capture():
    moments = [at(5, 6), at(5, 19)]
    for wanted, chosen in ((time(8), at(5, 6)), (time(20), at(5, 19))):
        (span,) = cut_spans(date(2026, 1, 5), date(2026, 1, 5), "1d", wanted, BERLIN)
        assert span.choose(moments) == chosen


@pytest.mark.parametrize(
    ("every", "names"),
    [
        ("12h", ["2026-01-30 00:00", "2026-01-30 12:00", "2026-01-31 00:00", "2026-01-31 12:00"]),
        ("1d", ["2026-01-30", "2026-01-31"]),
        ("7d", ["2026-01-30"]),
    ],
)
def test_spans_are_as_long_as_asked(every: str, names: list[str]):
    spans = cut_spans(date(2026, 1, 30), date(2026, 1, 31), every, EVENING, BERLIN)
    assert [span.name for span in spans] == names


def test_months_end_where_the_calendar_has_them_end():
    spans = cut_spans(date(2026, 1, 31), date(2026, 4, 30), "1mo", EVENING, BERLIN)
    assert [s.name for s in spans] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


def test_spans_shorter_than_a_day_want_the_time_that_lies_whole_spans_away():
    spans = cut_spans(date(2026, 1, 5), date(2026, 1, 5), "6h", EVENING, ZoneInfo("UTC"))
    assert [span.wanted.hour for span in spans] == [2, 8, 14, 20]


@given(
    st.dates(date(1996, 1, 1), date(2030, 1, 1)),
    st.integers(0, 400),
    st.sampled_from(["1h", "6h", "12h", "1d", "3d", "2w", "1mo", "5mo"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kolkata"]),
)
def test_spans_follow_one_another_without_gap_or_overlap(first, days, every, zone):
    where, last = ZoneInfo(zone), first + timedelta(days=days)
    spans = cut_spans(first, last, every, EVENING, where)
    assert all(span.start <= span.wanted < span.end for span in spans)
    assert all(one.end == other.start for one, other in pairwise(spans))
    assert spans[0].start.astimezone(where).date() == first
    assert (spans[-1].end - timedelta(seconds=1)).astimezone(where).date() == last


@pytest.mark.parametrize("every", ["0d", "5h", "1y", "d", "-1d", "1.5d", "25h", ""])
def test_what_is_no_length_is_said(every: str):
    with pytest.raises(InputError, match="--every"):
        cut_spans(date(2026, 1, 1), date(2026, 1, 2), every, EVENING, BERLIN)
