"""What a chart rests on, in words: its sources, captures and nights."""

from typing import Final

import polars as pl

from tracker.names import count
from tracker.plotter.prepared import Prepared
from tracker.plotter.slots import OBSERVED
from tracker.plotter.words import clean, isolate, short_day
from tracker.tables import SEEN_OUTCOMES, night_of

_MOST_NAMES: Final = 8


def tell_basis(prepared: Prepared) -> str:
    """Return who was observed, how often and on which nights; and if the last night is partial."""
    nights, data = prepared.curves.nights, prepared.data
    seen = prepared.slots.coverage.filter(
        (pl.col("state") == OBSERVED) & pl.col("night").is_between(nights[0], nights[-1])
    )
    sources = seen["source"].unique().sort().to_list()
    captures = data.captures.filter(
        pl.col("outcome").is_in(SEEN_OUTCOMES)
        & night_of("captured_at", data.time_zone).is_between(nights[0], nights[-1])
    ).height
    names = ", ".join(isolate(clean(source, 40)) for source in sources[:_MOST_NAMES])
    more = f" and {len(sources) - _MOST_NAMES} more" if len(sources) > _MOST_NAMES else ""
    span = short_day(nights[0])
    if len(nights) > 1:
        span = f"{span} to {short_day(nights[-1])}"
    words = (
        f"Source: headline lists of {names or 'no source'}{more}; {count(captures, 'capture')} on "
        f"{seen['night'].n_unique():,} of {count(len(nights), 'night')}, {span} ({data.time_zone})."
    )
    channel = prepared.channel
    if prepared.curves.channels and prepared.curves.is_partial(channel):
        n, usual = prepared.curves.observed[channel][-1], prepared.curves.usual_sources(channel)
        few = f"{n} of usually {count(usual, 'source')}" if n < usual else "fewer slots than usual"
        words += f" {short_day(nights[-1])} is partial: {few}."
    return words
