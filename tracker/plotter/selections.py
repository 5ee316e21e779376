"""Which topics of a large study are drawn: those of now, the largest, whoever a chart tells of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from tracker.plotter.findings import RECENT
from tracker.plotter.ranks import list_periods
from tracker.tables import night_of

MOST_PAGES: Final = 1000
"""Topics that a report has a row and a page of."""

LATELY: Final = timedelta(days=28)
"""How far back the first half of them is chosen from."""

_CANDIDATES: Final = 50
"""Topics kept for each list of the highest that a chart makes; it shows far fewer."""


@dataclass(frozen=True)
class Selection:
    """What is drawn of a study.

    Attributes:
        paged: Topics that the table of topics lists, each with a page if it has two headlines.
        drawn: All subjects whose curves and headlines are needed, these among them.
        unpaged: How many topics of two or more headlines have no page.
    """

    paged: frozenset[str]
    drawn: frozenset[str]
    unpaged: int


def select_topics(
    attention: pl.LazyFrame,
    members: pl.LazyFrame,
    headlines: pl.LazyFrame,
    signals: pl.DataFrame,
    *,
    time_zone: str,
    first: date,
    last: date,
    since: date | None = None,
    most: int = MOST_PAGES,
) -> Selection:
    """Return which topics are drawn.

    First those get a page of which the index may tell, as they were found in the last week or have
    most room tonight; then, up to half of the pages, the ones with most slots of the last 28
    nights; then the largest of all time by their headlines.

    Args:
        attention: Table `attention`.
        members: Table `members`.
        headlines: Table `headlines`.
        signals: Table `signals`.
        time_zone: IANA name of the zone whose dates the nights are.
        first: The study's first night.
        last: The night that is shown as tonight.
        since: Everything found after this night is drawn; of the last week if None.
        most: How many topics have a page.
    """
    # Earlier headlines of a topic may have been placed in it after they were last seen; they count
    # while they are its own.
    until = night_of("last_seen", time_zone).alias("until")
    sizes = (
        members.drop_nulls("topic_id")
        .join(headlines.select("headline_id", until), on="headline_id")
        .filter(
            pl.col("from_night") <= last,
            (pl.col("from_night") <= pl.col("until")) | pl.col("to_night").is_null(),
        )
        .group_by("topic_id")
        .agg(pl.col("headline_id").n_unique().alias("size"))
        .collect()
    )
    shown = (
        attention.filter(pl.col("slots") > 0, pl.col("night").is_between(first, last))
        .join(sizes.lazy(), left_on="subject", right_on="topic_id", how="semi")
        .select("subject", "channel", "night", "share", "slots")
        .collect()
    )
    late = shown.filter(pl.col("night") > last - LATELY)
    recent = late.group_by("subject").agg(pl.col("slots").sum())
    recent = recent.sort("slots", "subject", descending=[True, False])
    largest = sizes.sort("size", "topic_id", descending=[True, False])["topic_id"]
    known = set(largest)
    now = [key for key in _list_now(signals, shown, last) if key in known]
    paged = dict.fromkeys(list(dict.fromkeys([*now, *recent["subject"]]))[: most // 2])
    for topic in largest:
        if len(paged) >= most:
            break
        paged.setdefault(topic)
    several = set(sizes.filter(pl.col("size") > 1)["topic_id"])
    found = signals.filter(
        pl.col("night") > (since or last - RECENT - timedelta(days=1)), pl.col("night") <= last
    )
    told = signals.filter(pl.col("night") <= last).sort(
        pl.col("value").abs(), "subject", descending=[True, False]
    )
    told = told.unique("subject", keep="first", maintain_order=True).head(most)
    highest = _find_highest(shown, late, first, last)
    drawn = {*paged, *highest, *found["subject"], *told["subject"]}
    return Selection(frozenset(paged), frozenset(drawn), len(several - paged.keys()))


def _list_now(signals: pl.DataFrame, shown: pl.DataFrame, last: date) -> list[str]:
    """Return what was found in the last week, by kind the strongest, and what is on top tonight."""
    size = pl.col("value").abs()
    found = (
        signals.filter(pl.col("night").is_between(last - RECENT, last))
        .sort(pl.col("night") == last, size, "subject", descending=[True, True, False])
        .group_by("kind", maintain_order=True)
        .head(_CANDIDATES)
    )
    tonight = shown.filter(pl.col("night") == last)
    top = tonight.sort("share", "subject", descending=[True, False]).head(_CANDIDATES)
    return [*found["subject"], *top["subject"]]


def _find_highest(
    shown: pl.DataFrame, late: pl.DataFrame, first: date, last: date
) -> Collection[str]:
    """Return the topics that stood high for a night, a week, a month, lately or in all."""
    share = pl.col("share")
    unit, _ = list_periods(first, last)
    by_week, by_period = (
        _mean_periods(shown, span, last) for span in ("1w", "1mo" if unit == "month" else "1w")
    )
    lists = [
        (shown.group_by("subject", "channel").agg(share.sum()), ["channel"]),
        (shown.filter(pl.col("night") == last), ["channel"]),
        (late.group_by("subject").agg(share.sum()), []),
        (by_week.group_by("subject", "channel").agg(share.max()), ["channel"]),
        (by_period, ["channel", "period"]),
    ]
    highest: set[str] = set()
    for frame, groups in lists:
        ordered = frame.sort("share", "subject", descending=[True, False])
        top = ordered.group_by(groups).head(_CANDIDATES) if groups else ordered.head(_CANDIDATES)
        highest |= set(top["subject"])
    return highest


def _mean_periods(shown: pl.DataFrame, span: str, last: date) -> pl.DataFrame:
    """Return subject, channel, period and share: its mean from the topic's first night on."""
    begun = shown.group_by("subject", "channel").agg(pl.col("night").min().alias("begun"))
    period = pl.col("night").dt.truncate(span).alias("period")
    end = pl.min_horizontal(pl.col("period").dt.offset_by(span), pl.lit(last + timedelta(days=1)))
    nights = (end - pl.max_horizontal("period", "begun")).dt.total_days()
    return (
        shown.group_by("subject", "channel", period)
        .agg(pl.col("share").sum())
        .join(begun, on=["subject", "channel"])
        .select("subject", "channel", "period", pl.col("share") / nights)
    )
