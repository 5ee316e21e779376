"""Worlds of slots in which it is known what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from tracker.trends.attention import measure_attention
from tracker.trends.panels import SUBJECTS, Panel, discount_rank, measure_panel

FIRST_NIGHT = date(2026, 1, 1)
SLOT = pl.Schema(
    {
        "source": pl.String, "night": pl.Date, "channel": pl.String, "capture_id": pl.String,
        "list_id": pl.String, "rank": pl.Int32, "headline_id": pl.String,
    }
)  # fmt: skip
"""Columns of one slot."""
ONCE = [
    pl.lit(1, pl.Int64).alias("slots"), discount_rank(pl.col("rank")).alias("discounted"),
]  # fmt: skip
"""What one slot counts, in either way."""


@dataclass(frozen=True)
class World:
    """Sources with a list of slots each, filled anew in part every night.

    Attributes:
        n_subjects: Subjects, k0 and so on; the rest of the slots carries none.
        n_sources: Sources, s0 and so on.
        n_slots: Slots of each source.
        n_nights: Nights.
        turnover: Part of the slots that is filled anew each night.
        spread: How much sources differ, standard deviation of the log of their shares.
        wander: How much each subject's share wanders, standard deviation of its log.
        memory: Autocorrelation of the wandering from night to night.
        change: Night from which a subject's share is multiplied, its index, and the factor.
        share: The share of the first subject; others are drawn around `level`.
        level: Median share.
    """

    n_subjects: int = 20
    n_sources: int = 6
    n_slots: int = 30
    n_nights: int = 100
    turnover: float = 0.7
    spread: float = 0.4
    wander: float = 0.0
    memory: float = 0.7
    change: tuple[int, int, float] | None = None
    share: float | None = None
    level: float = 0.02

    @cached_property
    def last_night(self) -> date:
        return FIRST_NIGHT + timedelta(days=self.n_nights - 1)

    def _shares(self, rng: np.random.Generator) -> np.ndarray:
        """Return the shares, (n_nights, n_subjects)."""
        base = np.exp(rng.normal(np.log(self.level), 0.8, self.n_subjects))
        base *= min(1.0, 0.5 / base.sum())
        if self.share is not None:
            base[0] = self.share
        log = np.zeros((self.n_nights, self.n_subjects))
        state = rng.normal(0, 1, self.n_subjects)
        for night in range(self.n_nights):
            log[night] = self.wander * state - self.wander**2 / 2
            step = rng.normal(0, 1, self.n_subjects)
            state = self.memory * state + np.sqrt(1 - self.memory**2) * step
        shares = base * np.exp(log)
        if self.change is not None:
            night, subject, factor = self.change
            shares[night:, subject] *= factor
        return shares

    def tell_truth(self, seed: int) -> pl.DataFrame:
        """Return the true share of every subject and night."""
        shares = self._shares(np.random.default_rng(seed))
        return pl.DataFrame(
            {
                "subject": np.tile([f"k{i}" for i in range(self.n_subjects)], self.n_nights),
                "night": [FIRST_NIGHT + timedelta(days=n) for n in range(self.n_nights)
                          for _ in range(self.n_subjects)],
                "truth": shares.ravel(),
            }
        )  # fmt: skip

    def draw(self, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return slots and subjects."""
        rng = np.random.default_rng(seed)
        shares = self._shares(rng)
        lean = np.exp(
            rng.normal(0, self.spread, (self.n_sources, self.n_subjects)) - self.spread**2 / 2
        )
        carried = np.full((self.n_sources, self.n_slots), -1)
        headline = np.zeros((self.n_sources, self.n_slots), dtype=np.int64)
        frames = []
        for night in range(self.n_nights):
            chances = shares[night] * lean
            chances = chances / np.maximum(1.0, chances.sum(axis=1, keepdims=True))
            edges = chances.cumsum(axis=1)
            draw = rng.random((self.n_sources, self.n_slots))
            fresh = (draw[:, :, None] >= edges[:, None, :]).sum(axis=2)
            new = (rng.random(draw.shape) < self.turnover) | (carried < 0)
            carried = np.where(new, fresh, carried)
            ids = np.arange(draw.size).reshape(draw.shape) + night * draw.size
            headline = np.where(new, ids, headline)
            frames.append((np.full(draw.size, night), headline.ravel(), carried.ravel()))
        nights, headlines, subjects = (np.concatenate(part) for part in zip(*frames, strict=True))
        places = np.tile(np.arange(self.n_sources * self.n_slots), self.n_nights)
        raw = pl.DataFrame(
            {
                "t": nights,
                "h": headlines,
                "k": subjects,
                "s": places // self.n_slots,
                "rank": (places % self.n_slots + 1).astype(np.int32),
            }
        ).with_columns(
            pl.format("s{}", "s").alias("source"),
            (pl.lit(FIRST_NIGHT) + pl.duration(days="t")).alias("night"),
            pl.lit("editorial").alias("channel"),
            pl.format("s{}-{}", "s", "t").alias("capture_id"),
            pl.lit("box").alias("list_id"),
            pl.format("h{}", "h").alias("headline_id"),
        )
        members = (
            raw.filter(pl.col("k") < self.n_subjects)
            .group_by("headline_id")
            .agg(pl.col("k").first(), pl.col("night").min().alias("from_night"))
            .select(
                pl.format("k{}", "k").alias("subject"),
                "headline_id",
                "from_night",
                pl.lit(None, pl.Date).alias("to_night"),
            )
        )
        return raw.select(list(SLOT)).with_columns(ONCE), members.select(list(SUBJECTS))

    def measure(self, slots: pl.DataFrame, subjects: pl.DataFrame) -> tuple[pl.DataFrame, Panel]:
        """Return attention and panel."""
        names = [f"k{i}" for i in range(self.n_subjects)]
        span = {"first_night": FIRST_NIGHT, "last_night": self.last_night}
        return (
            measure_attention(slots, subjects, themes=names, **span),
            measure_panel(slots, subjects, **span),
        )


def fill_slots(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """Return what counts, from one row a slot, with the columns of `SLOT`."""
    return pl.DataFrame(rows, schema=SLOT, orient="row").with_columns(ONCE)


def lose_nights(slots: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Leave out every fifth night, at random."""
    nights = slots["night"].unique().sort()
    kept = nights.filter(pl.Series(np.random.default_rng(seed).random(len(nights)) > 0.2))
    return slots.filter(pl.col("night").is_in(kept.implode()))


def lose_captures(slots: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Leave out every fifth capture, at random."""
    captures = slots["capture_id"].unique().sort()
    kept = captures.filter(pl.Series(np.random.default_rng(seed).random(len(captures)) > 0.2))
    return slots.filter(pl.col("capture_id").is_in(kept.implode()))


def lose_outlets(slots: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Leave out every second outlet for twenty nights."""
    rng = np.random.default_rng(seed)
    for source in slots["source"].unique().sort():
        if rng.random() < 0.5:
            start = FIRST_NIGHT + timedelta(days=int(rng.integers(20, 70)))
            gone = pl.col("night").is_between(start, start + timedelta(days=19))
            slots = slots.filter(~((pl.col("source") == source) & gone))
    return slots


def follow(shown: dict[str, list[int | None]], n_slots: int = 40) -> pl.DataFrame:
    """Return attention of one source that gave each subject so many slots each night."""
    slots, members = [], []
    for t, counts in enumerate(zip(*shown.values(), strict=True)):
        if None in counts:
            continue
        names = [f"{k}-{t}-{i}" for k, n in zip(shown, counts, strict=True) for i in range(n)]
        names += [f"rest-{t}-{i}" for i in range(n_slots - len(names))]
        slots += [
            ("a", FIRST_NIGHT + timedelta(days=t), "editorial", f"c{t}", "b", r, h)
            for r, h in enumerate(names, 1)
        ]
        members += [
            (k, f"{k}-{t}-{i}", FIRST_NIGHT + timedelta(days=t), None)
            for k, n in zip(shown, counts, strict=True)
            for i in range(n)
        ]
    return measure_attention(
        fill_slots(slots),
        pl.DataFrame(members, schema=SUBJECTS, orient="row"),
        first_night=FIRST_NIGHT,
        last_night=FIRST_NIGHT + timedelta(days=len(next(iter(shown.values()))) - 1),
        themes=list(shown),
    )
