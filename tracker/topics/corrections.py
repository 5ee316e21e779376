"""What people have said about topics, carried out on its night and respected from then on.

A correction is carried out at the end of the night it holds from, after the tracker's own work of
that night. From the next night on it binds the tracker:

- a topic that a person merged others into is not split again by the tracker;
- two topics that a person split apart are not merged by the tracker;
- a renamed topic keeps its label;
- a pinned topic keeps its id, its label and its headlines: the tracker neither merges it away nor
  splits it nor retires it. It may still sleep, take in news, and take in other topics.

A split takes events, and may part one: then those of its headlines that leave are an event of
their own, and go back into the first one when the split is undone. A split by terms takes what was
named and, where it is done again with headlines that came late, those of them that have a term.

What a correction says of topics is said by their ids. Where an id is not there (a late archive or
another encoder has made other topics), the topic with more than half of the headlines it had is
meant if the two are clearly alike, the same one whenever the id is named. Without one the
correction is void, and says why.

Undoing goes forward too: nights before the undoing stay as they were. A topic that was merged away
lives on under its old id with its own headlines and with what came since and is more like it; a
topic that was split off ends and its headlines go back; an own label comes back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tracker.topics.similarity import Rows


@dataclass(frozen=True)
class Correction:
    """One correction, as a row of CORRECTIONS.

    Attributes:
        correction_id: Its id.
        kind: merge, split, rename or pin.
        night: The night it holds from.
        topic_id: The topic that goes on, is split, renamed or pinned.
        other_id: The topic merged away or split off.
        label: Label given, or that of the topic split off.
        label_before: Label that a renamed topic had.
        headlines: Headline ids of the topic; if split, those that leave.
        other_headlines: Headline ids of the topic merged away; if split, those that stay of
            events that others leave.
        undone_night: The night it holds no longer from.
        centroid: Of a split, the mean of what leaves, unit length.
        matching: Of a split by terms, the headlines that have one, also those that came later.
    """

    correction_id: str
    kind: str
    night: date
    topic_id: str
    other_id: str | None = None
    label: str | None = None
    label_before: str | None = None
    headlines: tuple[str, ...] = ()
    other_headlines: tuple[str, ...] = ()
    undone_night: date | None = None
    centroid: Rows | None = None
    matching: frozenset[str] | None = None


@dataclass(frozen=True)
class Act:
    """A correction to be carried out, or to be undone."""

    correction: Correction
    is_undoing: bool = False


def read_corrections(
    rows: pl.DataFrame,
    centroids: Mapping[str, Rows] | None = None,
    matching: Mapping[str, frozenset[str]] | None = None,
) -> list[Correction]:
    """Return the corrections in a frame of CORRECTIONS, in the order they were made.

    Args:
        rows: The frame.
        centroids: Centroids of what leaves in splits, by correction id.
        matching: Of splits by terms the headlines that have one, by correction id.
    """
    given, by_terms = centroids or {}, matching or {}
    return [
        Correction(
            correction_id=row["correction_id"],
            kind=row["kind"],
            night=row["night"],
            topic_id=row["topic_id"],
            other_id=row["other_id"],
            label=row["label"],
            label_before=row["label_before"],
            headlines=tuple(row["headlines"]),
            other_headlines=tuple(row["other_headlines"]),
            undone_night=row["undone_night"],
            centroid=given.get(row["correction_id"]),
            matching=None
            if row["terms"] is None
            else by_terms.get(row["correction_id"], frozenset()),
        )
        for row in rows.sort("made_at", "correction_id").iter_rows(named=True)
    ]


def list_acts(
    rows: pl.DataFrame,
    nights: Sequence[date],
    centroids: Mapping[str, Rows] | None = None,
    matching: Mapping[str, frozenset[str]] | None = None,
) -> dict[date, list[Act]]:
    """Return what is to be done on each night, in the order in which it was said.

    What is said for a night without captures is done on the next night with some. A correction
    made and undone for one night is only undone.

    Args:
        rows: A frame of CORRECTIONS.
        nights: All nights with captures, rising.
        centroids: As in `read_corrections`.
        matching: As there.
    """
    times = {
        row["correction_id"]: (row["made_at"], row["undone_at"])
        for row in rows.iter_rows(named=True)
    }

    def find_night(wanted: date | None) -> date | None:
        return next((night for night in nights if wanted is not None and night >= wanted), None)

    said = []
    for order, correction in enumerate(read_corrections(rows, centroids, matching)):
        made_at, undone_at = times[correction.correction_id]
        made, undone = find_night(correction.night), find_night(correction.undone_night)
        if made is not None and made != undone:
            said.append((made, made_at, order, Act(correction)))
        if undone is not None:
            act = Act(correction, is_undoing=True)
            # Of several undone at once the last goes first: a split that was pinned after it.
            said.append((undone, undone_at, -order, act))
    acts: dict[date, list[Act]] = {}
    for night, _, _, act in sorted(said, key=lambda item: item[:3]):
        acts.setdefault(night, []).append(act)
    return acts
