"""Attention as arrays, ready to compare stretches of nights like with like."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.trends.intervals import Floats, find_effective
from tracker.trends.panels import Panel
from tracker.trends.windows import Indices, Window


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares above zero, one entry each, in the order of the nights.

    Attributes:
        night: Index of the night.
        subject: Index of the subject.
        source: Index of the source.
        share: The share.
    """

    night: Indices
    subject: Indices
    source: Indices
    share: Floats

    def between(self, start: int, stop: int) -> Self:
        """Return those of the nights [start, stop)."""
        some = slice(*np.searchsorted(self.night, (start, stop)))
        return type(self)(self.night[some], self.subject[some], self.source[some], self.share[some])


@dataclass(frozen=True, slots=True)
class Series:
    """The shares of many subjects on one channel, night by night and source by source.

    Sums run along the nights, so that any stretch is one subtraction; index t holds the sum of
    the nights before t.

    Attributes:
        subjects: The subjects, in order.
        sources: The sources, in order.
        first_night: The night of index 0.
        starts: Index of each subject's first night, (n_subjects,).
        observed: Whether any source was observed, (n_nights,).
        shares: What the sources gave the subjects, where it was not zero.
        visits: Sums of nights observed, (n_nights + 1, n_sources).
        spreads: Sums of 1 / effective number of headlines, (n_nights + 1, n_sources).
        family: Which subjects are judged together, numbered from 0 and ascending, (n_subjects,):
            all of a study. Simulated studies that were observed alike are stacked as one series,
            each a family of its own.
        n_families: How many families there are.
    """

    subjects: tuple[str, ...]
    sources: tuple[str, ...]
    first_night: date
    starts: Indices
    observed: NDArray[np.bool_]
    shares: Shares
    visits: Floats
    spreads: Floats
    family: Indices
    n_families: int = 1

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
        last_night: date | None = None,
        born: pl.DataFrame | None = None,
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
            last_night: Last night to take; that of `attention` if None.
            born: The subjects and their first nights (subject, night), where `attention` does not
                go back to them.
        """
        first = attention["night"].min() if first_night is None else first_night
        last = attention["night"].max() if last_night is None else last_night
        assert isinstance(first, date)
        assert isinstance(last, date)
        n_nights = (last - first).days + 1
        known = attention if born is None else born
        starts = known.group_by("subject").agg(pl.col("night").min()).sort("subject")
        if panel is None:
            observed, shares = _pool_sources(attention.filter(pl.col("channel") == channel))
        else:
            observed = panel.observed.filter(pl.col("channel") == channel)
            shares = panel.shares.filter(pl.col("channel") == channel)
        within = pl.col("night").is_between(first, last)
        observed = observed.filter(within)
        shares = shares.filter(within, pl.col("subject").is_in(starts["subject"].implode()))
        shares = shares.sort("night", maintain_order=True)
        sources = observed["source"].unique().sort()
        visits = np.zeros((n_nights + 1, len(sources)))
        spreads = np.zeros_like(visits)
        at = (number_nights(observed["night"], first) + 1, _index(observed["source"], sources))
        visits[at] = 1.0
        spreads[at] = 1 / observed["effective"].to_numpy()
        return cls(
            subjects=tuple(starts["subject"]),
            sources=tuple(sources),
            first_night=first,
            starts=number_nights(starts["night"], first),
            observed=np.asarray(visits[1:].any(axis=1)),
            shares=Shares(
                number_nights(shares["night"], first),
                _index(shares["subject"], starts["subject"]),
                _index(shares["source"], sources),
                shares["share"].to_numpy(),
            ),
            visits=visits.cumsum(axis=0),
            spreads=spreads.cumsum(axis=0),
            family=np.zeros(starts.height, dtype=np.intp),
        )

    def open_window(self, subjects: Indices, start: int, stop: int) -> Window:
        """Return the nights [start, stop) of some subjects.

        Args:
            subjects: Their indices, ascending.
            start: First night.
            stop: End of the nights, excluded.
        """
        visits, rows = self.visits[[start, stop]], self.shares.between(start, stop)
        sources = np.flatnonzero(visits[1] > visits[0])
        place = np.searchsorted(subjects, rows.subject)
        mine = np.flatnonzero(place < len(subjects))
        mine = mine[subjects[place[mine]] == rows.subject[mine]]
        at = (
            rows.night[mine] - start + 1,
            place[mine],
            np.searchsorted(sources, rows.source[mine]),
        )
        sums = np.zeros((stop - start + 1, len(subjects), len(sources)))
        sums[at] = rows.share[mine]
        shown = np.zeros((stop - start, len(subjects)), dtype=bool)
        shown[at[0] - 1, at[1]] = True
        ends = np.searchsorted(self.family[subjects], np.arange(self.n_families + 1))
        return Window(
            start=start,
            stop=stop,
            subjects=subjects,
            sources=sources,
            shown=shown,
            shares=np.cumsum(sums, axis=0, out=sums),
            visits=self.visits[:, sources],
            spreads=self.spreads[:, sources],
            families=tuple(slice(*pair) for pair in pairwise(ends.tolist())),
        )


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


def number_nights(nights: pl.Series, first: date) -> Indices:
    """Return the index of each night where that of `first` is 0."""
    return (nights - first).dt.total_days().to_numpy().astype(np.intp)


def _index(values: pl.Series, known: pl.Series) -> Indices:
    return np.asarray(known.search_sorted(values), dtype=np.intp)
