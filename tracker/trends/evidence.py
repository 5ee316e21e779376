"""Tests of one share against another, and what many such tests at once may claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from tracker.trends.intervals import Floats, Interval, bound_difference
from tracker.trends.series import Comparison, Indices

_SMALL: Final = 0.1


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
            Comparison of two rates given their sum: Przyborowski and Wilenski (1940). Counts
            divided by their dispersion: McCullagh and Nelder (1989), chapter 4; t for normal as
            the dispersion is estimated: Smyth (2004). Several tests of one subject: Bonferroni.
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
        tests = np.maximum(np.isfinite(down).sum(axis=0), 1) * sides
        ample = np.stack([_is_ample(one, min_ratio) for one in found])
        best = np.where(ample | np.isnan(down), np.fmin(up, down), 1.0)
        pick = np.argmin(np.where(np.isnan(best), np.inf, best), axis=0)
        return cls(
            np.minimum(1, np.fmin.reduce(best) * tests),
            np.fmin.reduce(np.fmin(least_up, least_down)) * tests,
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


def control(evidence: Sequence[Evidence], fdr: float, *, ready: Sequence[bool]) -> list[Floats]:
    """Return p-values after false discovery control over all subjects of all of `evidence`.

    Subjects with too few counts to be a finding whatever happened are no part of the family.

    Args:
        evidence: One night's evidence, per channel.
        fdr: False discovery rate wanted.
        ready: Whether there may be findings on that night at all, per channel.

    Returns:
        One array per evidence; NaN where a subject is not in the family.

    Source:
        Benjamini and Hochberg (1995); the family of discrete tests: Tarone (1990), Gilbert (2005).
    """
    p = np.concatenate(
        [np.where(on, one.p, np.nan) for one, on in zip(evidence, ready, strict=True)]
    )
    least = np.concatenate([one.attainable for one in evidence])
    least = np.where(np.isfinite(p), least, np.inf)
    trials = np.arange(1, len(p) + 1)
    able = np.searchsorted(np.sort(least), fdr / trials, side="right")
    q = np.full(len(p), np.nan)
    if len(p):
        family = least <= fdr / trials[np.argmax(able <= trials)]
        q[family] = stats.false_discovery_control(p[family]) if family.any() else np.nan
    return np.split(q, np.cumsum([len(one.p) for one in evidence])[:-1])


def _weigh(found: Comparison, noise: Noise, factor: float) -> tuple[Floats, ...]:
    """Return p-values up and down, and the least each could have been."""
    recent_size, base_size = found.recent_size / noise.inflation, found.base_size / noise.inflation
    recent, base = found.recent * recent_size, found.base * base_size
    part = factor * recent_size / (factor * recent_size + base_size)
    total = np.where(np.isfinite(part) & (recent + base > 0), recent + base, np.nan)
    higher = recent > factor * base * recent_size / base_size
    up, down = np.full_like(total, 1.0) + 0 * total, np.full_like(total, 1.0) + 0 * total
    rise, fall = np.flatnonzero(higher & (recent > 0)), np.flatnonzero(~higher & (base > 0))
    up[rise] = special.betainc(recent[rise], base[rise] + 1, part[rise])
    down[fall] = special.betainc(base[fall], recent[fall] + 1, 1 - part[fall])
    ps = (up, down, part**total, (1 - part) ** total)
    return tuple(_moderate(p, noise.freedom) for p in ps)


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
