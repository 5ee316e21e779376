"""How many headlines change topic from night to night."""

from dataclasses import dataclass

import polars as pl

from tracker.scores.ratios import divide
from tracker.tables import want_columns


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
        return divide(self._total("changed"), self._total("kept"), empty=0.0)

    @property
    def unexplained(self) -> float:
        """Return the share that changed topic without a row of lineage that says so."""
        lost = self._total("changed") - self._total("explained")
        return divide(lost, self._total("kept"), empty=0.0)

    def _total(self, column: str) -> int:
        return int(self.nights[column].sum())


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
