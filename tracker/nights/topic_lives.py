"""What became of a topic, in words, and its events."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from tracker.names import count
from tracker.nights.heirs import follow_heirs
from tracker.nights.pasts import list_pasts
from tracker.nights.topic_views import find_topic, read_labels, tell_theme
from tracker.store import Store
from tracker.tables import EVENTS, LINEAGE, MEMBERS, THEMES
from tracker.topics.events import pick_telling
from tracker.topics.theme_overlaps import overlap_themes

_LEAST_SHARE: Final = 0.1  # of a topic's headlines that a theme named beside it has


@dataclass(frozen=True)
class Life:
    """What became of a topic, in words.

    Attributes:
        title: Its label and id.
        lines: Its size, marks, words, telling headlines, and a line for each change of identity.
    """

    title: str
    lines: tuple[str, ...]


def view_topic_life(store: Store, name: str) -> Life:
    """Return what became of a topic.

    Raises:
        SubjectError: If the name is no topic's, or that of several.
    """
    topic = find_topic(store, name, by_part=True)
    key = topic["topic_id"]
    labels = read_labels(store)
    span = f"{topic['first_night']} to {topic['last_night']}"
    events = count(topic["events"], "event")
    size = f"{count(topic['headlines'], 'headline')} in {events}"
    lines = [
        f"{size}, {span}; {', '.join([topic['state'], *topic['marks']])}",
        f"words: {', '.join(topic['terms'])}",
    ]
    mine = store.read(EVENTS).filter(pl.col("topic_id") == key)
    lines += [f"headline: {text}" for text in pick_telling(mine)["telling"].explode()]
    lines += tell_theme(store, topic["label"])
    overlaps = overlap_themes(store.read(THEMES), store.read(MEMBERS))
    shared = overlaps.filter(pl.col("topic_id") == key, pl.col("of_topic") >= _LEAST_SHARE)
    if shared.height:
        named = [f"{row['theme']} ({row['shared']})" for row in shared.iter_rows(named=True)]
        lines.append(f"themes: {', '.join(named)}")
    pasts = {
        (row["correction_id"], row["event"]): row["since"]
        for row in list_pasts(store).iter_rows(named=True)
    }
    rows = store.read(LINEAGE).filter((pl.col("topic_id") == key) | (pl.col("other_id") == key))
    for row in rows.sort("night", "topic_id", "event").iter_rows(named=True):
        own = row["topic_id"] == key
        other = row["other_id"] if own else row["topic_id"]
        words = {
            "merged": "merged into",
            "split": "split from",
            "carried": "carried its id over to",
            "parted": "holds headlines that were taken out of event",
        }
        word = words.get(row["event"], row["event"])
        if not own:
            word = "took in" if row["event"] == "merged" else "gave off"
        # A topic derived anew never went by the id that it would have had.
        called = f" {labels[other]!r} ({other})" if other in labels else f" {other}"
        beside = called if other else ""
        by = f", by correction {row['correction_id']}" if row["correction_id"] else ""
        since = pasts.get((row["correction_id"], row["event"]))
        by += f"; its headlines count so from {since} on" if since else ""
        lines.append(f"{row['night']} {word}{beside}{by}")
    lines += [f"was {old} before something came late" for old in _list_former(store, key)]
    return Life(f"{topic['label']} ({key})", tuple(lines))


def _list_former(store: Store, key: str) -> list[str]:
    return sorted(old for old, heir in follow_heirs(store).items() if heir == key)


def view_topic_events(store: Store, name: str) -> pl.DataFrame:
    """Return the events of a topic, those of most headlines first, among equals the latest.

    Raises:
        SubjectError: If the name is no topic's, or that of several.
    """
    topic_id = find_topic(store, name, by_part=True)["topic_id"]
    events = store.read(EVENTS).filter(pl.col("topic_id") == topic_id)
    return events.sort(
        "n_headlines", "last_night", "event_id", descending=[True, True, False]
    ).select(
        pl.col("event_id").alias("event"),
        "label",
        pl.col("n_headlines").alias("headlines"),
        pl.col("n_sources").alias("sources"),
        "first_night",
        "last_night",
    )
