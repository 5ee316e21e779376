from datetime import date

import numpy as np
import polars as pl

from tracker.tables import MEMBERS
from tracker.topics.clustering import agglomerate, join_items
from tracker.topics.encoder import load_encoder
from tracker.topics.events import Placement, place_headlines, summarise_events
from tracker.topics.ledgers import TopicSettings
from tracker.topics.similarity import Halves, Rows, draw_twice, hash_ngrams
from tracker.topics.words import content_words

ENCODER = load_encoder("auto")
LIMIT = TopicSettings().event_similarity

STORIES = [
    [
        "Honduras votes for a new president",
        "Hondurans queue for hours to elect president",
        "Polls open in Honduras presidential election",
    ],
    [
        "Parliament approves budget with higher tax on fuel",
        "Fuel tax rises as parliament passes budget",
        "Budget vote: lawmakers back fuel tax increase",
    ],
    ["Penguin chicks hatch at the city zoo", "City zoo shows its first penguin chicks"],
    ["Chipmaker to build a factory in the old harbour"],
    ["Cyclist wins mountain stage after long escape"],
]


def rows_of(titles: list[str]) -> Rows:
    words = [" ".join(content_words(title, "en", "")) for title in titles]
    one, read = np.zeros(len(titles), np.intp), np.ones(len(titles), bool)
    return Halves.of(ENCODER.encode(titles), hash_ngrams(words), one, read).blend(0.6)


def place(titles: list[str], n_old: int = 0, old: list[int] | None = None) -> list[int]:
    rows = rows_of(titles)
    events = np.asarray(old or [], np.intp)
    return place_headlines(rows[:n_old], events, rows[n_old:], LIMIT).event.tolist()


def groups(stories: list[list[str]]) -> list[int]:
    return [number for number, story in enumerate(stories) for _ in story]


def flat(stories: list[list[str]]) -> list[str]:
    return [title for story in stories for title in story]


def test_one_night_falls_into_its_stories() -> None:
    assert place(flat(STORIES)) == groups(STORIES)


def test_later_headlines_join_the_events_there_are() -> None:
    old = [story[0] for story in STORIES]
    new = [title for story in STORIES for title in story[1:]]
    wanted = [number for number, story in enumerate(STORIES) for _ in story[1:]]
    assert place(old + new, len(old), list(range(len(old)))) == wanted


def place_between(owners: list[int], silent: list[int]) -> Placement:
    """Return where a third twin goes, with two events of a twin each, the second begun first."""
    rows = rows_of(["Honduras votes for a new president"] * 3 + ["Zoo opens"])
    events, order = np.asarray([2, 0, 1], np.intp), [0, 1, 3]
    numbers = np.asarray(owners, np.intp), np.asarray(silent, np.intp)
    return place_headlines(rows[order], events, rows[[2]], LIMIT, *numbers)


def test_events_that_news_belongs_to_become_the_one_that_began_first() -> None:
    placed = place_between([-1, -1, -1], [0, 0, 0])
    assert placed.event.tolist() == [2]
    assert placed.merged.tolist() == [2, 1, 2]
    assert placed.probability[0] > 0.99


def test_events_of_two_owners_stay_two() -> None:
    placed = place_between([0, 1, 2], [0, 0, 0])
    assert placed.merged.tolist() == [0, 1, 2]
    assert placed.event.tolist() in ([0], [2])


def test_events_without_news_stay_two_however_alike() -> None:
    rows = rows_of(["Honduras votes for a new president"] * 2 + ["Zoo opens"])
    placed = place_headlines(rows[:2], np.asarray([0, 1], np.intp), rows[2:], LIMIT)
    assert placed.merged.tolist() == [0, 1]
    assert placed.event.tolist() == [2]


def test_an_event_long_silent_takes_nothing_more() -> None:
    assert place_between([-1, -1, -1], [49, 49, 49]).event.tolist() == [3]


def test_what_has_no_company_is_not_drawn() -> None:
    rows = rows_of([story[0] for story in STORIES])
    np.testing.assert_allclose(draw_twice(rows, 10), rows, atol=1e-6)


def test_large_varied_clusters_join_below_what_two_items_need() -> None:
    draws = np.random.default_rng(7).normal(size=(40, 60)).astype(np.float32)
    story = draws + 1.1 * draws.mean(axis=0) + 0.5
    rows = (story / np.linalg.norm(story, axis=1, keepdims=True)).astype(np.float32)
    halves = np.vstack([rows[:20].mean(axis=0), rows[20:].mean(axis=0)])
    pair = float(halves[0] @ halves[1])
    assert agglomerate(halves.copy(), np.asarray([20, 20]), pair * 1.2).tolist() == [0, 0]
    lone = np.asarray([[1, 0], [pair, np.sqrt(1 - pair**2)]], np.float32)
    assert agglomerate(lone, np.asarray([1, 1]), pair * 1.2).tolist() == [0, 1]


def test_batches_give_what_one_go_gives(monkeypatch: object) -> None:
    from tracker.topics import clustering  # noqa: PLC0415 - its batch size is changed

    titles = flat(STORIES)
    rows = rows_of(titles)
    ones = np.ones(len(rows), np.intp)
    whole = join_items(rows, ones, LIMIT)
    monkeypatch.setattr(clustering, "_AT_ONCE", 3)  # type: ignore[attr-defined]
    assert join_items(rows, ones, LIMIT).tolist() == whole.tolist()


def test_summary_counts_what_was_known_that_night() -> None:
    first, second = date(2024, 3, 4), date(2024, 3, 5)
    members = MEMBERS.frame(
        [
            ("a", "e1", None, first, first, 0.7),
            ("a", "e1", "t1", second, None, 0.7),
            ("b", "e1", "t1", second, None, 0.9),
            ("c", "e2", None, second, None, 1.0),
        ]
    )
    headlines = pl.DataFrame(
        {
            "headline_id": ["a", "b", "c"],
            "source": ["x.example", "y.example", "x.example"],
            "language": "en",
            "text": ["Vote in Honduras", "Hondurans vote", "Zoo opens"],
            "night": [first, second, second],
        }
    )
    early = summarise_events(members, headlines, first)
    assert early.rows() == [("e1", None, "Vote in Honduras", first, first, 1, 1)]
    late = summarise_events(members, headlines, second)
    assert late.rows() == [
        ("e1", "t1", "Hondurans vote", first, second, 2, 2),
        ("e2", None, "Zoo opens", second, second, 1, 1),
    ]


def test_an_event_is_called_by_the_headline_that_shares_most_words_with_the_others() -> None:
    night = date(2024, 3, 4)
    texts = [
        "Why a teacher stays in Tegucigalpa",
        "Honduras votes after long campaign",
        "Long lines as Honduras votes for president",
        "President of Honduras concedes",
    ]
    ids = ["a", "b", "c", "d"]
    members = MEMBERS.frame([(name, "e1", "t1", night, None, 0.5) for name in ids]).with_columns(
        probability=pl.when(pl.col("headline_id") == "a").then(1.0).otherwise("probability")
    )
    headlines = pl.DataFrame(
        {"headline_id": ids, "source": "x.example", "text": texts, "language": "en"}
    ).with_columns(night=pl.lit(night))
    events = summarise_events(members, headlines, night)
    assert events["label"].to_list() == [texts[2]]
    for language, titles, label in (
        ("en", ["What this means with that", "Storm hits Norland", "Storm: this", "x that"], 2),
        ("ko", ["오늘 회의", "북한 미사일 발사", "북한 발사 규탄", "유엔"], 1),
        ("zh", ["今天开会", "明天选举投票", "明天选举结果公布", "总统府"], 1),
        ("zh", ["一", "二", "三", "四"], 0),
    ):
        same = headlines.with_columns(text=pl.Series(titles), language=pl.lit(language))
        assert summarise_events(members, same, night)["label"].to_list() == [titles[label]]
    kept = events.with_columns(label=pl.lit("As it was"))
    assert summarise_events(members, headlines, night, kept).equals(kept)
    one_less = summarise_events(members[1:], headlines, night, kept)
    assert one_less["label"].to_list() != ["As it was"]
