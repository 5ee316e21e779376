"""Which corrections hold, and of which topics by now: what a correction binds the tracker to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tracker.topics.corrections import Act, Correction
from tracker.topics.lineage import Change


@dataclass(frozen=True)
class _Hold:
    correction: Correction
    topic: str
    other: str


class Holds:
    """The corrections that hold, and the topics they hold of by now."""

    def __init__(self) -> None:
        self._holds: dict[str, _Hold] = {}
        self._heirs: dict[str, str] = {}

    @property
    def pinned(self) -> set[str]:
        """Return the topics that are pinned."""
        return {hold.topic for hold in self._of("pin")}

    @property
    def worded(self) -> set[str]:
        """Return the topics whose label stays."""
        return self.pinned | {hold.topic for hold in self._of("rename")}

    @property
    def whole(self) -> set[str]:
        """Return the topics that the tracker does not split."""
        return self.pinned | {self._follow(hold.other) for hold in self._of("merge")}

    @property
    def parted(self) -> set[str]:
        """Return the topics that hold the parts of an event."""
        splits = [
            hold
            for hold in self._of("split")
            if hold.correction.other_headlines or hold.correction.matching is not None
        ]
        return {self._follow(topic) for hold in splits for topic in (hold.topic, hold.other)}

    @property
    def apart(self) -> set[frozenset[str]]:
        """Return the pairs of topics that the tracker does not merge."""
        pairs = {
            frozenset((self._follow(hold.topic), self._follow(hold.other)))
            for hold in self._of("split")
        }
        # What a person has split and then merged again is one topic.
        return {pair for pair in pairs if len(pair) == 2}

    def find_topics(self, correction_id: str) -> tuple[str, str] | None:
        """Return the topic a correction changed, and where the other one's headlines are now.

        None if it does not hold.
        """
        hold = self._holds.get(correction_id)
        return (hold.topic, self._follow(hold.other)) if hold else None

    def find_alias(self, topic: str) -> str | None:
        """Return the topic that was meant by an id when it was named before."""
        for hold in self._holds.values():
            said = hold.correction
            if said.kind == "merge" and said.other_id == topic:
                return self._follow(hold.topic)
            if said.topic_id == topic:
                return self._follow(hold.other if said.kind in ("merge", "split") else hold.topic)
        return None

    def find_label(self, topic: str) -> str | None:
        """Return the label that a person gave a topic last."""
        labels = [hold.correction.label for hold in self._of("rename") if hold.topic == topic]
        return labels[-1] if labels else None

    def note(self, change: Change, act: Act | None = None) -> None:
        """Follow a change of identity, in the order in which they happen."""
        if change.event == "merged" and change.other_id is not None:
            self._heirs[change.topic_id] = change.other_id
        else:
            self._heirs.pop(change.topic_id, None)
        if act is not None and not act.is_undoing:
            hold = _Hold(act.correction, change.topic_id, change.other_id or change.topic_id)
            self._holds[act.correction.correction_id] = hold

    def drop(self, correction_id: str) -> None:
        """Hold no longer of a correction, if it was held of."""
        self._holds.pop(correction_id, None)

    def _of(self, kind: str) -> list[_Hold]:
        return [hold for hold in self._holds.values() if hold.correction.kind == kind]

    def _follow(self, topic: str) -> str:
        """Return the topic in which a topic has ended by now, or itself."""
        while topic in self._heirs:
            topic = self._heirs[topic]
        return topic


def restore_holds(lineage: pl.DataFrame, acts: Mapping[date, Sequence[Act]], as_of: date) -> Holds:
    """Return what holds after night `as_of`.

    Args:
        lineage: The changes of identity up to that night, a frame of LINEAGE.
        acts: What was to be done on each night.
        as_of: The night.
    """
    holds = Holds()
    own: dict[date, list[Change]] = {}
    said: dict[tuple[date, str], Change] = {}
    # Of what no person has said, only where topics that were merged away have gone is followed.
    ended = lineage.filter(pl.col("event") == "merged")["topic_id"].implode()
    counts = pl.col("topic_id").is_in(ended) | pl.col("correction_id").is_not_null()
    # A parted event says nothing of topics that the split beside it does not.
    counts &= pl.col("event") != "parted"
    followed = lineage.filter(counts).sort("night", "topic_id", "event")
    for row in followed.iter_rows(named=True):
        night = row.pop("night")
        change = Change(**row)
        if change.correction_id is None:
            own.setdefault(night, []).append(change)
        else:
            said[night, change.correction_id] = change
    for night in sorted({*own, *(night for night in acts if night <= as_of)}):
        for change in own.get(night, ()):
            holds.note(change)
        for act in acts.get(night, ()):
            found = said.get((night, act.correction.correction_id))
            if found is not None:
                holds.note(found, act)
            if act.is_undoing:
                holds.drop(act.correction.correction_id)
    return holds
