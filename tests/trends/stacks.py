"""Many worlds at once: drawn as counts and judged as one stack of series, a family each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from worlds import FIRST_NIGHT, World

from tracker.trends.series import Series, Shares

Counts = NDArray[np.int16]


@dataclass(frozen=True)
class Stack:
    """The slots of many worlds of one kind.

    Attributes:
        world: What they are like.
        counts: Slots of each subject, (n_worlds, n_nights, n_sources, n_subjects).
        fresh: Those that were filled anew that night, of the same shape.
        new_slots: All slots filled anew, (n_worlds, n_nights, n_sources).
        leans: By how much each source likes the first subject more than others, a factor,
            (n_worlds, n_sources).
    """

    world: World
    counts: Counts
    fresh: Counts
    new_slots: Counts
    leans: NDArray[np.float64]

    def to_series(self, seen: NDArray[np.bool_] | None = None) -> Series:
        """Return all worlds as one series, as far as (n_nights, n_sources) were seen."""
        n_worlds, n_nights, n_sources, n_subjects = self.counts.shape
        if seen is None:
            seen = np.ones((n_nights, n_sources), dtype=bool)
        kept = np.where(seen[None, :, :, None], self.counts, 0) / self.world.n_slots
        shares = kept.transpose(1, 0, 3, 2).reshape(n_nights, -1, n_sources)
        at = np.nonzero(shares)
        visits = np.vstack([np.zeros(n_sources), seen.cumsum(axis=0)])
        return Series(
            subjects=tuple(f"{w}-k{k}" for w in range(n_worlds) for k in range(n_subjects)),
            sources=tuple(f"s{s}" for s in range(n_sources)),
            first_night=FIRST_NIGHT,
            starts=np.zeros(n_worlds * n_subjects, dtype=np.intp),
            observed=seen.any(axis=1),
            shares=Shares(*at, shares[at]),
            visits=visits,
            spreads=visits / self.world.n_slots,
            family=np.repeat(np.arange(n_worlds), n_subjects),
            n_families=n_worlds,
        )


def draw_stack(world: World, n_worlds: int, seed: int) -> Stack:
    """Return worlds drawn as `World.draw` draws one, each with shares of its own."""
    rng = np.random.default_rng(seed)
    n, s, k = world.n_nights, world.n_sources, world.n_subjects
    counts = np.zeros((n_worlds, n, s, k), dtype=np.int16)
    fresh, new_slots = np.zeros_like(counts), np.zeros((n_worlds, n, s), dtype=np.int16)
    leans = np.ones((n_worlds, s))
    for at in range(n_worlds):
        shares = world._shares(rng)
        lean = np.exp(rng.normal(0, world.spread, (s, k)) - world.spread**2 / 2)
        leans[at] = lean[:, 0]
        carried = np.full((s, world.n_slots), -1)
        rows = np.arange(s)[:, None]
        for night in range(n):
            chances = shares[night] * lean
            chances = chances / np.maximum(1.0, chances.sum(axis=1, keepdims=True))
            draw = rng.random((s, world.n_slots))
            edges = (chances.cumsum(axis=1) + rows).ravel()
            drawn = np.searchsorted(edges, (draw + rows).ravel(), side="right").reshape(draw.shape)
            drawn -= rows * k
            new = (rng.random(draw.shape) < world.turnover) | (carried < 0)
            carried = np.where(new, drawn, carried)
            for where, into in ((carried >= 0, counts), (new, fresh)):
                cells = np.where(where & (carried < k), carried, k) + rows * (k + 1)
                into[at, night] = np.bincount(cells.ravel(), minlength=s * (k + 1)).reshape(
                    s, k + 1
                )[:, :k]
            new_slots[at, night] = new.sum(axis=1)
    return Stack(world, counts, fresh, new_slots, leans)
