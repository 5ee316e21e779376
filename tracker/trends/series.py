"""Attention as arrays, ready to compare stretches of nights like with like."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.trends.intervals import Floats, find_effective
from tracker.trends.panels import Panel

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
class Series:
    """The shares of many subjects on one channel, night by night and source by source.

    Sums run along the nights, so that any stretch is one subtraction; index t holds the sum of
    the nights before t.

    Attributes:
        subjects: The subjects, in order.
        first_night: The night of index 0.
        starts: Index of each subject's first night, (n_subjects,).
        observed: Whether any source was observed, (n_nights,).
        shares: Sums of shares, (n_nights + 1, n_subjects, n_sources).
        visits: Sums of nights observed, (n_nights + 1, n_sources).
        spreads: Sums of 1 / effective number of headlines, (n_nights + 1, n_sources).
        families: Which subjects are judged together: all of a study. Simulated studies that were
            observed alike are stacked as one series, each a family of its own.
    """

    subjects: tuple[str, ...]
    first_night: date
    starts: Indices
    observed: NDArray[np.bool_]
    shares: Floats
    visits: Floats
    spreads: Floats
    families: tuple[slice, ...] = (slice(None),)

    @property
    def n_nights(self) -> int:
        """Return the number of calendar nights."""
        return len(self.observed)

    @classmethod
    def stack(
        cls,
        attention: pl.DataFrame,
        channel: str,
        panel: Panel | None,
        *,
        first_night: date | None = None,
    ) -> Self:
        """Return the series of one channel.

        Without `panel` all sources together stand as one: its effective size is read back from
        the band, and nights on which the panel was partial are left out.

        Args:
            attention: Frame of `tracker.tables.ATTENTION`, not empty.
            channel: The channel to take.
            panel: The sources' own shares, from the same slots.
            first_night: First night of the study, where `attention` is of some subjects only; that
                of `attention` if None.
        """
        rows = attention.filter(pl.col("channel") == channel).sort("subject", "night")
        first = attention["night"].min() if first_night is None else first_night
        last = attention["night"].max()
        assert isinstance(first, date)
        assert isinstance(last, date)
        n_nights = (last - first).days + 1
        starts = rows.group_by("subject", maintain_order=True).agg(pl.col("night").min())
        subjects = tuple(starts["subject"])
        if panel is None:
            observed, shares = _pool_sources(rows)
        else:
            observed = panel.observed.filter(pl.col("channel") == channel)
            shares = panel.shares.filter(pl.col("channel") == channel)
        observed = observed.filter(pl.col("night").is_between(first, last))
        shares = shares.filter(pl.col("night").is_between(first, last))
        sources = observed["source"].unique().sort()
        visits = np.zeros((n_nights + 1, len(sources)))
        spreads = np.zeros_like(visits)
        at = (_count_nights(observed, first) + 1, _index(observed["source"], sources))
        visits[at] = 1.0
        spreads[at] = 1 / observed["effective"].to_numpy()
        sums = np.zeros((n_nights + 1, len(subjects), len(sources)))
        shares = shares.filter(pl.col("subject").is_in(subjects))
        sums[
            _count_nights(shares, first) + 1,
            _index(shares["subject"], starts["subject"]),
            _index(shares["source"], sources),
        ] = shares["share"].to_numpy()
        return cls(
            subjects=subjects,
            first_night=first,
            starts=_count_nights(starts, first),
            observed=np.asarray(visits[1:].any(axis=1)),
            shares=np.cumsum(sums, axis=0, out=sums),
            visits=visits.cumsum(axis=0),
            spreads=spreads.cumsum(axis=0),
        )

    def level(self, start: int, stop: int) -> Floats:
        """Return each subject's mean share in the nights [start, stop), each source alike."""
        visits = self.visits[stop] - self.visits[start]
        seen = visits > 0
        if not seen.any():
            return np.full(len(self.subjects), np.nan)
        sums = self.shares[stop][:, seen] - self.shares[start][:, seen]
        return np.asarray((sums / visits[seen]).mean(axis=1))

    def compare(
        self,
        base_from: Indices,
        base_to: Indices,
        recent_from: int,
        recent_to: int,
        *,
        min_nights: int,
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
        """
        n = len(base_from)
        result = Comparison(
            np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan),
            base_from, base_to, recent_from, recent_to,
        )  # fmt: skip
        stretches, members = np.unique(
            base_from * (self.n_nights + 1) + base_to, return_inverse=True
        )
        for index, stretch in enumerate(stretches):
            start, stop = divmod(int(stretch), self.n_nights + 1)
            if start < stop:
                rows = np.flatnonzero(members == index)
                self._fill(result, rows, start, stop, recent_from, recent_to, min_nights)
        return result

    def _fill(
        self,
        result: Comparison,
        rows: Indices,
        base_from: int,
        base_to: int,
        recent_from: int,
        recent_to: int,
        min_nights: int,
    ) -> None:
        """Write the comparison of the subjects `rows`, who share their earlier stretch."""
        before = self.visits[base_to] - self.visits[base_from]
        weight = self.visits[recent_to] - self.visits[recent_from]
        used = np.flatnonzero((before >= min_nights) & (weight > 0))
        if not len(used):
            return
        before, weight = before[used], weight[used]
        place = slice(None) if len(rows) == len(result.base) else rows[:, None]
        pick = (place, used)
        recent = (self.shares[recent_to][pick] - self.shares[recent_from][pick]).sum(axis=1)
        base = (self.shares[base_to][pick] - self.shares[base_from][pick]) @ (weight / before)
        noise = (self.spreads[base_to] - self.spreads[base_from])[used] / before**2
        fresh = (self.spreads[recent_to] - self.spreads[recent_from])[used]
        total = weight.sum()
        result.recent[rows] = recent / total
        result.base[rows] = base / total
        result.recent_size[rows] = total**2 / fresh.sum()
        result.base_size[rows] = total**2 / (weight**2 * noise).sum()


def mark_partial(attention: pl.DataFrame, *, usual_nights: int = 28) -> pl.DataFrame:
    """Return one row per night and channel: the sources observed, the usual number, and a mark.

    A night is partial if fewer than two thirds of the usual number of sources were observed,
    the usual number being the median over the observed ones of the `usual_nights` before.

    Args:
        attention: Frame of `tracker.tables.ATTENTION`.
        usual_nights: Calendar nights before a night that say what is usual.

    Returns:
        A frame with night, channel, observed_sources, usual_sources and partial, sorted.
    """
    nights = attention.group_by("night", "channel").agg(pl.col("observed_sources").max())
    seen = pl.when(pl.col("observed_sources") > 0).then("observed_sources")
    return (
        nights.sort("channel", "night")
        .with_columns(
            seen.shift(1)
            .rolling_median(usual_nights, min_samples=1)
            .over("channel")
            .alias("usual_sources")
        )
        .with_columns(
            (
                (pl.col("observed_sources") > 0)
                & (pl.col("observed_sources") < pl.col("usual_sources") * 2 / 3)
            )
            .fill_null(value=False)
            .alias("partial")
        )
        .select("night", "channel", "observed_sources", "usual_sources", "partial")
    )


def _pool_sources(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `Panel.observed` and `Panel.shares` with all sources as one."""
    whole = mark_partial(rows).filter(~pl.col("partial")).select("night", "channel")
    rows = rows.filter(pl.col("share").is_not_null()).join(whole, on=["night", "channel"])
    rows = rows.with_columns(pl.lit("").alias("source"))
    sizes = find_effective(rows["share"].to_numpy(), rows["high"].to_numpy())
    observed = (
        rows.with_columns(pl.Series("effective", sizes))
        .filter(pl.col("effective").is_finite())
        .group_by("night", "source")
        .agg(pl.col("effective").median())
    )
    return observed, rows.filter(pl.col("share") > 0)


def _count_nights(frame: pl.DataFrame, first: date) -> Indices:
    return (frame["night"] - first).dt.total_days().to_numpy().astype(np.intp)


def _index(values: pl.Series, known: pl.Series) -> Indices:
    return np.asarray(known.search_sorted(values), dtype=np.intp)
