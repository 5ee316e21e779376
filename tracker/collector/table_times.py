"""Times in the columns of tables, as people and their tools write them."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from tracker.errors import InputError
from tracker.tables import TIME

_FORMATS: Final = (
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M%:z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%I:%M:%S %p",
    "%Y-%m-%dT%I:%M %p",
    "%Y-%m-%d",
)
"""Ways to write a time, tried in order, each row for itself."""
_NUMBERS: Final = r"^\s*([0-9]{1,2})([./-])([0-9]{1,2})[./-]([0-9]{4})(?:(?:T|,?\s+)(.{0,40}))?$"
"""A day and a month, in either order, then the year and perhaps a time."""


@dataclass(frozen=True)
class Times:
    """A column of times as read.

    Attributes:
        values: Aware UTC; null where a text says no time.
        note: What decided between day and month, if the column had to.
    """

    values: pl.Series
    note: str | None = None


def read_times(texts: pl.Series, day_first: bool | None = None) -> Times:
    """Return the times that `texts` say; those without a zone are taken as UTC.

    ISO 8601 with a space or a T, 2022/02/24 and 24.02.2022 say one thing only. Of 24/02/2022 and
    24-02-2022 the whole column says whether the day comes first: by any number above 12.

    Args:
        texts: What is written.
        day_first: Whether the day comes first where the column leaves it open; refused if None.

    Raises:
        InputError: If the column leaves it open or says both, or something else than `day_first`.
    """
    values = _parse(texts)
    left = texts.filter(values.is_null() & texts.is_not_null())
    parts = left.to_frame("text").select(
        "text",
        *(
            pl.col("text").str.extract(_NUMBERS, place).alias(name)
            for place, name in enumerate(("first", "mark", "second", "year", "clock"), 1)
        ),
    )
    parts = parts.filter(pl.col("year").is_not_null()).unique(maintain_order=True)
    if parts.is_empty():
        return Times(values)
    order = _find_order(parts.filter(pl.col("mark") != "."), texts.name, day_first)
    is_day_first = (pl.col("mark") == ".") | pl.lit(order.day_first)
    day = pl.when(is_day_first).then("first").otherwise("second")
    month = pl.when(is_day_first).then("second").otherwise("first")
    date = pl.concat_str("year", month.str.zfill(2), day.str.zfill(2), separator="-")
    clock = pl.col("clock").str.strip_chars()
    # Blanks at the end are no clock.
    said = pl.when(clock.fill_null("") == "").then(date).otherwise(date + "T" + clock)
    known = dict(zip(parts["text"], _parse(parts.select(said).to_series()), strict=True))
    found = texts.replace_strict(known, default=None, return_dtype=TIME)
    return Times(values.fill_null(found).alias(texts.name), order.note)


def _parse(texts: pl.Series) -> pl.Series:
    text = pl.lit(texts).str.strip_chars().str.replace(r"\s*(?:Z|UTC|GMT)$", "+00:00")
    text = text.str.replace(r"^(\d{4})/(\d{1,2})/(\d{1,2})\b", "${1}-${2}-${3}")
    text = text.str.replace(r"^(\d{4}-\d\d?-\d\d?) +", "${1}T").str.replace(
        r" *([+-]\d\d):?(\d\d)$", "${1}:${2}"
    )
    return pl.select(pl.coalesce(_parse_as(text, form) for form in _FORMATS)).to_series()


def _parse_as(text: pl.Expr, form: str) -> pl.Expr:
    if form == "%Y-%m-%d":
        return (
            text.str.to_date(form, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        )
    parsed = text.str.to_datetime(form, time_unit="us", strict=False)
    return parsed if form.endswith("z") else parsed.dt.replace_time_zone("UTC")


@dataclass(frozen=True)
class _Order:
    day_first: bool
    note: str | None = None


def _find_order(dates: pl.DataFrame, column: str, wanted: bool | None) -> _Order:
    """Return which of two numbers is the day, in dates with slashes or dashes."""
    first, second = (pl.col(name).cast(pl.Int32) for name in ("first", "second"))
    days_first = dates.filter((first > 12) & (second <= 12))["text"]
    months_first = dates.filter((second > 12) & (first <= 12))["text"]
    held = f"column {column} holds"
    if days_first.len() and months_first.len():
        raise InputError(
            f"{held} {days_first[0]!r} with the day first and {months_first[0]!r} with the month "
            f"first; wanted one order, or dates such as 2022-02-24"
        )
    if wanted is not None:
        if (other := months_first if wanted else days_first).len():
            asked, found = ("day", "month") if wanted else ("month", "day")
            raise InputError(
                f"{held} {other[0]!r}, where the {found} comes first; --{asked}-first was asked for"
            )
        return _Order(wanted)
    if days_first.len():
        return _Order(True, f"{column} was read with the day first, as {days_first[0]!r} says")
    if months_first.len():
        return _Order(False, f"{column} was read with the month first, as {months_first[0]!r} says")
    if (open_ones := dates.filter((first <= 12) & (first != second))["text"]).len():
        raise InputError(
            f"{held} {open_ones[0]!r}, and no date in it says whether the day or the month "
            f"comes first; wanted dates such as 2022-02-24, or --day-first or --month-first"
        )
    return _Order(True)
