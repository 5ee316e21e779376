"""How well a grouping recovers a known one."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tracker.scores.ratios import harmonise


@dataclass(frozen=True)
class GroupScores:
    """B-cubed scores of a grouping.

    Attributes:
        precision: Mean over members of the share of their group that belongs with them.
        recall: Mean over members of the share of what belongs with them that is in their group.
    """

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return harmonise(self.precision, self.recall)


def score_groups(found: Sequence[Hashable], known: Sequence[Hashable]) -> GroupScores:
    """Return B-cubed precision and recall of a grouping.

    Args:
        found: The group of each member; None is a group of its own.
        known: The group each belongs to, in the same order; None is a group of its own.

    Raises:
        ValueError: If the two differ in length.

    Source:
        A. Bagga and B. Baldwin, 1998, Algorithms for scoring coreference chains; with the
        averages over members as in E. Amigó et al., 2009.
    """
    if len(found) != len(known):
        raise ValueError(f"{len(found)} groups found for {len(known)} known; wanted as many")
    if not known:
        return GroupScores(1.0, 1.0)
    left = [(i, None) if group is None else (-1, group) for i, group in enumerate(found)]
    right = [(i, None) if group is None else (-1, group) for i, group in enumerate(known)]
    in_found, in_known = Counter(left), Counter(right)
    pairs = Counter(zip(left, right, strict=True))
    n = len(known)
    return GroupScores(
        precision=sum(count**2 / in_found[group] for (group, _), count in pairs.items()) / n,
        recall=sum(count**2 / in_known[group] for (_, group), count in pairs.items()) / n,
    )
