"""Topics night by night: the ledger on one side, the stored tables on the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

import polars as pl

from tracker.batches import saving
from tracker.nights.vectors import embed_texts, read_vectors
from tracker.progress import Progress, be_silent, one_step
from tracker.store import Store
from tracker.tables import CORRECTIONS, EVENTS, LINEAGE, MEMBERS, NIGHTS, TOPICS
from tracker.topics.corrections import Act, list_acts
from tracker.topics.encoder import Encoder
from tracker.topics.ledgers import Changes, Ledger
from tracker.topics.members import close_stretches, held_on
from tracker.topics.namings import Naming
from tracker.topics.occurrences import match_any
from tracker.topics.settings import TopicSettings
from tracker.topics.similarity import unit

FLUSH_NIGHTS: Final = 30
"""Nights between two commits of a replay at most; slow ones are written sooner."""


@dataclass(frozen=True)
class Placing:
    """How the topics of a study were brought up to a night.

    Attributes:
        nights: Nights that were replayed.
        headlines: Headlines that were placed.
        first_night: First of these nights; None if nothing had changed.
    """

    nights: int
    headlines: int
    first_night: date | None


def place_headlines(
    store: Store,
    headlines: pl.DataFrame,
    *,
    encoder: Encoder,
    settings: TopicSettings,
    nights: Sequence[date],
    naming: Naming,
    start: date | None,
    progress: Progress = be_silent,
) -> Placing:
    """Bring members, topics and lineage up to the last of `nights`; return what was done.

    Nights before `start` are kept as they are. A night without new headlines is done too: topics
    fall asleep and retire on it.

    Args:
        store: The study's store.
        headlines: headline_id, source, text, url, language, night (first seen), as of the last
            night.
        encoder: Turns texts into vectors; those known are not computed again.
        settings: Thresholds and windows of the topics.
        nights: All nights with captures, up to the night to reach.
        naming: How topics are called.
        start: First night that is done again, as `find_start` says; None if none is.
        progress: Told how far it is.
    """
    if start is None:
        return Placing(0, 0, None)
    earlier = max((night for night in nights if night < start), default=date.min)
    with one_step(progress, "earlier topics"):
        forget_nights(store, start, earlier)
        placed = headlines.filter(pl.col("night") < start)
        acts = _list_acts(store, headlines, encoder, nights, earlier)
        ledger = _restore(store, placed, encoder, settings, start, acts, naming)
    todo = headlines.filter(pl.col("night") >= start)
    ahead = [night for night in nights if night >= start]
    changes = _advance(store, ledger, todo, encoder, ahead, acts, progress)
    with saving(partial(_write, store), FLUSH_NIGHTS) as keep:
        for night, change in zip(ahead, changes, strict=True):
            keep((night, change))
    return Placing(len(ahead), todo.height, start)


def derive_members(
    store: Store,
    headlines: pl.DataFrame,
    *,
    encoder: Encoder,
    settings: TopicSettings,
    nights: Sequence[date],
    naming: Naming,
    progress: Progress = be_silent,
) -> pl.DataFrame:
    """Return the stretches that hold after all nights, a frame of MEMBERS; write only vectors.

    Corrections are left out.

    Args:
        store: The study's store.
        headlines: As in `place_headlines`.
        encoder: Turns texts into vectors.
        settings: Thresholds and windows of the topics.
        nights: All nights with captures.
        naming: How topics are called.
        progress: Told how far it is.
    """
    ledger = Ledger(settings, encoder.name, encoder.reads, naming)
    changes = _advance(store, ledger, headlines, encoder, nights, {}, progress)
    opened = pl.concat(change.opened for change in changes)
    return opened.sort("from_night").unique("headline_id", keep="last")


def _advance(
    store: Store,
    ledger: Ledger,
    todo: pl.DataFrame,
    encoder: Encoder,
    nights: Sequence[date],
    acts: Mapping[date, Sequence[Act]],
    progress: Progress,
) -> Iterator[Changes]:
    """Give what each night changes."""
    todo = todo.sort("night", "headline_id")
    embed_texts(store, todo["text"].unique().to_list(), encoder, progress)
    for begun in range(0, len(nights), FLUSH_NIGHTS):
        stretch = nights[begun : begun + FLUSH_NIGHTS]
        # A stretch at a time, since the vectors of all nights may not fit into memory.
        some = todo.filter(pl.col("night").is_between(stretch[0], stretch[-1]))
        vectors = read_vectors(store, some["text"].to_list(), encoder)
        for done, night in enumerate(stretch, begun + 1):
            mine = (some["night"] == night).arg_true().to_numpy()
            new = some[mine].drop("night")
            yield ledger.advance(night, new, vectors[mine], acts.get(night, ()))
            progress("topics", done, len(nights))


def forget_nights(store: Store, start: date, earlier: date) -> None:
    """Take members, topics and lineage back to what they were before night `start`.

    First of all they are no longer said to be done, so that a process killed here leaves none
    that is taken for it; corrections carried out since then wait again.

    Args:
        store: The study's store.
        start: First night to forget.
        earlier: The last night with captures before it.
    """
    done = store.read(NIGHTS)
    if not done.filter(pl.col("night") >= start).is_empty():
        store.replace(NIGHTS, done.filter(pl.col("night") < start))
    corrections = store.read(CORRECTIONS)
    waiting = corrections.with_columns(
        state=pl.when(pl.col("night") > earlier)
        .then(pl.lit("waiting"))
        .when(pl.col("undone_night") > earlier)
        .then(pl.lit("standing"))
        .otherwise("state")
    )
    store.upsert(CORRECTIONS, waiting.join(corrections, on=["correction_id", "state"], how="anti"))
    members = store.scan(MEMBERS)
    ended = pl.col("to_night") >= start - timedelta(days=1)
    if _holds_any(members.filter((pl.col("from_night") >= start) | ended)):
        kept = members.filter(pl.col("from_night") < start)
        store.replace(
            MEMBERS, kept.with_columns(to_night=pl.when(~ended).then("to_night")).collect()
        )
    for table in (TOPICS, LINEAGE):
        if _holds_any(store.scan(table).filter(pl.col("night") >= start)):
            store.replace(table, table.empty(), where=f"night >= '{start}'")
    if _holds_any(store.scan(EVENTS).filter(pl.col("last_night") >= start)):
        store.replace(EVENTS, EVENTS.empty(), where=f"last_night >= '{start}'")


def _holds_any(rows: pl.LazyFrame) -> bool:
    return not rows.select(pl.first().is_not_null()).head(1).collect().is_empty()


def find_start(
    store: Store, headlines: pl.DataFrame, nights: Sequence[date], first: date | None = None
) -> date | None:
    """Return the first night that must be done again, or None if all are done.

    A headline that turns up on a night that was done already, or a night between two such (an
    archive taken in late), takes the ledger back to that night.

    Args:
        store: The study's store.
        headlines: As in `place_headlines`.
        nights: All nights with captures, up to the night to reach.
        first: Forget everything from this night on, even if nothing changed.
    """
    members = store.scan(MEMBERS).group_by("headline_id").agg(pl.col("from_night").min()).collect()
    joined = headlines.join(members, on="headline_id", how="full", coalesce=True)
    said = store.read(CORRECTIONS)
    made = pl.col("night").filter(pl.col("state") == "waiting").min()
    undone = pl.col("undone_night").filter(pl.col("state") != "undone").min()
    due = [night for night in said.select(made, undone).row(0) if night and night <= nights[-1]]
    moved = joined.filter(~pl.col("night").eq_missing(pl.col("from_night")))
    candidates = [
        night
        for night in (
            moved["night"].min(),
            moved["from_night"].min(),
            first and max(first, nights[0]),
            *due,
            *set(nights).difference(store.read(NIGHTS)["night"]),
            *_list_beyond(store, nights[-1]),
        )
        if isinstance(night, date)
    ]
    return min(candidates) if candidates else None


def _list_beyond(store: Store, last: date) -> list[date]:
    """Return the first night after `last` of which anything is kept, in a list, if any."""
    rows = [store.scan(table).select("night") for table in (NIGHTS, TOPICS, LINEAGE)]
    rows.append(store.scan(MEMBERS).select(pl.col("from_night").alias("night")))
    beyond = pl.concat(rows).filter(pl.col("night") > last).select(pl.col("night").min()).collect()
    return beyond["night"].drop_nulls().to_list()


def _list_acts(
    store: Store,
    headlines: pl.DataFrame,
    encoder: Encoder,
    nights: Sequence[date],
    earlier: date,
) -> dict[date, list[Act]]:
    """Return what people have said, by the night it is to be done on.

    What was done up to the night `earlier` is not read again of the headlines.
    """
    corrections = store.read(CORRECTIONS)
    centroids, matching = {}, {}
    for row in corrections.filter(pl.col("kind") == "split").iter_rows(named=True):
        leaving = headlines.filter(pl.col("headline_id").is_in(row["headlines"]))
        if leaving.height:
            embed_texts(store, leaving["text"].to_list(), encoder)
            mean = read_vectors(store, leaving["text"].to_list(), encoder).mean(axis=0)
            centroids[row["correction_id"]] = unit(mean)
        if row["terms"] is not None and row["night"] > earlier:
            found = headlines.filter(match_any(headlines, row["terms"]))
            matching[row["correction_id"]] = frozenset(found["headline_id"])
    return list_acts(corrections, nights, centroids, matching)


def _restore(
    store: Store,
    placed: pl.DataFrame,
    encoder: Encoder,
    settings: TopicSettings,
    start: date,
    acts: Mapping[date, Sequence[Act]],
    naming: Naming,
) -> Ledger:
    as_of = start - timedelta(days=1)
    members = store.scan(MEMBERS).filter(held_on(as_of)).collect()
    if members.is_empty():
        return Ledger(settings, encoder.name, encoder.reads, naming)
    recent = placed.filter(
        pl.col("night") > start - timedelta(days=settings.window_nights + 1)
    ).sort("night", "headline_id")
    embed_texts(store, recent["text"].unique().to_list(), encoder)
    return Ledger.restore(
        settings,
        encoder.name,
        encoder.reads,
        naming,
        members=members,
        topics=_read_latest_topics(store, as_of),
        lineage=store.read(LINEAGE),
        headlines=placed,
        recent=recent,
        vectors=read_vectors(store, recent["text"].to_list(), encoder),
        as_of=as_of,
        acts=acts,
    )


def _read_latest_topics(store: Store, as_of: date) -> pl.DataFrame:
    """Return the latest row of each topic up to a night; the centroids of others are not read."""
    known = store.scan(TOPICS).filter(pl.col("night") <= as_of)
    latest = known.group_by("topic_id").agg(pl.col("night").max())
    return known.join(latest, on=list(TOPICS.key), how="semi").collect(engine="streaming")


def _write(store: Store, done: Sequence[tuple[date, Changes]]) -> None:
    """Write the changes of some nights; last that these are done."""
    nights, changes = zip(*done, strict=True)
    store.append(TOPICS, pl.concat(change.topics for change in changes))
    store.append(LINEAGE, pl.concat(change.lineage for change in changes))
    opened = pl.concat(change.opened for change in changes)
    closed = pl.concat(change.closed for change in changes)
    earlier = store.scan(MEMBERS).join(closed.lazy(), on=list(MEMBERS.key), how="semi").collect()
    store.upsert(MEMBERS, close_stretches(pl.concat([earlier, opened]), closed))
    outcomes = pl.concat(change.outcomes for change in changes)
    # One made and undone within these nights has two: the last holds.
    outcomes = outcomes.unique("correction_id", keep="last", maintain_order=True)
    said = store.read(CORRECTIONS).drop("state", "note").join(outcomes, on="correction_id")
    store.upsert(CORRECTIONS, said)
    store.append(NIGHTS, NIGHTS.frame([(night,) for night in nights]))
