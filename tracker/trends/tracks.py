"""One series on its way through the nights: its levels, its peaks and the noise it has shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.trends.evidence import Evidence
from tracker.trends.noises import Common, Gaps, Noise, find_common, mix_noise
from tracker.trends.series import Comparison, Series

BLOCKS: Final = (1, 3, 7)
"""Lengths, in nights, of the stretches that are held against the baseline."""

LONG_BLOCKS: Final = (7, 14)
"""Lengths of the stretches that are held against half of the best such stretch since a rise."""

Commons = Sequence[Common]
"""What the blocks of all subjects had in common, one entry a family."""

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


class Track:
    """One series on its way through the nights; knows nothing of the nights ahead.

    Args:
        series: The series.
        rules: What a finding needs.
        known: What the blocks of all subjects had in common, by night and length of the block,
            each for every family; learnt from the series itself on nights that are not in it. With
            it some subjects are judged as they would be among all.
    """

    def __init__(
        self,
        series: Series,
        rules: Rules,
        *,
        known: Mapping[tuple[int, int], Commons] = MappingProxyType({}),
    ) -> None:
        n = len(series.subjects)
        self.series, self.rules, self.known = series, rules, known
        self.level_since = series.starts.copy()
        self.never = series.n_nights
        self.risen_since = np.full(n, self.never)
        self.peaks = {block: np.full(n, -1.0) for block in LONG_BLOCKS}
        self.peak_ends = {block: np.zeros(n, dtype=np.intp) for block in LONG_BLOCKS}
        self.gaps, self.noises, self.squares = (
            {block: np.zeros((series.n_nights, n)) for block in {*BLOCKS, *LONG_BLOCKS}}
            for _ in range(3)
        )
        self.noise = {block: Noise(np.ones(n), np.ones(n)) for block in self.gaps}
        self.commons: dict[int, Commons] = {}

    def is_ready(self, night: int) -> bool:
        """Return whether there may be findings: the night was observed, and enough before it."""
        seen = self.series.observed
        return bool(seen[night] and seen[:night].sum() >= self.rules.history_nights)

    def follow(self, night: int) -> None:
        """Take in a night; call it for each, in order."""
        self._learn(night)
        self._climb(night)
        self.noise = {block: self._inflate(night, block) for block in self.gaps}

    def judge(self, night: int) -> tuple[Evidence, Evidence]:
        """Return the evidence of steps and of descents as of the night followed last."""
        seen = int(self.series.observed[:night].sum())
        noises = self.noise
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

        Source:
            As in `tracker.trends.noises.find_common`.
        """
        stop = max(0, night + 1 - block)
        window = slice(max(0, stop - self.rules.memory_nights), stop)
        gap, noise, square = (
            kept[block][window] for kept in (self.gaps, self.noises, self.squares)
        )
        gaps = Gaps(
            np.minimum(gap, _WINSOR**2 * self.noise[block].inflation * noise).sum(axis=0),
            noise.sum(axis=0),
            square.sum(axis=0),
            (noise > 0).sum(axis=0) / block,
        )
        parts = [gaps.take(family) for family in self.series.families]
        known = self.known.get((night, block))
        self.commons[block] = known or tuple(find_common(part) for part in parts)
        mixed = [mix_noise(*pair) for pair in zip(parts, self.commons[block], strict=True)]
        return Noise(
            np.concatenate([one.inflation for one in mixed]),
            np.concatenate([one.freedom for one in mixed]),
        )
