"""One series on its way through the nights: its levels, its peaks and the noise it has shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.trends.evidence import Evidence
from tracker.trends.intervals import Floats
from tracker.trends.noises import Common, Differences, Noise, find_common, mix_noise
from tracker.trends.series import Series
from tracker.trends.windows import Comparison, Indices

BLOCKS: Final = (1, 3, 7)
"""Lengths, in nights, of the stretches that are held against the baseline."""

LONG_BLOCKS: Final = (7, 14)
"""Lengths of the stretches that are held against half of the best such stretch since a rise."""

Commons = Sequence[Common]
"""What the blocks of all subjects had in common, one entry a family."""

_HALF: Final = 0.5
_BLOCKS: Final = tuple(sorted({*BLOCKS, *LONG_BLOCKS}))
_WINDOW: Final = 32
"""Nights that are held as sums at a time."""
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

    @property
    def reach_nights(self) -> int:
        """Return how many nights before a night a block and what it is held against may begin."""
        return max(self.baseline_nights + max(BLOCKS), 3 * max(_BLOCKS))

    @property
    def kept_nights(self) -> int:
        """Return of how many nights before a night differences between blocks still count."""
        return self.memory_nights + max(_BLOCKS)


class Track:
    """One series on its way through the nights; knows nothing of the nights ahead.

    It holds only the subjects that may matter: those shown lately, and those whose climb has not
    ended. Of all others every test would compare nothing with nothing, and nothing is learnt of
    them. A climb ends when a baseline of observed nights has passed without the subject.

    Args:
        series: The series.
        rules: What a finding needs.
        known: What the blocks of all subjects had in common, by night and length of the block,
            each for every family; learnt from the series itself on nights that are not in it. With
            it some subjects are judged as they would be among all.

    Attributes:
        window: The nights up to the one followed last, of the subjects that are held.
    """

    def __init__(
        self,
        series: Series,
        rules: Rules,
        *,
        known: Mapping[tuple[int, int], Commons] = MappingProxyType({}),
    ) -> None:
        self.series, self.rules, self.known = series, rules, known
        self.never = series.n_nights
        self.commons: dict[int, Commons] = {}
        self.window = series.open_window(np.zeros(0, dtype=np.intp), 0, 0)
        self.differences = Differences.begin(_BLOCKS, -rules.kept_nights, rules.kept_nights, 0)
        self.level_since = self.risen_since = self.quiet = np.zeros(0, dtype=np.intp)
        self.peaks = {block: np.zeros(0) for block in LONG_BLOCKS}
        self.peak_ends = {block: np.zeros(0, dtype=np.intp) for block in LONG_BLOCKS}
        self.peak_totals = {block: np.zeros((0, 0)) for block in LONG_BLOCKS}
        self.noise = {block: Noise(np.ones(0), np.ones(0)) for block in _BLOCKS}

    def is_ready(self, night: int) -> bool:
        """Return whether there may be findings: the night was observed, and enough before it."""
        seen = self.series.observed
        return bool(seen[night] and seen[:night].sum() >= self.rules.history_nights)

    def follow(self, night: int) -> None:
        """Take in a night; call it for each, in order."""
        if night >= self.window.stop:
            self._turn(night)
        self._rest(night)
        self._learn(night)
        self._climb(night)
        self.noise = {block: self._inflate(night, block) for block in _BLOCKS}

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
        self,
        subjects: Indices,
        since: Indices,
        rises: NDArray[np.bool_],
        fades: NDArray[np.bool_],
    ) -> None:
        """Start new levels: with a rise the climb to a peak begins, a descent (`fades`) ends it.

        Args:
            subjects: Whose, as indices in the series, each of them held: (n_changes,).
            since: First nights of the new levels, (n_changes,).
            rises: Which of them rose.
            fades: Which fell below half of their peak.
        """
        at = np.searchsorted(self.window.subjects, subjects)
        self.level_since[at] = np.minimum(since, self.never)
        first = rises & (self.risen_since[at] == self.never)
        self.risen_since[at[first]] = since[first]
        self._end_climbs(at[fades])
        for place, night in zip(at, since, strict=True):
            self.differences.forget(int(place), int(night))

    def _turn(self, night: int) -> None:
        """Open the window on the nights from this one on, with the subjects that matter there."""
        rules, series, old = self.rules, self.series, self.window
        stop = min(night + _WINDOW, series.n_nights)
        rest = rules.kept_nights + rules.reach_nights
        shown = series.shares.between(night - rest, stop).subject
        climbing = old.subjects[self.risen_since < self.never]
        subjects = np.union1d(shown, climbing)
        self.window = series.open_window(subjects, max(0, night - rules.reach_nights), stop)
        _, was, now = np.intersect1d(
            old.subjects, subjects, assume_unique=True, return_indices=True
        )
        n = len(subjects)

        def carry(values: Floats, fresh: Floats) -> Floats:
            fresh[now] = values[was]
            return fresh

        def carry_nights(values: Indices, fresh: Indices) -> Indices:
            fresh[now] = values[was]
            return fresh

        self.level_since = carry_nights(self.level_since, series.starts[subjects])
        self.risen_since = carry_nights(self.risen_since, np.full(n, self.never))
        self.quiet = carry_nights(self.quiet, np.zeros(n, dtype=np.intp))
        _, from_sources, to_sources = np.intersect1d(
            old.sources, self.window.sources, assume_unique=True, return_indices=True
        )
        for block in LONG_BLOCKS:
            self.peaks[block] = carry(self.peaks[block], np.full(n, -1.0))
            ends = self.peak_ends[block]
            self.peak_ends[block] = carry_nights(ends, np.zeros(n, dtype=np.intp))
            totals = np.zeros((n, len(self.window.sources)))
            totals[np.ix_(now, to_sources)] = self.peak_totals[block][np.ix_(was, from_sources)]
            self.peak_totals[block] = totals
        for block, noise in self.noise.items():
            self.noise[block] = Noise(
                carry(noise.inflation, np.ones(n)), carry(noise.freedom, np.ones(n))
            )
        self.differences = self.differences.carry(night - rules.kept_nights, stop, n, was, now)

    def _rest(self, night: int) -> None:
        """Count the observed nights without each subject; end the climbs of those long gone."""
        if self.series.observed[night]:
            shown = self.window.shown[night - self.window.start]
            self.quiet = np.where(shown, 0, self.quiet + 1)
            self._end_climbs(np.flatnonzero(self.quiet >= self.rules.baseline_nights))

    def _end_climbs(self, at: Indices) -> None:
        self.risen_since[at] = self.never
        for peak in self.peaks.values():
            peak[at] = -1.0

    def _step(self, night: int, block: int) -> Comparison:
        """Compare the latest block with the subject's own level."""
        recent_from = max(0, night + 1 - block)
        return self.window.compare(
            np.maximum(self.level_since, recent_from - self.rules.baseline_nights),
            np.full_like(self.level_since, recent_from),
            recent_from,
            night + 1,
            min_nights=self.rules.min_nights,
        )

    def _descend(self, night: int, block: int) -> Comparison:
        """Compare the latest block with the best such block since the subject's rise."""
        stop = self.peak_ends[block]
        return self.window.compare(
            np.where(self.peaks[block] >= 0, stop - block, stop),
            stop,
            max(0, night + 1 - block),
            night + 1,
            min_nights=self.rules.min_nights,
            base=self.peak_totals[block],
        )

    def _climb(self, night: int) -> None:
        """Note the best blocks since the rise, among those that end a block before this night."""
        for block in LONG_BLOCKS:
            stop = night + 1 - block
            if stop < block:
                continue
            level = self.window.level(stop - block, stop)
            higher = np.flatnonzero(
                (self.risen_since <= stop - block) & (level > self.peaks[block])
            )
            self.peaks[block][higher] = level[higher]
            self.peak_ends[block][higher] = stop
            self.peak_totals[block][higher] = self.window.total(stop - block, stop, higher)

    def _learn(self, night: int) -> None:
        """Note how much each block differs from the one that ended a block before it began."""
        for block in _BLOCKS:
            base_from, base_to = night + 1 - 3 * block, night + 1 - 2 * block
            if base_from < 0:
                continue
            pair = self.window.compare(
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
            self.differences.note(
                night,
                block,
                np.where(usable, (pair.recent - pair.base) ** 2, 0),
                np.where(usable, noise, 0),
                np.where(usable, 2 * mean**2, 0),
            )

    def _inflate(self, night: int, block: int) -> Noise:
        """Return the inflation of the nights before the latest block.

        Differences count up to `_WINSOR` standard deviations under the inflation of the night
        before.

        Source:
            As in `tracker.trends.noises.find_common`.
        """
        stop = night + 1 - block
        bound = _WINSOR**2 * self.noise[block].inflation
        gaps = self.differences.add_up(block, stop - self.rules.memory_nights, stop, bound)
        parts = [gaps.take(family) for family in self.window.families]
        known = self.known.get((night, block))
        self.commons[block] = known or tuple(find_common(part) for part in parts)
        mixed = [mix_noise(*pair) for pair in zip(parts, self.commons[block], strict=True)]
        return Noise(
            np.concatenate([one.inflation for one in mixed]),
            np.concatenate([one.freedom for one in mixed]),
        )
