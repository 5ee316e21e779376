"""The stored tables into the report's pages on disk."""

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Final

import polars as pl

from tracker.config import Config
from tracker.names import count
from tracker.nights.counts import read_attention, read_counted_night
from tracker.nights.heirs import follow_heirs
from tracker.nights.pasts import follow_mergers, scan_counted
from tracker.nights.topic_views import latest_topics
from tracker.plotter.inputs import ReportData
from tracker.plotter.report import build_report
from tracker.plotter.selections import select_topics
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
    SEEN_OUTCOMES,
    SIGHTINGS,
    SIGNALS,
    SLOTS,
    THEMES,
    TOPICS,
    night_of,
)
from tracker.trends.coverage import find_first

FOLDERS: Final = ("topics", "themes", "data")
"""Folders that hold nothing but the report's pages: what an earlier report left there goes."""


def read_report_data(
    store: Store,
    config: Config,
    generated_at: datetime,
    *,
    subjects: Collection[str] = (),
    since: date | None = None,
    nights: tuple[date | None, date | None] = (None, None),
) -> ReportData:
    """Return what is shown, as of the night the study stands at: of a large study not every topic.

    Args:
        store: The study's store.
        config: Its settings.
        generated_at: When it is made.
        subjects: All that is shown, by key; if empty, every theme and the topics that
            `tracker.plotter.selections` chooses.
        since: Topics of which anything was found after this night are shown too.
        nights: The first and last night by which topics are chosen; the study's own if None.

    Raises:
        InputError: If the study was never updated.
    """
    last_night = read_counted_night(store)
    zone, coverage, signals = config.study.time_zone, store.read(COVERAGE), store.read(SIGNALS)
    captures = store.read(CAPTURES).filter(night_of("captured_at", zone) <= last_night)
    themes, watchlist = store.read(THEMES), tuple(theme.name for theme in config.theme)
    drawn, paged, unpaged = frozenset(subjects), frozenset[str](), 0
    if not drawn:
        first = find_first(coverage)
        chosen = select_topics(
            store.scan(ATTENTION), scan_counted(store), store.scan(HEADLINES), signals,
            time_zone=zone, first=max(first, nights[0] or first),
            last=min(last_night, nights[1] or last_night), since=since,
        )  # fmt: skip
        drawn = chosen.drawn | {*themes["theme"], *watchlist}
        paged, unpaged = chosen.paged, chosen.unpaged
    own = pl.lit(pl.Series(sorted(drawn), dtype=pl.String)).implode()
    members = scan_counted(store).filter(pl.col("topic_id").is_in(own)).collect()
    shown = pl.concat(
        [members["headline_id"], themes.filter(pl.col("theme").is_in(own))["headline_id"]]
    )
    headlines = store.scan(HEADLINES).join(
        shown.unique().to_frame().lazy(), on="headline_id", how="semi"
    )
    return ReportData(
        attention=read_attention(
            store,
            coverage,
            drawn,
            themes=drawn & {*themes["theme"], *watchlist},
            night=last_night,
        ),
        signals=signals.filter(pl.col("subject").is_in(own)),
        headlines=headlines.collect(),
        sightings=store.scan(SIGHTINGS).join(
            captures.lazy().select("capture_id"), on="capture_id", how="semi"
        ),
        slots=store.scan(SLOTS),
        weighting=config.attention.weighting,
        captures=captures,
        members=members,
        events=store.scan(EVENTS).filter(pl.col("topic_id").is_in(own)).collect(),
        topics=_read_topics(store, own),
        lineage=store.read(LINEAGE),
        themes=themes,
        time_zone=zone,
        title=config.study.title,
        generated_at=generated_at,
        last_night=last_night,
        watchlist=watchlist,
        problems=_list_problems(captures, zone, last_night),
        coverage=coverage,
        bodies=store.read(BODIES),
        archive=config.archive.url,
        drawn=drawn,
        paged=paged,
        unpaged=unpaged,
        heirs={**follow_mergers(store), **follow_heirs(store)},
    )


def _read_topics(store: Store, drawn: pl.Expr) -> pl.DataFrame:
    """Return the latest row of each topic; without its centroid where it is not drawn."""
    names = [name for name in TOPICS.schema.names() if name != "centroid"]
    latest = latest_topics(store).select(names).collect()
    near = store.scan(TOPICS).filter(pl.col("topic_id").is_in(drawn))
    centroids = near.select("topic_id", "night", "centroid").collect()
    return latest.join(
        centroids, on=["topic_id", "night"], how="left", maintain_order="left"
    ).select(TOPICS.schema.names())


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
        f"{source}: {count(visits, 'visit')} brought no page ({outcomes})"
        for source, visits, outcomes in by_source.select("source", "len", "outcome").iter_rows()
    )
