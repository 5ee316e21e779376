"""A ledger that is put away each night goes on like one that never was, whatever has slept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from tracker.errors import TableError
from tracker.tables import CORRECTIONS, LINEAGE, MEMBERS, TOPICS
from tracker.topics.corrections import list_acts
from tracker.topics.encoder import LexicalEncoder
from tracker.topics.ledgers import Ledger, TopicSettings
from tracker.topics.members import close_stretches

ENCODER = LexicalEncoder()
SETTINGS = TopicSettings(window_nights=5, event_nights=3, retire_nights=12)
FIRST = date(2024, 3, 4)
NIGHTS = [FIRST + timedelta(days=number) for number in range(45)]
STORIES = [
    "volcano tonga ash eruption island", "cable internet pacific repair ship",
    "honduras president vote count recount", "storm coast village flood rescue",
    "frost apple harvest orchard farmer", "museum painting stolen thief gallery",
    "airline pilot strike airport union", "glacier meltwater researcher arctic survey",
]  # fmt: skip


def invent(number: int) -> pl.DataFrame:
    """Return the headlines of a night: each story comes for some nights, sleeps and comes again."""
    rng = np.random.default_rng(number)
    titles = []
    for story, words in enumerate(STORIES):
        if (number + 5 * story) % (14 + 5 * story) < 4:
            chosen = words.split()
            if story < 2 and 20 <= number < 30:  # these two come together, and part again
                chosen = (STORIES[0] + " " + STORIES[1]).split()
            some = rng.permutation(chosen)
            titles += [" ".join(some[:4]), " ".join(some[1:5]) + f" day {number}"]
    titles.append(" ".join(rng.choice(list("abcdefgh"), 3)) + f" oddity number {number} seen")
    ids = [f"h{number:02}-{place}" for place in range(len(titles))]
    return pl.DataFrame(
        {"headline_id": ids, "source": "a.example", "text": titles, "language": "en"}
    ).with_columns(url=pl.lit(None, pl.String))


class Told:
    """What a study keeps of the nights of the world."""

    def __init__(self, said: pl.DataFrame, *, put_away: bool) -> None:
        acts = list_acts(said, NIGHTS)
        self.members, self.topics, self.lineage = MEMBERS.empty(), TOPICS.empty(), LINEAGE.empty()
        self.outcomes: list[tuple[str, ...]] = []
        seen = invent(0).clear().with_columns(night=pl.lit(None, pl.Date))
        ledger = Ledger(SETTINGS, ENCODER.name)
        for number, night in enumerate(NIGHTS):
            new = invent(number)
            changes = ledger.advance(night, new, encode(new), acts.get(night, ()))
            seen = seen.vstack(new.with_columns(night=pl.lit(night)))
            self.members = close_stretches(self.members.vstack(changes.opened), changes.closed)
            self.topics = TOPICS.check(self.topics.vstack(changes.topics))
            self.lineage = LINEAGE.check(self.lineage.vstack(changes.lineage))
            self.outcomes += changes.outcomes.rows()
            if put_away:
                ledger = Ledger.restore(
                    SETTINGS, ENCODER.name,
                    members=self.members, topics=self.topics, lineage=self.lineage,
                    headlines=seen, recent=seen, vectors=encode(seen), as_of=night, acts=acts,
                )  # fmt: skip

    def held(self, topic: str, night: date) -> list[str]:
        ends = pl.col("to_night").fill_null(date.max)
        inside = (pl.col("topic_id") == topic) & pl.lit(night).is_between("from_night", ends)
        return self.members.filter(inside)["headline_id"].to_list()

    def list_event(self, headline: str) -> list[str]:
        event = self.members.filter(headline_id=headline)["event_id"][-1]
        return self.members.filter(event_id=event)["headline_id"].unique().sort().to_list()

    def list_asleep(self, night: date) -> list[str]:
        latest = self.topics.filter(pl.col("night") <= night).sort("night")
        asleep = latest.unique("topic_id", keep="last").filter(pl.col("state") != "active")
        return asleep.sort("size", "topic_id", descending=True)["topic_id"].to_list()


def encode(headlines: pl.DataFrame) -> Any:
    return ENCODER.encode(headlines["text"].to_list())


def say(number: int, kind: str, night: int, topic: str, **more: Any) -> dict[str, Any]:
    made_at = datetime(2024, 6, 1, tzinfo=UTC) + timedelta(hours=number)
    return (
        dict.fromkeys(CORRECTIONS.schema.names())
        | {"correction_id": f"c{number}", "kind": kind, "topic_id": topic, "made_at": made_at}
        | {"night": NIGHTS[night], "headlines": [], "other_headlines": [], "state": "waiting"}
        | more
    )


@pytest.fixture(scope="module")
def plain() -> Told:
    return Told(CORRECTIONS.empty(), put_away=False)


def agree(one: Told, other: Told) -> bool:
    assert one.outcomes == other.outcomes
    return all(
        getattr(one, name).equals(getattr(other, name)) for name in ("members", "topics", "lineage")
    )


def test_topics_that_slept_return_and_retire_as_if_never_put_away(plain: Told) -> None:
    assert {"revived", "retired"} <= set(plain.lineage["event"])
    assert agree(plain, Told(CORRECTIONS.empty(), put_away=True))


def test_what_a_person_says_of_topics_asleep_is_done_as_if_never_put_away(plain: Told) -> None:
    three, one, two, four, *_ = plain.list_asleep(NIGHTS[24])

    whole = plain.held(three, NIGHTS[24])
    part = plain.list_event(whole[0])
    undone = {"undone_at": datetime(2024, 7, 1, tzinfo=UTC), "undone_night": NIGHTS[32]}
    of_two = {
        "headlines": plain.held(one, NIGHTS[24]),
        "other_headlines": plain.held(two, NIGHTS[24]),
    }
    said = [
        say(0, "merge", 24, one, other_id=two, **of_two, **undone),
        say(1, "split", 24, three, other_id="tnew", label="a part", headlines=part, **undone),
        say(2, "rename", 25, "tgone", label="named", headlines=plain.held(four, NIGHTS[24])),
        say(3, "pin", 25, two),
        say(4, "merge", 40, three, other_id=one),
    ]
    told = Told(CORRECTIONS.frame(said), put_away=False)
    states = {row[:2] for row in told.outcomes}
    assert {("c0", "standing"), ("c1", "standing"), ("c0", "undone"), ("c2", "standing")} <= states
    assert {"merged", "split"} <= set(told.lineage["event"])
    assert agree(told, Told(CORRECTIONS.frame(said), put_away=True))


def test_a_headline_of_long_ago_is_not_placed_again(plain: Told) -> None:
    seen = pl.concat([invent(n).with_columns(night=pl.lit(NIGHTS[n])) for n in range(45)])
    ledger = Ledger.restore(
        SETTINGS, ENCODER.name,
        members=plain.members, topics=plain.topics, lineage=plain.lineage,
        headlines=seen, recent=seen, vectors=encode(seen), as_of=NIGHTS[-1],
    )  # fmt: skip
    with pytest.raises(TableError, match="not placed before"):
        ledger.advance(NIGHTS[-1] + timedelta(days=1), invent(0), encode(invent(0)))
