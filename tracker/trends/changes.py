"""The nights on which a share left its own level, tested against its own past.

On every night and for every subject, the share of the last 1, 3 and 7 nights is compared with
that of up to 28 nights before, since the subject's latest change of level, over the same sources.
Counts are the shares times the effective numbers of headlines, both divided by an inflation: how
much more, on this subject, two such blocks of nights with a gap between them have differed than
independent headlines would make them. Wandering and autocorrelation make that number large, and
then the same rise proves less. Given both counts together, the later one is binomial if nothing
changed; the smallest of the three two-sided p-values, times three, goes through false discovery
control with all subjects and channels of that night.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from tracker.trends.intervals import Floats, bound_difference
from tracker.trends.series import Comparison, Indices, Series

BLOCKS: Final = (1, 3, 7)
"""Lengths, in nights, of the stretches that are held against the baseline."""

_PRIOR_BLOCKS: Final = 8.0
"""Weight of all subjects' inflation in each one's own, as a number of blocks of nights."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of level.

    Attributes:
        series: Index of the series (channel) it was found in.
        subject: Index of the subject in that series.
        night: Index of the night it was found.
        since: Index of the first night of the new level.
        value: New share minus old share.
        low: Lower end of its 95 % interval.
        high: Upper end of its 95 % interval.
        p: p-value, two-sided, over the three block lengths.
        q: p-value after false discovery control over the night.
    """

    series: int
    subject: int
    night: int
    since: int
    value: float
    low: float
    high: float
    p: float
    q: float


@dataclass(frozen=True, slots=True)
class Rules:
    """What a finding needs.

    Attributes:
        fdr: False discovery rate over all subjects of a night.
        baseline_nights: Longest baseline, in calendar nights.
        history_nights: Nights of the study that must have been observed before any finding.
        min_nights: Nights of the baseline on which a source must have been observed.
        min_ratio: Least ratio of the greater share to the smaller.
        memory_nights: Nights from which the inflation is learnt.
    """

    fdr: float
    baseline_nights: int
    history_nights: int
    min_nights: int
    min_ratio: float
    memory_nights: int


@dataclass(slots=True)
class _Track:
    """One series on its way through the nights; knows nothing of the nights ahead."""

    series: Series
    rules: Rules
    level_since: Indices = field(init=False)
    gaps: dict[int, Floats] = field(init=False)
    noises: dict[int, Floats] = field(init=False)

    def __post_init__(self) -> None:
        shape = (len(self.series.subjects), self.series.n_nights)
        self.level_since = self.series.starts.copy()
        self.gaps = {block: np.zeros(shape) for block in BLOCKS}
        self.noises = {block: np.zeros(shape) for block in BLOCKS}

    def test(self, night: int) -> "_Tested":
        """Return the best of the block lengths for every subject."""
        n = len(self.series.subjects)
        best = _Tested.nothing(n)
        for block in BLOCKS:
            recent_from = night + 1 - block
            if recent_from <= 0:
                continue
            self._learn(night, block)
            inflation = self._inflate(night, block)
            base_from = np.maximum(self.level_since, recent_from - self.rules.baseline_nights)
            ready = base_from < recent_from
            found = self.series.compare(
                base_from, recent_from, recent_from, night + 1, min_nights=self.rules.min_nights
            )
            best = best.improve(_test(found, inflation, ready), block)
        return best

    def accept(self, subjects: NDArray[np.bool_], since: Indices) -> None:
        """Start a new level where a change was found."""
        for subject in np.flatnonzero(subjects):
            self.level_since[subject] = since[subject]
            for block in BLOCKS:
                self.gaps[block][subject, since[subject] :] = 0
                self.noises[block][subject, since[subject] :] = 0

    def _learn(self, night: int, block: int) -> None:
        """Note how much this block differs from the one that ended a block before it began."""
        base_from, base_to = night + 1 - 3 * block, night + 1 - 2 * block
        if base_from < 0:
            return
        n = len(self.series.subjects)
        pair = self.series.compare(
            np.full(n, base_from), base_to, night + 1 - block, night + 1, min_nights=1
        )
        mean = (pair.recent + pair.base) / 2
        noise = mean * (1 - mean) * (1 / pair.recent_size + 1 / pair.base_size)
        usable = np.isfinite(noise) & (self.level_since <= base_from)
        self.noises[block][:, night] = np.where(usable, noise, 0)
        self.gaps[block][:, night] = np.where(usable, (pair.recent - pair.base) ** 2, 0)

    def _inflate(self, night: int, block: int) -> Floats:
        stop = night + 1 - block
        window = slice(max(0, stop - self.rules.memory_nights), max(0, stop))
        gap = self.gaps[block][:, window].sum(axis=1)
        noise = self.noises[block][:, window].sum(axis=1)
        weight = (self.noises[block][:, window] > 0).sum(axis=1) / block
        own = np.divide(gap, noise, out=np.ones_like(gap), where=noise > 0)
        common = max(1.0, float(np.average(own, weights=weight))) if weight.any() else 1.0
        mixed = (_PRIOR_BLOCKS * common + weight * own) / (_PRIOR_BLOCKS + weight)
        return np.asarray(np.maximum(1.0, mixed))


@dataclass(frozen=True, slots=True)
class _Tested:
    """The strongest evidence per subject: arrays of shape (n_subjects,)."""

    p: Floats
    block: Indices
    recent: Floats
    recent_size: Floats
    base: Floats
    base_size: Floats

    @classmethod
    def nothing(cls, n: int) -> "_Tested":
        empty = np.full(n, np.nan)
        return cls(empty, np.zeros(n, dtype=np.intp), empty, empty, empty, empty)

    def improve(self, other: "_Tested", block: int) -> "_Tested":
        better = np.isfinite(other.p) & ~(self.p <= other.p)
        return _Tested(
            np.where(better, other.p, self.p),
            np.where(better, block, self.block),
            np.where(better, other.recent, self.recent),
            np.where(better, other.recent_size, self.recent_size),
            np.where(better, other.base, self.base),
            np.where(better, other.base_size, self.base_size),
        )


def find_changes(series: Sequence[Series], rules: Rules) -> list[Change]:
    """Return every change of level, in the order of the nights.

    Each night is judged by itself and the nights before it: the changes up to a night are the
    same whatever came later.

    Args:
        series: One per channel, of the same nights.
        rules: What a finding needs.

    Source:
        Comparison of two rates given their sum: Przyborowski and Wilenski (1940). Counts divided
        by their dispersion: McCullagh and Nelder (1989), chapter 4. Inflation from overlapping
        blocks: Meketon and Schmeiser (1984). Control: Benjamini and Hochberg (1995). Interval:
        Newcombe (1998).
    """
    tracks = [_Track(one, rules) for one in series]
    changes: list[Change] = []
    for night in range(series[0].n_nights if series else 0):
        tests = [track.test(night) for track in tracks]
        ready = [one.observed[:night].sum() >= rules.history_nights for one in series]
        ps = [
            np.where(on & one.observed[night], np.minimum(1, test.p * len(BLOCKS)), np.nan)
            for on, one, test in zip(ready, series, tests, strict=True)
        ]
        qs = _control(ps)
        for index, (track, test, p, q) in enumerate(zip(tracks, tests, ps, qs, strict=True)):
            ratio = np.maximum(test.recent, test.base) >= rules.min_ratio * np.minimum(
                test.recent, test.base
            )
            found = (q <= rules.fdr) & ratio
            if found.any():
                since = night + 1 - test.block
                track.accept(found, since)
                changes += _report(index, night, found, since, test, p, q)
    return changes


def _test(found: Comparison, inflation: Floats, ready: NDArray[np.bool_]) -> _Tested:
    """Return two-sided p-values of two rates given their sum, with inflated noise."""
    recent_size, base_size = found.recent_size / inflation, found.base_size / inflation
    recent, base = found.recent * recent_size, found.base * base_size
    usable = ready & np.isfinite(recent_size) & np.isfinite(base_size) & (recent + base > 0)
    with np.errstate(invalid="ignore"):
        part = recent_size / (recent_size + base_size)
        up = np.where(recent > 0, special.betainc(recent, base + 1, part), 1.0)
        down = np.where(base > 0, special.betainc(base, recent + 1, 1 - part), 1.0)
    p = np.where(usable, np.minimum(1.0, 2 * np.minimum(up, down)), np.nan)
    block = np.zeros(len(p), dtype=np.intp)
    return _Tested(p, block, found.recent, recent_size, found.base, base_size)


def _control(ps: Sequence[Floats]) -> list[Floats]:
    """Return p-values after false discovery control over all of them; NaN stays NaN."""
    whole = np.concatenate(ps)
    tested = np.isfinite(whole)
    if tested.any():
        whole[tested] = stats.false_discovery_control(whole[tested])
    return np.split(whole, np.cumsum([len(p) for p in ps])[:-1])


def _report(
    index: int,
    night: int,
    found: NDArray[np.bool_],
    since: Indices,
    test: _Tested,
    p: Floats,
    q: Floats,
) -> list[Change]:
    bounds = bound_difference(test.recent, test.recent_size, test.base, test.base_size)
    return [
        Change(
            series=index,
            subject=int(subject),
            night=night,
            since=int(since[subject]),
            value=float(test.recent[subject] - test.base[subject]),
            low=float(bounds.low[subject]),
            high=float(bounds.high[subject]),
            p=float(p[subject]),
            q=float(q[subject]),
        )
        for subject in np.flatnonzero(found)
    ]
