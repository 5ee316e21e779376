"""Boxes that stand unchanged for weeks: service links and the like, no signal of tonight."""

from typing import Final

import polars as pl

from tracker.tables import BOXES, CHANNEL_OF, night_of
from tracker.trends.panels import Panel

STANDING: Final = pl.Schema(
    {
        "source": pl.String,
        "night": pl.Date,
        "channel": pl.String,
        "list_id": pl.String,
        "since": pl.Date,
    }
)
"""Columns of a frame of standing boxes: one row is one list on one night that does not count."""

_BOX: Final = ["source", "list_id"]


def fold_boxes(
    sightings: pl.DataFrame,
    lists: pl.DataFrame,
    captures: pl.DataFrame,
    *,
    time_zone: str = "UTC",
    unobserved: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return what each box showed on each night, a frame of `tracker.tables.BOXES`.

    Args:
        sightings: Frame of `tracker.tables.SIGHTINGS`; of whole nights.
        lists: Frame of `tracker.tables.LISTS`.
        captures: Frame of `tracker.tables.CAPTURES`.
        time_zone: IANA name of the zone whose local date is a night.
        unobserved: Captures, with `capture_id` and `channel`, that do not count in that channel:
            what a broken page shows of a box is no change of it.
    """
    boxes = (
        lists.lazy()
        .filter(pl.col("kind").is_in(list(CHANNEL_OF)))
        .select(
            "capture_id",
            "list_id",
            pl.col("kind").replace_strict(CHANNEL_OF, return_dtype=pl.String).alias("channel"),
        )
    )
    if unobserved is not None:
        boxes = boxes.join(unobserved.lazy(), on=["capture_id", "channel"], how="anti")
    pages = captures.lazy().select(
        "capture_id", "source", night_of("captured_at", time_zone).alias("night")
    )
    return (
        sightings.lazy()
        .select("capture_id", "list_id", pl.struct("headline_id", "title").hash().alias("item"))
        .join(boxes, on=["capture_id", "list_id"])
        .join(pages, on="capture_id")
        .group_by("night", *_BOX)
        .agg(
            pl.col("channel").unique().sort().alias("channels"),
            pl.col("item").unique().sum().reinterpret(signed=True).alias("content"),
        )
        .select(BOXES.schema.names())
        .collect()
    )


def find_standing(boxes: pl.DataFrame, *, nights: int = 14) -> pl.DataFrame:
    """Return on which nights which boxes have shown the very same headlines for weeks.

    A box stands on a night if on every night on which it was seen since at least `nights` nights
    ago it has shown the same headlines in the same words, in whatever order. It counts again on
    the night it changes. Earlier nights are left as they were: no night learns from a later one.

    Args:
        boxes: Frame of `tracker.tables.BOXES`, of all nights.
        nights: How long a box must have been the same, calendar nights.

    Returns:
        A frame with the columns of `STANDING`, sorted; `since` is the first night of the run.
    """
    return (
        boxes.lazy()
        .sort(*_BOX, "night")
        .with_columns((pl.col("content") != pl.col("content").shift(1)).over(_BOX).alias("new"))
        .with_columns(pl.col("new").fill_null(value=True).cum_sum().over(_BOX).alias("run"))
        .with_columns(pl.col("night").min().over(*_BOX, "run").alias("since"))
        .filter((pl.col("night") - pl.col("since")).dt.total_days() >= nights)
        .explode("channels")
        .rename({"channels": "channel"})
        .select(pl.col(name).cast(dtype) for name, dtype in STANDING.items())
        .sort("source", "night", "channel", "list_id")
        .collect()
    )


def name_epochs(panel: Panel, coverage: pl.DataFrame) -> Panel:
    """Return the panel with sources named anew each time a box begins or ends to stand.

    A box that is left out from tonight on takes its headlines with it. For tests, which compare
    each source with itself, the source begins anew that night, so that this is no rise or fade.

    Args:
        panel: The sources' own shares.
        coverage: Frame of `tracker.tables.COVERAGE`: which boxes stood.

    Returns:
        `panel` with other names of sources: only to be compared with each other.
    """
    visit, source = ["source", "channel", "night"], ["source", "channel"]
    nothing = pl.col("standing").fill_null(pl.lit([], dtype=pl.List(pl.String)))
    epochs = (
        coverage.filter(pl.col("slots") > 0)
        .sort(visit)
        .with_columns(nothing.list.sort().alias("boxes"))
        .with_columns((pl.col("boxes") != pl.col("boxes").shift(1)).over(source).alias("new"))
        .with_columns(pl.col("new").fill_null(value=False).cum_sum().over(source).alias("epoch"))
        .filter(pl.col("epoch") > 0)
        .select(*visit, pl.format("{} ({})", "source", "epoch").alias("renamed"))
    )

    def rename(frame: pl.DataFrame) -> pl.DataFrame:
        named = frame.join(epochs, on=visit, how="left", maintain_order="left")
        return named.with_columns(pl.coalesce("renamed", "source").alias("source")).drop("renamed")

    return Panel(rename(panel.observed), rename(panel.shares))
