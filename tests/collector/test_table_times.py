from datetime import UTC, datetime

import polars as pl
import pytest

from tracker.collector.table_times import read_times
from tracker.errors import InputError


def read(*texts: str | None, day_first: bool | None = None) -> list[datetime | None]:
    column = pl.Series("captured_at", texts, pl.String)
    return read_times(column, day_first).values.to_list()


TIMES = {
    "2026-01-01T10:00:00+09:00": datetime(2026, 1, 1, 1, tzinfo=UTC),
    "2026-01-01 23:30:00": datetime(2026, 1, 1, 23, 30, tzinfo=UTC),
    "2026-01-02T03:04:05.678Z": datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    "2026-01-02 03:04 UTC": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    "2026-01-03": datetime(2026, 1, 3, tzinfo=UTC),
    "2026-01-03T10:00:00 -0500": datetime(2026, 1, 3, 15, tzinfo=UTC),
    "2026/1/3 10:00": datetime(2026, 1, 3, 10, tzinfo=UTC),
    "24.02.2022": datetime(2022, 2, 24, tzinfo=UTC),
    "04.02.2022 21:30": datetime(2022, 2, 4, 21, 30, tzinfo=UTC),
    " 4.2.2022, 9:30 ": datetime(2022, 2, 4, 9, 30, tzinfo=UTC),
    "04.02.2022T09:30:15+01:00": datetime(2022, 2, 4, 8, 30, 15, tzinfo=UTC),
}


def test_times_may_be_written_in_several_ways_in_one_column():
    assert read(*TIMES, None) == [*TIMES.values(), None]


@pytest.mark.parametrize("mark", ["/", "-"])
def test_one_number_above_twelve_says_of_the_whole_column_which_is_the_day(mark: str):
    texts = ["03/04/2022", "24/02/2022 21:30", "2026-01-03"]
    texts = [text.replace("/", mark) for text in texts]
    wanted = [(2022, 4, 3), (2022, 2, 24, 21, 30), (2026, 1, 3)]
    assert read(*texts) == [datetime(*parts, tzinfo=UTC) for parts in wanted]
    texts = [text.replace("/", mark) for text in ["03/04/2022", "2/24/2022 9:30 PM"]]
    wanted = [(2022, 3, 4), (2022, 2, 24, 21, 30)]
    assert read(*texts) == [datetime(*parts, tzinfo=UTC) for parts in wanted]


def test_what_was_decided_is_told_and_what_needs_no_decision_is_not():
    def note(*texts: str) -> str | None:
        return read_times(pl.Series("captured_at", texts)).note

    assert note("03/04/2022", "24/02/2022") == (
        "captured_at was read with the day first, as '24/02/2022' says"
    )
    assert note("02/24/2022") == "captured_at was read with the month first, as '02/24/2022' says"
    assert note("24.02.2022", "03.04.2022", "03/03/2022", "2022-02-24") is None


@pytest.mark.parametrize(
    ("texts", "day_first", "said"),
    [
        (["03/03/2022", "03/04/2022"], None, "'03/04/2022', and no date .* --day-first or --month"),
        # Dots say nothing of slashes: they may come from another outlet.
        (["24.02.2022", "03/04/2022"], None, "'03/04/2022', and no date"),
        (
            ["24/02/2022", "02/24/2022"],
            None,
            "'24/02/2022' with the day .* '02/24/2022' with the m",
        ),
        (["02/24/2022"], True, "'02/24/2022', where the month comes first; --day-first was asked"),
        (["24/02/2022"], False, "'24/02/2022', where the day comes first; --month-first was asked"),
    ],
)
def test_what_may_mean_two_things_is_refused(texts: list[str], day_first: bool | None, said: str):
    with pytest.raises(InputError, match=f"^column captured_at holds {said}"):
        read(*texts, day_first=day_first)


def test_what_is_asked_for_decides_what_the_column_leaves_open():
    assert read("03/04/2022", day_first=True) == [datetime(2022, 4, 3, tzinfo=UTC)]
    assert read("03/04/2022", day_first=False) == [datetime(2022, 3, 4, tzinfo=UTC)]
    assert read("24.02.2022", day_first=False) == [datetime(2022, 2, 24, tzinfo=UTC)]


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "31.02.2022", "24.02.22", "13/13/2022", "24.02.2022 25:00", "24.02.20223",
        "٢٤/٠٢/٢٠٢٢", f"24/02/2022 {'1' * 100}",
    ],
)  # fmt: skip
def test_what_is_no_time_is_null(text: str):
    assert read(text, "2026-01-03") == [None, datetime(2026, 1, 3, tzinfo=UTC)]
