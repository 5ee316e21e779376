from datetime import date, timedelta

import polars as pl

from tracker.tables import LINEAGE, MEMBERS, TOPICS
from tracker.topics.encoder import load_encoder
from tracker.topics.ledgers import Ledger, TopicSettings

ENCODER = load_encoder("auto")
MONDAY = date(2024, 3, 4)

WORLD = [
    [
        "Honduras votes for a new president after a tense campaign",
        "Hondurans queue for hours to vote for a new president",
        "Storm floods villages along the northern coast",
        "Chef opens a noodle bar in an old tram depot",
    ],
    [
        "Honduras count halted as president candidates both claim victory",
        "Parliament debates the price of school meals",
    ],
    ["Protests in Honduras over the delayed presidential count"],
]


def frame(titles: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "headline_id": titles,
            "source": ["gazette.example"] * len(titles),
            "text": titles,
            "url": [None] * len(titles),
            "language": ["en"] * len(titles),
        },
        schema_overrides={"url": pl.String},
    )


def test_two_headlines_of_one_night_are_an_event_and_a_topic() -> None:
    ledger = Ledger(TopicSettings(), ENCODER.name)
    changes = ledger.advance(MONDAY, frame(WORLD[0]), ENCODER.encode(WORLD[0]))
    opened = MEMBERS.check(changes.opened)
    honduras = opened.filter(pl.col("headline_id").str.contains("Hondur"))
    assert honduras["event_id"].n_unique() == 1
    assert honduras["topic_id"].drop_nulls().len() == 2
    assert opened["event_id"].null_count() == 0
    assert TOPICS.check(changes.topics).height == 1
    assert LINEAGE.check(changes.lineage)["event"].to_list() == ["born"]


def test_restored_ledger_goes_on_as_if_never_put_away() -> None:
    straight = Ledger(TopicSettings(), ENCODER.name)
    seen, members, topics, lineage = [], [], [], []
    for night, titles in enumerate(WORLD[:2]):
        when = MONDAY + timedelta(days=night)
        changes = straight.advance(when, frame(titles), ENCODER.encode(titles))
        seen.append(frame(titles).with_columns(night=pl.lit(when)))
        members.append(changes.opened)
        topics.append(changes.topics)
        lineage.append(changes.lineage)
        closed = changes.closed
    stretches = (
        pl.concat(members)
        .join(closed, on=["headline_id", "from_night"], how="left", suffix="_new")
        .with_columns(to_night=pl.coalesce("to_night_new", "to_night"))
        .drop("to_night_new")
    )
    placed = pl.concat(seen).sort("headline_id")
    restored = Ledger.restore(
        TopicSettings(),
        ENCODER.name,
        members=stretches,
        topics=pl.concat(topics),
        lineage=pl.concat(lineage),
        headlines=placed,
        vectors=ENCODER.encode(placed["text"].to_list()),
        as_of=MONDAY + timedelta(days=1),
    )
    last = MONDAY + timedelta(days=2)
    one = straight.advance(last, frame(WORLD[2]), ENCODER.encode(WORLD[2]))
    two = restored.advance(last, frame(WORLD[2]), ENCODER.encode(WORLD[2]))
    assert one.opened.equals(two.opened)
    assert one.topics.equals(two.topics)
    assert one.lineage.equals(two.lineage)
