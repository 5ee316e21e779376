from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tracker.tables import CORRECTIONS, LINEAGE, MEMBERS, TOPICS
from tracker.topics.corrections import Act, Correction, list_acts
from tracker.topics.encoder import load_encoder
from tracker.topics.holds import Holds
from tracker.topics.ledgers import Changes, Ledger, TopicSettings
from tracker.topics.lineage import Change
from tracker.topics.members import close_stretches

ENCODER = load_encoder("auto")
MONDAY = date(2024, 3, 4)
STORM = ["Storm floods villages along the northern coast",
         "Villages on the northern coast flooded as storm arrives"]  # fmt: skip
VOTE = ["Honduras votes for a new president after a tense campaign",
        "Hondurans queue for hours to vote for a new president"]  # fmt: skip
FROST = ["Late frost ruins the apple harvest", "Apple harvest ruined by late frost"]
WORLD = {
    0: [*STORM, *VOTE, *FROST],
    1: ["Storm floods more villages on the northern coast", "Honduras president vote is counted"],
    2: ["Storm leaves the northern coast after floods", "Hondurans see a new president vote count",
        "Frost ruins apple harvest in the south too"],
    3: ["Northern coast villages clean up after storm floods", "Honduras president vote recount"],
    4: ["Storm flood villages on northern coast rebuilt", "Honduras recount of president vote"],
}  # fmt: skip


@dataclass
class World:
    """Nights told to a ledger, with what a person said on them."""

    nights: dict[int, list[str]] = field(default_factory=lambda: dict(WORLD))
    settings: TopicSettings = field(default_factory=TopicSettings)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def say(self, name: str, kind: str, night: int, topic: str, **more: Any) -> None:
        empty = dict.fromkeys(CORRECTIONS.schema.names())
        made_at = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(hours=len(self.rows))
        self.rows.append(
            empty
            | {"correction_id": name, "kind": kind, "topic_id": topic, "made_at": made_at}
            | {"night": at(night), "headlines": [], "other_headlines": [], "state": "waiting"}
            | more
        )

    def undo(self, name: str, night: int) -> None:
        for row in self.rows:
            if row["correction_id"] == name:
                row["undone_at"] = datetime(2024, 6, 1, tzinfo=UTC)
                row["undone_night"] = at(night)

    def run(
        self, *, restoring: bool = False, matching: Mapping[str, frozenset[str]] | None = None
    ) -> "Told":
        """Tell all nights; put the ledger away and take it out again each night if `restoring`."""
        corrections = CORRECTIONS.frame(self.rows) if self.rows else CORRECTIONS.empty()
        acts = list_acts(corrections, [at(n) for n in sorted(self.nights)], matching=matching)
        told = Told()
        ledger = Ledger(self.settings, ENCODER.name)
        for number, titles in sorted(self.nights.items()):
            night = at(number)
            told.take(
                night, titles,
                ledger.advance(night, frame(titles), ENCODER.encode(titles), acts.get(night, ())),
            )  # fmt: skip
            if restoring:
                ledger = Ledger.restore(
                    self.settings, ENCODER.name,
                    members=told.members, topics=told.topics, lineage=told.lineage,
                    headlines=told.seen, recent=told.seen,
                    vectors=ENCODER.encode(told.seen["text"].to_list()),
                    as_of=night, acts=acts,
                )  # fmt: skip
        return told


class Told:
    """The tables after some nights."""

    def __init__(self) -> None:
        self.members, self.topics, self.lineage = MEMBERS.empty(), TOPICS.empty(), LINEAGE.empty()
        self.seen = frame([]).with_columns(night=pl.lit(None, pl.Date))
        self.outcomes: list[tuple[str, str, str | None]] = []

    def take(self, night: date, titles: Sequence[str], changes: Changes) -> None:
        self.seen = self.seen.vstack(frame(titles).with_columns(night=pl.lit(night)))
        self.members = close_stretches(self.members.vstack(changes.opened), changes.closed)
        self.topics = TOPICS.check(self.topics.vstack(changes.topics))
        self.lineage = LINEAGE.check(self.lineage.vstack(changes.lineage))
        self.outcomes += changes.outcomes.rows()

    def topic_of(self, title: str, night: int = 4) -> str:
        return str(self._place_of(title, night)["topic_id"])

    def event_of(self, title: str, night: int = 6) -> str:
        return str(self._place_of(title, night)["event_id"])

    def _place_of(self, title: str, night: int) -> Mapping[str, Any]:
        held = self.members.filter(
            (pl.col("headline_id") == title)
            & (pl.col("from_night") <= at(night))
            & (pl.col("to_night").is_null() | (pl.col("to_night") >= at(night)))
        )
        assert held.height == 1
        return held.row(0, named=True)

    def last(self, topic: str) -> Mapping[str, Any]:
        return self.topics.filter(pl.col("topic_id") == topic).sort("night").row(-1, named=True)

    def changes(self, night: int) -> list[tuple[str, ...]]:
        rows = self.lineage.filter(pl.col("night") == at(night))
        return rows.select("topic_id", "event", "other_id", "correction_id").rows()


def at(night: int) -> date:
    return MONDAY + timedelta(days=night)


def frame(titles: Sequence[str]) -> pl.DataFrame:
    rows = {"headline_id": list(titles), "text": list(titles)}
    schema = {"headline_id": pl.String, "text": pl.String}
    return pl.DataFrame(rows, schema=schema).select(
        "headline_id", pl.lit("x.example").alias("source"), "text",
        pl.lit(None, pl.String).alias("url"), pl.lit("en").alias("language"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain() -> Told:
    return World().run()


@pytest.fixture(scope="module")
def ids(plain: Told) -> tuple[str, str, str]:
    storm, vote, frost = (plain.topic_of(story[0]) for story in (STORM, VOTE, FROST))
    assert len({storm, vote, frost}) == 3
    assert plain.topic_of(WORLD[4][0]) == storm
    assert plain.topic_of(WORLD[4][1]) == vote
    return storm, vote, frost


def headlines_of(told: Told, topic: str, night: int) -> list[str]:
    return [title for title in told.seen["text"] if at(night) >= first(told, title)
            and told.topic_of(title, night) == topic]  # fmt: skip


def first(told: Told, title: str) -> date:
    return told.seen.filter(pl.col("text") == title)["night"].item()


def say_all(world: World, plain: Told, ids: tuple[str, str, str]) -> World:
    storm, vote, frost = ids
    world.say("m", "merge", 1, storm, other_id=frost, headlines=headlines_of(plain, storm, 1),
              other_headlines=FROST)  # fmt: skip
    world.say("r", "rename", 1, vote, label="Honduran election", label_before="x")
    world.say("s", "split", 2, vote, other_id="tnew", label="vote queue", headlines=[VOTE[1]])
    world.say("p", "pin", 2, storm)
    return world


def test_a_merged_topic_holds_both_from_its_night_on_and_the_past_stays(plain, ids):
    storm, _, frost = ids
    world = World()
    world.say("m", "merge", 1, storm, other_id=frost)
    told = world.run()
    assert {told.topic_of(title, 4) for title in (*STORM, *FROST)} == {storm}
    assert told.topic_of(FROST[0], 0) == frost
    assert told.changes(0) == plain.changes(0)
    assert told.changes(1) == [(frost, "merged", storm, "m")]
    assert told.topic_of(WORLD[2][2]) == storm  # what would have come to the frost
    assert told.outcomes == [("m", "standing", None)]
    assert frost not in told.topics.filter(pl.col("night") > at(1))["topic_id"].to_list()


def test_an_undone_merger_gives_the_old_id_back_with_what_is_more_like_it(ids):
    storm, _, frost = ids
    world = World()
    world.say("m", "merge", 1, storm, other_id=frost, headlines=STORM, other_headlines=FROST)
    world.undo("m", 3)
    told = world.run()
    assert told.topic_of(FROST[0], 2) == storm
    assert {told.topic_of(title, 3) for title in (*FROST, WORLD[2][2])} == {frost}
    assert {told.topic_of(title, 3) for title in (*STORM, WORLD[1][0])} == {storm}
    assert told.changes(3) == [(frost, "split", storm, "m")]
    assert told.last(frost)["size"] == 3
    assert told.outcomes[-1] == ("m", "undone", None)


def test_undoing_one_of_two_mergers_takes_nothing_of_the_other_along(ids):
    storm, vote, frost = ids
    world = World()
    world.say("m", "merge", 1, vote, other_id=frost, headlines=VOTE, other_headlines=FROST)
    world.say("n", "merge", 1, vote, other_id=storm, headlines=VOTE, other_headlines=STORM)
    world.undo("m", 3)
    told = world.run()
    assert {told.topic_of(title, 2) for title in (*VOTE, *FROST, *STORM)} == {vote}
    assert {told.topic_of(title, 3) for title in FROST} == {frost}
    assert {told.topic_of(title, 3) for title in (*VOTE, *STORM)} == {vote}
    world.undo("n", 4)
    told = world.run()
    assert {told.topic_of(title, 4) for title in (*STORM, WORLD[1][0])} == {storm}
    assert {told.topic_of(title, 4) for title in FROST} == {frost}


def test_made_and_undone_on_one_night_is_as_if_never_said(plain, ids):
    world = say_all(World(), plain, ids)
    for row in world.rows:
        world.undo(row["correction_id"], row["night"].toordinal() - MONDAY.toordinal())
    told = world.run()
    for name in ("members", "topics", "lineage"):
        assert getattr(told, name).equals(getattr(plain, name)), name
    assert {state for _, state, _ in told.outcomes} == {"undone"}


TONGA = {
    0: ["Volcano on Tonga wakes", "Tonga volcano throws ash", "Ash from Tonga volcano"],
    1: ["Internet cable cut in the Pacific", "Pacific internet cable cut at sea"],
} | {
    night: [
        f"Tonga volcano cut the Pacific internet cable, day {night} without internet",
        f"Pacific internet cable cut by Tonga volcano still at sea, day {night}",
    ]
    for night in (2, 3, 4, 5, 6)
}
NEAR = TopicSettings(topic_similarity=0.38, merge_similarity=0.38)


@pytest.fixture(scope="module")
def merging() -> dict[str, Any]:
    """The merger that the tracker itself finds in TONGA."""
    told = World(dict(TONGA), NEAR).run()
    return told.lineage.filter(pl.col("event") == "merged").row(0, named=True)


def test_what_was_split_apart_is_not_merged_again_and_undoing_puts_it_back(merging):
    world = World(dict(TONGA), NEAR)
    night, kept = (merging["night"] - MONDAY).days, merging["other_id"]
    world.say("s", "split", night, kept, other_id="tnew", label="Tonga", headlines=TONGA[0])
    told = world.run()
    assert ("tnew", "split", kept, "s") in told.changes(night)
    assert not told.lineage.filter(pl.col("night") > at(night), pl.col("event") == "merged").height
    assert {told.topic_of(title, 6) for title in TONGA[0]} == {"tnew"}
    world.undo("s", 6)
    back = world.run()
    assert ("tnew", "merged", kept, "s") in back.changes(6)
    assert {back.topic_of(title, 6) for title in (TONGA[0][0], TONGA[1][0])} == {kept}


def test_what_was_split_apart_and_then_merged_is_one_topic_until_the_merger_is_undone(ids):
    storm = ids[0]
    world = World(WORLD | {5: ["Northern coast villages rebuilt after storm floods"]})
    world.say("s", "split", 2, storm, other_id="tnew", headlines=STORM[1:],
              other_headlines=STORM[:1])  # fmt: skip
    world.say("m", "merge", 3, storm, other_id="tnew", headlines=STORM[:1],
              other_headlines=STORM[1:])  # fmt: skip
    told = world.run()
    assert told.lineage.equals(world.run(restoring=True).lineage)
    assert [outcome[:2] for outcome in told.outcomes] == [("s", "standing"), ("m", "standing")]
    assert {told.topic_of(title, 5) for title in (*STORM, *world.nights[5])} == {storm}
    world.undo("m", 4)
    assert world.run().topic_of(STORM[1], 5) == "tnew"


def test_an_event_is_parted_where_some_of_it_stays_and_whole_again_when_that_is_undone():
    plain = World(dict(TONGA), NEAR).run()
    cable = [title for night in (1, 2, 3, 4, 5) for title in TONGA[night]]
    (event,) = {plain.event_of(title, 5) for title in (*TONGA[0], *cable)}
    kept = plain.topic_of(cable[0], 5)
    world = World(dict(TONGA), NEAR)
    # Of each side one was not there when it was said: it goes where it is more alike.
    world.say("s", "split", 5, kept, other_id="tnew", label="Tonga", headlines=TONGA[0][:2],
              other_headlines=cable[1:])  # fmt: skip
    told, restored = world.run(), world.run(restoring=True)
    assert told.topic_of(TONGA[0][0], 4) == kept
    for night in (5, 6):
        assert {told.topic_of(title, night) for title in TONGA[0]} == {"tnew"}
        assert {told.topic_of(title, night) for title in cable} == {kept}
    (part,) = {told.event_of(title) for title in TONGA[0]}
    assert {told.event_of(title) for title in (*cable, *TONGA[6])} == {event} != {part}
    assert told.changes(5)[-2:] == [("tnew", "parted", event, "s"), ("tnew", "split", kept, "s")]
    assert (told.last("tnew")["size"], told.last(kept)["size"]) == (3, 12)
    world.undo("s", 6)
    back, back_restored = world.run(), world.run(restoring=True)
    assert {back.event_of(title) for title in (*TONGA[0], *cable)} == {event}
    assert {back.topic_of(title, 6) for title in (*TONGA[0], *cable)} == {kept}
    assert back.event_of(TONGA[0][0], 5) == part
    for one, other in ((told, restored), (back, back_restored)):
        for name in ("members", "topics", "lineage"):
            assert getattr(one, name).equals(getattr(other, name)), name


def test_events_of_topics_that_hold_the_parts_of_one_stay_as_they_are_until_that_is_undone():
    holds = Holds()
    said = Correction("s", "split", MONDAY, "t", other_id="tnew", headlines=("a",))
    holds.note(Change("tnew", "split", "t"), Act(said))
    assert holds.parted == set()
    holds.note(Change("tnew", "split", "t"), Act(replace(said, other_headlines=("b",))))
    assert holds.parted == {"tnew", "t"}
    holds.note(Change("t", "merged", "their"))
    assert holds.parted == {"tnew", "their"}
    holds.drop("s")
    assert holds.parted == set()


def test_a_label_given_stays_while_the_topic_grows_and_undoing_brings_the_own_one(plain, ids):
    vote = ids[1]
    world = World()
    world.say("r", "rename", 0, vote, label="Honduran election", label_before="own words")
    world.say("q", "rename", 1, vote, label="The vote", label_before="own words")
    told = world.run()
    assert told.last(vote)["label"] == "The vote"
    assert told.topics.filter(pl.col("topic_id") == vote, pl.col("night") == at(0))[
        "label"
    ].to_list() == ["Honduran election"]
    world.undo("q", 3)
    assert world.run().last(vote)["label"] == "Honduran election"
    world.undo("r", 3)
    labels = world.run().topics.filter(pl.col("topic_id") == vote, pl.col("night") == at(3))
    assert labels["label"].to_list() == ["own words"]


def test_of_two_labels_given_on_one_night_the_first_comes_back_when_the_second_is_undone(ids):
    world = World({night: WORLD[night] for night in (0, 1, 2)})
    world.say("r", "rename", 0, ids[1], label="Honduran election", label_before="own words")
    world.say("q", "rename", 0, ids[1], label="The vote", label_before="own words")
    world.undo("q", 2)
    for told in (world.run(), world.run(restoring=True)):
        assert told.last(ids[1])["label"] == "Honduran election"
        assert {row[3] for row in told.changes(0)} >= {"r", "q"}


def test_a_pinned_topic_is_kept_though_it_is_smaller_and_never_retired(merging):
    merged = merging
    pinned = World(TONGA | {600: ["Chef opens a noodle bar in an old tram depot"]}, NEAR)
    pinned.say("p", "pin", 1, merged["topic_id"])
    told = pinned.run()
    assert ("p", "standing", None) in told.outcomes
    ends = told.lineage.filter(pl.col("event").is_in(["merged", "retired"]))
    assert merged["topic_id"] not in ends["topic_id"].to_list()
    assert told.last(merged["topic_id"])["state"] == "dormant"
    assert merged["other_id"] in ends["topic_id"].to_list()
    pinned.undo("p", 4)
    free_again = pinned.run()
    assert (merged["topic_id"], "unpinned", None, "p") in free_again.changes(4)
    assert free_again.last(merged["topic_id"])["state"] == "retired"


def test_a_ledger_put_away_each_night_goes_on_with_what_was_said(plain, ids):
    world = say_all(World(), plain, ids)
    for undone in ((), (("m", 3), ("s", 3), ("r", 4), ("p", 4))):
        for name, night in undone:
            world.undo(name, night)
        one, other = world.run(), world.run(restoring=True)
        for name in ("members", "topics", "lineage"):
            assert getattr(one, name).equals(getattr(other, name)), (undone, name)
        assert one.outcomes == other.outcomes


def test_a_topic_that_has_another_id_now_is_found_by_its_headlines_and_none_is_void(ids):
    storm, vote, frost = ids
    world = World()
    world.say("a", "rename", 1, "tgone", label="Floods", headlines=[*STORM, "lost"])
    world.say("b", "merge", 1, vote, other_id="tlost", other_headlines=[*STORM[:1], *FROST[:1]])
    world.say("c", "pin", 1, "tlost", headlines=["lost"])
    world.say("d", "split", 1, storm, other_id="tnew", headlines=FROST)
    world.say("e", "merge", 1, storm, other_id=storm)
    world.undo("c", 3)
    told = world.run()
    assert told.last(storm)["label"] == "Floods"
    states = [(name, state) for name, state, _ in told.outcomes]
    assert states == [
        ("a", "standing"), ("b", "void"), ("c", "void"), ("d", "void"), ("e", "void"),
        ("c", "undone"),
    ]  # fmt: skip
    assert told.outcomes[1][2] == "no topic holds what tlost held"
    assert told.outcomes[3][2] == f"none of the events of {storm} would leave"
    assert {told.topic_of(title) for title in FROST} == {frost}


def test_an_id_that_is_not_there_means_the_same_topic_whenever_it_is_named(ids):
    storm, _, frost = ids
    world = World()
    world.say("a", "pin", 1, "tgone", headlines=[*STORM, WORLD[1][0]])
    world.say("b", "merge", 1, "tgone", other_id=frost, other_headlines=FROST)
    world.say("c", "rename", 2, "tgone", label="Floods", headlines=["lost"])
    for told in (world.run(), world.run(restoring=True)):
        assert [state for _, state, _ in told.outcomes] == ["standing"] * 3
        assert told.last(storm)["label"] == "Floods"


def test_what_is_said_for_a_night_without_captures_is_done_on_the_next(ids):
    world = World({night: titles for night, titles in WORLD.items() if night != 2})
    world.say("r", "rename", 2, ids[1], label="Honduran election", label_before="x")
    assert world.run().changes(3) == [(ids[1], "renamed", None, "r")]


@pytest.mark.parametrize("by_terms", [True, False])
def test_what_came_late_into_an_event_leaves_only_if_it_has_a_term(plain, ids, by_terms: bool):
    storm, _, frost = ids
    late = ["Storm floods villages along the northern coast again",
            "Villages along the northern coast under water after storm"]  # fmt: skip
    world = World({**WORLD, 1: [*WORLD[1], *late]})
    world.say("m", "merge", 4, frost, other_id=storm, headlines=FROST)
    said = [title for titles in WORLD.values() for title in titles if "flood" in title.lower()]
    terms = ["floods"] if by_terms else None
    world.say("s", "split", 4, frost, other_id="tnew", headlines=said, terms=terms)
    world.undo("s", 5)
    world.nights[5] = ["Committee elects a new chair of the fishing fleet"]
    told = world.run(matching={"s": frozenset({*said, late[0]})})
    assert told.event_of(late[0], 3) == told.event_of(late[1], 3) == told.event_of(STORM[0], 3)
    assert told.topic_of(STORM[0]) == told.topic_of(late[0]) == "tnew"
    assert told.topic_of(late[1]) == (frost if by_terms else "tnew")
    assert told.event_of(late[1], 5) == told.event_of(STORM[0], 5)


def test_of_what_is_undone_at_once_the_last_goes_first(ids):
    world = World()
    for name, kind in (("z", "split"), ("m", "rename"), ("a", "pin")):
        world.say(name, kind, 1, ids[0], other_id="tnew", label="Floods", headlines=FROST)
        world.undo(name, 3)
    told = CORRECTIONS.frame(world.rows)
    said = told.with_columns(undone_at=pl.col("undone_at").max())
    undone = list_acts(said, [at(n) for n in range(5)])[at(3)]
    assert [act.correction.correction_id for act in undone] == ["a", "m", "z"]
