"""Where watched themes and discovered topics speak of the same headlines."""

import polars as pl


def overlap_themes(themes: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return how many headlines each theme shares with each topic, as placed last.

    Args:
        themes: Table `themes`.
        members: Table `members`.

    Returns:
        theme, topic_id, shared (headlines in both), of_theme and of_topic (their share of the
        theme's and of the topic's headlines, in [0, 1]); most shared first.
    """
    held = members.filter(pl.col("to_night").is_null(), pl.col("topic_id").is_not_null())
    shared = (
        themes.join(held, on="headline_id")
        .group_by("theme", "topic_id")
        .agg(pl.len().cast(pl.Int64).alias("shared"))
        .join(held.group_by("topic_id").len("topic_size"), on="topic_id")
        .join(themes.group_by("theme").len("theme_size"), on="theme")
    )
    return shared.select(
        "theme",
        "topic_id",
        "shared",
        (pl.col("shared") / pl.col("theme_size")).alias("of_theme"),
        (pl.col("shared") / pl.col("topic_size")).alias("of_topic"),
    ).sort("shared", "theme", "topic_id", descending=[True, False, False])
