"""How much more the blocks of a subject differ than independent headlines would make them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tracker.trends.intervals import Floats

_PRIOR_SPREAD: Final = 2 / 30
"""Variance of the subjects' inflations around what is common, before anything is known of it."""
_PRIOR_SUBJECTS: Final = 10.0
"""Weight of that guess, as a number of subjects."""
_FREEDOM: Final = (8.0, 50.0)
"""Bounds of the weight of the common inflation in each subject's own, as a number of blocks.

However alike subjects are, wandering shares have heavier tails than a normal distribution.
"""
_FEW: Final = 3.0
"""Blocks below which a subject says nothing of how subjects differ."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How much more two blocks of nights differ than independent headlines would make them.

    Attributes:
        inflation: Observed over binomial variance, at least 1, (n_subjects,).
        freedom: On how many blocks it rests, (n_subjects,).
    """

    inflation: Floats
    freedom: Floats


@dataclass(frozen=True, slots=True)
class Common:
    """What the inflations of a family's subjects have in common.

    Attributes:
        wander: How fast it grows with the share, at least 0.
        least: What it is at least.
        weight: How many blocks it is worth in a subject's own inflation.
    """

    wander: float
    least: float
    weight: float


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the blocks of each subject differed lately: arrays of shape (n_subjects,).

    Attributes:
        seen: Sums of squared differences between blocks.
        expected: What independent headlines would make them.
        squares: Sums of twice the squared shares.
        weight: On how many blocks each rests.
    """

    seen: Floats
    expected: Floats
    squares: Floats
    weight: Floats

    @property
    def own(self) -> Floats:
        """Return each subject's own inflation; 1 where nothing is known of it."""
        return np.where(self.expected > 0, _divide(self.seen, self.expected), 1.0)

    def take(self, part: slice) -> Self:
        """Return those of some of the subjects."""
        return type(self)(
            self.seen[part], self.expected[part], self.squares[part], self.weight[part]
        )


@dataclass(frozen=True, slots=True)
class Differences:
    """What the blocks of each subject differed, night by night.

    Attributes:
        first: The night of row 0; rows before night 0 stay empty.
        gaps: Squared differences, by length of the block, (n_nights, n_subjects).
        noises: What independent headlines would make them, of the same shape.
        squares: Twice the squared shares, of the same shape.
    """

    first: int
    gaps: Mapping[int, Floats]
    noises: Mapping[int, Floats]
    squares: Mapping[int, Floats]

    @classmethod
    def begin(cls, blocks: Collection[int], first: int, n_nights: int, n_subjects: int) -> Self:
        """Return no differences yet."""
        gaps, noises, squares = (
            {block: np.zeros((n_nights, n_subjects)) for block in blocks} for _ in range(3)
        )
        return cls(first, gaps, noises, squares)

    def note(self, night: int, block: int, gap: Floats, noise: Floats, square: Floats) -> None:
        """Note those of one night and length of the block, (n_subjects,) each."""
        row = night - self.first
        self.gaps[block][row] = gap
        self.noises[block][row] = noise
        self.squares[block][row] = square

    def forget(self, subject: int, since: int) -> None:
        """Drop those of a subject from a night on."""
        for kept in self._kept:
            for values in kept.values():
                values[max(0, since - self.first) :, subject] = 0

    def take(self, other: Self, was: NDArray[np.intp], now: NDArray[np.intp]) -> None:
        """Take over those of some subjects, as far as there is room for their nights.

        Args:
            other: Differences noted before.
            was: The subjects' places there.
            now: Their places here.
        """
        for block in self.gaps:
            n_rows = len(other.gaps[block])
            start = max(self.first, other.first)
            stop = min(self.first + len(self.gaps[block]), other.first + n_rows)
            if start >= stop:
                continue
            here = slice(start - self.first, stop - self.first)
            there = slice(start - other.first, stop - other.first)
            for mine, its in zip(self._kept, other._kept, strict=True):
                mine[block][here, now] = its[block][there][:, was]

    @property
    def _kept(self) -> tuple[Mapping[int, Floats], ...]:
        return self.gaps, self.noises, self.squares

    def add_up(self, block: int, start: int, stop: int, bound: Floats) -> Gaps:
        """Return the sums over the nights [start, stop).

        Args:
            block: Length of the block.
            start: First night.
            stop: End of the nights, excluded.
            bound: How often what is expected a difference counts at most, (n_subjects,).
        """
        rows = slice(max(0, start - self.first), max(0, stop - self.first))
        gap, noise, square = (kept[block][rows] for kept in self._kept)
        return Gaps(
            np.minimum(gap, bound * noise).sum(axis=0),
            noise.sum(axis=0),
            square.sum(axis=0),
            (noise > 0).sum(axis=0) / block,
        )


def find_common(gaps: Gaps) -> Common:
    """Return what the inflations of one family have in common.

    It grows with the share, as wandering does, and is a median, so that the few subjects that
    really change leave it alone. It weighs as many blocks as the subjects are alike: what their
    inflations vary more than so few blocks would make them says how much.

    Source:
        Weight of the common part from the spread of the subjects' own: Smyth (2004), by moments.
        Median of a chi-squared mean: Wilson and Hilferty (1931).
    """
    wander = max(0.0, _median(_divide(gaps.seen - gaps.expected, gaps.squares), gaps.squares))
    # The median of a mean of few squares lies below their mean.
    below = (1 - 2 / (9 * np.maximum(gaps.weight, 1.0))) ** 3
    least = _median(gaps.own / below, gaps.weight)
    expected = _expect(gaps, wander, least)
    return Common(wander, least, _weigh_common(gaps.own / expected, gaps.weight))


def mix_noise(gaps: Gaps, common: Common) -> Noise:
    """Return the inflation of each subject of a family: its own, mixed with what is common."""
    expected, prior = _expect(gaps, common.wander, common.least), common.weight
    mixed = (prior * expected + gaps.weight * gaps.own) / (prior + gaps.weight)
    return Noise(np.maximum(1.0, mixed), prior + gaps.weight)


def _expect(gaps: Gaps, wander: float, least: float) -> Floats:
    grown = np.maximum(1 + wander * _divide(gaps.squares, gaps.expected), least)
    return np.asarray(np.maximum(grown, 1.0))


def _weigh_common(ratio: Floats, weight: Floats) -> float:
    """Return how many blocks the common inflation is worth, from the spread around it."""
    known = weight >= _FEW
    spread = 0.0
    if known.any():
        mean = np.average(ratio[known], weights=weight[known])
        variance = np.average((ratio[known] - mean) ** 2, weights=weight[known])
        spread = max(0.0, float(variance - np.average(2 / weight[known], weights=weight[known])))
    n = float(known.sum())
    spread = (_PRIOR_SUBJECTS * _PRIOR_SPREAD + n * spread) / (_PRIOR_SUBJECTS + n)
    return float(np.clip(2 / spread, *_FREEDOM))


def _median(values: Floats, weights: Floats) -> float:
    """Return the weighted median; 0 without weight."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    if not len(values) or reached[-1] <= 0:
        return 0.0
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _divide(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
