"""Topics as people name them, and what is in one."""

from typing import Any, Final

import polars as pl

from tracker.errors import SubjectError
from tracker.names import SHORTEST_PREFIX, count, hint_near, part_kind, part_mark
from tracker.nights.heirs import follow_heirs
from tracker.nights.mergers import find_merged
from tracker.store import Store
from tracker.tables import CORRECTIONS, EVENTS, LABELS, LINEAGE, THEMES, TOPICS
from tracker.topics.events import pick_telling

_LISTED: Final = 8


def view_topics(store: Store) -> pl.DataFrame:
    """Return the topics as they stand, the largest first.

    `id` is the beginning of `topic_id` that tells topics apart; `marks` says what people have
    said of a topic that holds: renamed, pinned; `telling` is its most telling headline.
    """
    latest = latest_topics(store).collect()
    placed = store.read(EVENTS)
    telling = pick_telling(placed, 1).with_columns(pl.col("telling").list.first())
    events = (
        placed.filter(pl.col("topic_id").is_not_null())
        .group_by("topic_id")
        .agg(
            pl.col("n_headlines").sum().alias("headlines"),
            pl.len().alias("events"),
            pl.col("first_night").min(),
            pl.col("last_night").max(),
        )
    )
    return (
        events.join(latest, on="topic_id")
        .join(telling, on="topic_id")
        .join(_marks(store), on="topic_id", how="left")
        .with_columns(
            pl.col("terms").list.head(6),
            pl.col("marks").fill_null([]),
            pl.col("topic_id").str.head(_tell_apart(events["topic_id"])).alias("id"),
        )
        .sort("headlines", "topic_id", descending=[True, False])
        .select(
            "label",
            "id",
            "headlines",
            "telling",
            "last_night",
            "state",
            "events",
            "first_night",
            "marks",
            "terms",
            "topic_id",
        )
    )


def find_topic(store: Store, name: str, *, by_part: bool = False) -> dict[str, Any]:
    """Return the topic of that id, beginning of an id, or label, as a row of `view_topics`.

    `LABEL (ID)`, with the beginning of an id, is how charts call one of several of one label.
    An id that a topic had before something came late is its id still.

    Args:
        store: The study's store.
        name: What somebody calls it.
        by_part: Take the only topic whose label has all these words, if none is called so: for
            what is only looked at, not for what is changed.

    Raises:
        SubjectError: If there is none, or several: names the candidates.
    """
    topics = view_topics(store)
    kind, bare = part_kind(name)
    if kind == "theme":
        raise SubjectError(f"{name}: found a theme asked for; wanted a topic")
    wanted = " ".join(bare.split())
    exact = topics.filter(pl.col("topic_id") == wanted)
    begins = pl.col("topic_id").str.starts_with(wanted) & (len(wanted) >= SHORTEST_PREFIX)
    called = pl.col("label").str.to_lowercase() == wanted.lower()
    found = exact if exact.height else topics.filter(begins | called)
    if found.is_empty():
        same, mark = part_mark(wanted)
        marked = topics.filter(pl.col("topic_id").str.starts_with(mark) & (len(mark) > 0))
        named = marked.filter(pl.col("label").str.to_lowercase() == same.lower())
        found = named if named.height else marked
    if found.height == 1:
        return dict(found.row(0, named=True))
    if found.height:
        raise SubjectError(f"{name}: found {found.height} topics: {_list(found)}; wanted one")
    heirs = {old: heir for old, heir in follow_heirs(store).items() if old.startswith(wanted)}
    moved = topics.filter(pl.col("topic_id").is_in(list(heirs.values())))
    if len(wanted) >= SHORTEST_PREFIX and moved.height == 1:
        return dict(moved.row(0, named=True))
    ends = sorted({merger.heir for merger in find_merged(store, wanted, read_labels(store))})
    if ends:
        into = _list(topics.filter(pl.col("topic_id").is_in(ends))) or ", ".join(ends)
        one = "that one" if len(ends) == 1 else "one of these"
        raise SubjectError(f"{name}: was merged into {into}; wanted {one}")
    words = [word for word in wanted.lower().split() if len(word) > 2]
    label = pl.col("label").str.to_lowercase()
    has_all = [label.str.contains(word, literal=True) for word in words] or [pl.lit(value=False)]
    near = topics.filter(pl.all_horizontal(has_all))
    if by_part and near.height == 1:
        return dict(near.row(0, named=True))
    former = _find_called_before(store, topics, wanted)
    if former.height:
        hint = f"called so before: {_list(former)}"
    elif near.height:
        hint = f"near are {_list(near)}"
    else:
        hint = hint_near(wanted, topics["label"], "tracker show topics lists them")
    raise SubjectError(f"{name}: found no topic of that id or label; {hint}")


def _find_called_before(store: Store, topics: pl.DataFrame, label: str) -> pl.DataFrame:
    """Return the topics that had a label on an earlier night."""
    had = store.scan(TOPICS).filter(pl.col("label").str.to_lowercase() == label.lower())
    return topics.join(had.select("topic_id").unique().collect(), on="topic_id", how="semi")


def list_called(store: Store, label: str) -> list[str]:
    """Return the ids of the topics that are called so, in any case."""
    topics = view_topics(store).select("topic_id", "label")
    return [key for key, called in topics.iter_rows() if called.casefold() == label.casefold()]


def tell_theme(store: Store, label: str) -> list[str]:
    """Return a sentence that says which theme is called as a topic is, if one is."""
    themes = store.scan(THEMES).select(pl.col("theme").unique()).collect()["theme"]
    return [
        f"a theme is called {theme} too: explain and chart take topic:{theme} for the topic"
        for theme in themes
        if theme.casefold() == label.casefold()
    ]


def latest_topics(store: Store) -> pl.LazyFrame:
    """Return every topic there ever was as it was last, in the order they turned up.

    Returns:
        The columns of TOPICS, `label` being the one that is shown (a person's; else the label
        writer's; else the tracker's own), and own_label, the tracker's own or a person's.
    """
    written = store.scan(LABELS).filter(pl.col("shown"), pl.col("label").is_not_null())
    marks = _marks(store)
    renamed = marks.filter(pl.col("marks").list.contains("renamed"))["topic_id"]
    return (
        store.scan(TOPICS)
        .sort("night")
        .group_by("topic_id", maintain_order=True)
        .last()
        .rename({"label": "own_label"})
        .join(
            written.filter(~pl.col("topic_id").is_in(renamed.implode())).select(
                "topic_id", "own_label", "label"
            ),
            on=["topic_id", "own_label"],
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.coalesce("label", "own_label"))
        .select(*TOPICS.schema.names(), "own_label")
    )


def label_topics(store: Store) -> pl.DataFrame:
    """Return the latest label of every topic there ever was: topic_id, label."""
    return latest_topics(store).select("topic_id", "label").collect()


def read_labels(store: Store) -> dict[str, str]:
    """Return the latest label of every topic there ever was, by id."""
    return dict(label_topics(store).iter_rows())


def describe_topic(topic: dict[str, Any]) -> str:
    """Return how messages call a topic, given as a row of `view_topics`."""
    return f"{topic['id']} {topic['label']!r}"


def _list(topics: pl.DataFrame) -> str:
    rows = topics.head(_LISTED).iter_rows(named=True)
    said = [f"{describe_topic(row)} ({count(row['headlines'], 'headline')})" for row in rows]
    more = topics.height - _LISTED
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


def _marks(store: Store) -> pl.DataFrame:
    """Return topic_id and marks: the corrections that hold of a topic, in a word each."""
    standing = store.read(CORRECTIONS).filter(
        pl.col("state") == "standing", pl.col("kind").is_in(["rename", "pin"])
    )
    words = store.read(LINEAGE).filter(pl.col("event").is_in(["renamed", "pinned"]))
    held = words.join(standing, on="correction_id", how="semi")
    return held.group_by("topic_id").agg(pl.col("event").unique().sort().alias("marks"))


def _tell_apart(ids: pl.Series) -> int:
    """Return how many first letters tell the ids apart, eight at least."""
    return next((n for n in range(8, 17) if ids.str.head(n).n_unique() == len(ids)), 17)
