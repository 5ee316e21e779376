"""How much of a change of a share is the sources' own, and how much comes from who was observed."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from tracker.trends.panels import COUNTED, SUBJECTS, Weighting, add_up, weigh_slots

_UNIT: Final = ["source", "list_id"]


@dataclass(frozen=True)
class Stretch:
    """Nights from one to another, both included.

    Attributes:
        first: First night.
        last: Last night.
    """

    first: date
    last: date


@dataclass(frozen=True)
class Decomposition:
    """A change of the mean share between two stretches of nights, split without a rest.

    `within + boxes + panel` is `after - before`.

    Attributes:
        before: Mean share over the observed nights of the earlier stretch.
        after: Mean share over the observed nights of the later one.
        within: What the lists that were observed in both stretches changed themselves.
        boxes: What comes from lists that sources added, dropped, lengthened or shortened.
        panel: What comes from sources that joined, left, or were observed more or less often.
        sources: One row per source: `source`, `role` (stayed, joined, left), `weight_before`,
            `share_before`, `weight_after`, `share_after`, and its part of the three: `within`,
            `boxes`, `panel`.
    """

    before: float
    after: float
    within: float
    boxes: float
    panel: float
    sources: pl.DataFrame

    @property
    def change(self) -> float:
        """Return later minus earlier mean share."""
        return self.after - self.before


def decompose_change(
    slots: pl.DataFrame,
    subjects: pl.DataFrame,
    subject: str,
    channel: str,
    earlier: Stretch,
    later: Stretch,
    *,
    weighting: Weighting = "slots",
) -> Decomposition | None:
    """Return how a subject's mean share changed between two stretches, and what made it so.

    The mean of the drawn line over the observed nights of a stretch is a weighted mean of the
    sources' shares, sum of v(s) x(s), as each night weighs its sources alike; x(s) in turn is a
    weighted mean of the shares of the source's lists. Let a and b be the weights among those that
    are in both stretches, and m and m' their means. Then (a + b) / 2 (x' - x) is such a source's
    (list's) own change, (b - a) ((x + x') / 2 - (m + m') / 2) comes from its weight; one that
    joined adds v' (x' - m'), one that left takes v (x - m) away. Where none is in both, there is
    nothing to compare, and all of the change is of who was observed.

    Args:
        slots: Frame with the columns `tracker.trends.panels.COUNTED`.
        subjects: Frame with the columns of `tracker.trends.panels.SUBJECTS`.
        subject: Whose share.
        channel: In which channel.
        earlier: First stretch.
        later: Second stretch.
        weighting: As in `measure_attention`.

    Returns:
        None where one of the stretches was not observed.

    Source:
        Rates and composition: Kitagawa (1955). Those who join and leave, against the mean of
        those who stay: Melitz and Polanec (2015).
    """
    own = slots.select(COUNTED).filter(pl.col("channel") == channel)
    mine = subjects.select(list(SUBJECTS)).filter(pl.col("subject") == subject)
    boxes = [_weigh_boxes(own, mine, stretch, weighting) for stretch in (earlier, later)]
    if any(frame.is_empty() for frame in boxes):
        return None
    before, after = (_to_sources(frame) for frame in boxes)
    sources = _split(before, after, ["source"]).rename({"mix": "panel"}).drop("own")
    within = [
        frame.with_columns(pl.col("weight") / add_up(pl.col("weight")).over("source"))
        for frame in boxes
    ]
    inside = (
        _split(within[0], within[1], _UNIT, over="source")
        .group_by("source")
        .agg(add_up(pl.col("own", "mix")))
    )
    # A staying source's own change is that of its lists, and that of which lists it has.
    sources = (
        sources.join(inside, on="source", how="left")
        .with_columns(
            (pl.col("kept") * pl.col("own")).alias("within"),
            (pl.col("kept") * pl.col("mix")).alias("boxes"),
        )
        .select(
            "source", "role", "weight_before", "share_before", "weight_after", "share_after",
            "within", "boxes", "panel",
        )
        .sort("source")
    )  # fmt: skip
    level = add_up(pl.col("weight") * pl.col("share"))
    return Decomposition(
        before=before.select(level).item(),
        after=after.select(level).item(),
        **sources.select(add_up(pl.col("within", "boxes", "panel"))).row(0, named=True),
        sources=sources,
    )


def _weigh_boxes(
    slots: pl.DataFrame, members: pl.DataFrame, stretch: Stretch, weighting: Weighting
) -> pl.DataFrame:
    """Return each list's weight in the mean of the line, and its share of the subject."""
    night = pl.col("night")
    rows = slots.filter(night.is_between(stretch.first, stretch.last)).with_columns(
        weigh_slots(weighting).alias("w")
    )
    holds = night.is_between("from_night", pl.col("to_night").fill_null(date.max))
    carried = (
        rows.select("night", "headline_id")
        .unique()
        .join(members, on="headline_id")
        .filter(holds)
        .select("night", "headline_id", carried=1.0)
        .unique()
    )
    nights = rows["night"].n_unique()
    per_night = (
        rows.join(carried, on=["night", "headline_id"], how="left")
        .group_by("night", *_UNIT)
        .agg(
            add_up(pl.col("w")),
            add_up(pl.col("w") * pl.col("carried").fill_null(0.0)).alias("c"),
        )
        .with_columns(
            add_up(pl.col("w")).over("night", "source").alias("room"),
            pl.col("source").n_unique().over("night").alias("n"),
        )
    )
    scale = 1 / (pl.col("n") * nights)
    return (
        per_night.group_by(_UNIT)
        .agg(
            add_up(scale * pl.col("w") / pl.col("room")).alias("weight"),
            add_up(scale * pl.col("c") / pl.col("room")).alias("part"),
        )
        .with_columns((pl.col("part") / pl.col("weight")).alias("share"))
    )


def _to_sources(boxes: pl.DataFrame) -> pl.DataFrame:
    return (
        boxes.group_by("source")
        .agg(add_up(pl.col("weight", "part")))
        .with_columns((pl.col("part") / pl.col("weight")).alias("share"))
    )


def _split(
    before: pl.DataFrame, after: pl.DataFrame, key: list[str], over: str | None = None
) -> pl.DataFrame:
    """Return per unit its own change (`own`) and what its weight, coming or going adds (`mix`).

    Without units in both stretches there is nothing to compare with: all of it is `mix`.
    """
    names = {"weight": "weight_before", "share": "share_before"}
    later = {"weight": "weight_after", "share": "share_after"}
    both = before.select(*key, *names).rename(names).join(
        after.select(*key, *later).rename(later), on=key, how="full", coalesce=True
    )  # fmt: skip
    stays = pl.col("weight_before").is_not_null() & pl.col("weight_after").is_not_null()

    def total(value: pl.Expr) -> pl.Expr:
        return add_up(value).over(over) if over else add_up(value)

    v, w = (pl.col(name).fill_null(0.0) for name in ("weight_before", "weight_after"))
    x, y = (pl.col(name).fill_null(0.0) for name in ("share_before", "share_after"))
    kept_v, kept_w = (pl.when(stays).then(weight).otherwise(0.0) for weight in (v, w))
    frame = both.with_columns(
        pl.when(stays).then(pl.lit("stayed")).when(v == 0).then(pl.lit("joined"))
        .otherwise(pl.lit("left")).alias("role"),
        (kept_v / total(kept_v)).fill_nan(0.0).alias("a"),
        (kept_w / total(kept_w)).fill_nan(0.0).alias("b"),
    ).with_columns(
        total(pl.col("a") * x).alias("m"), total(pl.col("b") * y).alias("n"),
        ((pl.col("a") + pl.col("b")) / 2).alias("kept"),
    )  # fmt: skip
    middle = (pl.col("m") + pl.col("n")) / 2
    return frame.with_columns(
        (pl.col("kept") * (y - x)).alias("own"),
        pl.when(stays).then((pl.col("b") - pl.col("a")) * ((x + y) / 2 - middle))
        .when(v == 0).then(w * (y - pl.col("n")))
        .otherwise(-v * (x - pl.col("m"))).alias("mix"),
    ).drop("a", "b", "m", "n")  # fmt: skip
