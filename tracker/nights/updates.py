"""The nightly update: headlines, topics, themes, attention and signals, in that order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.collector.expectations import find_missing
from tracker.collector.headlines import derive_headlines
from tracker.collector.languages import detect_languages
from tracker.config import Config
from tracker.errors import ConfigError
from tracker.nights.counts import measure_trends, write_trends
from tracker.nights.label_writers import open_writer
from tracker.nights.models import check_model, finish_model, read_naming
from tracker.nights.pasts import scan_counted
from tracker.nights.readings import Taken, is_left, read_taken
from tracker.nights.replays import Placing, place_headlines
from tracker.nights.slot_counts import count_slots
from tracker.nights.vectors import embed_texts, read_vectors
from tracker.nights.written_labels import LabelResult, write_labels
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import (
    CAPTURES,
    CORRECTIONS,
    COVERAGE,
    EVENTS,
    HEADLINES,
    LISTS,
    MEMBERS,
    SIGHTINGS,
    THEMES,
    night_of,
)
from tracker.topics.countries import country_themes
from tracker.topics.encoder import Encoder
from tracker.topics.events import summarise_events
from tracker.topics.themes import Theme, match_themes

MATCHED_AT_ONCE: Final = 100_000
"""Headlines that are matched with all themes at a time."""


@dataclass(frozen=True)
class UpdateResult:
    """What an update did.

    Attributes:
        night: The night the study now stands at.
        headlines: Headlines known by then.
        placing: Which nights the topics were replayed for.
        events: Events known by then.
        topics: Topics that hold headlines.
        themes: Themes with at least one headline.
        signals: Findings of that night.
        void_corrections: Corrections that name what is not there.
        labels: What the label writer did, if there is one.
        stood: The night the study stood at before; None if it never did.
    """

    night: date
    headlines: int
    placing: Placing
    events: int
    topics: int
    themes: int
    signals: int
    void_corrections: int
    labels: LabelResult
    stood: date | None


def update_study(
    store: Store,
    config: Config,
    encoder: Callable[[], Encoder],
    *,
    now: datetime,
    as_of: date | None = None,
    first: date | None = None,
    progress: Progress = be_silent,
) -> UpdateResult:
    """Bring every derived table to what was known after night `as_of`; return what was done.

    Args:
        store: The study's store; the caller holds it for writing.
        config: The study's settings.
        encoder: Loads the encoder; called once.
        now: The time.
        as_of: Stand at the last night captured up to this one, of which there must be one; the
            last of all if None.
        first: Do the topics again from this night on, even if nothing changed.
        progress: Told how far it is.

    Raises:
        ConfigError: If the topics were made with another encoder or other settings.
    """
    zone = config.study.time_zone
    captures = store.read(CAPTURES).with_columns(night=night_of("captured_at", zone))
    if as_of is not None:
        captures = captures.filter(pl.col("night") <= as_of)
    nights = captures["night"].unique().sort().to_list()
    night = nights[-1]
    stood = store.scan(COVERAGE).select(pl.col("night").max()).collect().item()
    model = encoder()
    unfinished = check_model(store, model, config.topics, now)
    progress("lists", 0, 1)
    mark_missing_lists(store, captures.drop("night"))
    progress("lists", 1, 1)
    taken = read_taken(store, captures.drop("night"), config)
    headlines = update_headlines(store, taken, zone, progress)
    placing = place_headlines(
        store,
        texts_of(headlines, zone),
        encoder=model,
        settings=config.topics,
        nights=nights,
        naming=read_naming(store),
        first=nights[0] if unfinished else first,
        progress=progress,
    )
    finish_model(store)
    progress("events", 0, 1)
    events = summarise_events(store.read(MEMBERS), texts_of(headlines, zone), night)
    store.replace(EVENTS, events)
    progress("events", 1, 1)
    progress("themes", 0, 1)
    themes = match_all_themes(store, headlines, config, model)
    store.replace(THEMES, themes)
    progress("themes", 1, 1)
    progress("slots", 0, 1)
    counted = count_slots(store, taken, config, night)
    progress("slots", 1, 1)
    progress("attention", 0, 1)
    members = scan_counted(store).collect()
    trends = measure_trends(store, counted, members, themes, config, nights[0], night)
    write_trends(store, counted, trends)
    progress("attention", 1, 1)
    labels = write_labels(store, config.labels, open_writer, now, progress)
    return UpdateResult(
        night=night,
        headlines=headlines.height,
        placing=placing,
        events=events.height,
        topics=events["topic_id"].drop_nulls().n_unique(),
        themes=themes["theme"].n_unique(),
        signals=trends.judged.signals.filter(pl.col("night") == night).height,
        void_corrections=store.read(CORRECTIONS).filter(pl.col("state") == "void").height,
        labels=labels,
        stood=stood,
    )


def mark_missing_lists(store: Store, captures: pl.DataFrame) -> None:
    """Write a row for each list that was expected on a capture and is not there."""
    lists = store.read(LISTS)
    before = lists.filter(pl.col("outcome") == "missing")
    missing = find_missing(lists, captures)
    if not missing.sort(LISTS.key).equals(before.sort(LISTS.key)):
        store.replace(LISTS, missing, where="outcome = 'missing'")


def update_headlines(
    store: Store, taken: Taken, time_zone: str, progress: Progress = be_silent
) -> pl.DataFrame:
    """Write and return HEADLINES of what was taken in; languages are found once.

    Only those seen on nights that changed since are derived again.
    """
    progress("headlines", 0, 1)
    stored, sightings = store.read(HEADLINES), store.scan(SIGHTINGS)
    kept = stored.clear()
    if is_left(store, HEADLINES) and not taken.before.is_empty():
        touched = _list_seen(sightings, taken.changed, time_zone)
        kept = stored.join(touched, on="headline_id", how="anti")
        sightings = sightings.filter(pl.col("headline_id").is_in(touched["headline_id"].implode()))
    derived = derive_headlines(sightings, taken.lists.lazy(), taken.captures.lazy())
    known = stored.select("headline_id", "language")
    derived = derived.drop("language").join(known, on="headline_id", how="left")
    new = derived.filter(pl.col("language").is_null())
    found = new.select("headline_id").with_columns(
        pl.Series("found", detect_languages([words[0] for words in new["wordings"]]), pl.String)
    )
    derived = (
        derived.join(found, on="headline_id", how="left")
        .with_columns(pl.coalesce("language", "found").alias("language"))
        .drop("found")
    )
    headlines = pl.concat([kept, HEADLINES.check(derived)]).sort("first_seen", "headline_id")
    if not (headlines.height == stored.height == kept.height):
        store.replace(HEADLINES, headlines)
    progress("headlines", 1, 1)
    return headlines


def _list_seen(sightings: pl.LazyFrame, nights: pl.Series, time_zone: str) -> pl.DataFrame:
    """Return headline_id of what was seen on some nights."""
    first, last = nights.min(), nights.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return pl.DataFrame(schema={"headline_id": pl.String})
    # No zone is more than a day away from UTC; files of other times are not read at all.
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
    return (
        sightings.filter(
            pl.col("captured_at").is_between(pl.lit(begins), pl.lit(ends)),
            night_of("captured_at", time_zone).is_in(nights.implode()),
        )
        .select(pl.col("headline_id").unique())
        .collect()
    )


def texts_of(headlines: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Return what topics read of headlines: the first wording, as it was on the first night."""
    return headlines.select(
        "headline_id",
        "source",
        pl.col("wordings").list.first().alias("text"),
        "url",
        "language",
        night_of("first_seen", time_zone).alias("night"),
    )


def watch_list(config: Config) -> tuple[Theme, ...]:
    """Return the configured themes; one without terms of its own is the country of that name.

    Raises:
        ConfigError: If it is no country either.
    """
    ready = {theme.name.casefold(): theme for theme in country_themes()}
    themes = []
    for theme in config.theme:
        country = ready.get(theme.name.casefold())
        if theme.terms or theme.like:
            themes.append(
                Theme(
                    name=theme.name,
                    terms=theme.terms,
                    exclude=theme.exclude,
                    exemplars=theme.like,
                    threshold=theme.threshold,
                )
            )
        elif country is None:
            raise ConfigError(
                f"theme {theme.name!r}: found neither terms nor like, and no country is called "
                "that; wanted terms"
            )
        else:
            exclude = (*country.exclude, *theme.exclude)
            themes.append(replace(country, name=theme.name, exclude=exclude))
    return tuple(themes)


def list_themes(config: Config) -> list[Theme]:
    """Return the themes in force: the watch list, and countries that are not on it by name.

    Raises:
        ConfigError: As `watch_list`.
    """
    watched = watch_list(config)
    names = {theme.name.casefold() for theme in watched}
    ready = country_themes() if config.themes.countries else ()
    return [*watched, *(theme for theme in ready if theme.name.casefold() not in names)]


def match_all_themes(
    store: Store, headlines: pl.DataFrame, config: Config, encoder: Encoder
) -> pl.DataFrame:
    """Return THEMES of all themes in force."""
    themes = list_themes(config)
    exemplars: dict[str, NDArray[np.float32]] = {}
    phrases = [phrase for theme in themes for phrase in theme.exemplars]
    if phrases:
        embed_texts(store, phrases, encoder)
        exemplars = {
            theme.name: read_vectors(store, theme.exemplars, encoder)
            for theme in themes
            if theme.exemplars
        }
    found = [THEMES.empty()]
    # Some at a time: the words and the vectors of a million headlines are gigabytes.
    for some in headlines.iter_slices(MATCHED_AT_ONCE):
        texts = some["wordings"].list.first().to_list() if phrases else []
        vectors = read_vectors(store, texts, encoder) if phrases else None
        found.append(match_themes(some, themes, vectors=vectors, exemplar_vectors=exemplars))
    return pl.concat(found).sort("theme", "headline_id")
