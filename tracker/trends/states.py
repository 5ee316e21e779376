"""What the tests know of each subject from one night to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from tracker.trends.intervals import Floats
from tracker.trends.noises import Differences
from tracker.trends.windows import Indices


@dataclass(slots=True)
class State:
    """What is known of the subjects that are held: arrays of shape (n_subjects,) unless said.

    Attributes:
        level_since: First night of the level each is at.
        risen_since: First night of its climb; a night that never comes without one.
        quiet: Observed nights since it was shown last, as far as they are counted.
        peaks: Its best mean share since the rise, by length of the block; -1 without one.
        peak_ends: End of that block, excluded.
        peak_totals: Sums of shares of that block by place of the subject, of those that have one,
            (n_sources,): of all sources of the series, since one that is missed may come back.
        inflation: Its inflation the night before, by length of the block.
        differences: How much its blocks differed lately.
    """

    level_since: Indices
    risen_since: Indices
    quiet: Indices
    peaks: dict[int, Floats]
    peak_ends: dict[int, Indices]
    peak_totals: dict[int, dict[int, Floats]]
    inflation: dict[int, Floats]
    differences: Differences

    @classmethod
    def begin(
        cls,
        starts: Indices,
        never: int,
        long: int,
        *,
        blocks: Sequence[int],
        long_blocks: Sequence[int],
        first: int,
        stop: int,
    ) -> Self:
        """Return what is known of subjects that were never held.

        Args:
            starts: The first night of each.
            never: A night that never comes.
            long: Up to which number the nights since it was shown are counted.
            blocks: Lengths of all blocks.
            long_blocks: Lengths of those that peaks are kept of.
            first: First night of which differences are kept.
            stop: End of the nights there is room for.
        """
        n = len(starts)
        return cls(
            level_since=starts.copy(),
            risen_since=np.full(n, never, dtype=np.intp),
            quiet=np.full(n, long, dtype=np.intp),
            peaks={block: np.full(n, -1.0) for block in long_blocks},
            peak_ends={block: np.zeros(n, dtype=np.intp) for block in long_blocks},
            peak_totals={block: {} for block in long_blocks},
            inflation={block: np.ones(n) for block in blocks},
            differences=Differences.begin(blocks, first, stop - first, n),
        )

    def take(self, other: Self, was: Indices, now: Indices) -> None:
        """Take over what is known of the subjects that were held before.

        Args:
            other: What was known.
            was: Their places there.
            now: Their places here.
        """
        self.level_since[now] = other.level_since[was]
        self.risen_since[now] = other.risen_since[was]
        self.quiet[now] = other.quiet[was]
        place = dict(zip(was.tolist(), now.tolist(), strict=True))
        for block, totals in other.peak_totals.items():
            self.peaks[block][now] = other.peaks[block][was]
            self.peak_ends[block][now] = other.peak_ends[block][was]
            self.peak_totals[block] = {place[at]: total for at, total in totals.items()}
        for block, values in self.inflation.items():
            values[now] = other.inflation[block][was]
        self.differences.take(other.differences, was, now)

    def end_climbs(self, at: Indices, never: int) -> None:
        """End the climbs of some subjects."""
        self.risen_since[at] = never
        for block, peak in self.peaks.items():
            peak[at] = -1.0
            for place in at.tolist():
                self.peak_totals[block].pop(place, None)
