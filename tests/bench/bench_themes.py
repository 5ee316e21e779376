"""Whether later nights change what was known of themes: shares on a night against those of now.

usage: python tests/bench/bench_themes.py TABLE

The shares of all countries on each night of a headline table, told from what was taken in until
that night, are compared with those told from the whole table. Printed are the machine, the
versions and on how many nights any differs, as headlines count for a theme from the wording on by
which they belong to it, and as if they counted from their first sighting on.
"""

import os
import platform
import sys
from pathlib import Path

import polars as pl

from tracker.collector.headline_tables import read_headline_table
from tracker.collector.headlines import derive_headlines, tabulate_table
from tracker.collector.languages import detect_languages
from tracker.nights.counts import list_stretches
from tracker.tables import MEMBERS, night_of
from tracker.topics.countries import country_themes
from tracker.topics.themes import match_themes
from tracker.trends.panels import measure_panel
from tracker.trends.slots import expose_slots

ZONE = "UTC"
CELL = ["subject", "source", "night", "channel"]


def main() -> None:
    print(
        f"{platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"polars {pl.__version__}"
    )
    rows = tabulate_table(read_headline_table(Path(sys.argv[1])).rows)
    slots = expose_slots(rows.sightings, rows.lists, rows.captures, time_zone=ZONE)
    nights = slots["night"].unique().sort()
    seen = rows.sightings.with_columns(night=night_of("captured_at", ZONE))
    now = match(rows.sightings, rows.lists, rows.captures)
    then = []
    for night in nights:
        known, tonight = seen.filter(pl.col("night") <= night), slots.filter(night=night)
        mine = known.join(tonight, on="headline_id", how="semi").drop("night")
        then.append(measure(tonight, match(mine, rows.lists, rows.captures)))
    before = pl.concat(then)
    first = now.with_columns(pl.lit(nights[0]).alias("from_night"))
    headlines = seen["headline_id"].n_unique()
    print(f"{len(nights)} nights, {headlines:,} headlines, {now['theme'].n_unique()} countries")
    for words, themes in (("from the wording on", now), ("from the first sighting on", first)):
        print(f"counted {words}: {count_changed(before, measure(slots, themes))} nights changed")


def match(sightings: pl.DataFrame, lists: pl.DataFrame, captures: pl.DataFrame) -> pl.DataFrame:
    headlines = derive_headlines(sightings.lazy(), lists.lazy(), captures.lazy())
    spoken = detect_languages([words[0] for words in headlines["wordings"]])
    language = pl.Series("language", spoken, pl.String)
    return match_themes(headlines.with_columns(language), country_themes(), time_zone=ZONE)


def measure(slots: pl.DataFrame, themes: pl.DataFrame) -> pl.DataFrame:
    first, last = slots["night"].min(), slots["night"].max()
    subjects = list_stretches(MEMBERS.empty(), themes)
    panel = measure_panel(slots, subjects, first_night=first, last_night=last)  # type: ignore[arg-type]
    return panel.shares.select(*CELL, "share")


def count_changed(before: pl.DataFrame, after: pl.DataFrame) -> int:
    both = before.join(after, on=CELL, how="full", suffix="_after", coalesce=True)
    same = (pl.col("share") - pl.col("share_after")).abs() < 1e-12
    return both.filter(~same.fill_null(value=False))["night"].n_unique()


if __name__ == "__main__":
    main()
