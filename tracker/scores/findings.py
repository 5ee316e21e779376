"""How well signals tell known changes."""

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

import polars as pl

from tracker.scores.ratios import divide
from tracker.tables import want_columns

UPWARD: Final = frozenset({"rise", "new", "back", "burst"})
"""Signal kinds that say of a subject that it gains; the others say that it loses."""


@dataclass(frozen=True)
class FindingScores:
    """How well signals tell true changes.

    Attributes:
        right: Signals that tell a true change.
        found: All signals.
        told: True changes that a signal told.
        known: All true changes.
        delays: Nights from each told change to its first signal, in order.
    """

    right: int
    found: int
    told: int
    known: int
    delays: tuple[int, ...]

    @property
    def precision(self) -> float:
        """Return the share of signals that tell a true change."""
        return divide(self.right, self.found)

    @property
    def recall(self) -> float:
        """Return the share of true changes that were told."""
        return divide(self.told, self.known)

    @property
    def median_delay(self) -> float | None:
        """Return the median delay in nights, or None where no change was told."""
        return median(self.delays) if self.delays else None


def score_findings(
    found: pl.DataFrame, known: pl.DataFrame, *, early: int = 0, late: int = 7
) -> FindingScores:
    """Return how well signals tell the true rises and fades of their subjects.

    A signal tells a change of the same subject and direction (new, back and burst are rises) when
    it comes between `early` nights before the change begins and `late` nights after; while the
    change goes on, until its last night, a further signal is right too but tells it no sooner.

    Args:
        found: `subject, kind, night`, such as rows of the signals table.
        known: `subject, kind, night, to`: when each true change begins and is complete.
        early: Nights by which a signal may come before the change.
        late: Nights by which it may come after the change begins.

    Raises:
        TableError: If a column is missing.
    """
    want_columns(found, ("subject", "kind", "night"), "found")
    want_columns(known, ("subject", "kind", "night", "to"), "known")
    signals = found.select("subject", "kind", "night").unique().rows()
    right: set[tuple[str, str, date]] = set()
    delays = []
    for subject, kind, night, to in known.select("subject", "kind", "night", "to").iter_rows():
        first, deadline = night - timedelta(days=early), night + timedelta(days=late)
        same = [s for s in signals if s[0] == subject and (s[1] in UPWARD) == (kind in UPWARD)]
        right.update(s for s in same if first <= s[2] <= max(deadline, to))
        told = [s[2] for s in same if first <= s[2] <= deadline]
        if told:
            delays.append((min(told) - night).days)
    return FindingScores(
        right=len(right),
        found=len(signals),
        told=len(delays),
        known=known.height,
        delays=tuple(delays),
    )
