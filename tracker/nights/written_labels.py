"""The labels a writer gives topics at the end of an update, kept so that none is asked twice."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import polars as pl

from tracker.errors import ConfigError
from tracker.nights.label_writers import LabelWriter
from tracker.nights.topic_views import latest_topics, view_topics
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import HEADLINES, LABELS, MEMBERS
from tracker.topics.label_answers import HEADLINES as SHOWN
from tracker.topics.label_answers import TopicText
from tracker.topics.settings import LabelSettings

LONGEST_NIGHT: Final = 600.0
"""Seconds that a writer may take in one update."""
MOST_FAILURES: Final = 3
"""Topics in a row without an answer after which nothing more is asked that night."""


@dataclass(frozen=True)
class LabelResult:
    """What a label writer did in one update.

    Attributes:
        written: Labels written.
        unusable: Answers that are no labels; the tracker's own stay.
        waiting: Topics that the next update asks about.
        problems: Why there was no answer, each once.
    """

    written: int = 0
    unusable: int = 0
    waiting: int = 0
    problems: tuple[str, ...] = ()


def write_labels(
    store: Store,
    settings: LabelSettings,
    load: Callable[[LabelSettings], LabelWriter],
    now: datetime,
    progress: Progress = be_silent,
) -> LabelResult:
    """Ask about the largest topics that have no label of this writer; return what was done.

    A label holds while the tracker's own label of the topic is the same. Topics that a person
    has renamed or pinned are not asked about.

    Args:
        store: The study's store, updated.
        settings: Who writes; nobody if its `url` is empty.
        load: Loads the writer.
        now: The time.
        progress: Told how far it is.
    """
    _choose_shown(store, settings.model if settings.url else None)
    if not settings.url:
        return LabelResult()
    todo = _list_unasked(store, settings.model)
    if todo.is_empty():
        return LabelResult()
    try:
        writer = load(settings)
    except ConfigError as error:
        return LabelResult(waiting=todo.height, problems=(str(error),))
    asked = todo.head(settings.topics)
    texts = _read_texts(store, asked)
    ends = time.monotonic() + LONGEST_NIGHT
    rows: list[tuple[Any, ...]] = []
    problems: list[str] = []
    failures = 0
    try:
        for done, row in enumerate(asked.iter_rows(named=True)):
            progress("labels", done, asked.height)
            if failures == MOST_FAILURES:
                break
            if time.monotonic() > ends:
                problems.append(f"stopped after {LONGEST_NIGHT:.0f} seconds; the rest is to come")
                break
            answer = writer.write(texts[row["topic_id"]])
            failures = 0 if answer.came else failures + 1
            if answer.came:
                key = (row["topic_id"], row["own_label"], settings.model)
                rows.append((*key, answer.label, answer.problem, now, True))
            else:
                problems.append(answer.problem or "no answer")
    finally:
        # Also what was written before somebody lost patience is kept.
        store.upsert(LABELS, LABELS.frame(rows) if rows else LABELS.empty())
    progress("labels", asked.height, asked.height)
    written = sum(row[3] is not None for row in rows)
    unique = tuple(dict.fromkeys(problems))
    return LabelResult(written, len(rows) - written, todo.height - len(rows), unique)


def _choose_shown(store: Store, writer: str | None) -> None:
    """Let the labels of one writer be shown, and no others."""
    rows = store.read(LABELS)
    chosen = rows.with_columns(shown=pl.col("writer") == pl.lit(writer or ""))
    changed = chosen.filter(chosen["shown"] != rows["shown"])
    store.upsert(LABELS, changed)


def _list_unasked(store: Store, writer: str) -> pl.DataFrame:
    """Return the topics a writer has said nothing of under their own label, the largest first."""
    own = latest_topics(store).select("topic_id", "own_label").collect()
    said = store.read(LABELS).filter(pl.col("writer") == writer)
    return (
        view_topics(store)
        .filter(pl.col("marks").list.len() == 0)
        .join(own, on="topic_id", maintain_order="left")
        .join(said, on=["topic_id", "own_label"], how="anti", maintain_order="left")
        .select("topic_id", "own_label", "terms")
    )


def _read_texts(store: Store, topics: pl.DataFrame) -> dict[str, TopicText]:
    """Return what a writer may know of some topics, by id."""
    held = store.scan(MEMBERS).filter(
        pl.col("to_night").is_null(), pl.col("topic_id").is_in(topics["topic_id"].implode())
    )
    inside = held.join(store.scan(HEADLINES), on="headline_id").sort("first_seen", "headline_id")
    chosen = inside.select("topic_id", "title", "source", "language").collect()
    terms = dict(topics.select("topic_id", "terms").iter_rows())
    texts = {}
    for (name,), rows in chosen.partition_by("topic_id", as_dict=True).items():
        # Evenly over its life: the label is to name all of it.
        places = np.linspace(0, rows.height - 1, min(SHOWN, rows.height)).round().astype(int)
        texts[str(name)] = TopicText(
            terms[name],
            rows["title"].gather(places).to_list(),
            rows["source"].unique().sort().to_list(),
            rows["language"].drop_nulls().mode().sort().to_list()[0]
            if rows["language"].drop_nulls().len()
            else None,
        )
    return texts
