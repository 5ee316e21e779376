"""One series on its way through the nights: its levels, its peaks and the noise it has shown."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.trends.evidence import Evidence
from tracker.trends.noises import Common, Noise, find_common, mix_noise
from tracker.trends.rules import ALL_BLOCKS, BLOCKS, LONG_BLOCKS, Rules
from tracker.trends.series import Series
from tracker.trends.states import State
from tracker.trends.windows import Comparison, Indices

Commons = Sequence[Common]
"""What the blocks of all subjects had in common, one entry a family."""

_HALF: Final = 0.5
METHOD: Final = 1
"""Raised when what is kept of the tests means something else: all nights are judged again then."""
WINDOW: Final = 32
"""Nights that are held as sums at a time."""
_LEARNT_BLOCKS: Final = 5
"""A block length is used once the channel was observed for this many such blocks."""
_WINSOR: Final = 2.5
"""Differences beyond this many standard deviations count as such: they may be changes."""


class Track:
    """One series on its way through the nights; nothing it says depends on the nights ahead.

    It holds only the subjects that may matter: those shown lately, and those whose climb has not
    ended. Of all others every test would compare nothing with nothing, and nothing is learnt of
    them, those included that are first shown a few nights ahead. A climb ends when a baseline of
    observed nights has passed without the subject.

    Args:
        series: The series.
        rules: What a finding needs.
        known: What the blocks of all subjects had in common, by night and length of the block,
            each for every family; learnt from the series itself on nights that are not in it. With
            it some subjects are judged as they would be among all.

    Attributes:
        window: The nights up to the one followed last, of the subjects that are held.
        state: What is known of them.
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
        nobody = np.zeros(0, dtype=np.intp)
        self.window = series.open_window(nobody, 0, 0)
        self.state = self._begin(0)
        self.noise = {block: Noise(np.ones(0), np.ones(0)) for block in ALL_BLOCKS}

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
        self.noise = {block: self._inflate(night, block) for block in ALL_BLOCKS}

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
        at, state = np.searchsorted(self.window.subjects, subjects), self.state
        state.level_since[at] = np.minimum(since, self.never)
        first = rises & (state.risen_since[at] == self.never)
        state.risen_since[at[first]] = since[first]
        state.end_climbs(at[fades], self.never)
        for place, night in zip(at, since, strict=True):
            state.differences.forget(int(place), int(night))

    def resume(self, night: int, subjects: Indices) -> None:
        """Open the window that the night before `night` lies in, on subjects held then.

        What was known of them is to be put into `state`; all others are as they begin.

        Args:
            night: The night to follow next.
            subjects: Their indices in the series, ascending.
        """
        turn = (night - 1) // WINDOW * WINDOW
        self._open(turn, subjects)

    def _turn(self, night: int) -> None:
        """Open the window on the nights from this one on, with the subjects that matter there."""
        old, known = self.window, self.state
        self._open(night, old.subjects[known.risen_since < self.never])
        _, was, now = np.intersect1d(
            old.subjects, self.window.subjects, assume_unique=True, return_indices=True
        )
        self.state.take(known, was, now)

    def _open(self, night: int, subjects: Indices) -> None:
        """Open a window on the nights from this one on, of `subjects` and those shown lately."""
        rules, stop = self.rules, min(night + WINDOW, self.series.n_nights)
        shown = self.series.shares.between(night - rules.rest_nights, stop).subject
        self.window = self.series.open_window(
            np.union1d(shown, subjects), max(0, night - rules.reach_nights), stop
        )
        self.state = self._begin(night)

    def _begin(self, night: int) -> State:
        return State.begin(
            self.series.starts[self.window.subjects],
            self.never,
            self.rules.baseline_nights,
            blocks=ALL_BLOCKS,
            long_blocks=LONG_BLOCKS,
            first=night - self.rules.kept_nights,
            stop=self.window.stop,
        )

    def _rest(self, night: int) -> None:
        """Count the observed nights without each subject; end the climbs of those long gone."""
        if self.series.observed[night]:
            shown, long = self.window.shown[night - self.window.start], self.rules.baseline_nights
            self.state.quiet = np.where(shown, 0, np.minimum(self.state.quiet + 1, long))
            self.state.end_climbs(np.flatnonzero(self.state.quiet == long), self.never)

    def _step(self, night: int, block: int) -> Comparison:
        """Compare the latest block with the subject's own level."""
        recent_from = max(0, night + 1 - block)
        return self.window.compare(
            np.maximum(self.state.level_since, recent_from - self.rules.baseline_nights),
            np.full_like(self.state.level_since, recent_from),
            recent_from,
            night + 1,
            min_nights=self.rules.min_nights,
        )

    def _descend(self, night: int, block: int) -> Comparison:
        """Compare the latest block with the best such block since the subject's rise."""
        stop, window = self.state.peak_ends[block], self.window
        base = np.zeros((len(window.subjects), len(window.sources)))
        for at, total in self.state.peak_totals[block].items():
            base[at] = total[window.sources]
        return self.window.compare(
            np.where(self.state.peaks[block] >= 0, stop - block, stop),
            stop,
            max(0, night + 1 - block),
            night + 1,
            min_nights=self.rules.min_nights,
            base=base,
        )

    def _climb(self, night: int) -> None:
        """Note the best blocks since the rise, among those that end a block before this night."""
        for block in LONG_BLOCKS:
            stop = night + 1 - block
            if stop < block:
                continue
            level = self.window.level(stop - block, stop)
            higher = np.flatnonzero(
                (self.state.risen_since <= stop - block) & (level > self.state.peaks[block])
            )
            self.state.peaks[block][higher] = level[higher]
            self.state.peak_ends[block][higher] = stop
            for at, best in zip(
                higher.tolist(), self.window.total(stop - block, stop, higher), strict=True
            ):
                total = np.zeros(len(self.series.sources))
                total[self.window.sources] = best
                self.state.peak_totals[block][at] = total

    def _learn(self, night: int) -> None:
        """Note how much each block differs from the one that ended a block before it began."""
        for block in ALL_BLOCKS:
            base_from, base_to = night + 1 - 3 * block, night + 1 - 2 * block
            if base_from < 0:
                continue
            pair = self.window.compare(
                np.full_like(self.state.level_since, base_from),
                np.full_like(self.state.level_since, base_to),
                night + 1 - block,
                night + 1,
                min_nights=1,
            )
            mean = (pair.recent + pair.base) / 2
            noise = mean * (1 - mean) * (1 / pair.recent_size + 1 / pair.base_size)
            usable = (
                np.isfinite(noise)
                & (self.state.level_since <= base_from)
                & (self.state.risen_since == self.never)
            )
            self.state.differences.note(
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
        bound = _WINSOR**2 * self.state.inflation[block]
        gaps = self.state.differences.add_up(block, stop - self.rules.memory_nights, stop, bound)
        parts = [gaps.take(family) for family in self.window.families]
        known = self.known.get((night, block))
        self.commons[block] = known or tuple(find_common(part) for part in parts)
        mixed = [mix_noise(*pair) for pair in zip(parts, self.commons[block], strict=True)]
        self.state.inflation[block] = np.concatenate([one.inflation for one in mixed])
        freedom = np.concatenate([one.freedom for one in mixed])
        return Noise(self.state.inflation[block], freedom)
