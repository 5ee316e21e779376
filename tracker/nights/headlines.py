"""Headlines as derived from what was taken in: those of nights that changed, and no others."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import polars as pl

from tracker.collector.harvest.titles import LONGEST_TITLE
from tracker.collector.headlines import derive_headlines
from tracker.collector.languages import detect_languages
from tracker.nights.readings import Left, Taken, is_left
from tracker.store import Store
from tracker.tables import HEADLINES, SIGHTINGS, night_of

LEFT_HEADLINES: Final = Left(HEADLINES, f"titles of {LONGEST_TITLE}")
"""HEADLINES as an update leaves them."""


@dataclass(frozen=True)
class Derived:
    """Headlines of what was taken in.

    Attributes:
        headlines: HEADLINES.
        kept: headline_id of those that are as the last update left them.
    """

    headlines: pl.DataFrame
    kept: pl.Series


def update_headlines(store: Store, taken: Taken, time_zone: str) -> Derived:
    """Write and return HEADLINES of what was taken in; languages are found once.

    Only those seen on nights that changed since are derived again.
    """
    stored, sightings = store.read(HEADLINES), store.scan(SIGHTINGS)
    kept = stored.clear()
    if is_left(store, LEFT_HEADLINES) and not taken.before.is_empty():
        touched = _list_seen(sightings, taken.changed, time_zone)
        kept = stored.join(touched, on="headline_id", how="anti")
        sightings = sightings.filter(pl.col("headline_id").is_in(touched["headline_id"].implode()))
    derived = derive_headlines(sightings, taken.lists.lazy(), taken.captures.lazy())
    known = stored.select("headline_id", "language")
    derived = derived.drop("language").join(known, on="headline_id", how="left")
    new = derived.filter(pl.col("language").is_null())
    found = new.select("headline_id").with_columns(
        pl.Series("found", detect_languages([words[0] for words in new["wordings"]]), pl.String)
    )
    derived = (
        derived.join(found, on="headline_id", how="left")
        .with_columns(pl.coalesce("language", "found").alias("language"))
        .drop("found")
    )
    headlines = pl.concat([kept, HEADLINES.check(derived)]).sort("first_seen", "headline_id")
    if not (headlines.height == stored.height == kept.height):
        store.replace(HEADLINES, headlines)
    return Derived(headlines, kept["headline_id"])


def _list_seen(sightings: pl.LazyFrame, nights: pl.Series, time_zone: str) -> pl.DataFrame:
    """Return headline_id of what was seen on some nights."""
    first, last = nights.min(), nights.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return pl.DataFrame(schema={"headline_id": pl.String})
    # No zone is more than a day away from UTC; files of other times are not read at all.
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
    return (
        sightings.filter(
            pl.col("captured_at").is_between(pl.lit(begins), pl.lit(ends)),
            night_of("captured_at", time_zone).is_in(nights.implode()),
        )
        .select(pl.col("headline_id").unique())
        .collect()
    )


def texts_of(headlines: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Return what topics read of headlines: the first wording, as it was on the first night."""
    return headlines.select(
        "headline_id",
        "source",
        pl.col("wordings").list.first().alias("text"),
        "url",
        "language",
        night_of("first_seen", time_zone).alias("night"),
    )
