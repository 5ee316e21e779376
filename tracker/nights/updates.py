"""The nightly update: headlines, topics, themes, attention and signals, in that order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from tracker.collector.expectations import find_missing
from tracker.config import Config
from tracker.nights.counts import find_stand
from tracker.nights.headlines import LEFT_HEADLINES, texts_of, update_headlines
from tracker.nights.heirs import Moved, drop_places, keep_places, note_heirs, read_places
from tracker.nights.label_writers import open_writer
from tracker.nights.measures import measure_trends, write_trends
from tracker.nights.models import begin_model, check_model, finish_model, has_begun, read_naming
from tracker.nights.pasts import scan_counted
from tracker.nights.readings import note_left, read_taken
from tracker.nights.replays import Placing, find_start, forget_nights, place_headlines
from tracker.nights.slot_counts import count_slots
from tracker.nights.theme_matches import update_themes
from tracker.nights.written_labels import LabelResult, write_labels
from tracker.progress import Progress, be_silent, one_step
from tracker.store import Store
from tracker.tables import (
    CAPTURES,
    CORRECTIONS,
    EVENTS,
    LISTS,
    MEMBERS,
    THEMES,
    night_of,
)
from tracker.topics.encoder import Encoder
from tracker.topics.events import summarise_events
from tracker.topics.members import list_placed
from tracker.topics.namings import compare_topics, count_fates


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
        moved: What became of topics where nights that were done already were done again.
        remodelled: Whether it derived the topics of a remodel, or the rest of one that was cut off.
        fates: How many topics met each fate in that remodel, see `compare_topics`.
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
    moved: Moved
    remodelled: bool
    fates: dict[str, int]


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
    stood = find_stand(store)
    model = encoder()
    unfinished = check_model(store, model, config.topics, now)
    captures = captures.drop("night")
    with one_step(progress, "lists"):
        mark_missing_lists(store, captures)
    with one_step(progress, "headlines"):
        taken = read_taken(store, captures, config)
        derived = update_headlines(store, taken, zone)
    texts = texts_of(derived.headlines, zone)
    if unfinished and not has_begun(store):
        keep_places(store, nights[0], stood, night)
        forget_nights(store, nights[0], date.min)
        begin_model(store)
    start = find_start(store, texts, nights, first)
    before = read_places(store) if unfinished else keep_places(store, start, stood, night)
    placing = place_headlines(
        store,
        texts,
        encoder=model,
        settings=config.topics,
        nights=nights,
        naming=read_naming(store),
        start=start,
        progress=progress,
    )
    moved, fates = Moved(), dict[str, int]()
    if before is not None and not unfinished:
        moved = note_heirs(store, before, now)
    elif before is not None and before.stood <= night:
        fates = count_fates(compare_topics(before.placed, list_placed(store.scan(MEMBERS))))
    with one_step(progress, "events"):
        events = summarise_events(store.read(MEMBERS), texts, night, store.read(EVENTS))
        store.replace(EVENTS, events)
    with one_step(progress, "themes"):
        left = update_themes(store, derived, config, model)
        themes = store.read(THEMES)
    with one_step(progress, "slots"):
        counted = count_slots(store, taken, config, night)
    with one_step(progress, "attention"):
        members = scan_counted(store).collect()
        trends = measure_trends(store, counted, members, themes, config, nights[0], night)
        write_trends(store, counted, trends, note_left(store, LEFT_HEADLINES, left))
    # Last of all, so that an update that goes on from here still tells what moved.
    if before is not None:
        drop_places(store)
    finish_model(store)
    labels = write_labels(store, config.labels, open_writer, now, progress)
    return UpdateResult(
        night=night,
        headlines=derived.headlines.height,
        placing=placing,
        events=events.height,
        topics=events["topic_id"].drop_nulls().n_unique(),
        themes=themes["theme"].n_unique(),
        signals=trends.judged.signals.filter(pl.col("night") == night).height,
        void_corrections=store.read(CORRECTIONS).filter(pl.col("state") == "void").height,
        labels=labels,
        stood=stood,
        moved=moved,
        remodelled=unfinished,
        fates=fates,
    )


def mark_missing_lists(store: Store, captures: pl.DataFrame) -> None:
    """Write a row for each list that was expected on a capture and is not there."""
    lists = store.read(LISTS)
    before = lists.filter(pl.col("outcome") == "missing")
    missing = find_missing(lists, captures)
    if not missing.sort(LISTS.key).equals(before.sort(LISTS.key)):
        store.replace(LISTS, missing, where="outcome = 'missing'")
