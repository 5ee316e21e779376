"""A part of a study's nights, as if there were no others."""

from dataclasses import replace
from datetime import date

import polars as pl

from tracker.errors import InputError
from tracker.plotter.inputs import ReportData
from tracker.tables import night_of


def cut_nights(data: ReportData, first: date | None = None, last: date | None = None) -> ReportData:
    """Return `data` from night `first` to night `last`; to either end of the study if None.

    Raises:
        InputError: If the study has no night between them.
    """
    if first is None and last is None:
        return data
    start, end = data.first_night, data.last_night
    first, last = max(first or start, start), min(last or end, end)
    if first > last:
        raise InputError(f"nights: found none from {first} to {last}; wanted some of {start}–{end}")
    within = pl.col("night").is_between(first, last)
    captures = data.captures.filter(night_of("captured_at", data.time_zone).is_between(first, last))
    seen = captures.lazy().select("capture_id")
    first_seen, last_seen = (night_of(name, data.time_zone) for name in ("first_seen", "last_seen"))
    return replace(
        data,
        attention=data.attention.filter(within),
        signals=data.signals.filter(within),
        captures=captures,
        sightings=data.sightings.lazy().join(seen, on="capture_id", how="semi"),
        slots=data.slots.filter(within),
        coverage=data.coverage.filter(within),
        headlines=data.headlines.filter(last_seen >= first, first_seen <= last),
        events=data.events.filter(
            (pl.col("last_night") >= first) & (pl.col("first_night") <= last)
        ),
        lineage=data.lineage.filter(within),
        last_night=last,
    )
