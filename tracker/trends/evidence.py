"""Tests of one share against another, and what many such tests at once may claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from tracker.trends.intervals import Floats, Interval, bound_difference
from tracker.trends.noises import Noise
from tracker.trends.windows import Comparison, Indices

_SMALL: Final = 0.1
_SAME: Final = 1 + 1e-9
"""p-values of a subject computed alone and among others differ by their rounding."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The strongest of several tests of each subject: arrays of shape (n_subjects,).

    Attributes:
        p: p-value over all its tests; NaN where there was none.
        attainable: The least p-value that the same sums of counts could have given.
        pick: Which test was the strongest.
        recent: Later share in that test.
        recent_size: Its effective size.
        base: Earlier share in that test.
        base_size: Its effective size.
        found: What each test compared.
        noises: The noise it allowed for.
        single: p-values of the tests, before they are held against each other,
            (n_tests, n_subjects); NaN where one could not be made.
    """

    p: Floats
    attainable: Floats
    pick: Indices
    recent: Floats
    recent_size: Floats
    base: Floats
    base_size: Floats
    found: Sequence[Comparison]
    noises: Sequence[Noise]
    single: Floats

    @classmethod
    def gather(
        cls,
        found: Sequence[Comparison],
        noises: Sequence[Noise],
        *,
        min_ratio: float,
        factor: float = 1.0,
        fades_only: bool = False,
    ) -> Self:
        """Return the evidence that the later share is not `factor` times the earlier one.

        Args:
            found: One comparison a test, of the same subjects.
            noises: One for each comparison.
            min_ratio: Least ratio of the greater share to the smaller; a test below proves nothing.
            factor: Ratio of the shares if there was no change.
            fades_only: Whether only a share below that counts.

        Source:
            Comparison of two rates given their sum: Przyborowski and Wilenski (1940), with mid-p:
            Lancaster (1961), of discrete tests under false discovery control: Heller and Gur
            (2011). Counts divided by their dispersion: McCullagh and Nelder (1989), chapter 4; t
            for normal as the dispersion is estimated: Smyth (2004). Several tests of one subject:
            Simes (1986), both directions: doubled.
        """
        up, down, least_up, least_down = (
            np.stack(values)
            for values in zip(
                *(_weigh(*pair, factor) for pair in zip(found, noises, strict=True)), strict=True
            )
        )
        if fades_only:
            up, least_up = np.full_like(up, np.nan), np.full_like(up, np.nan)
        sides = 1 if fades_only else 2
        ample = np.stack([_is_ample(one, min_ratio) for one in found])
        best = np.where(ample | np.isnan(down), np.fmin(up, down), 1.0)
        pick = np.argmin(np.where(np.isnan(best), np.inf, best), axis=0)
        return cls(
            np.minimum(1, _combine(best) * sides),
            _combine(np.fmin(least_up, least_down)) * sides,
            pick,
            _take([one.recent for one in found], pick),
            _take([a.recent_size / b.inflation for a, b in zip(found, noises, strict=True)], pick),
            _take([one.base for one in found], pick),
            _take([a.base_size / b.inflation for a, b in zip(found, noises, strict=True)], pick),
            found,
            noises,
            np.fmin(up, down),
        )

    def bounds(self) -> Interval:
        """Return the 95 % interval of later minus earlier share."""
        return bound_difference(self.recent, self.recent_size, self.base, self.base_size)


def control(p: Floats, attainable: Floats, fdr: float) -> tuple[Floats, float]:
    """Return p-values after false discovery control over the subjects of a night.

    Subjects with too few counts to be a finding whatever happened are no part of the family.

    Args:
        p: p-values of all subjects of all channels; NaN where there was no test.
        attainable: The least p-values their counts could have given.
        fdr: False discovery rate wanted.

    Returns:
        An array of the same shape, NaN where a subject is not in the family, and the least p-value
        that a member of the family can attain at most; NaN without a family.

    Source:
        Benjamini and Hochberg (1995); the family of discrete tests: Tarone (1990), Gilbert (2005).
    """
    q = np.full(len(p), np.nan)
    least, limit = np.where(np.isfinite(p), attainable, np.inf), np.nan
    if np.isfinite(least).any():
        trials = np.arange(1, len(p) + 1)
        able = np.searchsorted(np.sort(least), fdr / trials, side="right")
        limit = float(fdr / trials[np.argmax(able <= trials)])
        family = least <= limit
        q[family] = stats.false_discovery_control(p[family]) if family.any() else np.nan
    return q, limit


def control_one(p: float, attainable: float, family: Floats, limit: float) -> float:
    """Return the p-value after false discovery control of one of a family, as `control` gives it.

    Args:
        p: Its p-value; NaN where there was no test.
        attainable: The least p-value that its counts could have given.
        family: p-values of the whole family, ascending.
        limit: What `control` returned with them.

    Returns:
        NaN where it is not in the family.
    """
    if not (np.isfinite(p) and attainable <= limit * _SAME and len(family)):
        return float("nan")
    adjusted = family * len(family) / np.arange(1, len(family) + 1)
    rank = max(1, int(np.searchsorted(family, p * _SAME, side="right")))
    return float(min(1.0, adjusted[rank - 1 :].min()))


def _combine(p: Floats) -> Floats:
    """Return one p-value of each column; NaN where it has none."""
    ordered = np.sort(p, axis=0)  # NaN last
    place = np.arange(1, len(p) + 1)[:, None]
    return np.asarray(np.fmin.reduce(ordered * np.isfinite(p).sum(axis=0) / place))


def _weigh(found: Comparison, noise: Noise, factor: float) -> tuple[Floats, ...]:
    """Return p-values up and down, and the least each could have been."""
    recent_size, base_size = found.recent_size / noise.inflation, found.base_size / noise.inflation
    recent, base = found.recent * recent_size, found.base * base_size
    part = factor * recent_size / (factor * recent_size + base_size)
    total = np.where(np.isfinite(part) & (recent + base > 0), recent + base, np.nan)
    higher = recent > factor * base * recent_size / base_size
    up, down = np.full_like(total, 1.0) + 0 * total, np.full_like(total, 1.0) + 0 * total
    rise, fall = np.flatnonzero(higher & (recent > 0)), np.flatnonzero(~higher & (base > 0))
    up[rise] = _tail(recent[rise], base[rise], part[rise])
    down[fall] = _tail(base[fall], recent[fall], 1 - part[fall])
    ps = (up, down, part**total / 2, (1 - part) ** total / 2)
    return tuple(_moderate(p, noise.freedom) for p in ps)


def _tail(count: Floats, rest: Floats, part: Floats) -> Floats:
    """Return the chance of more than `count` of all, and half of that of just so many."""
    more = np.zeros_like(count)
    left = rest > 0
    more[left] = special.betainc(count[left] + 1, rest[left], part[left])
    return np.asarray((special.betainc(count, rest + 1, part) + more) / 2)


def _moderate(p: Floats, freedom: Floats) -> Floats:
    """Return small p-values as they are when the dispersion is an estimate."""
    result, small = p.copy(), np.flatnonzero(p < _SMALL)
    result[small] = special.stdtr(freedom[small], special.ndtri(p[small]))
    return result


def _is_ample(found: Comparison, min_ratio: float) -> NDArray[np.bool_]:
    greater, smaller = np.fmax(found.recent, found.base), np.fmin(found.recent, found.base)
    return np.asarray(greater >= min_ratio * smaller)


def _take(values: Sequence[Floats], pick: Indices) -> Floats:
    return np.asarray(np.take_along_axis(np.stack(values), pick[None], axis=0)[0])
