"""Corrections carried out: only what they touch is done again, with the results of a full pass."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

import polars as pl

from tracker.config import Config
from tracker.ids import make_id
from tracker.nights.measures import amend_trends
from tracker.nights.readings import list_nights
from tracker.progress import Progress, be_silent, one_step
from tracker.store import Store
from tracker.tables import (
    CAPTURES,
    CORRECTIONS,
    EVENTS,
    HEADLINES,
    LINEAGE,
    LISTS,
    MEMBERS,
    MODELS,
    PLACES,
    RUNS,
    SIGHTINGS,
    THEMES,
    TOPICS,
)
from tracker.topics.encoder import Encoder
from tracker.topics.settings import METHOD
from tracker.topics.themes import MATCHING

_INPUTS: Final = (CAPTURES, LISTS, SIGHTINGS, HEADLINES, THEMES, MODELS)
"""Tables that a correction changes nothing of: where one has changed, a full pass is due."""
_UNUSED: Final = ("notify", "labels", "source", "collect", "archive")
"""Settings that say nothing of what was derived."""
_NAMES: Final = {"rename": "renamed", "pin": "pinned"}
"""Corrections that move no headline, and what they are called in LINEAGE."""


def mark_stand(store: Store, config: Config) -> str:
    """Return a mark of everything that what is derived rests on, but for corrections."""
    versions = store.versions()
    settings = {name: value for name, value in asdict(config).items() if name not in _UNUSED}
    return make_id(
        f"{METHOD} {MATCHING}",
        json.dumps(settings, sort_keys=True, default=str),
        *(f"{table.name} {versions.get(table.name)}" for table in _INPUTS),
    )


def carry_out(
    store: Store,
    config: Config,
    encoder: Callable[[], Encoder],
    frame: pl.DataFrame,
    *,
    now: datetime,
    night: date,
    progress: Progress = be_silent,
) -> dict[str, Any]:
    """Carry out corrections that were just written; return what was done, as a run keeps it.

    Where anything was taken in, or set otherwise, since the night was done, the whole update is
    done again; else only the night's topics, and the attention of those topics whose headlines
    moved. A new label or a pin moves none, and is written down without any of it.

    Args:
        store: The study's store; the caller holds it for writing.
        config: The study's settings.
        encoder: Loads the encoder.
        frame: The corrections, rows of CORRECTIONS.
        now: The time.
        night: The night the study stands at.
        progress: Told how far it is.
    """
    if not _is_settled(store, config, frame):
        return _update(store, config, encoder, now=now, night=night, progress=progress)
    fresh = frame["undone_at"].null_count() == frame.height
    if fresh and set(frame["kind"]) <= set(_NAMES):
        _write_down(store, frame, night)
        moved = 0
    else:
        moved = _move(store, config, encoder, night, progress)
    details = {"night": night, "moved": moved, "stand": mark_stand(store, config)}
    from tracker.nights.label_writers import open_writer  # noqa: PLC0415 - loads a client
    from tracker.nights.written_labels import write_labels  # noqa: PLC0415

    labels = write_labels(store, config.labels, open_writer, now, progress)
    return {**details, "labels": asdict(labels)}


def _is_settled(store: Store, config: Config, frame: pl.DataFrame) -> bool:
    """Return whether nothing but these corrections is to be done."""
    runs = store.read(RUNS).sort("started_at").filter(pl.col("outcome").is_in(["ok", "partly"]))
    marks = [json.loads(said).get("stand") for said in runs["details"]]
    last = next((mark for mark in reversed(marks) if mark is not None), None)
    others = store.read(CORRECTIONS).join(frame, on="correction_id", how="anti")
    waiting = (pl.col("state") == "waiting") | (
        pl.col("undone_night").is_not_null() & (pl.col("state") != "undone")
    )
    # Of an update that was stopped, places are left.
    due = not others.filter(waiting).is_empty() or not store.read(PLACES).is_empty()
    return last == mark_stand(store, config) and not due


def _update(
    store: Store,
    config: Config,
    encoder: Callable[[], Encoder],
    *,
    now: datetime,
    night: date,
    progress: Progress,
) -> dict[str, Any]:
    from tracker.nights.updates import update_study  # noqa: PLC0415 - loads the models

    result = update_study(store, config, encoder, now=now, as_of=night, progress=progress)
    return {**asdict(result), "stand": mark_stand(store, config)}


def _write_down(store: Store, frame: pl.DataFrame, night: date) -> None:
    """Write labels given and pins, as the topics' own night would; last that they stand."""
    latest = (
        store.scan(TOPICS)
        .filter(pl.col("topic_id").is_in(frame["topic_id"].implode()), pl.col("night") <= night)
        .collect()
        .sort("night")
        .unique("topic_id", keep="last")
    )
    given = frame.sort("made_at").filter(kind="rename").unique("topic_id", keep="last")
    given = given.select("topic_id", pl.col("label").alias("given"))
    topics = (
        latest.join(given, on="topic_id", how="left")
        .with_columns(pl.lit(night).alias("night"), pl.coalesce("given", "label").alias("label"))
        .drop("given")
    )
    store.upsert(TOPICS, topics)
    lineage = frame.select(
        pl.lit(night).alias("night"),
        "topic_id",
        pl.col("kind").replace_strict(_NAMES).alias("event"),
        pl.lit(None, pl.String).alias("other_id"),
        pl.lit(None, pl.Float64).alias("similarity"),
        "correction_id",
    )
    store.append(LINEAGE, lineage)
    store.upsert(CORRECTIONS, frame.with_columns(state=pl.lit("standing")))


def _move(
    store: Store,
    config: Config,
    encoder: Callable[[], Encoder],
    night: date,
    progress: Progress,
) -> int:
    """Do the night's topics again, and count those whose headlines moved; return how many."""
    from tracker.nights.headlines import texts_of  # noqa: PLC0415
    from tracker.nights.models import read_naming  # noqa: PLC0415 - loads the models
    from tracker.nights.replays import find_start, place_headlines  # noqa: PLC0415
    from tracker.topics.events import summarise_events  # noqa: PLC0415

    zone = config.study.time_zone
    texts = texts_of(store.read(HEADLINES), zone)
    before, nights = store.read(MEMBERS), list_nights(store, zone, night)
    place_headlines(
        store,
        texts,
        encoder=encoder(),
        settings=config.topics,
        nights=nights,
        naming=read_naming(store),
        start=find_start(store, texts, nights),
        progress=progress,
    )
    after = store.read(MEMBERS)
    store.replace(EVENTS, summarise_events(after, texts, night, store.read(EVENTS)))
    held = [MEMBERS.check(frame).drop("probability") for frame in (before, after)]
    moved = pl.concat(
        [
            one.join(other, on=one.columns, how="anti", nulls_equal=True)
            for one, other in (held, held[::-1])
        ]
    )
    subjects = moved["topic_id"].drop_nulls().unique().sort().to_list()
    with one_step(progress, "attention"):
        if subjects:
            amend_trends(store, config)
    return len(subjects)
