"""Which headline counts for which topic on which night, where a person gave a topic a past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tracker.nights.heirs import follow
from tracker.store import Store
from tracker.tables import CORRECTIONS, LINEAGE, MEMBERS

_MOVES: Final = {"merge": "merged", "split": "split"}
"""Corrections that may give a past, and what they are called in LINEAGE."""


@dataclass(frozen=True)
class Step:
    """A change of identity that took headlines from one topic to another.

    Attributes:
        event: merged or split.
        source: The topic they left.
        target: The topic they came to.
        since: The night from which they count for it; None if from that of the change.
        said: Headlines that were in `source` when a person spoke of it.
    """

    event: str
    source: str
    target: str
    since: date | None = None
    said: frozenset[str] = frozenset()


def scan_counted(store: Store) -> pl.LazyFrame:
    """Return MEMBERS as they count for attention, charts and tests.

    MEMBERS itself says what was known on each night and stays as it is; it is followed but for
    what was split off or merged with a past. Where that correction does not hold, as in a view of
    an earlier night, there is nothing to differ in.
    """
    members, pasts = store.scan(MEMBERS), list_pasts(store)
    if pasts.is_empty():
        return members
    nights = _list_steps(store, pasts)
    came = [(night, step.target) for night, steps in nights.items() for step in steps]
    schema = {"from_night": pl.Date, "topic_id": pl.String}
    arrivals = pl.LazyFrame(came, schema=schema, orient="row")
    # Of the others nothing is read before it is asked for.
    moved = members.join(arrivals, on=list(schema), how="semi").select("headline_id").collect()
    others, counted = (
        members.join(moved.lazy(), on="headline_id", how=how) for how in ("anti", "semi")
    )
    given = counted.collect()
    for night, steps in nights.items():
        given = give_pasts(given, night, steps)
    return pl.concat([others, MEMBERS.check(given).lazy()])


def list_pasts(store: Store) -> pl.DataFrame:
    """Return the corrections that hold and gave a topic a past, in the order they were made.

    Returns:
        correction_id, event (merged or split), topic_id (for which they count), other_id (for
        which they did), night (on which they moved) and since.
    """
    said = store.read(CORRECTIONS).filter(
        pl.col("state") == "standing", pl.col("since").is_not_null()
    )
    said = said.select(
        "correction_id", "since", "made_at", pl.col("kind").replace(_MOVES).alias("event")
    )
    into = pl.col("event") == "merged"
    return (
        store.read(LINEAGE)
        .join(said, on=["correction_id", "event"])
        .filter(pl.col("since") < pl.col("night"))
        .sort("night", "made_at", "correction_id")
        .select(
            "correction_id",
            "event",
            pl.when(into).then("other_id").otherwise("topic_id").alias("topic_id"),
            pl.when(into).then("topic_id").otherwise("other_id").alias("other_id"),
            "night",
            "since",
        )
    )


def follow_mergers(store: Store) -> dict[str, str]:
    """Return by the id of each topic merged away with all its past the one it counts for by now."""
    into = list_pasts(store).filter(pl.col("event") == "merged")
    next_of = dict(into.select("other_id", "topic_id").iter_rows())
    mine = pl.col("topic_id").is_in(list(next_of))
    there = scan_counted(store).filter(mine).select(pl.col("topic_id").unique()).collect()
    return {name: follow(next_of, name) for name in next_of.keys() - set(there["topic_id"])}


def give_pasts(members: pl.DataFrame, night: date, steps: Sequence[Step]) -> pl.DataFrame:
    """Return MEMBERS in which what moved on a night counts for where it came to from earlier on.

    Args:
        members: Stretches, a frame of MEMBERS.
        night: The night.
        steps: The changes of identity of that night, in the order in which they happened.
    """
    own = pl.col("from_night") == night
    came = members.filter(own, pl.col("topic_id").is_in([step.target for step in steps]))
    before = members.join(came, on="headline_id", how="semi").filter(pl.col("to_night") < night)
    before = before.sort("from_night").unique("headline_id", keep="last")
    before = before.select("headline_id", was="topic_id")
    moved: list[list[str]] = [[] for _ in steps]
    rows = came.join(before, on="headline_id").select("headline_id", "was", "topic_id")
    for headline, was, now in rows.iter_rows():
        for number in _trace(headline, was, now, steps):
            moved[number].append(headline)
    for step, headlines in zip(steps, moved, strict=True):
        if step.since is not None:
            members = _give_past(members, headlines, step.target, night, step.since)
    return members


def _trace(headline: str, was: str | None, now: str, steps: Sequence[Step]) -> list[int]:
    """Return the numbers of the steps that took a headline from one topic to another."""
    reached = [{was}]  # topics it may have been in before each step
    for step in steps:
        here = reached[-1]
        if step.source in here:
            stayed = here if step.event == "split" else here - {step.source}
            here = stayed | {step.target}
        reached.append(here)
    taken = []
    for number, step in reversed(list(enumerate(steps))):
        if now != step.target:
            continue
        if step.event == "merged":
            was_there, was_here = step.source in reached[number], now in reached[number]
            if not (was_there if was_there != was_here else headline in step.said):
                continue
        taken.append(number)
        now = step.source
    return taken


def _give_past(
    members: pl.DataFrame, headlines: Sequence[str], topic: str, night: date, since: date
) -> pl.DataFrame:
    """Return MEMBERS in which headlines are a topic's own from `since` to the eve of `night`."""
    mine = pl.col("headline_id").is_in(headlines)
    given = mine & (pl.col("from_night") < night) & (pl.col("to_night") >= since)
    past = members.filter(given)
    before = past.filter(pl.col("from_night") < since).with_columns(
        to_night=pl.lit(since - timedelta(days=1))
    )
    own = past.with_columns(
        from_night=pl.max_horizontal("from_night", pl.lit(since)), topic_id=pl.lit(topic)
    )
    rest = members.filter(~given.fill_null(value=False))
    return pl.concat([rest, before, own])


def _list_steps(store: Store, pasts: pl.DataFrame) -> Mapping[date, list[Step]]:
    """Return all that happened on the nights with a past, rising, in order within each.

    The tracker's own work comes first, its splits before its mergers; corrections after it, as
    they were said.
    """
    since = dict(pasts.select("correction_id", "since").iter_rows())
    said = {row["correction_id"]: row for row in store.read(CORRECTIONS).iter_rows(named=True)}
    changes = store.read(LINEAGE).filter(
        pl.col("night").is_in(pasts["night"].implode()), pl.col("event").is_in(_MOVES.values())
    )
    rows = [(row, said.get(row["correction_id"])) for row in changes.iter_rows(named=True)]
    steps: dict[date, list[Step]] = {}
    for row, spoken in sorted(rows, key=lambda pair: _order(*pair)):
        ends = row["other_id"], row["topic_id"]
        source, target = ends if row["event"] == "split" else ends[::-1]
        step = Step(
            row["event"], source, target, since.get(row["correction_id"]), _list_said(spoken)
        )
        steps.setdefault(row["night"], []).append(step)
    return steps


def _order(row: dict[str, Any], said: dict[str, Any] | None) -> tuple[date, int, float, float]:
    """Return by what changes of identity are sorted, as they were carried out.

    Of corrections that are undone at once the last goes first.
    """
    if said is None:
        return row["night"], 0 if row["event"] == "split" else 1, 0.0, 0.0
    made = said["made_at"].timestamp()
    if row["event"] == _MOVES[said["kind"]]:
        return row["night"], 2, made, 0.0
    return row["night"], 2, said["undone_at"].timestamp(), -made


def _list_said(said: dict[str, Any] | None) -> frozenset[str]:
    """Return what was in the topic merged away, or in what had been split off, when it was said."""
    if said is None:
        return frozenset()
    return frozenset(said["other_headlines" if said["kind"] == "merge" else "headlines"])
