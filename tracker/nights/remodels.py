"""All topics derived anew with another encoder or other settings, their ids carried over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from tracker.config import Config
from tracker.errors import InputError
from tracker.nights.counts import find_stand
from tracker.nights.headlines import texts_of
from tracker.nights.heirs import read_places
from tracker.nights.models import list_differences, read_model, write_model
from tracker.nights.readings import list_nights
from tracker.nights.replays import derive_members
from tracker.nights.topic_views import read_labels
from tracker.nights.updates import UpdateResult, update_study
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import (
    CARRIED,
    CORRECTIONS,
    HEADLINES,
    MEMBERS,
)
from tracker.topics.encoder import Encoder
from tracker.topics.members import list_placed
from tracker.topics.namings import Naming, compare_topics, count_fates, match_topics


@dataclass(frozen=True)
class RemodelResult:
    """What became of topics that were derived anew.

    Attributes:
        changes: How what is configured differed from what topics were made with.
        moved: One row a topic, see `compare_topics`, with label and heir (its label).
        update: What the update that followed did.
    """

    changes: tuple[str, ...]
    moved: pl.DataFrame
    update: UpdateResult

    @property
    def counts(self) -> dict[str, int]:
        """Return how many topics met each fate."""
        return count_fates(self.moved)


def remodel_study(
    store: Store,
    config: Config,
    encoder: Callable[[], Encoder],
    now: datetime,
    progress: Progress = be_silent,
) -> RemodelResult:
    """Derive all topics anew as configured, carry ids over, and return what moved.

    Topics are derived twice: once to see which are the same as before, once under their ids, so
    that every later replay gives the same.

    Raises:
        InputError: If there are no topics, or they are made as configured already.
    """
    stand, latest = find_stand(store), read_model(store)
    if stand is None or latest.is_empty():
        raise InputError(f"{store.folder}: found no topics yet; run tracker update first")
    model = encoder()
    changes = list_differences(latest, model, config.topics)
    if not changes and not latest["finished"].item():
        raise InputError(
            f"{store.folder}: found that an earlier remodel was cut off; tracker update ends it"
        )
    if not changes:
        raise InputError(
            f"{store.folder}: found topics that are made as configured already ({model.name}); "
            "wanted another encoder or other settings under [topics] in tracker.toml; where an "
            "earlier remodel was cut off, tracker update ends it"
        )
    zone = config.study.time_zone
    # Where an update was stopped, not all topics are there.
    left, labels = read_places(store), read_labels(store)
    before = list_placed(store.scan(MEMBERS)) if left is None else left.placed
    salted = Naming(now.isoformat())
    derived = derive_members(
        store,
        texts_of(store.read(HEADLINES), zone),
        encoder=model,
        settings=config.topics,
        nights=list_nights(store, zone, stand),
        naming=salted,
        progress=progress,
    )
    carried = _match(store, before, list_placed(derived.lazy()), now)
    store.upsert(CARRIED, carried)
    # From here on a process that is cut off leaves a study whose topics the next update derives.
    write_model(store, model, config.topics, now, finished=False)
    update = update_study(store, config, lambda: model, now=now, as_of=stand, progress=progress)
    moved = compare_topics(before, list_placed(store.scan(MEMBERS)))
    named = {**labels, **read_labels(store)}
    words = pl.DataFrame({"topic_id": list(named), "label": list(named.values())})
    heirs = words.rename({"topic_id": "heir_id", "label": "heir"})
    return RemodelResult(
        tuple(changes),
        moved.join(words, on="topic_id", how="left", maintain_order="left")
        .join(heirs, on="heir_id", how="left", maintain_order="left")
        .select(
            "fate", "label", "heir", "headlines_before", "headlines_after", "share",
            "topic_id", "heir_id",
        ),
        update,
    )  # fmt: skip


def _match(store: Store, before: pl.DataFrame, after: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Return CARRIED: which ids live on. Those that a person's split gave come back with it."""
    given = store.read(CORRECTIONS).filter(pl.col("kind") == "split")
    own = before.join(given, left_on="topic_id", right_on="other_id", how="anti")
    return CARRIED.check(
        match_topics(own, after).select(
            pl.lit(now).alias("made_at"),
            pl.col("other_id").alias("founded_id"),
            "topic_id",
            "similarity",
        )
    )
