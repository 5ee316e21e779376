"""Captures whose lists broke away from what their page always shows: walls, outages, new markup."""

from typing import Final

import polars as pl

from tracker.collector.expectations import name_pages
from tracker.tables import CHANNEL_OF, night_of

BREAKS: Final = pl.Schema(
    {
        "capture_id": pl.String,
        "channel": pl.String,
        "source": pl.String,
        "night": pl.Date,
        "slots": pl.Int64,
        "usual": pl.Float64,
        "reason": pl.String,
    }
)
"""Columns of a frame of breaks: one row is one channel of one capture that shows too little."""

_PAGE: Final = ["source", "page", "channel"]
_NIGHT: Final = ["source", "night", "channel"]
_ROUNDS: Final = 12


def find_breaks(
    captures: pl.DataFrame,
    lists: pl.DataFrame,
    *,
    time_zone: str = "UTC",
    window: int = 28,
    min_nights: int = 5,
    max_share: float = 0.2,
    cutoff: float = 3.5,
) -> pl.DataFrame:
    """Return the captures that show far fewer headlines than their page did on nights before.

    Captures are compared with the nights before of the same address, or, for articles, of any
    article of the source; channel by channel, as most-read boxes often outlive the rest. What
    was broken does not count as history, so that a break stays one for up to `window` nights; a
    level that lasts longer is the page's own. Where more than half of what a source should have
    shown on a night is broken, the rest of that night is broken too: what is left of it, sidebars
    for instance, speaks of something else than on other nights.

    Args:
        captures: CAPTURES; only those that were seen can be broken, the others show nothing.
        lists: LISTS.
        time_zone: IANA name of the zone whose local date is a night.
        window: Observed nights that are looked back at.
        min_nights: Nights there must be among these before anything is judged.
        max_share: A broken capture has less than this share of the page's median.
        cutoff: And it lies so many standard deviations below, at least, taken from the spread
            above the median, which losses do not reach, and no smaller than chance makes it.

    Returns:
        A frame with the columns of `BREAKS`.

    Source:
        Modified z-score and its cutoff of 3.5: Iglewicz and Hoaglin (1993). Spread of one side:
        Rousseeuw and Croux (1993). Least spread: the square root of a count (Poisson).
    """
    pages = _count_slots(captures, lists, time_zone)
    broken = pl.lit(value=False).alias("broken")
    judged = pages.with_columns(pl.lit(None, dtype=pl.Float64).alias("usual"), broken)
    for _ in range(_ROUNDS):
        usual = _learn(judged, window, min_nights)
        spread = ((pl.col("top") - pl.col("usual")) / 0.6745).clip(lower_bound=0)
        chance = pl.col("usual").sqrt()
        again = (
            pages.join(usual, on=[*_PAGE, "night"], how="left")
            .with_columns(
                (
                    (pl.col("slots") < max_share * pl.col("usual"))
                    & (
                        pl.col("slots")
                        < pl.col("usual") - cutoff * pl.max_horizontal(spread, chance)
                    )
                )
                .fill_null(value=False)
                .alias("broken")
            )
            .drop("top")
            .sort("capture_id", "channel")
        )
        same = again["broken"].equals(judged.sort("capture_id", "channel")["broken"])
        judged = again
        if same:
            break
    return _tell(judged)


def _count_slots(captures: pl.DataFrame, lists: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Return a row for each seen capture and each channel in which its page ever had a slot."""
    found = lists.filter(pl.col("outcome") != "missing")
    pages = name_pages(captures, found).select(
        "capture_id", "source", night_of("captured_at", time_zone).alias("night"), "page"
    )
    counted = found.filter(pl.col("kind").is_in(list(CHANNEL_OF)))
    slots = (
        counted.with_columns(pl.col("kind").replace_strict(CHANNEL_OF).alias("channel"))
        .group_by("capture_id", "channel")
        .agg(pl.col("n_items").cast(pl.Int64).sum().alias("slots"))
    )
    known = pages.join(slots, on="capture_id").select(_PAGE).unique()
    return (
        pages.join(known, on=["source", "page"])
        .join(slots, on=["capture_id", "channel"], how="left")
        .with_columns(pl.col("slots").fill_null(0))
    )


def _learn(judged: pl.DataFrame, window: int, min_nights: int) -> pl.DataFrame:
    """Return the median and upper quartile of the nights before, for each page and night."""
    good = pl.when(~pl.col("broken")).then("slots")
    nights = (
        judged.group_by(*_PAGE, "night")
        .agg(good.median().alias("level"))
        .sort(*_PAGE, "night")
        .with_columns(pl.col("level").shift(1).over(_PAGE).alias("before"))
    )
    before = pl.col("before")
    usual = before.rolling_median(window, min_samples=min_nights)
    top = before.rolling_quantile(0.75, "linear", window_size=window, min_samples=min_nights)
    return nights.select(
        *_PAGE, "night", usual.over(_PAGE).alias("usual"), top.over(_PAGE).alias("top")
    )


def _tell(judged: pl.DataFrame) -> pl.DataFrame:
    """Return the breaks, with what is left of nights of which most is broken."""
    expected = pl.col("usual").fill_null(pl.col("slots"))
    lost = pl.when("broken").then(expected).otherwise(0.0).sum().over(_NIGHT)
    rest = ~pl.col("broken") & (lost > expected.sum().over(_NIGHT) / 2)
    headlines = (
        pl.when(pl.col("slots") == 1).then(pl.lit("headline")).otherwise(pl.lit("headlines"))
    )
    reason = (
        pl.when("broken")
        .then(
            pl.format(
                "{} {} where {} are usual", "slots", headlines,
                pl.col("usual").round(0).cast(pl.Int64),
            )
        )
        .otherwise(pl.lit("the rest of a night of which most is broken"))
    )  # fmt: skip
    return (
        judged.with_columns(rest.alias("rest"))
        .filter(pl.col("broken") | pl.col("rest"))
        .with_columns(reason.alias("reason"))
        .select(pl.col(name).cast(dtype) for name, dtype in BREAKS.items())
        .sort("night", "source", "capture_id", "channel")
    )
