"""Share of the observed slots that each subject got, per night and channel.

A slot is one place of one headline list in one capture. On night n, source s gives subject k

    share(k, s, n) = sum of w over its slots that carry k / sum of w over its slots observed

with w = 1, or 1 / log2(1 + rank) when weighted by rank; a box seen in two captures counts in both.
The subject's share is the plain mean of share(k, s, n) over the sources observed that night: each
source counts the same, however much of it was captured. Where no source was observed the share is
null; where some were and none carried the subject it is 0.

A subject is awake from its first slot on until four weeks, and three observed nights, have passed
without a slot, and again from its next slot on. While it sleeps it has no rows, since they would
say nothing of it: its share is 0 where a source was observed, null elsewhere, and its band depends
on the sources alone. `fill_asleep` gives these rows. Themes that are watched never sleep.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl
from scipy import stats

from tracker.tables import ATTENTION, CHANNELS
from tracker.trends.intervals import CONFIDENCE, bound_share
from tracker.trends.panels import Panel, Weighting, add_up, measure_panel, roll_up
from tracker.trends.presence import LATELY

_CELL: Final = ["night", "channel"]
_LATELY: Final = 28
AWAKE: Final = timedelta(days=_LATELY)
"""How long after its last slot a subject is awake at least; a band rests on as many nights."""
_DRAWN_AT_ONCE: Final = 10_000
"""Subjects that are drawn at a time: what is between slots and rows is several times the rows."""


def measure_attention(
    slots: pl.DataFrame,
    subjects: pl.DataFrame,
    *,
    first_night: date,
    last_night: date,
    themes: Collection[str] = (),
    weighting: Weighting = "slots",
) -> pl.DataFrame:
    """Return each subject's share of the observed slots, one row a night and channel.

    A subject has a row for every calendar night on which it is awake, from its first slot on;
    `themes` have one for every night, also those that no headline ever matched.

    The 95 % band is what resampling sources, and the headlines of their lists and captures,
    converges to, in closed form. Source s with effective number of headlines
    m_s = (sum of w)² / sum of w_h² (w_h: weight of all slots of headline h; one headline in ten
    captures is one choice, not ten) gives p (1 - p) / m_s; the J sources' shares themselves vary
    by S². Their ratio over the subject's last 28 nights, mean S² / mean p (1 - p) / m_s, at least
    1, is the design effect d: how much more sources differ than their headlines explain. It
    makes the effective sample size n = J / mean(1 / m_s) / d, reduced for the
    (J - 1) (d / (d - 1))² degrees of freedom that d rests on, and n gives Wilson's interval, which
    stays inside [0, 1] and is above 0 where nothing was seen. One source alone says nothing of
    others: its band speaks of that source only.

    Args:
        slots: Frame with the columns `tracker.trends.panels.COUNTED`.
        subjects: Frame with the columns of `tracker.trends.panels.SUBJECTS`.
        first_night: First night of the study.
        last_night: Last night to measure.
        themes: Subjects that are awake on every night from the first on, even at zero.
        weighting: Whether every slot counts the same or less the lower its rank.

    Returns:
        A frame of `tracker.tables.ATTENTION`, sorted by subject, channel and night. `slots` and
        `observed_slots` are counts, without weights.

    Raises:
        TableError: If a frame lacks a column.

    Source:
        Resampling in two stages: Rao and Wu (1988). Effective number of headlines, design effect:
        Kish (1965). Degrees of freedom: Satterthwaite (1946). Interval from an effective sample
        size: Korn and Graubard (1998), with Wilson's (1927) interval. Discount by rank: Järvelin
        and Kekäläinen (2002).
    """
    span = {"first_night": first_night, "last_night": last_night}
    panel = measure_panel(slots, subjects, weighting=weighting, **span)
    return draw_attention(panel, themes=themes, **span)


def draw_attention(
    panel: Panel,
    *,
    first_night: date,
    last_night: date,
    themes: Collection[str] = (),
) -> pl.DataFrame:
    """Return what `measure_attention` does, from the sources' own shares.

    Args:
        panel: What each source showed on these nights.
        first_night: First night of the study.
        last_night: Last night to measure.
        themes: Subjects that are awake on every night from the first on, even at zero.
    """
    nights = _sum_up(panel.observed)
    subjects = pl.concat([panel.shares["subject"], pl.Series(list(themes), dtype=pl.String)])
    drawn = []
    for some in subjects.unique().sort().to_frame().iter_slices(_DRAWN_AT_ONCE):
        shares = panel.shares.join(some, on="subject", how="semi")
        always = sorted(set(themes).intersection(some["subject"]))
        drawn.append(_draw(shares, nights, always, first_night, last_night))
    return ATTENTION.check(pl.concat(drawn) if drawn else ATTENTION.empty())


def _draw(
    shares: pl.DataFrame,
    nights: pl.DataFrame,
    themes: Collection[str],
    first_night: date,
    last_night: date,
) -> pl.DataFrame:
    """Return the rows of some subjects, sorted by subject, channel and night."""
    carried = shares.group_by("subject", *_CELL).agg(
        add_up(pl.col("share")).alias("total"),
        add_up(pl.col("share") ** 2).alias("squares"),
        pl.col("slots").sum(),
        pl.len().cast(pl.Int64).alias("n_sources"),
    )
    span = {"first_night": first_night, "last_night": last_night}
    grid = _lay_grid(carried, nights["night"].unique().sort(), themes, **span)
    counts = ["slots", "n_sources", "observed_slots", "observed_sources"]
    frame = (
        grid.join(nights, on=_CELL, how="left")
        .join(carried, on=["subject", *_CELL], how="left")
        .with_columns(pl.col(*counts, "total", "squares").fill_null(0))
    )
    observed = pl.col("observed_sources") > 0
    frame = frame.with_columns(
        pl.when(observed).then(pl.col("total") / pl.col("observed_sources")).alias("share")
    )
    return _band(frame).select(ATTENTION.schema.names()).sort("subject", "channel", "night")


def fill_asleep(
    attention: pl.DataFrame,
    observed: pl.DataFrame,
    *,
    last_night: date,
    always: Collection[str] = (),
    first_night: date | None = None,
) -> pl.DataFrame:
    """Return the rows of some subjects with those of the nights on which they slept.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`, all rows of these subjects.
        observed: Frame with the columns `tracker.trends.panels.MEASURED`, of all sources.
        last_night: Last night to tell of.
        always: Subjects that are told of from `first_night` on, as themes are; others from their
            first row on.
        first_night: First night of the study.

    Returns:
        A frame of ATTENTION with a row for every calendar night, sorted by subject, channel and
        night.
    """
    every = attention.group_by("subject").agg(pl.col("night").min().alias("first"))
    if first_night is not None:
        whole = pl.DataFrame({"subject": sorted(always)}, schema={"subject": pl.String})
        whole = whole.with_columns(pl.lit(first_night).alias("first"))
        every = pl.concat([whole, every]).unique("subject", keep="first")
    grid = (
        every.with_columns(pl.date_ranges("first", pl.lit(last_night)).alias("night"))
        .select("subject", "night")
        .explode("night")
        .join(pl.DataFrame({"channel": list(CHANNELS)}), how="cross")
    )
    asleep = (
        grid.join(attention, on=ATTENTION.key, how="anti")
        .join(_sum_up(observed), on=_CELL, how="left")
        .with_columns(pl.col("observed_slots", "observed_sources").fill_null(0))
        .with_columns(
            pl.lit(0, pl.Int64).alias("slots"),
            pl.lit(0, pl.Int64).alias("n_sources"),
            pl.when(pl.col("observed_sources") > 0).then(0.0).alias("share"),
        )
    )
    sizes = (asleep["observed_sources"] / asleep["spread"]).to_numpy()
    band = bound_share(asleep["share"].to_numpy(), sizes)
    asleep = asleep.with_columns(
        pl.Series("low", band.low).fill_nan(None), pl.Series("high", band.high).fill_nan(None)
    )
    rows = [frame.select(ATTENTION.schema.names()) for frame in (attention, asleep)]
    return ATTENTION.check(pl.concat(rows).sort("subject", "channel", "night"))


def _sum_up(observed: pl.DataFrame) -> pl.DataFrame:
    """Return what was observed of all sources together, per night and channel."""
    return observed.group_by(_CELL).agg(
        pl.col("observed_slots").sum(),
        pl.len().cast(pl.Int64).alias("observed_sources"),
        (add_up(1 / pl.col("effective")) / pl.len()).alias("spread"),
    )


def _band(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with low and high; rows are nights, in order for each subject."""
    n, share = pl.col("observed_sources"), pl.col("share")
    several = n > 1
    frame = frame.sort("subject", "channel", "night").with_columns(
        pl.when(several).then(share * (1 - share) * pl.col("spread")).alias("within"),
        pl.when(several).then((pl.col("squares") - n * share**2) / (n - 1)).alias("between"),
    )
    lately = [
        roll_up(pl.col(name), _LATELY).over("subject", "channel") for name in ("within", "between")
    ]
    frame = frame.with_columns(lately)
    between, within = (frame[name].to_numpy() for name in ("between", "within"))
    sources = frame["observed_sources"].to_numpy().astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        design = np.where((sources > 1) & (between > within), between / within, 1.0)
        freedom = (sources - 1) * (design / (design - 1)) ** 2
        tail = (1 + CONFIDENCE) / 2
        known, where = np.unique(np.where(design > 1, freedom, np.inf), return_inverse=True)
        scale = (stats.norm.ppf(tail) / stats.t.ppf(tail, known))[where]
        effective = sources / frame["spread"].to_numpy() / design * scale**2
        band = bound_share(frame["share"].to_numpy(), effective)
    return frame.with_columns(
        pl.Series("low", band.low).fill_nan(None), pl.Series("high", band.high).fill_nan(None)
    )


def _lay_grid(
    carried: pl.DataFrame,
    observed: pl.Series,
    themes: Collection[str],
    *,
    first_night: date,
    last_night: date,
) -> pl.DataFrame:
    """Return a row per subject, channel and calendar night on which the subject is awake."""
    shown = carried.select("subject", "night").filter(
        pl.col("night") <= last_night, ~pl.col("subject").is_in(list(themes))
    )
    until = _find_ends(shown["night"].unique().sort(), observed, last_night)
    new = pl.col("night") > pl.col("until").shift(1).over("subject")
    stretches = (
        shown.unique()
        .join(until, on="night")
        .sort("subject", "night")
        .with_columns(new.fill_null(value=False).cum_sum().over("subject").alias("stretch"))
        .group_by("subject", "stretch")
        .agg(pl.col("night").min().alias("first"), pl.col("until").max().alias("last"))
        .drop("stretch")
    )
    always = pl.DataFrame({"subject": sorted(set(themes))}, schema={"subject": pl.String})
    always = always.with_columns(
        pl.lit(first_night).alias("first"), pl.lit(last_night).alias("last")
    )
    return (
        pl.concat([stretches, always])
        .with_columns(pl.date_ranges("first", "last").alias("night"))
        .select("subject", "night")
        .explode("night")
        .join(pl.DataFrame({"channel": list(CHANNELS)}), how="cross")
    )


def _find_ends(nights: pl.Series, observed: pl.Series, last_night: date) -> pl.DataFrame:
    """Return until when a subject with a slot on each of some nights is awake: night, until."""
    third = observed.search_sorted(nights, side="right") + (LATELY - 1)
    known = pl.concat([observed, pl.Series([last_night] * LATELY, dtype=pl.Date)])
    late = known.gather(third.clip(upper_bound=len(known) - 1))
    return pl.DataFrame({"night": nights, "late": late}).select(
        "night",
        pl.max_horizontal(pl.col("night") + AWAKE, "late")
        .clip(upper_bound=last_night)
        .alias("until"),
    )
