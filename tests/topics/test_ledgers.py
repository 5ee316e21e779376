from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from tracker.errors import TableError
from tracker.tables import LINEAGE, MEMBERS, TOPICS
from tracker.topics.encoder import load_encoder
from tracker.topics.ledgers import Changes, Ledger, TopicSettings
from tracker.topics.members import close_stretches

ENCODER = load_encoder("auto")
MONDAY = date(2024, 3, 4)

ELECTION = [
    "Honduras votes for a new president after a tense campaign",
    "Hondurans queue for hours to vote for a new president",
]
STORM = [
    "Storm floods villages along the northern coast",
    "Villages on the northern coast flooded as storm arrives",
]
ODDS = [
    "Chef opens a noodle bar in an old tram depot",
    "Parliament debates the price of school meals",
    "Why crows remember the faces of people",
]
WORLD: list[list[str]] = [
    [*ELECTION, STORM[0], ODDS[0]],
    ["Honduras count halted as both president candidates claim victory", ODDS[1]],
    [STORM[1], "Protests in Honduras over the delayed presidential count", ODDS[2]],
    ["Honduras court orders a recount of the presidential vote", "Storm floods recede in villages"],
]


def frame(titles: Sequence[str], source: str = "gazette.example") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "headline_id": [f"h-{title}" for title in titles],
            "source": [source] * len(titles),
            "text": titles,
            "url": [None] * len(titles),
            "language": ["en"] * len(titles),
        },
        schema_overrides={"url": pl.String},
    )


def advance(ledger: Ledger, night: int, titles: Sequence[str]) -> Changes:
    return ledger.advance(MONDAY + timedelta(days=night), frame(titles), ENCODER.encode(titles))


class Study:
    """What a study keeps of a ledger: its tables."""

    def __init__(self, settings: TopicSettings | None = None) -> None:
        self.settings = settings or TopicSettings()
        self.ledger = Ledger(self.settings, ENCODER.name)
        self.members, self.topics = MEMBERS.empty(), TOPICS.empty()
        self.lineage = LINEAGE.empty()
        self.seen: list[pl.DataFrame] = []

    def advance(self, night: int, titles: Sequence[str]) -> Changes:
        changes = advance(self.ledger, night, titles)
        when = pl.lit(MONDAY + timedelta(days=night))
        self.seen.append(frame(titles).with_columns(night=when))
        self.members = close_stretches(self.members.vstack(changes.opened), changes.closed)
        self.topics = TOPICS.check(self.topics.vstack(changes.topics))
        self.lineage = LINEAGE.check(self.lineage.vstack(changes.lineage))
        return changes

    def restored(self, night: int) -> Ledger:
        headlines = pl.concat(self.seen).sample(fraction=1, shuffle=True, seed=5)
        return Ledger.restore(
            self.settings,
            ENCODER.name,
            members=self.members,
            topics=self.topics,
            lineage=self.lineage,
            headlines=headlines,
            recent=headlines,
            vectors=ENCODER.encode(headlines["text"].to_list()),
            as_of=MONDAY + timedelta(days=night),
        )

    def topic_of(self, title: str) -> str | None:
        now = self.members.filter(
            pl.col("headline_id") == f"h-{title}", pl.col("to_night").is_null()
        )
        topic: str | None = now["topic_id"].item()
        return topic


def same(one: Changes, other: Changes) -> bool:
    return all(
        getattr(one, name).equals(getattr(other, name))
        for name in ("opened", "closed", "topics", "lineage")
    )


def test_two_headlines_of_one_night_are_an_event_and_a_topic() -> None:
    changes = advance(Ledger(TopicSettings(), ENCODER.name), 0, WORLD[0])
    honduras = changes.opened.filter(pl.col("headline_id").str.contains("Hondur"))
    assert honduras["event_id"].n_unique() == 1
    assert honduras["topic_id"].null_count() == 0
    assert changes.opened["event_id"].null_count() == 0
    assert changes.opened["topic_id"].null_count() == 2
    assert changes.lineage["event"].to_list() == ["born"]
    assert "Hondura" in changes.topics["label"].item()


def test_later_headlines_find_the_topic_and_it_keeps_its_id() -> None:
    study = Study()
    for night, titles in enumerate(WORLD):
        study.advance(night, titles)
    topics = {study.topic_of(t) for titles in WORLD for t in titles if "Hondura" in t}
    assert len(topics) == 1
    assert study.topic_of(STORM[0]) == study.topic_of(STORM[1]) != topics.pop()
    assert all(study.topic_of(title) is None for title in ODDS)


def test_restored_ledger_goes_on_as_if_never_put_away() -> None:
    study = Study()
    for night, titles in enumerate(WORLD[:-1]):
        study.advance(night, titles)
    restored = study.restored(len(WORLD) - 2)
    last = len(WORLD) - 1
    assert same(advance(restored, last, WORLD[last]), study.advance(last, WORLD[last]))


def test_the_past_can_be_restored_as_of_any_night() -> None:
    study = Study()
    kept = [study.advance(night, titles) for night, titles in enumerate(WORLD)]
    for night in range(1, len(WORLD)):
        assert same(advance(study.restored(night - 1), night, WORLD[night]), kept[night])


def test_the_order_of_headlines_does_not_matter() -> None:
    forth, back = Ledger(TopicSettings(), ENCODER.name), Ledger(TopicSettings(), ENCODER.name)
    for night, titles in enumerate(WORLD):
        assert same(advance(forth, night, titles), advance(back, night, titles[::-1]))


def test_a_headline_without_topic_gets_one_only_with_a_row_that_says_why() -> None:
    study = Study()
    study.advance(0, [STORM[0], ODDS[0]])
    assert study.topic_of(STORM[0]) is None
    changes = study.advance(1, [STORM[1]])
    assert changes.closed["headline_id"].to_list() == [f"h-{STORM[0]}"]
    assert changes.closed["to_night"].to_list() == [MONDAY]
    assert changes.lineage["topic_id"].to_list() == [study.topic_of(STORM[0])]


def test_a_headline_that_joins_a_topic_later_does_so_with_a_row_that_says_why() -> None:
    study = Study()
    study.advance(0, ELECTION)
    lone = "Court in Tegucigalpa hears ballot complaint"
    study.advance(1, [lone])
    assert study.topic_of(lone) is None
    changes = study.advance(2, ["Honduras court in Tegucigalpa hears complaint over president"])
    assert study.topic_of(lone) == study.topic_of(ELECTION[0])
    (joined,) = changes.lineage.rows(named=True)
    moved = changes.opened.filter(pl.col("headline_id") == f"h-{lone}")
    assert (joined["event"], joined["topic_id"]) == ("joined", study.topic_of(lone))
    assert joined["other_id"] == moved["event_id"].item()
    assert 0 < joined["similarity"] <= 1


def test_a_topic_that_slept_for_months_returns_with_its_id() -> None:
    study = Study()
    study.advance(0, WORLD[0])
    honduras = study.topic_of(ELECTION[0])
    study.advance(70, [ODDS[1]])
    asleep = study.topics.filter(pl.col("topic_id") == honduras).sort("night")["state"]
    assert asleep.to_list() == ["active", "dormant"]
    study.advance(150, ["Hondurans vote again for a new president", ODDS[2]])
    assert study.topic_of("Hondurans vote again for a new president") == honduras
    revived = study.lineage.filter(pl.col("event") == "revived")
    assert revived["topic_id"].to_list() == [honduras]
    assert revived["similarity"].item() >= study.settings.revival_similarity


def test_a_war_of_months_is_one_topic_of_several_events() -> None:
    study = Study()
    for night in range(0, 120, 3):
        if night == 90:
            study.ledger = study.restored(87)
        study.advance(night, [f"Army shells border town again on day {night + 1} of the war"])
    now = study.members.filter(pl.col("to_night").is_null())
    assert now["topic_id"].n_unique() == 1
    began = now.join(pl.concat(study.seen), on="headline_id").group_by("event_id").agg(
        (pl.max("night") - pl.min("night")).dt.total_days().alias("nights"), pl.len()
    )  # fmt: skip
    assert began.height > 1
    assert began["len"].min() > 1
    assert began["nights"].max() < 45  # by then no headline is like it enough


def test_a_topic_is_named_by_headlines_of_long_ago_too() -> None:
    study = Study()
    spring = [
        "Ferry strike strands islanders", "Second week of ferry strike begins",
        "Islanders plead for an end to ferry strike", "Ferry strike: what both sides want",
    ]  # fmt: skip
    summer = [
        "Harbour chief meets ferry crews on strike", "Ferry crews cheer as harbour chief resigns",
        "Harbour chief regrets strike of ferry crews", "Harbour chief leaves after ferry talks",
    ]  # fmt: skip
    study.advance(0, spring)
    study.advance(100, summer)
    assert len({study.topic_of(title) for title in spring + summer}) == 1
    assert study.topics["label"].to_list() == ["Ferry strike"] * study.topics.height
    alone = advance(Ledger(TopicSettings(), ENCODER.name), 0, summer)
    assert "arbour chief" in alone.topics["label"].item()


def test_a_topic_returns_though_no_night_was_seen_between() -> None:
    study = Study()
    study.advance(0, ELECTION)
    study.advance(90, ["Hondurans vote again for a new president"])
    assert study.lineage["event"].to_list() == ["born", "revived"]
    assert study.topics["topic_id"].n_unique() == 1


def test_a_topic_asleep_for_a_year_is_retired_and_still_comes_back() -> None:
    study = Study()
    study.advance(0, ELECTION)
    study.advance(400, [ODDS[0]])
    assert study.lineage["event"].to_list() == ["born", "retired"]
    study.advance(401, ["Hondurans vote again for a new president"])
    assert study.lineage["event"].to_list()[-1] == "revived"


def test_a_quiet_night_changes_nothing() -> None:
    ledger = Ledger(TopicSettings(), ENCODER.name)
    advance(ledger, 0, WORLD[0])
    changes = advance(ledger, 1, [])
    assert not any(
        len(getattr(changes, name)) for name in ("opened", "closed", "topics", "lineage")
    )


def test_topics_that_come_together_merge_into_the_larger() -> None:
    study = Study(TopicSettings(topic_similarity=0.38, merge_similarity=0.38))
    study.advance(
        0, ["Volcano on Tonga wakes", "Tonga volcano throws ash", "Ash from Tonga volcano"]
    )
    study.advance(1, ["Internet cable cut in the Pacific", "Pacific internet cable cut at sea"])
    volcano, cable = study.topics["topic_id"].unique(maintain_order=True)
    for night in (2, 3, 4):
        study.advance(
            night,
            [
                f"Tonga volcano cut the Pacific internet cable, day {night} without internet",
                f"Pacific internet cable cut by Tonga volcano still at sea, day {night}",
            ],
        )
    merged = study.lineage.filter(pl.col("event") == "merged")
    assert merged.select("topic_id", "other_id").rows() == [(volcano, cable)]
    assert merged["similarity"].item() >= study.settings.merge_similarity
    moved = study.members.filter(pl.col("topic_id") == volcano)
    assert moved["to_night"].null_count() == 0
    ended = study.topics.filter(pl.col("topic_id") == volcano).sort("night")
    assert (ended["state"].to_list()[-1], ended["size"].to_list()[-1]) == ("retired", 0)
    held = study.topics.filter(pl.col("topic_id") == cable).sort("night")["size"].to_list()[-1]
    assert held == study.members["headline_id"].n_unique()


def test_a_topic_takes_in_another_on_a_night_without_news_of_its_own() -> None:
    study = Study(TopicSettings(topic_similarity=0.36, merge_similarity=0.36))
    volcano = [
        "Volcano on Tonga wakes", "Tonga volcano throws ash", "Ash from Tonga volcano",
        "Tonga volcano ash falls on Tonga", "Ash of volcano covers Tonga",
        "Tonga under ash of its volcano", "Planes avoid ash of Tonga volcano",
    ]  # fmt: skip
    study.advance(0, volcano)
    study.advance(1, ["Internet cable cut in the Pacific", "Pacific internet cable cut at sea"])
    kept = study.topic_of(volcano[0])
    for night in (2, 3, 4, 5):
        news = f"Tonga waits for internet after volcano cut the cable, day {night}"
        changes = study.advance(night, [news])
    (merged,) = changes.lineage.rows(named=True)
    assert (merged["event"], merged["other_id"]) == ("merged", kept)
    sizes = dict(changes.topics.select("topic_id", "size").iter_rows())
    assert sizes == {kept: study.members["headline_id"].n_unique(), merged["topic_id"]: 0}
    restored, later = study.restored(5), ["Tonga volcano cut the cable"]
    assert same(advance(restored, 6, later), study.advance(6, later))


def test_a_topic_that_took_in_news_of_another_does_not_become_one_with_it() -> None:
    study = Study(TopicSettings(topic_similarity=0.36, merge_similarity=0.36))
    volcano = [
        "Volcano on Tonga wakes", "Tonga volcano throws ash", "Ash from Tonga volcano",
        "Tonga volcano ash falls on Tonga", "Ash of volcano covers Tonga",
        "Tonga under ash of its volcano",
    ]  # fmt: skip
    study.advance(0, volcano)
    study.advance(1, ["Internet cable cut in the Pacific", "Pacific internet cable cut at sea"])
    for night in (2, 3, 4):
        news = f"Pacific internet cable cut by Tonga volcano still at sea, day {night}"
        study.advance(night, [news])
    assert "merged" not in study.lineage["event"]


def put_together(study: Study, kept: str) -> None:
    """Write all headlines into one topic, and go on from that."""
    study.members = study.members.with_columns(topic_id=pl.lit(kept))
    study.topics = study.topics.filter(pl.col("topic_id") == kept).with_columns(
        size=pl.lit(study.members.height, pl.Int64)
    )
    study.ledger = study.restored(0)


def test_a_topic_that_holds_two_stories_splits_and_the_larger_keeps_the_id() -> None:
    study = Study()
    storm = [*STORM, "Storm flood cuts off coast villages", "Villages flooded by coast storm"]
    election = [*ELECTION, "Honduras president vote count", "Hondurans count president votes"]
    study.advance(0, [*storm, *election, "Storm floods the coast"])
    wet, vote = study.topic_of(STORM[0]), study.topic_of(ELECTION[0])
    assert wet is not None
    assert wet != vote
    put_together(study, wet)
    # What no list holds any more stays where it was counted.
    assert study.advance(1, ["Storm floods more villages on the coast"]).lineage.is_empty()
    news = "Honduras elects a president"
    changes = study.advance(2, [news])
    (split,) = changes.lineage.rows(named=True)
    assert (split["event"], split["other_id"]) == ("split", wet)
    assert {study.topic_of(title) for title in [*election, news]} == {split["topic_id"]}
    assert {study.topic_of(title) for title in storm} == {wet}
    assert split["topic_id"] not in (wet, vote)
    sizes = dict(changes.topics.select("topic_id", "size").iter_rows())
    assert sizes == {wet: len(storm) + 2, split["topic_id"]: len(election) + 1}


def test_stories_that_share_a_subject_split_and_both_are_called_anew() -> None:
    awards = [
        "Quiet western leads nominations for film awards",
        "Film awards: who will win best director", "Debut director wins at national film awards",
        "Stars dress up for the film awards",
    ]  # fmt: skip
    gun = [
        "Film director hurt by gun on set of western", "Police ask who loaded gun on film set",
        "Stars of western walked out before gun went off on film set",
        "Director of western questioned over gun on film set",
    ]  # fmt: skip
    study = Study()
    study.advance(0, [*awards, *gun])
    kept = study.topic_of(awards[0])
    assert kept is not None
    assert kept != study.topic_of(gun[0])
    put_together(study, kept)
    study.topics = study.topics.with_columns(label=pl.lit("Gun on film set"))
    study.ledger = study.restored(0)
    study.advance(1, ["Why the film awards drew fewer viewers", "Film awards in pictures"])
    changes = study.advance(2, ["Gun on film set of western was loaded, police say"])
    assert changes.lineage["event"].to_list() == ["split"]
    assert {study.topic_of(title) for title in awards} == {kept} != {study.topic_of(gun[0])}
    labels = dict(changes.topics.select("topic_id", "label").iter_rows())
    assert labels[kept] == "Film awards"
    assert "Gun on film set" in labels[study.topic_of(gun[0])]


def test_a_study_may_begin_with_a_single_word() -> None:
    study = Study()
    study.advance(0, ["Earthquake"])
    assert study.topic_of("Earthquake") is None
    study.advance(1, ["Earthquake!"])
    assert study.topic_of("Earthquake") == study.topic_of("Earthquake!") is not None
    assert study.topics["label"].to_list() == ["Earthquake"]


def test_headlines_out_of_turn_are_refused() -> None:
    ledger = Ledger(TopicSettings(), ENCODER.name)
    advance(ledger, 1, ELECTION)
    with pytest.raises(TableError, match="wanted one after 2024-03-05"):
        advance(ledger, 1, STORM)
    with pytest.raises(TableError, match="not placed before"):
        advance(ledger, 2, ELECTION)
    with pytest.raises(TableError, match="1 vectors for 2 headlines"):
        ledger.advance(MONDAY + timedelta(days=2), frame(STORM), np.ones((1, 384), np.float32))
