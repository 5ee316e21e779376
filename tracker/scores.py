"""How well lists, groups, identity and findings recover a known truth."""

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final
from unicodedata import normalize

import polars as pl

from tracker.tables import CHANNEL_OF, want_columns

COUNTED_KINDS: Final = tuple(CHANNEL_OF)
"""Kinds of list that are scored. Others are neither a hit nor a false alarm."""

UPWARD: Final = frozenset({"rise", "new", "back", "burst"})
"""Signal kinds that say of a subject that it gains; the others say that it loses."""


@dataclass(frozen=True)
class ListScores:
    """How well headlines were found, over all pages.

    Attributes:
        hits: Headlines found that are known.
        found: Headlines found, but for those known to stand in a list that is not scored.
        known: Headlines to be found.
        kind_hits: Hits whose kind of list is right too.
    """

    hits: int
    found: int
    known: int
    kind_hits: int

    @property
    def precision(self) -> float:
        """Return the share of found headlines that are known."""
        return _ratio(self.hits, self.found)

    @property
    def recall(self) -> float:
        """Return the share of known headlines that were found."""
        return _ratio(self.hits, self.known)

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return _harmonic(self.precision, self.recall)

    @property
    def kind_accuracy(self) -> float:
        """Return the share of hits whose kind of list is right."""
        return _ratio(self.kind_hits, self.hits)


@dataclass(frozen=True)
class GroupScores:
    """B-cubed scores of a grouping.

    Attributes:
        precision: Mean over members of the share of their group that belongs with them.
        recall: Mean over members of the share of what belongs with them that is in their group.
    """

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return _harmonic(self.precision, self.recall)


@dataclass(frozen=True)
class Churn:
    """How many headlines change topic from one night to the next.

    Attributes:
        nights: `night, kept, changed, explained, share`: of the headlines seen both on that night
            and on the observed night before it (`kept`), how many stood in another topic the
            night before, and how many of these moved as the lineage says; the share is null
            where nothing was seen on both.
    """

    nights: pl.DataFrame

    @property
    def share(self) -> float:
        """Return the share of headlines seen on two consecutive nights that changed topic."""
        return _ratio(self._total("changed"), self._total("kept"), empty=0.0)

    @property
    def unexplained(self) -> float:
        """Return the share that changed topic without a row of lineage that says so."""
        lost = self._total("changed") - self._total("explained")
        return _ratio(lost, self._total("kept"), empty=0.0)

    def _total(self, column: str) -> int:
        return int(self.nights[column].sum())


@dataclass(frozen=True)
class FindingScores:
    """How well signals tell true changes.

    Attributes:
        right: Signals that tell a true change.
        found: All signals.
        told: True changes that a signal told.
        known: All true changes.
        delays: Nights from each told change to its first signal, in order.
    """

    right: int
    found: int
    told: int
    known: int
    delays: tuple[int, ...]

    @property
    def precision(self) -> float:
        """Return the share of signals that tell a true change."""
        return _ratio(self.right, self.found)

    @property
    def recall(self) -> float:
        """Return the share of true changes that were told."""
        return _ratio(self.told, self.known)

    @property
    def median_delay(self) -> float | None:
        """Return the median delay in nights, or None where no change was told."""
        return median(self.delays) if self.delays else None


def score_lists(found: pl.DataFrame, known: pl.DataFrame) -> ListScores:
    """Return how well the headlines of pages were found.

    A headline counts once a page, under the first scored kind it has there; titles are compared
    without case, white space and punctuation.

    Args:
        found: `page, list_kind, title`, one row a slot; a page is anything that names one visit.
        known: The same, as labelled.

    Raises:
        TableError: If a column is missing.

    Source:
        C. J. van Rijsbergen, Information Retrieval, 1979 (precision, recall and F).
    """
    labels, harvest = _by_title(known, "known"), _by_title(found, "found")
    both = harvest.join(labels, on=["page", "folded"], how="left", suffix="_known")
    scored = pl.col("list_kind").is_in(COUNTED_KINDS)
    wanted = pl.col("list_kind_known").is_in(COUNTED_KINDS)
    # Found as a menu or an advert is not found; known as one is not a false alarm.
    kept = both.filter(scored & (wanted | pl.col("list_kind_known").is_null()))
    hits = kept.filter(wanted)
    return ListScores(
        hits=hits.height,
        found=kept.height,
        known=labels.filter(scored).height,
        kind_hits=hits.filter(pl.col("list_kind") == pl.col("list_kind_known")).height,
    )


def score_groups(found: Sequence[Hashable], known: Sequence[Hashable]) -> GroupScores:
    """Return B-cubed precision and recall of a grouping.

    Args:
        found: The group of each member; None is a group of its own.
        known: The group each belongs to, in the same order; None is a group of its own.

    Raises:
        ValueError: If the two differ in length.

    Source:
        A. Bagga and B. Baldwin, 1998, Algorithms for scoring coreference chains; with the
        averages over members as in E. Amigó et al., 2009.
    """
    if len(found) != len(known):
        raise ValueError(f"{len(found)} groups found for {len(known)} known; wanted as many")
    if not known:
        return GroupScores(1.0, 1.0)
    left = [(i, None) if group is None else (-1, group) for i, group in enumerate(found)]
    right = [(i, None) if group is None else (-1, group) for i, group in enumerate(known)]
    in_found, in_known = Counter(left), Counter(right)
    pairs = Counter(zip(left, right, strict=True))
    n = len(known)
    return GroupScores(
        precision=sum(count**2 / in_found[group] for (group, _), count in pairs.items()) / n,
        recall=sum(count**2 / in_known[group] for (_, group), count in pairs.items()) / n,
    )


def measure_churn(
    members: pl.DataFrame, seen: pl.DataFrame, lineage: pl.DataFrame | None = None
) -> Churn:
    """Return how many headlines seen on two consecutive observed nights change topic.

    To gain or to lose a topic counts as a change; a headline that has none on both nights does
    not. A move between topics is explained by their merger or split of that night; a first topic
    by that topic's birth, return or joining.

    Args:
        members: Rows of the members table.
        seen: `headline_id, night`: which headline was in a list on which night.
        lineage: Rows of the lineage table; without them no change is explained.

    Raises:
        TableError: If a column is missing.
    """
    want_columns(members, ("headline_id", "topic_id", "from_night", "to_night"), "members")
    want_columns(seen, ("headline_id", "night"), "seen")
    nights = seen.select(pl.col("night").unique().sort())
    before = nights.with_columns(before=pl.col("night").shift(1)).drop_nulls()
    seen = seen.select("headline_id", "night").unique()
    kept = (
        seen.join(before, on="night")
        .join(seen.rename({"night": "before"}), on=["headline_id", "before"])
        .join(_places(members, seen), on=["headline_id", "night"], how="left")
        .join(
            _places(members, seen).rename({"night": "before", "topic_id": "topic_before"}),
            on=["headline_id", "before"],
            how="left",
        )
        .with_columns(changed=pl.col("topic_id").ne_missing(pl.col("topic_before")))
        .join(
            _moves(lineage),
            on=["night", "topic_before", "topic_id"],
            how="left",
            nulls_equal=True,
        )
        .with_columns(explained=pl.col("changed") & pl.col("explained").fill_null(False))
    )
    counts = kept.group_by("night").agg(
        kept=pl.len(), changed=pl.col("changed").sum(), explained=pl.col("explained").sum()
    )
    return Churn(
        before.select("night")
        .join(counts, on="night", how="left")
        .with_columns(pl.col("kept", "changed", "explained").fill_null(0).cast(pl.Int64))
        .with_columns(share=pl.when(pl.col("kept") > 0).then(pl.col("changed") / pl.col("kept")))
        .sort("night")
    )


def score_findings(
    found: pl.DataFrame, known: pl.DataFrame, *, early: int = 0, late: int = 7
) -> FindingScores:
    """Return how well signals tell the true rises and fades of their subjects.

    A signal tells a change of the same subject and direction (new, back and burst are rises) when
    it comes between `early` nights before the change begins and `late` nights after; while the
    change goes on, until its last night, a further signal is right too but tells it no sooner.

    Args:
        found: `subject, kind, night`, such as rows of the signals table.
        known: `subject, kind, night, to`: when each true change begins and is complete.
        early: Nights by which a signal may come before the change.
        late: Nights by which it may come after the change begins.

    Raises:
        TableError: If a column is missing.
    """
    want_columns(found, ("subject", "kind", "night"), "found")
    want_columns(known, ("subject", "kind", "night", "to"), "known")
    signals = found.select("subject", "kind", "night").unique().rows()
    right: set[tuple[str, str, date]] = set()
    delays = []
    for subject, kind, night, to in known.select("subject", "kind", "night", "to").iter_rows():
        first, deadline = night - timedelta(days=early), night + timedelta(days=late)
        same = [s for s in signals if s[0] == subject and (s[1] in UPWARD) == (kind in UPWARD)]
        right.update(s for s in same if first <= s[2] <= max(deadline, to))
        told = [s[2] for s in same if first <= s[2] <= deadline]
        if told:
            delays.append((min(told) - night).days)
    return FindingScores(
        right=len(right),
        found=len(signals),
        told=len(delays),
        known=known.height,
        delays=tuple(delays),
    )


def _by_title(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return `page, folded, list_kind`: one row a page and title, scored kinds first."""
    want_columns(frame, ("page", "list_kind", "title"), name)
    folded = frame.with_columns(
        folded=pl.col("title").map_elements(_fold, return_dtype=pl.String),
        unscored=~pl.col("list_kind").is_in(COUNTED_KINDS),
    )
    return (
        folded.filter(pl.col("folded") != "")
        .sort("unscored", maintain_order=True)
        .unique(["page", "folded"], keep="first", maintain_order=True)
        .select("page", "folded", "list_kind")
    )


def _fold(title: str) -> str:
    return re.sub(r"[\W_]+", "", normalize("NFKC", title)).casefold()


def _places(members: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """Return `headline_id, night, topic_id` for every night a headline was seen and placed."""
    return (
        seen.join(members, on="headline_id")
        .filter(
            (pl.col("from_night") <= pl.col("night"))
            & (pl.col("to_night").is_null() | (pl.col("night") <= pl.col("to_night")))
        )
        .select("headline_id", "night", "topic_id")
    )


def _moves(lineage: pl.DataFrame | None) -> pl.DataFrame:
    """Return the moves between topics that the lineage tells, one row each way it may be told."""
    schema = {"night": pl.Date, "topic_before": pl.String, "topic_id": pl.String}
    if lineage is None:
        return pl.DataFrame(schema={**schema, "explained": pl.Boolean})
    want_columns(lineage, ("night", "topic_id", "event", "other_id"), "lineage")
    merged = lineage.filter(pl.col("event") == "merged").select(
        "night", topic_before="topic_id", topic_id="other_id"
    )
    split = lineage.filter(pl.col("event") == "split").select(
        "night", topic_before="other_id", topic_id="topic_id"
    )
    placed = lineage.filter(pl.col("event").is_in(["born", "joined", "revived"])).select(
        "night", pl.lit(None, pl.String).alias("topic_before"), "topic_id"
    )
    return pl.concat([merged, split, placed]).unique().with_columns(explained=pl.lit(True))


def _ratio(part: int, whole: int, empty: float = 1.0) -> float:
    return part / whole if whole else empty


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0
