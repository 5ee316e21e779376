"""What a finding needs, and the lengths of the stretches that are compared."""

from dataclasses import dataclass
from typing import Final

BLOCKS: Final = (1, 3, 7)
"""Lengths, in nights, of the stretches that are held against the baseline."""

LONG_BLOCKS: Final = (7, 14)
"""Lengths of the stretches that are held against half of the best such stretch since a rise."""

ALL_BLOCKS: Final = tuple(sorted({*BLOCKS, *LONG_BLOCKS}))


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
        return max(self.baseline_nights + max(BLOCKS), 3 * max(ALL_BLOCKS))

    @property
    def kept_nights(self) -> int:
        """Return of how many nights before a night differences between blocks still count."""
        return self.memory_nights + max(ALL_BLOCKS)

    @property
    def rest_nights(self) -> int:
        """Return after how many nights without a slot nothing of a subject matters any more."""
        return self.kept_nights + self.reach_nights
