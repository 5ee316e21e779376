"""The nightly update: headlines, topics, themes, attention and signals, in that order."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.collector.breaks import find_breaks
from tracker.collector.expectations import find_missing
from tracker.collector.headlines import derive_headlines
from tracker.collector.languages import detect_languages
from tracker.config import Config
from tracker.errors import ConfigError, InputError
from tracker.nights.label_writers import open_writer
from tracker.nights.models import check_model, finish_model, read_naming
from tracker.nights.replays import Placing, embed_texts, place_headlines, read_vectors
from tracker.nights.written_labels import LabelResult, write_labels
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import (
    ATTENTION,
    CAPTURES,
    CORRECTIONS,
    COVERAGE,
    EVENTS,
    HEADLINES,
    LISTS,
    MEMBERS,
    SIGHTINGS,
    SIGNALS,
    THEMES,
    night_of,
)
from tracker.topics.countries import country_themes
from tracker.topics.encoder import Encoder
from tracker.topics.events import summarise_events
from tracker.topics.themes import Theme, match_themes
from tracker.trends.attention import expose_slots, measure_attention
from tracker.trends.coverage import measure_coverage
from tracker.trends.panels import Panel, measure_panel
from tracker.trends.signals import find_signals
from tracker.trends.standing import find_standing, name_epochs


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
        as_of: Stand at the last night captured up to this one; the last of all if None.
        first: Do the topics again from this night on, even if nothing changed.
        progress: Told how far it is.

    Raises:
        InputError: If nothing was captured by then.
        ConfigError: If the topics were made with another encoder or other settings.
    """
    zone = config.study.time_zone
    captures = store.read(CAPTURES).with_columns(night=night_of("captured_at", zone))
    if as_of is not None:
        captures = captures.filter(pl.col("night") <= as_of)
    if captures.is_empty():
        until = f" up to {as_of}" if as_of else ""
        raise InputError(
            f"{store.folder}: found no captures{until}; wanted some: run tracker ingest"
        )
    nights = captures["night"].unique().sort().to_list()
    night = nights[-1]
    model = encoder()
    unfinished = check_model(store, model, config.topics, now)
    mark_missing_lists(store, captures.drop("night"))
    headlines = update_headlines(store, captures, progress)
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
    members = store.read(MEMBERS)
    events = summarise_events(members, texts_of(headlines, zone), night)
    store.replace(EVENTS, events)
    progress("themes", 0, 1)
    themes = match_all_themes(store, headlines, config, model)
    store.replace(THEMES, themes)
    progress("attention", 0, 1)
    trends = measure_trends(store, captures, members, themes, config, night)
    store.replace(COVERAGE, trends.coverage)
    store.replace(ATTENTION, trends.attention)
    store.replace(SIGNALS, trends.signals)
    progress("attention", 1, 1)
    labels = write_labels(store, config.labels, open_writer, now, progress)
    return UpdateResult(
        night=night,
        headlines=headlines.height,
        placing=placing,
        events=events.height,
        topics=events["topic_id"].drop_nulls().n_unique(),
        themes=themes["theme"].n_unique(),
        signals=trends.signals.filter(pl.col("night") == night).height,
        void_corrections=store.read(CORRECTIONS).filter(pl.col("state") == "void").height,
        labels=labels,
    )


def mark_missing_lists(store: Store, captures: pl.DataFrame) -> None:
    """Write a row for each list that was expected on a capture and is not there."""
    lists = store.read(LISTS)
    before = lists.filter(pl.col("outcome") == "missing")
    missing = find_missing(lists, captures)
    if not missing.sort(LISTS.key).equals(before.sort(LISTS.key)):
        store.replace(LISTS, missing, where="outcome = 'missing'")


def update_headlines(
    store: Store, captures: pl.DataFrame, progress: Progress = be_silent
) -> pl.DataFrame:
    """Write and return HEADLINES as of the given captures; languages are found once."""
    progress("headlines", 0, 1)
    headlines = derive_headlines(store.scan(SIGHTINGS), store.scan(LISTS), captures.lazy())
    known = store.scan(HEADLINES).select("headline_id", "language").collect()
    headlines = headlines.drop("language").join(known, on="headline_id", how="left")
    new = headlines.filter(pl.col("language").is_null())
    found = new.select("headline_id").with_columns(
        pl.Series("found", detect_languages([words[0] for words in new["wordings"]]), pl.String)
    )
    headlines = (
        headlines.join(found, on="headline_id", how="left")
        .with_columns(pl.coalesce("language", "found").alias("language"))
        .drop("found")
        .sort("first_seen", "headline_id")
    )
    store.replace(HEADLINES, headlines)
    return HEADLINES.check(headlines)


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
    vectors: NDArray[np.float32] | None = None
    exemplars: dict[str, NDArray[np.float32]] = {}
    phrases = [phrase for theme in themes for phrase in theme.exemplars]
    if phrases:
        embed_texts(store, phrases, encoder)
        exemplars = {
            theme.name: read_vectors(store, theme.exemplars, encoder)
            for theme in themes
            if theme.exemplars
        }
        vectors = read_vectors(store, headlines["wordings"].list.first().to_list(), encoder)
    return match_themes(headlines, themes, vectors=vectors, exemplar_vectors=exemplars)


@dataclass(frozen=True)
class Counted:
    """Which slots count.

    Attributes:
        slots: Frame with the columns of `tracker.trends.panels.SLOTS`.
        breaks: Captures that do not count, as `tracker.collector.breaks` finds them.
        standing: Boxes that do not count, as `tracker.trends.standing` finds them.
    """

    slots: pl.DataFrame
    breaks: pl.DataFrame
    standing: pl.DataFrame


@dataclass(frozen=True)
class Observed:
    """What counts of everything captured, and what belongs to whom.

    Attributes:
        slots: Frame with the columns of `tracker.trends.panels.SLOTS`.
        stretches: Frame with the columns of `tracker.trends.panels.SUBJECTS`.
        panel: The sources' own shares, from these; a source has another name since a box of it
            began or ended to stand unchanged.
        coverage: COVERAGE.
        first_night: First night of the study.
    """

    slots: pl.DataFrame
    stretches: pl.DataFrame
    panel: Panel
    coverage: pl.DataFrame
    first_night: date


@dataclass(frozen=True)
class Trends:
    """What is said of every subject over time.

    Attributes:
        coverage: COVERAGE.
        attention: ATTENTION.
        signals: SIGNALS.
    """

    coverage: pl.DataFrame
    attention: pl.DataFrame
    signals: pl.DataFrame


def count_slots(store: Store, captures: pl.DataFrame, time_zone: str) -> Counted:
    """Return which slots of some captures count, and why the others do not."""
    lists, sightings = store.read(LISTS), store.read(SIGHTINGS)
    breaks = find_breaks(captures, lists, time_zone=time_zone)
    standing = find_standing(sightings, lists, captures, time_zone=time_zone, unobserved=breaks)
    slots = expose_slots(
        sightings, lists, captures, time_zone=time_zone, unobserved=breaks, standing=standing
    )
    return Counted(slots, breaks, standing)


def observe_slots(
    store: Store,
    captures: pl.DataFrame,
    members: pl.DataFrame,
    themes: pl.DataFrame,
    config: Config,
    night: date,
) -> Observed:
    """Return what counts up to `night`; `captures` has a column `night`, and none behind it."""
    zone, captured = config.study.time_zone, captures.drop("night")
    counted = count_slots(store, captured, zone)
    slots, breaks, standing = counted.slots, counted.breaks, counted.standing
    first = captures["night"].min()
    assert isinstance(first, date)
    stretches = list_stretches(members, themes, first)
    panel = measure_panel(
        name_epochs(slots, standing),
        stretches,
        first_night=first,
        last_night=night,
        weighting=config.attention.weighting,
    )
    coverage = measure_coverage(
        captured, slots, breaks, last_night=night, time_zone=zone, standing=standing
    )
    return Observed(slots, stretches, panel, coverage, first)


def measure_trends(
    store: Store,
    captures: pl.DataFrame,
    members: pl.DataFrame,
    themes: pl.DataFrame,
    config: Config,
    night: date,
) -> Trends:
    """Return the attention of every topic and theme up to `night`, and what it says."""
    seen = observe_slots(store, captures, members, themes, config, night)
    attention = measure_attention(
        seen.slots,
        seen.stretches,
        first_night=seen.first_night,
        last_night=night,
        themes=sorted({theme.name for theme in config.theme} | set(themes["theme"])),
        weighting=config.attention.weighting,
    )
    signals = find_signals(attention, panel=seen.panel, as_of=night, **asdict(config.signals))
    return Trends(seen.coverage, attention, signals)


def list_stretches(members: pl.DataFrame, themes: pl.DataFrame, first: date) -> pl.DataFrame:
    """Return which headline belongs to which subject from when to when."""
    return pl.concat(
        [
            members.filter(pl.col("topic_id").is_not_null()).select(
                pl.col("topic_id").alias("subject"), "headline_id", "from_night", "to_night"
            ),
            themes.select(
                pl.col("theme").alias("subject"),
                "headline_id",
                pl.lit(first, dtype=pl.Date).alias("from_night"),
                pl.lit(None, dtype=pl.Date).alias("to_night"),
            ),
        ]
    )
