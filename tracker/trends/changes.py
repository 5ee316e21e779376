"""The nights on which a share left its own level, tested against its own past.

Steps: on every night and for every subject, the share of the last 1, 3 and 7 nights is compared
with that of up to 28 nights before, since the subject's latest change of level, over the same
sources. Descents: from a rise on, the last 7 and 14 nights are compared with half of the best 7
and 14 since, until they are below it; slow fades have no step.

Counts are the shares times the effective numbers of headlines, both divided by an inflation: how
much more, on this subject, two such blocks of nights with a gap between them have differed than
independent headlines would make them. Wandering and autocorrelation make that number large, and
then the same rise proves less. Given both counts together, the later one is binomial if nothing
changed. The p-values of all subjects and channels of a night go through false discovery control,
steps and descents apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.trends.evidence import Evidence, control
from tracker.trends.intervals import Floats
from tracker.trends.noises import Noise, learn_noise
from tracker.trends.series import Comparison, Series

BLOCKS: Final = (1, 3, 7)
"""Lengths, in nights, of the stretches that are held against the baseline."""

LONG_BLOCKS: Final = (7, 14)
"""Lengths of the stretches that are held against half of the best such stretch since a rise."""

_HALF: Final = 0.5
_LEARNT_BLOCKS: Final = 5
"""A block length is used once the channel was observed for this many such blocks."""
_WINSOR: Final = 2.5
"""Differences beyond this many standard deviations count as such: they may be changes."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a finding needs.

    Attributes:
        fdr: False discovery rate over all subjects of a night.
        baseline_nights: Longest baseline, in calendar nights.
        history_nights: Nights of the channel that must have been observed before any finding.
        min_nights: Nights of the baseline on which a source must have been observed.
        min_ratio: Least ratio of the greater share to the smaller.
    """

    fdr: float
    baseline_nights: int
    history_nights: int
    min_nights: int
    min_ratio: float

    @property
    def memory_nights(self) -> int:
        """Return from how many nights the inflation is learnt."""
        return 3 * self.baseline_nights


@dataclass(frozen=True, slots=True)
class Change:
    """One change of level.

    Attributes:
        series: Index of the series (channel) it was found in.
        subject: Index of the subject in that series.
        night: Index of the night it was found.
        since: Index of the first night of the new level.
        from_peak: Whether it is a descent below half of the peak, not a step from the level.
        value: New share minus old share.
        low: Lower end of its 95 % interval.
        high: Upper end of its 95 % interval.
        p: p-value, over all tests of the subject that night.
        q: p-value after false discovery control over the night.
    """

    series: int
    subject: int
    night: int
    since: int
    from_peak: bool
    value: float
    low: float
    high: float
    p: float
    q: float


class _Track:
    """One series on its way through the nights; knows nothing of the nights ahead."""

    def __init__(self, series: Series, rules: Rules) -> None:
        n = len(series.subjects)
        self.series, self.rules = series, rules
        self.level_since = series.starts.copy()
        self.never = series.n_nights
        self.risen_since = np.full(n, self.never)
        self.peaks = {block: np.full(n, -1.0) for block in LONG_BLOCKS}
        self.peak_ends = {block: np.zeros(n, dtype=np.intp) for block in LONG_BLOCKS}
        self.gaps, self.noises, self.squares = (
            {block: np.zeros((series.n_nights, n)) for block in {*BLOCKS, *LONG_BLOCKS}}
            for _ in range(3)
        )
        self.inflation = {block: np.ones(n) for block in self.gaps}

    def is_ready(self, night: int) -> bool:
        """Return whether there may be findings: the night was observed, and enough before it."""
        seen = self.series.observed
        return bool(seen[night] and seen[:night].sum() >= self.rules.history_nights)

    def judge(self, night: int) -> tuple[Evidence, Evidence]:
        """Return the evidence of steps and of descents as of a night."""
        self._learn(night)
        self._climb(night)
        seen = int(self.series.observed[:night].sum())
        noises = {block: self._inflate(night, block) for block in self.gaps}
        known = [block for block in BLOCKS if seen >= _LEARNT_BLOCKS * block] or [BLOCKS[0]]
        far = [block for block in LONG_BLOCKS if seen >= _LEARNT_BLOCKS * block] or [LONG_BLOCKS[0]]
        return (
            Evidence.gather(
                [self._step(night, block) for block in known],
                [noises[block] for block in known],
                min_ratio=self.rules.min_ratio,
            ),
            Evidence.gather(
                [self._descend(night, block) for block in far],
                [noises[block] for block in far],
                min_ratio=self.rules.min_ratio,
                factor=_HALF,
                fades_only=True,
            ),
        )

    def accept(
        self, since: NDArray[np.intp], rises: NDArray[np.bool_], fades: NDArray[np.bool_]
    ) -> None:
        """Start new levels: with a rise the climb to a peak begins, a descent (`fades`) ends it."""
        self.level_since = np.minimum(np.where(since >= 0, since, self.level_since), self.never)
        first = rises & (self.risen_since == self.never)
        self.risen_since = np.where(first, since, self.risen_since)
        self.risen_since = np.where(fades, self.never, self.risen_since)
        self.peaks = {block: np.where(fades, -1.0, peak) for block, peak in self.peaks.items()}
        for subject in np.flatnonzero(since >= 0):
            for kept in (self.gaps, self.noises, self.squares):
                for values in kept.values():
                    values[since[subject] :, subject] = 0

    def _step(self, night: int, block: int) -> Comparison:
        """Compare the latest block with the subject's own level."""
        recent_from = max(0, night + 1 - block)
        return self.series.compare(
            np.maximum(self.level_since, recent_from - self.rules.baseline_nights),
            np.full_like(self.level_since, recent_from),
            recent_from,
            night + 1,
            min_nights=self.rules.min_nights,
        )

    def _descend(self, night: int, block: int) -> Comparison:
        """Compare the latest block with the best such block since the subject's rise."""
        stop = self.peak_ends[block]
        return self.series.compare(
            np.where(self.peaks[block] >= 0, stop - block, stop),
            stop,
            max(0, night + 1 - block),
            night + 1,
            min_nights=self.rules.min_nights,
        )

    def _climb(self, night: int) -> None:
        """Note the best blocks since the rise, among those that end a block before this night."""
        for block in LONG_BLOCKS:
            stop = night + 1 - block
            if stop < block:
                continue
            level = self.series.level(stop - block, stop)
            higher = (self.risen_since <= stop - block) & (level > self.peaks[block])
            self.peaks[block] = np.where(higher, level, self.peaks[block])
            self.peak_ends[block] = np.where(higher, stop, self.peak_ends[block])

    def _learn(self, night: int) -> None:
        """Note how much each block differs from the one that ended a block before it began."""
        for block in self.gaps:
            base_from, base_to = night + 1 - 3 * block, night + 1 - 2 * block
            if base_from < 0:
                continue
            pair = self.series.compare(
                np.full_like(self.level_since, base_from),
                np.full_like(self.level_since, base_to),
                night + 1 - block,
                night + 1,
                min_nights=1,
            )
            mean = (pair.recent + pair.base) / 2
            noise = mean * (1 - mean) * (1 / pair.recent_size + 1 / pair.base_size)
            usable = (
                np.isfinite(noise)
                & (self.level_since <= base_from)
                & (self.risen_since == self.never)
            )
            self.noises[block][night] = np.where(usable, noise, 0)
            self.squares[block][night] = np.where(usable, 2 * mean**2, 0)
            self.gaps[block][night] = np.where(usable, (pair.recent - pair.base) ** 2, 0)

    def _inflate(self, night: int, block: int) -> Noise:
        """Return the inflation of the nights before the latest block.

        Differences count up to `_WINSOR` standard deviations under the inflation of the night
        before.
        """
        stop = max(0, night + 1 - block)
        window = slice(max(0, stop - self.rules.memory_nights), stop)
        gap, noise, square = (
            kept[block][window] for kept in (self.gaps, self.noises, self.squares)
        )
        gaps = np.minimum(gap, _WINSOR**2 * self.inflation[block] * noise).sum(axis=0)
        weight = (noise > 0).sum(axis=0) / block
        found = learn_noise(
            gaps, noise.sum(axis=0), square.sum(axis=0), weight, self.series.families
        )
        self.inflation[block] = found.inflation
        return found


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one night's tests said; sequences have one entry a series.

    Attributes:
        night: Index of the night.
        ready: Whether there may be findings that night.
        steps: Evidence that the level was left.
        descents: Evidence that half of the peak was.
        steps_q: p-values of the steps after false discovery control; NaN outside the family.
        descents_q: Those of the descents.
    """

    night: int
    ready: Sequence[bool]
    steps: Sequence[Evidence]
    descents: Sequence[Evidence]
    steps_q: Sequence[Floats]
    descents_q: Sequence[Floats]

    def find(self, fdr: float) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        """Yield which subjects stepped, and which fell below half of their peak, per series."""
        for step, descent in zip(self.steps_q, self.descents_q, strict=True):
            fallen = descent <= fdr
            yield (step <= fdr) & ~fallen, fallen


def judge_nights(series: Sequence[Series], rules: Rules) -> Iterator[Judgement]:
    """Yield what the tests of each night say, given the changes found on the nights before.

    Args:
        series: One per channel, of the same nights.
        rules: What a finding needs.
    """
    tracks = [_Track(one, rules) for one in series]
    for night in range(series[0].n_nights if series else 0):
        verdicts = [track.judge(night) for track in tracks]
        ready = [track.is_ready(night) for track in tracks]
        steps, descents = ([verdict[kind] for verdict in verdicts] for kind in (0, 1))
        judgement = Judgement(
            night=night,
            ready=ready,
            steps=steps,
            descents=descents,
            steps_q=_control(steps, series, ready, rules.fdr),
            descents_q=_control(descents, series, ready, rules.fdr),
        )
        yield judgement
        for at, (stepped, fallen) in enumerate(judgement.find(rules.fdr)):
            if (fallen | stepped).any():
                since = _date_changes(judgement, at, stepped, fallen)
                tracks[at].accept(since, stepped & (steps[at].recent > steps[at].base), fallen)


def find_changes(series: Sequence[Series], rules: Rules) -> list[Change]:
    """Return every change of level, in the order of the nights.

    Each night is judged by itself and the nights before it: the changes up to a night are the
    same whatever came later. A subject has at most one change a night.

    Args:
        series: One per channel, of the same nights.
        rules: What a finding needs.

    Source:
        Tests: see `tracker.trends.evidence`. Inflation from overlapping blocks: Meketon and
        Schmeiser (1984); differences bounded: Huber (1964); see also `tracker.trends.noises`.
    """
    changes: list[Change] = []
    for judgement in judge_nights(series, rules):
        for at, (stepped, fallen) in enumerate(judgement.find(rules.fdr)):
            if not (fallen | stepped).any():
                continue
            since = _date_changes(judgement, at, stepped, fallen)
            steps, descents = judgement.steps[at], judgement.descents[at]
            night = judgement.night
            changes += _report(at, night, stepped, since, steps, judgement.steps_q[at])
            changes += _report(
                at, night, fallen, since, descents, judgement.descents_q[at], from_peak=True
            )
    return changes


def _control(
    evidence: Sequence[Evidence], series: Sequence[Series], ready: Sequence[bool], fdr: float
) -> list[Floats]:
    """Return p-values after false discovery control, per series, each family by itself."""
    found = [np.full(len(one.subjects), np.nan) for one in series]
    on = [at for at, is_on in enumerate(ready) if is_on]
    for family in zip(*(series[at].families for at in on), strict=True):
        p = [evidence[at].p[part] for at, part in zip(on, family, strict=True)]
        least = [evidence[at].attainable[part] for at, part in zip(on, family, strict=True)]
        q = control(np.concatenate(p), np.concatenate(least), fdr)
        ends = np.cumsum([len(one) for one in p])[:-1]
        for at, part, own in zip(on, family, np.split(q, ends), strict=True):
            found[at][part] = own
    return found


def _date_changes(
    judgement: Judgement, at: int, stepped: NDArray[np.bool_], fallen: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the first night of each subject's new level; -1 where there is none."""
    end = judgement.night + 1
    since = np.where(stepped, end - np.take(BLOCKS, judgement.steps[at].pick), -1)
    return np.where(fallen, end - np.take(LONG_BLOCKS, judgement.descents[at].pick), since)


def _report(
    index: int,
    night: int,
    found: NDArray[np.bool_],
    since: NDArray[np.intp],
    evidence: Evidence,
    q: Floats,
    *,
    from_peak: bool = False,
) -> Iterator[Change]:
    bounds = evidence.bounds()
    for subject in np.flatnonzero(found):
        yield Change(
            series=index,
            subject=int(subject),
            night=night,
            since=int(since[subject]),
            from_peak=from_peak,
            value=float(evidence.recent[subject] - evidence.base[subject]),
            low=float(bounds.low[subject]),
            high=float(bounds.high[subject]),
            p=float(evidence.p[subject]),
            q=float(q[subject]),
        )
