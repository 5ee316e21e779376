"""Stored pages read again, by a better harvester or other settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import polars as pl

from tracker.collector.documents import Document, Problem
from tracker.collector.harvest.pages import PARSER
from tracker.collector.headlines import Rows, concat_rows, tabulate_page
from tracker.config import Config
from tracker.intakes.bodies import read_bodies
from tracker.intakes.harvests import Harvester
from tracker.progress import Progress, be_silent
from tracker.store import Change, Store
from tracker.tables import BODIES, CAPTURES, LISTS, READINGS, SEEN_OUTCOMES, SIGHTINGS

COMMIT: Final = 5_000
"""Captures between two commits: each commit writes the files anew that hold any of them."""

AT_ONCE: Final = 250
"""Pages held in memory."""


@dataclass(frozen=True)
class ReharvestResult:
    """What came of reading stored pages again.

    Attributes:
        captures: Captures whose pages were read.
        lists: Lists they have now.
        lists_before: Lists they had.
        sightings: Slots they have now.
        sightings_before: Slots they had.
        problems: Captures that kept what they had, as their page cannot be read.
    """

    captures: int = 0
    lists: int = 0
    lists_before: int = 0
    sightings: int = 0
    sightings_before: int = 0
    problems: tuple[Problem, ...] = field(default=(), repr=False)


def reharvest_captures(
    store: Store,
    config: Config,
    harvest_all: Harvester,
    *,
    everything: bool = False,
    progress: Progress = be_silent,
) -> ReharvestResult:
    """Read the stored pages of captures again, and put the lists found now in place of theirs.

    Captures keep their ids. Killed at any moment, what was not done is done the next time: the
    row that says by which harvester a capture was read is written last.

    Args:
        store: The study's store, held for writing.
        config: Says which boxes are pointed out by hand.
        harvest_all: Harvests documents, in their order; perhaps in several processes.
        everything: Also read what this version of the harvester has read, as after a change of
            the settings.
        progress: Told how far it is.
    """
    wanted = (
        store.scan(CAPTURES)
        .filter(pl.col("outcome").is_in(SEEN_OUTCOMES), pl.col("body").is_not_null())
        .filter(pl.lit(everything) | (pl.col("parser") != PARSER))
        .sort("body", "captured_at", "capture_id")
        .collect()
    )
    result = ReharvestResult()
    for start in range(0, wanted.height, COMMIT):
        progress("pages", start, wanted.height)
        captures = wanted.slice(start, COMMIT)
        done, problems = _harvest(store, config, captures, harvest_all)
        result = replace(result, problems=(*result.problems, *problems))
        if done is not None:
            result = _count(store, done, result)
            _commit(store, done)
    progress("pages", wanted.height, wanted.height)
    return result


def _harvest(
    store: Store,
    config: Config,
    captures: pl.DataFrame,
    harvest_all: Harvester,
) -> tuple[Rows | None, list[Problem]]:
    rows: list[Rows] = []
    problems: list[Problem] = []
    pending: list[tuple[Document, dict[str, Any]]] = []

    def take() -> None:
        documents = [document for document, _ in pending]
        overrides = [config.overrides_at(r["source"], r["captured_at"]) for _, r in pending]
        pages = harvest_all(documents, overrides)
        for (document, row), page in zip(pending, pages, strict=True):
            if isinstance(page, Problem):
                problems.append(page)
                continue
            known = {name: row[name] for name in ("source", "url", "captured_at", "note")}
            rows.append(tabulate_page(document, page, **known))
        pending.clear()

    for found in _read(store, captures):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        pending.append(found)
        if len(pending) == AT_ONCE:
            take()
    take()
    return (concat_rows(rows) if rows else None), problems


def _read(
    store: Store, captures: pl.DataFrame
) -> Iterator[tuple[Document, dict[str, Any]] | Problem]:
    """Yield the page and the row of each capture, each body read once."""
    by_body = captures.partition_by("body", as_dict=True)
    bodies = store.scan(BODIES).filter(pl.col("body").is_in(captures["body"].implode())).collect()
    for body, page in read_bodies(store, bodies):
        if isinstance(page, Problem):
            yield page
            continue
        for row in by_body[(body,)].iter_rows(named=True):
            document = replace(
                page, url=row["url"], captured_at=row["captured_at"], status=row["status"],
                source=row["source"],
            )  # fmt: skip
            yield document, row


def _count(store: Store, done: Rows, result: ReharvestResult) -> ReharvestResult:
    ids = done.captures["capture_id"].implode()
    before = {
        table.name: store.scan(table).filter(pl.col("capture_id").is_in(ids))
        for table in (LISTS, SIGHTINGS)
    }
    lists = before["lists"].filter(pl.col("outcome") != "missing")
    return replace(
        result,
        captures=result.captures + done.captures.height,
        lists=result.lists + done.lists.height,
        lists_before=result.lists_before + lists.select(pl.len()).collect().item(),
        sightings=result.sightings + done.sightings.height,
        sightings_before=result.sightings_before
        + before["sightings"].select(pl.len()).collect().item(),
    )


def _commit(store: Store, done: Rows) -> None:
    ids = ", ".join(f"'{name}'" for name in done.captures["capture_id"])
    where = f"capture_id IN ({ids})"
    # First of all: what was counted rests on what is now replaced, however far that comes.
    store.replace_together([Change(READINGS, READINGS.empty())])
    store.replace(SIGHTINGS, done.sightings, where)
    store.replace(LISTS, done.lists, where)
    store.replace(CAPTURES, done.captures, where)
