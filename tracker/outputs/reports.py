"""The stored tables into the report's pages on disk."""

from datetime import date, datetime
from pathlib import Path
from typing import Final

import polars as pl

from tracker.config import Config
from tracker.nights.counts import read_counted_night
from tracker.nights.topic_views import latest_topics
from tracker.plotter.inputs import ReportData
from tracker.plotter.report import build_report
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import (
    ATTENTION,
    BODIES,
    CAPTURES,
    COVERAGE,
    EVENTS,
    HEADLINES,
    LINEAGE,
    MEMBERS,
    SEEN_OUTCOMES,
    SIGHTINGS,
    SIGNALS,
    SLOTS,
    THEMES,
    TOPICS,
    night_of,
)

FOLDERS: Final = ("topics", "themes", "data")
"""Folders that hold nothing but the report's pages: what an earlier report left there goes."""


def read_report_data(
    store: Store, config: Config, generated_at: datetime, *, whole: bool = True
) -> ReportData:
    """Return everything the report shows, as of the night the study stands at.

    Args:
        store: The study's store.
        config: Its settings.
        generated_at: When the report is made.
        whole: With what only the pages of subjects show: all sightings.

    Raises:
        InputError: If the study was never updated.
    """
    last_night = read_counted_night(store)
    zone = config.study.time_zone
    captures = store.read(CAPTURES).filter(night_of("captured_at", zone) <= last_night)
    known = captures.lazy().select("capture_id")
    sightings = store.scan(SIGHTINGS).join(known, on="capture_id", how="semi")
    return ReportData(
        attention=store.read(ATTENTION),
        signals=store.read(SIGNALS),
        headlines=store.read(HEADLINES),
        sightings=sightings.collect() if whole else SIGHTINGS.empty(),
        slots=store.read(SLOTS),
        weighting=config.attention.weighting,
        captures=captures,
        members=store.read(MEMBERS),
        events=store.read(EVENTS),
        topics=latest_topics(store).select(TOPICS.schema.names()).collect(),
        lineage=store.read(LINEAGE),
        themes=store.read(THEMES),
        time_zone=zone,
        title=config.study.title,
        generated_at=generated_at,
        last_night=last_night,
        watchlist=tuple(theme.name for theme in config.theme),
        problems=_list_problems(captures, zone, last_night),
        coverage=store.read(COVERAGE),
        bodies=store.read(BODIES),
        archive=config.archive.url,
    )


def write_report(
    store: Store,
    config: Config,
    generated_at: datetime,
    *,
    single_file: bool = False,
    progress: Progress = be_silent,
) -> Path:
    """Write the report's files below the study's folder; return the page to open.

    Raises:
        InputError: If the study was never updated.
    """
    data = read_report_data(store, config, generated_at)
    written = set()
    for done, file in enumerate(build_report(data, single_file=single_file), 1):
        store.write_file(file.path, file.text)
        written.add(file.path)
        progress("pages", done, done)
    for folder in FOLDERS:
        store.prune_files(folder, written)
    return store.folder / "index.html"


def _list_problems(captures: pl.DataFrame, zone: str, night: date) -> tuple[str, ...]:
    """Return which sources brought no page on the last night; of earlier ones, coverage tells."""
    tonight = captures.filter(night_of("captured_at", zone) == night)
    seen = pl.col("outcome").is_in(SEEN_OUTCOMES)
    by_source = (
        tonight.group_by("source")
        .agg(seen.any().alias("came"), pl.len(), pl.col("outcome").unique().sort().str.join(", "))
        .filter(~pl.col("came"))
        .sort("source")
    )
    return tuple(
        f"{source}: {visits} {'visit' if visits == 1 else 'visits'} brought no page ({outcomes})"
        for source, visits, outcomes in by_source.select("source", "len", "outcome").iter_rows()
    )
