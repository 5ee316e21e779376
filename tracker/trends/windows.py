"""Some nights of many series as sums along the nights, ready to compare like with like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.trends.intervals import Floats

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stretch of nights against an earlier one, per subject, over the same sources.

    Attributes:
        recent: Share in the later stretch, (n_subjects,); NaN where they cannot be compared.
        recent_size: Its effective number of headlines, (n_subjects,).
        base: Share of the same sources, weighted alike, in the earlier stretch, (n_subjects,).
        base_size: Its effective number of headlines, (n_subjects,).
        base_from: First night of each subject's earlier stretch, (n_subjects,).
        base_to: End of it, excluded, (n_subjects,).
        recent_from: First night of the later stretch.
        recent_to: End of it, excluded.
    """

    recent: Floats
    recent_size: Floats
    base: Floats
    base_size: Floats
    base_from: Indices
    base_to: Indices
    recent_from: int
    recent_to: int


@dataclass(frozen=True, slots=True)
class Window:
    """Some nights of the subjects that may matter on them; nights are numbered as in the series.

    Attributes:
        start: First night.
        stop: End of the nights, excluded.
        subjects: Which of the series' subjects, ascending, (n_subjects,).
        sources: Which of its sources were observed on these nights, ascending, (n_sources,).
        shown: Whether any source carried the subject, (stop - start, n_subjects).
        shares: Sums of shares from `start` on, (stop - start + 1, n_subjects, n_sources).
        visits: Sums of nights observed, of all nights, (n_nights + 1, n_sources).
        spreads: Sums of 1 / effective number of headlines, of all nights, (n_nights + 1,
            n_sources).
        families: Which of the subjects are judged together, a slice a family.
    """

    start: int
    stop: int
    subjects: Indices
    sources: Indices
    shown: NDArray[np.bool_]
    shares: Floats
    visits: Floats
    spreads: Floats
    families: tuple[slice, ...]

    def total(self, start: int, stop: int, rows: Indices | None = None) -> Floats:
        """Return the sums of shares of the nights [start, stop), (n_rows, n_sources)."""
        until, since = self.shares[stop - self.start], self.shares[start - self.start]
        return np.asarray(until - since if rows is None else until[rows] - since[rows])

    def level(self, start: int, stop: int) -> Floats:
        """Return each subject's mean share in the nights [start, stop), each source alike."""
        visits = self.visits[stop] - self.visits[start]
        seen = visits > 0
        if not seen.any():
            return np.full(len(self.subjects), np.nan)
        return np.asarray((self.total(start, stop)[:, seen] / visits[seen]).mean(axis=1))

    def compare(
        self,
        base_from: Indices,
        base_to: Indices,
        recent_from: int,
        recent_to: int,
        *,
        min_nights: int,
        base: Floats | None = None,
    ) -> Comparison:
        """Return the nights [recent_from, recent_to) against [base_from, base_to), per subject.

        Only sources count that were observed in the later stretch and on `min_nights` of the
        earlier one, and the earlier share weighs them as the later one does, so that a source
        that joins, leaves or is missed cannot move the difference.

        Args:
            base_from: First night of each subject's earlier stretch, (n_subjects,).
            base_to: End of each subject's earlier stretch, excluded, (n_subjects,).
            recent_from: First night of the later stretch.
            recent_to: End of the later stretch, excluded.
            min_nights: Nights of the earlier stretch on which a source must have been observed.
            base: Sums of shares of the earlier stretches, (n_subjects, n_sources), where these
                may lie before the window.
        """
        n = len(base_from)
        result = Comparison(
            np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan),
            base_from, base_to, recent_from, recent_to,
        )  # fmt: skip
        every = len(self.visits)
        stretches, members = np.unique(base_from * every + base_to, return_inverse=True)
        for index, stretch in enumerate(stretches):
            start, stop = divmod(int(stretch), every)
            if start < stop:
                rows = np.flatnonzero(members == index) if len(stretches) > 1 else None
                if base is None:
                    earlier = self.total(start, stop, rows)
                else:
                    earlier = base if rows is None else base[rows]
                self._fill(result, rows, start, stop, recent_from, recent_to, min_nights, earlier)
        return result

    def _fill(
        self,
        result: Comparison,
        rows: Indices | None,
        base_from: int,
        base_to: int,
        recent_from: int,
        recent_to: int,
        min_nights: int,
        earlier: Floats,
    ) -> None:
        """Write the comparison of the subjects `rows`, who share their earlier stretch."""
        before = self.visits[base_to] - self.visits[base_from]
        weight = self.visits[recent_to] - self.visits[recent_from]
        used = np.flatnonzero((before >= min_nights) & (weight > 0))
        if not len(used):
            return
        before, weight = before[used], weight[used]
        recent = self.total(recent_from, recent_to, rows)[:, used].sum(axis=1)
        base = earlier[:, used] @ (weight / before)
        noise = (self.spreads[base_to] - self.spreads[base_from])[used] / before**2
        fresh = (self.spreads[recent_to] - self.spreads[recent_from])[used]
        total = weight.sum()
        at = slice(None) if rows is None else rows
        result.recent[at] = recent / total
        result.base[at] = base / total
        result.recent_size[at] = total**2 / fresh.sum()
        result.base_size[at] = total**2 / (weight**2 * noise).sum()
