"""Which headlines a split takes out of a topic, and what to call them."""

from collections.abc import Collection, Set
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from tracker.errors import InputError, SubjectError
from tracker.names import SHORTEST_PREFIX, count
from tracker.nights.topic_views import describe_topic
from tracker.store import Store
from tracker.tables import HEADLINES, MEMBERS, date_titles
from tracker.topics.judges import Saying
from tracker.topics.labels import choose_label
from tracker.topics.occurrences import match_any
from tracker.topics.words import content_words

_LISTED: Final = 8


def read_headlines(store: Store, topic_id: str) -> pl.DataFrame:
    """Return the headlines of a topic as it stands, the latest first.

    Returns:
        event_id, headline_id, source, title, language, titled_at (when the title was first seen).
    """
    held = store.scan(MEMBERS).filter(pl.col("to_night").is_null(), pl.col("topic_id") == topic_id)
    inside = held.join(store.scan(HEADLINES), on="headline_id").collect()
    inside = inside.sort("first_seen", "headline_id", descending=[True, False])
    columns = ("event_id", "headline_id", "source", "title", "language", "titled_at")
    return date_titles(inside).select(columns)


@dataclass(frozen=True)
class Leaving:
    """What a split would take out of a topic.

    Attributes:
        rows: Headlines that leave, the latest first: event_id, headline_id, source, title,
            language, titled_at, and how: by a term, or because their event leaves.
        stays: Ids of headlines that stay of events that others leave.
    """

    rows: pl.DataFrame
    stays: tuple[str, ...]

    @property
    def matching(self) -> int:
        """Return how many leave because they have a term."""
        return self.rows.filter(pl.col("how") == "term").height


def find_leaving(
    inside: pl.DataFrame,
    topic: dict[str, Any],
    events: Collection[str],
    matching: Collection[str],
    *,
    whole_events: bool = False,
) -> Leaving:
    """Return what a split would take out of a topic.

    Args:
        inside: The topic's headlines, as `read_headlines` gives them.
        topic: The topic, a row of `view_topics`.
        events: Ids, or their beginnings, of events that leave.
        matching: Terms, as in themes: a headline with one of them leaves.
        whole_events: Whether the other headlines of its event leave with it.

    Raises:
        InputError: If nothing is named, or all or none of the topic would leave.
        SubjectError: If a name is no event's, or that of several.
    """
    if not events and not matching:
        raise InputError("split: found nothing that leaves; wanted events or terms")
    whole = {_find_event(inside, name, topic) for name in events}
    texts = inside.select("language", text="title")
    marked = inside.with_columns(match_any(texts, matching).alias("by_term"))
    touched = set(marked.filter("by_term")["event_id"])
    whole |= touched if whole_events else set()
    leaves = pl.col("by_term") | pl.col("event_id").is_in(list(whole))
    parts = marked.filter(leaves).with_columns(
        pl.when("by_term").then(pl.lit("term")).otherwise(pl.lit("event")).alias("how")
    )
    if parts.is_empty() or parts.height == inside.height:
        share = "all" if parts.height else "none"
        raise InputError(
            f"{describe_topic(topic)}: found {share} of its {count(inside.height, 'headline')} "
            f"(in {count(inside['event_id'].n_unique(), 'event')}) leaving; "
            "wanted some to stay and some to leave"
            + ("" if parts.height else _tell_unmatched(matching))
        )
    stays = marked.filter(~leaves & pl.col("event_id").is_in(list(touched)))
    return Leaving(parts.drop("by_term"), tuple(stays["headline_id"].sort()))


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


def _tell_unmatched(matching: Collection[str]) -> str:
    if not matching:
        return ""
    terms = ", ".join(map(repr, matching))
    begun = next((term for term in matching if term.isalnum()), "grain")
    return (
        f"; no headline has {terms}: a term is a word in all its forms or a phrase, no regular "
        f"expression, and {begun}* every word that begins so"
    )


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
