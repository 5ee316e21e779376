"""What a report is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import polars as pl

from tracker import tables
from tracker.errors import TableError


@dataclass(frozen=True, kw_only=True)
class ReportData:
    """Everything a report shows.

    Attributes:
        attention: Table `attention`.
        signals: Table `signals`.
        headlines: Table `headlines`.
        sightings: Table `sightings`; pages name every capture of a subject from it, single charts
            need none.
        slots: Table `slots`: what the shares in `attention` were counted from. It and `sightings`
            may be lazy: only what is drawn of them is held.
        drawn: Subjects whose curves and headlines are shown; all if None.
        paged: Topics that have a row and a page; all if None.
        unpaged: How many topics of two or more headlines have no page.
        heirs: Which topic has the place of those that are not there any more, or were merged into
            it with all their past, by their ids.
        weighting: What a slot weighs: `slots` (one) or `rank` (less, the lower it stands).
        captures: Table `captures`.
        members: Table `members`.
        events: Table `events`.
        topics: Table `topics`, the latest row of each topic.
        lineage: Table `lineage`.
        themes: Table `themes`.
        time_zone: IANA name of the zone whose dates the nights are.
        title: Name of the study, shown at the top.
        generated_at: When the report was made, aware.
        last_night: The night the report speaks of as tonight.
        watchlist: Themes that are always drawn, also at zero, in this order.
        problems: Which sources brought no page on the last night, a sentence each.
        coverage: Table `coverage`; without rows, what was observed is told from the captures alone.
        bodies: Table `bodies`: where raw pages are kept.
        archive: Address of a web archive up to the timestamp of its copies; empty for none.
    """

    attention: pl.DataFrame
    signals: pl.DataFrame
    headlines: pl.DataFrame
    sightings: pl.DataFrame | pl.LazyFrame
    slots: pl.DataFrame | pl.LazyFrame
    captures: pl.DataFrame
    members: pl.DataFrame
    events: pl.DataFrame
    topics: pl.DataFrame
    lineage: pl.DataFrame
    themes: pl.DataFrame
    time_zone: str
    title: str
    generated_at: datetime
    last_night: date
    watchlist: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    coverage: pl.DataFrame = field(default_factory=tables.COVERAGE.empty)
    bodies: pl.DataFrame = field(default_factory=tables.BODIES.empty)
    archive: str = ""
    weighting: Literal["slots", "rank"] = "slots"
    drawn: frozenset[str] | None = None
    paged: frozenset[str] | None = None
    unpaged: int = 0
    heirs: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_night(self) -> date:
        """Return the first night that anything is told of."""
        known = [frame["night"].min() for frame in (self.attention, self.coverage)]
        return min([self.last_night, *(night for night in known if isinstance(night, date))])

    def __post_init__(self) -> None:
        """Check that every frame has its table's columns.

        Raises:
            TableError: If one lacks a column.
        """
        for name in ("attention", "signals", "headlines", "sightings", "slots", "captures",
                     "members", "events", "topics", "lineage", "themes", "coverage",
                     "bodies"):  # fmt: skip
            self._want(name, tables.TABLES[name].schema.names())

    def _want(self, name: str, wanted: Sequence[str]) -> None:
        found = getattr(self, name).lazy().collect_schema().names()
        missing = [column for column in wanted if column not in found]
        if missing:
            raise TableError(
                f"table {name}: found columns {', '.join(found) or 'none'}; "
                f"wanted also {', '.join(missing)}"
            )
