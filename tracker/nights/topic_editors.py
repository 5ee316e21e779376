"""What takes corrections of topics from a person: looked at, kept as rows, carried out at once."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import polars as pl

from tracker.config import Config
from tracker.errors import InputError
from tracker.nights.correction_runs import run_corrections
from tracker.nights.corrections import (
    Said,
    find_correction,
    find_later,
    read_stand,
)
from tracker.nights.renamings import find_renaming, list_holders, read_own_label
from tracker.nights.topic_splits import Leaving, find_leaving, read_headlines, word_part
from tracker.nights.topic_views import (
    describe_topic,
    find_topic,
)
from tracker.progress import Progress, be_silent
from tracker.store import Store
from tracker.tables import CORRECTIONS
from tracker.topics.encoder import Encoder

LONGEST_LABEL: Final = 80
"""Characters of a label."""


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

    def merge(
        self, keep: str, others: Sequence[str], *, since: date | None = None
    ) -> tuple[Said, ...]:
        """Put other topics into one that goes on; return a correction for each.

        Args:
            keep: The topic that goes on.
            others: The others.
            since: The night from which their headlines count for it, in charts and tests; the
                night the study stands at if None. What was known on the nights between stays.

        Raises:
            InputError: If a topic is to be merged with itself, or is pinned, or if the study does
                not stand at `since` yet.
            SubjectError: If a name is no topic's, or that of several.
        """
        self._check_since(since)
        kept = find_topic(self._store, keep)
        rows: list[dict[str, Any]] = []
        for other in others:
            gone = find_topic(self._store, other)
            if gone["topic_id"] in {kept["topic_id"], *(row["other_id"] for row in rows)}:
                raise InputError(
                    f"{other}: found {describe_topic(gone)} named twice; wanted other topics"
                )
            if self._is_pinned(gone):
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
                    "since": since,
                }
            )
        return self._write("merge", rows)

    def find_leaving(
        self,
        topic: str,
        *,
        events: Collection[str] = (),
        matching: Collection[str] = (),
        whole_events: bool = False,
        since: date | None = None,
    ) -> Leaving:
        """Return what a split would take out of a topic.

        Args:
            topic: The topic.
            events: Ids, or their beginnings, of events that leave.
            matching: Terms, as in themes: a headline with one of them leaves.
            whole_events: Whether the other headlines of its event leave with it.
            since: As in `split`.

        Raises:
            InputError: If nothing is named, if all or none of the topic would leave, or if the
                study does not stand at `since` yet.
            SubjectError: If a name is no topic's or event's, or that of several.
        """
        self._check_since(since)
        found = find_topic(self._store, topic)
        inside = read_headlines(self._store, found["topic_id"])
        return find_leaving(inside, found, events, matching, whole_events=whole_events)

    def split(
        self,
        topic: str,
        *,
        events: Collection[str] = (),
        matching: Collection[str] = (),
        whole_events: bool = False,
        since: date | None = None,
    ) -> tuple[Said, ...]:
        """Take headlines out of a topic into a new one; return the correction.

        Where only some headlines of an event leave, these are an event of their own.

        Args:
            topic: As in `find_leaving`.
            events: As there.
            matching: As there.
            whole_events: As there.
            since: The night from which they count for the new topic, in charts and tests; the
                night the study stands at if None. What was known on the nights between stays.

        Raises:
            InputError: As in `find_leaving`.
            SubjectError: As in `find_leaving`.
        """
        self._check_since(since)
        found = find_topic(self._store, topic)
        inside = read_headlines(self._store, found["topic_id"])
        leaving = find_leaving(inside, found, events, matching, whole_events=whole_events)
        ids = leaving.rows["headline_id"].sort().to_list()
        row = {
            "topic_id": found["topic_id"],
            "label": word_part(inside, set(ids)),
            "headlines": ids,
            "other_headlines": list(leaving.stays),
            "since": since,
            # Of events that were named whatever comes to them leaves too.
            "terms": list(matching) if matching and not events and not whole_events else None,
        }
        (said,) = self._write("split", [row])
        if said.moves is None or not matching:
            return (said,)
        return (replace(said, moves=replace(said.moves, matching=leaving.matching)),)

    def rename(self, topic: str, label: str, *, force: bool = False) -> tuple[Said, ...]:
        """Give a topic a label that stays; return the correction.

        Args:
            topic: The topic.
            label: The label.
            force: Also one that another topic has.

        Raises:
            InputError: If the label is empty, too long, the one it has, or another topic's.
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
        others = list_holders(self._store, label) - {found["topic_id"]}
        if others and not force:
            named = " and ".join(sorted(others))
            raise InputError(
                f"{label!r}: found that {named} is called so; merge the two, or --force two of one "
                "name, which are then told apart by their ids"
            )
        before = find_renaming(self._store, found["topic_id"])
        row = {
            "topic_id": found["topic_id"],
            "label": label,
            "label_before": before or read_own_label(self._store, found["topic_id"]),
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
        if self._is_pinned(found):
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
        found = [find_correction(rows, name) for name in dict.fromkeys(correction_ids)]
        undoing = {row["correction_id"] for row in found}
        for row in found:
            if row["undone_at"] is not None:
                raise InputError(
                    f"{row['correction_id']}: was undone already, on {row['undone_night']}"
                )
            later = find_later(rows, row, undoing)
            if later:
                raise InputError(
                    f"{row['correction_id']}: later corrections build on it; "
                    f"undo {' and '.join(later)} first"
                )
        return self._write("undo", found)

    def _check_since(self, since: date | None) -> None:
        night = read_stand(self._store)
        if since is not None and since > night:
            raise InputError(
                f"--since {since}: the study stands at {night}; wanted that night or one before"
            )

    def _is_pinned(self, topic: dict[str, Any]) -> bool:
        """Return whether a topic is pinned, or is as soon as what was said is carried out."""
        pins = self._store.read(CORRECTIONS).filter(kind="pin", topic_id=topic["topic_id"])
        said = pins.filter(pl.col("undone_at").is_null())
        undone = pins.filter(pl.col("undone_at").is_not_null(), pl.col("state") == "standing")
        return "waiting" in said["state"] or ("pinned" in topic["marks"] and undone.is_empty())

    def _list_headlines(self, topic_id: str) -> list[str]:
        return sorted(read_headlines(self._store, topic_id)["headline_id"])

    def _write(self, kind: str, rows: list[dict[str, Any]]) -> tuple[Said, ...]:
        return run_corrections(
            self._store, self._config, self._encoder, self._clock, kind, rows,
            later=self._later, progress=self._progress,
        )  # fmt: skip
