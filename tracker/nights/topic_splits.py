"""Which headlines a split takes out of a topic, and what to call them."""

from collections.abc import Collection, Set
from typing import Any, Final

import polars as pl

from tracker.errors import InputError, SubjectError
from tracker.names import SHORTEST_PREFIX
from tracker.nights.topic_views import describe_topic
from tracker.store import Store
from tracker.tables import HEADLINES, MEMBERS
from tracker.topics.labels import Saying, choose_label
from tracker.topics.occurrences import find_occurrences
from tracker.topics.words import content_words

_LISTED: Final = 8


def read_headlines(store: Store, topic_id: str) -> pl.DataFrame:
    """Return the headlines of a topic as it stands, the latest first.

    Returns:
        event_id, headline_id, source, title, language, first_seen.
    """
    held = store.scan(MEMBERS).filter(pl.col("to_night").is_null(), pl.col("topic_id") == topic_id)
    return (
        held.join(store.scan(HEADLINES), on="headline_id")
        .select("event_id", "headline_id", "source", "title", "language", "first_seen")
        .sort("first_seen", "headline_id", descending=[True, False])
        .collect()
    )


def find_leaving(
    inside: pl.DataFrame, topic: dict[str, Any], events: Collection[str], matching: Collection[str]
) -> pl.DataFrame:
    """Return those rows of `inside` that a split would take out of a topic.

    Args:
        inside: The topic's headlines, as `read_headlines` gives them.
        topic: The topic, a row of `view_topics`.
        events: Ids, or their beginnings, of events that leave.
        matching: Terms, as in themes: an event with one of them in a headline leaves.

    Raises:
        InputError: If nothing is named, or all or none of the topic would leave.
        SubjectError: If a name is no event's, or that of several.
    """
    if not events and not matching:
        raise InputError("split: found nothing that leaves; wanted events or terms")
    leaving = {_find_event(inside, name, topic) for name in events}
    if matching:
        terms = pl.DataFrame({"theme": 0, "country": "", "against": False, "term": list(matching)})
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
            f"{describe_topic(topic)}: found {share} of its {inside['event_id'].n_unique()} "
            "events leaving; wanted some to stay and some to leave"
        )
    return parts


def word_part(inside: pl.DataFrame, leaving: Set[str]) -> str:
    """Return a label for a part of a topic: of words that are commoner in it than in the rest.

    Args:
        inside: The topic's headlines, as `read_headlines` gives them.
        leaving: Ids of those that are the part.
    """
    counts: dict[str, list[int]] = {}
    sizes = [0, 0]
    sayings = []
    for row in inside.reverse().iter_rows(named=True):
        part = int(row["headline_id"] in leaving)
        sizes[part] += 1
        if part:
            sayings.append(Saying(row["title"], row["language"] or "", row["source"]))
        for word in set(content_words(row["title"], row["language"], row["source"])):
            counts.setdefault(word, [0, 0])[part] += 1
    shares = {word: n[1] / sizes[1] - n[0] / max(sizes[0], 1) for word, n in counts.items() if n[1]}
    terms = sorted(shares, key=lambda word: (-shares[word], word))
    return choose_label(terms[:20], sayings)


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
