"""Corrections of topics by a person: said now, kept as rows, carried out at once."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import polars as pl

from tracker.config import Config
from tracker.errors import InputError, SubjectError
from tracker.ids import make_id
from tracker.nights.topic_views import (
    SHORTEST_PREFIX,
    describe_topic,
    find_topic,
    latest_topics,
    read_labels,
)
from tracker.progress import Progress, be_silent
from tracker.runs import record_run
from tracker.store import Store
from tracker.tables import ATTENTION, CORRECTIONS, HEADLINES, LINEAGE, MEMBERS, MODELS, RUNS
from tracker.topics.encoder import Encoder
from tracker.topics.events import name_id
from tracker.topics.labels import choose_label
from tracker.topics.occurrences import find_occurrences
from tracker.topics.words import content_words

LONGEST_LABEL: Final = 80
"""Characters of a label."""
_LISTED: Final = 8


@dataclass(frozen=True)
class Said:
    """One correction and what became of it.

    Attributes:
        correction_id: Its id.
        kind: merge, split, rename or pin.
        topic_id: The topic that goes on, is split, renamed or pinned.
        label: The label that topic had.
        other_id: The topic merged away or split off.
        other_label: Its label; of a renaming the new one.
        night: The night it holds from; if undone, the one it holds no longer from.
        undone: Whether it was undone.
        waits: Whether the next update carries this out.
        note: Why it is void.
    """

    correction_id: str
    kind: str
    topic_id: str
    label: str
    other_id: str | None
    other_label: str | None
    night: date
    undone: bool
    waits: bool
    note: str | None


class TopicEditor:
    """Takes corrections of a study's topics.

    Each method writes rows of CORRECTIONS and does the night the study stands at again with them.
    Topics are named by their id, the beginning of it, or their label.

    Args:
        store: The study's store.
        config: Its settings.
        encoder: Loads the encoder.
        clock: Says what time it is.
        later: Leave it to the next update to carry out what is said.
        progress: Told how far it is.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        encoder: Callable[[], Encoder],
        clock: Callable[[], datetime],
        *,
        later: bool = False,
        progress: Progress = be_silent,
    ) -> None:
        self._store, self._config, self._encoder = store, config, encoder
        self._clock, self._later, self._progress = clock, later, progress

    def merge(self, keep: str, others: Sequence[str]) -> tuple[Said, ...]:
        """Put other topics into one that goes on; return a correction for each.

        Raises:
            InputError: If a topic is to be merged with itself, or is pinned.
            SubjectError: If a name is no topic's, or that of several.
        """
        kept = find_topic(self._store, keep)
        rows: list[dict[str, Any]] = []
        for other in others:
            gone = find_topic(self._store, other)
            if gone["topic_id"] in {kept["topic_id"], *(row["other_id"] for row in rows)}:
                raise InputError(
                    f"{other}: found {describe_topic(gone)} named twice; wanted other topics"
                )
            if "pinned" in gone["marks"]:
                raise InputError(
                    f"{describe_topic(gone)} is pinned and is not merged away; "
                    "undo its pin first, or keep it and merge the other"
                )
            rows.append(
                {
                    "topic_id": kept["topic_id"],
                    "other_id": gone["topic_id"],
                    "headlines": self._list_headlines(kept["topic_id"]),
                    "other_headlines": self._list_headlines(gone["topic_id"]),
                }
            )
        return self._write("merge", rows)

    def find_leaving(
        self, topic: str, *, events: Collection[str] = (), matching: Collection[str] = ()
    ) -> pl.DataFrame:
        """Return the headlines that a split would take out of a topic.

        Args:
            topic: The topic.
            events: Ids, or their beginnings, of events that leave.
            matching: Terms, as in themes: an event with one of them in a headline leaves.

        Returns:
            event_id, headline_id, source, title, first_seen, the latest first.

        Raises:
            InputError: If nothing is named, or all or none of the topic would leave.
            SubjectError: If a name is no topic's or event's, or that of several.
        """
        found = find_topic(self._store, topic)
        inside = self._read_headlines(found["topic_id"])
        if not events and not matching:
            raise InputError("split: found nothing that leaves; wanted events or terms")
        leaving = {_find_event(inside, name, found) for name in events}
        if matching:
            terms = pl.DataFrame(
                {"theme": 0, "country": "", "against": False, "term": list(matching)}
            )
            texts = inside.select(
                pl.int_range(pl.len()).alias("text_id"),
                pl.int_range(pl.len()).alias("row"),
                pl.col("language").fill_null(""),
                pl.col("title").alias("text"),
            )
            rows = find_occurrences(texts, terms)["row"].unique()
            leaving |= set(inside["event_id"].gather(rows))
        parts = inside.filter(pl.col("event_id").is_in(list(leaving)))
        if parts.is_empty() or parts.height == inside.height:
            share = "all" if len(parts) else "none"
            raise InputError(
                f"{describe_topic(found)}: found {share} of its {inside['event_id'].n_unique()} "
                "events leaving; wanted some to stay and some to leave"
            )
        return parts.select("event_id", "headline_id", "source", "title", "first_seen")

    def split(
        self, topic: str, *, events: Collection[str] = (), matching: Collection[str] = ()
    ) -> tuple[Said, ...]:
        """Take events out of a topic into a new one; return the correction.

        Args and Raises: As in `find_leaving`.
        """
        found = find_topic(self._store, topic)
        leaving = self.find_leaving(topic, events=events, matching=matching)
        rows = self._read_headlines(found["topic_id"])
        label = _word(rows, set(leaving["headline_id"]))
        row = {
            "topic_id": found["topic_id"],
            "label": label,
            "headlines": sorted(leaving["headline_id"]),
        }
        return self._write("split", [row])

    def rename(self, topic: str, label: str) -> tuple[Said, ...]:
        """Give a topic a label that stays; return the correction.

        Raises:
            InputError: If the label is empty, too long, or the one it has.
            SubjectError: If the name is no topic's, or that of several.
        """
        label = " ".join(label.split())
        if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
            raise InputError(
                f"label: found {label!r}; wanted 1 to {LONGEST_LABEL} characters that can be shown"
            )
        found = find_topic(self._store, topic)
        if found["label"] == label:
            raise InputError(f"{describe_topic(found)} is called that already")
        before = self._find_renaming(found["topic_id"])
        row = {
            "topic_id": found["topic_id"],
            "label": label,
            "label_before": before or self._read_own_label(found["topic_id"]),
            "headlines": self._list_headlines(found["topic_id"]),
        }
        return self._write("rename", [row])

    def pin(self, topic: str) -> tuple[Said, ...]:
        """Let a topic stay as it is; return the correction.

        The tracker does not merge it away, split it, retire it or give it another label. It may
        sleep, take in news, and take in other topics.

        Raises:
            InputError: If it is pinned.
            SubjectError: If the name is no topic's, or that of several.
        """
        found = find_topic(self._store, topic)
        said = self._store.read(CORRECTIONS).filter(
            pl.col("kind") == "pin",
            pl.col("state") == "waiting",
            pl.col("undone_at").is_null(),
            pl.col("topic_id") == found["topic_id"],
        )
        if "pinned" in found["marks"] or said.height:
            raise InputError(f"{describe_topic(found)} is pinned already")
        row = {
            "topic_id": found["topic_id"],
            "headlines": self._list_headlines(found["topic_id"]),
        }
        return self._write("pin", [row])

    def undo(self, correction_ids: Sequence[str]) -> tuple[Said, ...]:
        """Take corrections back, from the night the study stands at on.

        Raises:
            InputError: If one was undone before, or a later one builds on it.
            SubjectError: If an id is none, or that of several.
        """
        rows = self._store.read(CORRECTIONS)
        found = [_find_correction(rows, name) for name in dict.fromkeys(correction_ids)]
        undoing = {row["correction_id"] for row in found}
        for row in found:
            if row["undone_at"] is not None:
                raise InputError(
                    f"{row['correction_id']}: was undone already, on {row['undone_night']}"
                )
            later = _find_later(rows, row, undoing)
            if later:
                raise InputError(
                    f"{row['correction_id']}: later corrections build on it; "
                    f"undo {' and '.join(later)} first"
                )
        return self._write("undo", found)

    def _read_headlines(self, topic_id: str) -> pl.DataFrame:
        """Return the headlines of a topic as it stands, the latest first."""
        held = self._store.scan(MEMBERS).filter(
            pl.col("to_night").is_null(), pl.col("topic_id") == topic_id
        )
        return (
            held.join(self._store.scan(HEADLINES), on="headline_id")
            .select("event_id", "headline_id", "source", "title", "language", "first_seen")
            .sort("first_seen", "headline_id", descending=[True, False])
            .collect()
        )

    def _list_headlines(self, topic_id: str) -> list[str]:
        return sorted(self._read_headlines(topic_id)["headline_id"])

    def _read_own_label(self, topic_id: str) -> str:
        """Return the label that no label writer wrote."""
        latest = latest_topics(self._store).filter(pl.col("topic_id") == topic_id)
        return str(latest.select("own_label").collect().item())

    def _find_renaming(self, topic_id: str) -> str | None:
        """Return the own label of a topic that a person has renamed."""
        standing = self._store.read(CORRECTIONS).filter(
            pl.col("kind") == "rename", pl.col("state") == "standing", pl.col("undone_at").is_null()
        )
        named = self._store.read(LINEAGE).filter(pl.col("topic_id") == topic_id)
        held = standing.join(named, on="correction_id", how="semi").sort("made_at")
        label: str | None = held["label_before"][-1] if held.height else None
        return label

    def _write(self, kind: str, rows: list[dict[str, Any]]) -> tuple[Said, ...]:
        """Write what was said, and carry it out unless that is left to the next update."""
        from tracker.nights.updates import update_study  # noqa: PLC0415 - loads the models

        night, labels = _read_stand(self._store), read_labels(self._store)
        with record_run(self._store, f"topics {kind}", self._clock) as run:
            now = run.started_at
            if kind == "undo":
                rows = [
                    {**row, "undone_at": now, "undone_night": max(night, row["night"])}
                    for row in rows
                ]
                frame = CORRECTIONS.frame(rows)
            else:
                frame = _complete(rows, kind, now, night)
            self._store.upsert(CORRECTIONS, frame)
            if not self._later:
                result = update_study(
                    self._store,
                    self._config,
                    self._encoder,
                    now=now,
                    as_of=night,
                    progress=self._progress,
                )
                run.details.update(asdict(result))
            done = self._store.read(CORRECTIONS).join(frame, on="correction_id", how="semi")
            named = {**read_labels(self._store), **labels}
            said = tuple(_say(row, named) for row in done.sort("made_at").iter_rows(named=True))
            run.outcome = "partly" if any(one.note for one in said) else "ok"
        return said


def _find_event(inside: pl.DataFrame, name: str, topic: dict[str, Any]) -> str:
    ids = inside["event_id"].unique().sort().to_list()
    begins = len(name) >= SHORTEST_PREFIX
    found = [name] if name in ids else [e for e in ids if begins and e.startswith(name)]
    if len(found) != 1:
        many = (
            f"{len(found)} events: {', '.join(found[:_LISTED])}" if found else "no event of that id"
        )
        raise SubjectError(f"{name}: found {many} in {describe_topic(topic)}; wanted one")
    return str(found[0])


def _find_correction(rows: pl.DataFrame, name: str) -> dict[str, Any]:
    exact = rows.filter(pl.col("correction_id") == name)
    begins = pl.col("correction_id").str.starts_with(name) & (len(name) >= SHORTEST_PREFIX)
    found = exact if exact.height else rows.filter(begins)
    if found.height != 1:
        many = ", ".join(found["correction_id"]) or "none"
        raise SubjectError(
            f"{name}: found {many}; wanted one correction (tracker topics corrections lists them)"
        )
    return dict(found.row(0, named=True))


def _find_later(rows: pl.DataFrame, row: dict[str, Any], undoing: Collection[str]) -> list[str]:
    """Return the later corrections that changed the topic that a split made."""
    if row["kind"] != "split":
        return []
    part = row["other_id"]
    later = rows.filter(
        pl.col("made_at") > row["made_at"],
        pl.col("undone_at").is_null(),
        pl.col("kind") != "rename",
        (pl.col("topic_id") == part) | (pl.col("other_id") == part),
    )
    return [name for name in later["correction_id"] if name not in undoing]


def _read_stand(store: Store) -> date:
    """Return the night the study stands at.

    Raises:
        InputError: If it was never updated, or the last update was cut off.
    """
    night = store.scan(ATTENTION).select(pl.col("night").max()).collect().item()
    if night is None:
        raise InputError(f"{store.folder}: found no topics yet; run tracker update first")
    updates = store.read(RUNS).filter(
        pl.col("command").is_in(["update", "replay"])
        | pl.col("command").str.starts_with("topics "),
        # A remodel that was refused changed nothing; one that was cut off says so in MODELS.
        pl.col("command") != "topics remodel",
    )
    cut = updates.sort("started_at")["outcome"].to_list()[-1:] in (["running"], ["failed"])
    if cut or False in store.read(MODELS).sort("made_at")["finished"].tail(1):
        raise InputError(
            f"{store.folder}: found that the last update did not come to its end; "
            "run tracker update first"
        )
    assert isinstance(night, date)
    return night


def _complete(rows: list[dict[str, Any]], kind: str, now: datetime, night: date) -> pl.DataFrame:
    """Return rows of CORRECTIONS, each with its id."""
    whole = []
    for number, row in enumerate(rows):
        made_at = now + timedelta(microseconds=number)
        name = make_id(made_at.isoformat(), kind, row["topic_id"], row.get("other_id") or "")[:8]
        given = {"correction_id": name, "made_at": made_at, "night": night, "kind": kind}
        if kind == "split":
            given["other_id"] = name_id("t", f"split {name}")
        empty = dict.fromkeys(CORRECTIONS.schema.names())
        whole.append({**empty, "other_headlines": [], "state": "waiting", **row, **given})
    return CORRECTIONS.frame(whole)


def _say(row: dict[str, Any], labels: dict[str, str]) -> Said:
    other = row["label"] if row["kind"] in ("rename", "split") else labels.get(row["other_id"])
    return Said(
        row["correction_id"],
        row["kind"],
        row["topic_id"],
        labels.get(row["topic_id"], row["topic_id"]),
        row["other_id"],
        other,
        row["undone_night"] or row["night"],
        row["undone_at"] is not None,
        row["state"] == "waiting" or (row["undone_at"] is not None and row["state"] != "undone"),
        row["note"],
    )


def _word(inside: pl.DataFrame, leaving: set[str]) -> str:
    """Return a label for a part of a topic: of words that are commoner in it than in the rest."""
    counts: dict[str, list[int]] = {}
    sizes = [0, 0]
    texts = []
    for row in inside.reverse().iter_rows(named=True):
        part = int(row["headline_id"] in leaving)
        sizes[part] += 1
        if part:
            texts.append(row["title"])
        for word in set(content_words(row["title"], row["language"], row["source"])):
            counts.setdefault(word, [0, 0])[part] += 1
    shares = {word: n[1] / sizes[1] - n[0] / max(sizes[0], 1) for word, n in counts.items() if n[1]}
    terms = sorted(shares, key=lambda word: (-shares[word], word))
    return choose_label(terms[:20], texts)
