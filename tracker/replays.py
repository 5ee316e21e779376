"""Topics night by night: the ledger on one side, the stored tables on the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tracker.ids import make_id
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import LINEAGE, MEMBERS, TOPICS, VECTORS
from tracker.topics.encoder import Encoder
from tracker.topics.ledgers import Changes, Ledger
from tracker.topics.settings import TopicSettings

FLUSH_NIGHTS: Final = 30
"""Nights between two commits of a replay: what a killed process has to do again."""
ENCODE_BATCH: Final = 512


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
    first: date | None = None,
    progress: Progress = be_silent,
) -> Placing:
    """Bring members, topics and lineage up to the last of `nights`; return what was done.

    Nights before the first change are kept as they are. A headline that turns up on a night that
    was done already (an archive taken in late) takes the ledger back to that night.

    Args:
        store: The study's store.
        headlines: headline_id, source, text, url, language, night (first seen), as of the last
            night.
        encoder: Turns texts into vectors; those known are not computed again.
        settings: Thresholds and windows of the topics.
        nights: All nights with captures, up to the night to reach.
        first: Forget everything from this night on, even if nothing changed.
        progress: Told how far it is.
    """
    start = _find_start(store, headlines, nights, first)
    if start is None:
        return Placing(0, 0, None)
    forget_nights(store, start)
    placed = headlines.filter(pl.col("night") < start)
    ledger = _restore(store, placed, encoder, settings, start)
    todo = headlines.filter(pl.col("night") >= start).sort("night", "headline_id")
    embed_texts(store, todo["text"].unique().to_list(), encoder, progress)
    vectors = read_vectors(store, todo["text"].to_list(), encoder)
    sizes = dict(todo.group_by("night").len().iter_rows())
    changes: list[Changes] = []
    ahead = [night for night in nights if night >= start]
    place = 0
    for done, night in enumerate(ahead, 1):
        size = sizes.get(night, 0)
        new = todo.slice(place, size).drop("night")
        changes.append(ledger.advance(night, new, vectors[place : place + size]))
        place += size
        progress("topics", done, len(ahead))
        if len(changes) == FLUSH_NIGHTS or done == len(ahead):
            _write(store, changes)
            changes = []
    return Placing(len(ahead), todo.height, start)


def forget_nights(store: Store, start: date) -> None:
    """Take members, topics and lineage back to what they were before night `start`."""
    members = store.read(MEMBERS)
    kept = members.filter(pl.col("from_night") < start).with_columns(
        to_night=pl.when(pl.col("to_night") < start - timedelta(days=1)).then("to_night")
    )
    if not kept.equals(members):
        store.replace(MEMBERS, kept)
    for table in (TOPICS, LINEAGE):
        rows = store.read(table)
        if not rows.filter(pl.col("night") >= start).is_empty():
            store.replace(table, rows.filter(pl.col("night") < start))


def embed_texts(
    store: Store, texts: Sequence[str], encoder: Encoder, progress: Progress = be_silent
) -> None:
    """Compute and keep the vectors of those texts that have none yet under this encoder."""
    known = store.scan(VECTORS).filter(pl.col("encoder") == encoder.name).select("text_id")
    ids = set(known.collect()["text_id"])
    missing = sorted({text for text in texts if identify_text(text) not in ids})
    # By length: texts of one batch are padded to the longest.
    missing.sort(key=len)
    rows: list[pl.DataFrame] = []
    for start in range(0, len(missing), ENCODE_BATCH):
        progress("reading meaning", start, len(missing))
        batch = missing[start : start + ENCODE_BATCH]
        rows.append(_vector_rows(batch, encoder))
        if len(rows) == 8:
            store.append(VECTORS, pl.concat(rows))
            rows = []
    if rows:
        store.append(VECTORS, pl.concat(rows))
    if missing:
        progress("reading meaning", len(missing), len(missing))


def read_vectors(store: Store, texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """Return the kept vectors of `texts`, (n_texts, dimension) float32, in their order."""
    if not texts:
        return np.zeros((0, encoder.dimension), np.float32)
    wanted = pl.DataFrame({"text_id": [identify_text(text) for text in texts]})
    kept = (
        store.scan(VECTORS)
        .filter(
            pl.col("encoder") == encoder.name, pl.col("text_id").is_in(wanted["text_id"].implode())
        )
        .select("text_id", "vector")
        .collect()
    )
    rows = wanted.join(kept, on="text_id", how="left", maintain_order="left")["vector"]
    return rows.list.to_array(encoder.dimension).to_numpy().astype(np.float32)


def identify_text(text: str) -> str:
    """Return the id under which a text's vector is kept."""
    return make_id(text)


def _vector_rows(texts: Sequence[str], encoder: Encoder) -> pl.DataFrame:
    vectors = encoder.encode(texts)
    return pl.DataFrame(
        {
            "text_id": [identify_text(text) for text in texts],
            "encoder": encoder.name,
            "vector": pl.Series(
                vectors, dtype=pl.Array(pl.Float32, encoder.dimension)
            ).arr.to_list(),
        }
    )


def _find_start(
    store: Store, headlines: pl.DataFrame, nights: Sequence[date], first: date | None
) -> date | None:
    """Return the first night that must be done again, or None if all are done."""
    members = store.scan(MEMBERS).group_by("headline_id").agg(pl.col("from_night").min()).collect()
    joined = headlines.join(members, on="headline_id", how="full", coalesce=True)
    moved = joined.filter(~pl.col("night").eq_missing(pl.col("from_night")))
    candidates = [
        night
        for night in (
            moved["night"].min(),
            moved["from_night"].min(),
            first and max(first, nights[0]),
        )
        if isinstance(night, date)
    ]
    return min(candidates) if candidates else None


def _restore(
    store: Store, placed: pl.DataFrame, encoder: Encoder, settings: TopicSettings, start: date
) -> Ledger:
    members = store.read(MEMBERS)
    if members.is_empty():
        return Ledger(settings, encoder.name)
    placed = placed.sort("night", "headline_id")
    embed_texts(store, placed["text"].unique().to_list(), encoder)
    return Ledger.restore(
        settings,
        encoder.name,
        members=members,
        topics=store.read(TOPICS),
        lineage=store.read(LINEAGE),
        headlines=placed,
        vectors=read_vectors(store, placed["text"].to_list(), encoder),
        as_of=start - timedelta(days=1),
    )


def _write(store: Store, changes: Sequence[Changes]) -> None:
    """Write the changes of some nights; members last, as they say which nights are done."""
    store.append(TOPICS, pl.concat(change.topics for change in changes))
    store.append(LINEAGE, pl.concat(change.lineage for change in changes))
    opened = pl.concat(change.opened for change in changes)
    closed = pl.concat(change.closed for change in changes)
    key = ["headline_id", "from_night"]
    earlier = store.scan(MEMBERS).join(closed.lazy().select(key), on=key, how="semi").collect()
    rows = (
        pl.concat([earlier, opened])
        .join(closed.rename({"to_night": "ended"}), on=key, how="left")
        .with_columns(pl.coalesce("ended", "to_night").alias("to_night"))
        .drop("ended")
    )
    store.upsert(MEMBERS, rows)
