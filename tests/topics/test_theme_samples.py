from datetime import UTC, date, datetime
from functools import partial

import numpy as np
import polars as pl

from tracker.tables import MEMBERS, THEMES
from tracker.topics.encoder import load_encoder
from tracker.topics.theme_overlaps import overlap_themes
from tracker.topics.theme_samples import sample_theme
from tracker.topics.themes import Theme

ENCODER = load_encoder("auto")
TITLES = [
    "Rail workers strike over pay",
    "Nurses join strikes in the north",
    "Air strike destroys a bridge",
    "Strikers of two football clubs are sold",
    "Staff walk out in a row about wages",
    "Late frost ruins the apple harvest",
    "Teachers go on strike",
    "Museum opens its hidden archive",
]
STRIKES = Theme("Strikes", ("strikes",), ("air strike",), ("Workers stop work over pay",), 0.9)

sample_in_utc = partial(sample_theme, time_zone="UTC")


def frame(titles: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "headline_id": [f"h{i}" for i in range(len(titles))],
            "title": titles,
            "source": "x.example",
            "wordings": [[title] for title in titles],
            "worded_at": [[datetime(2024, 3, 4, 21, tzinfo=UTC)]] * len(titles),
            "language": "en",
        }
    )


def test_what_is_taken_and_nearly_taken_is_shown_with_its_reason():
    sample = sample_in_utc(
        frame(TITLES), STRIKES,
        vectors=ENCODER.encode(TITLES), exemplar_vectors=ENCODER.encode(STRIKES.exemplars), n=4,
    )  # fmt: skip
    taken = sample.rows.filter("taken")
    assert (sample.n_taken, sample.n_headlines) == (3, 8)
    assert set(taken["title"]) == {TITLES[0], TITLES[1], TITLES[6]}
    assert set(taken["what"]) == {"strikes"}
    misses = sample.rows.filter(~pl.col("taken"))
    assert misses["how"].to_list() == ["excluded", "word", "meaning", "meaning"]
    assert misses["what"].to_list()[:2] == ["strikes but air strike", "strikers"]
    assert misses["title"][2] == TITLES[4]
    assert misses["score"][2] > misses["score"][3]


def test_meaning_takes_with_the_exemplar_it_is_near_and_the_score():
    near = Theme("Strikes", (), (), ("Rain is expected", STRIKES.exemplars[0]), 0.4)
    sample = sample_in_utc(
        frame(TITLES), near,
        vectors=ENCODER.encode(TITLES), exemplar_vectors=ENCODER.encode(near.exemplars),
    )  # fmt: skip
    row = sample.rows.filter(pl.col("title") == TITLES[0]).row(0, named=True)
    assert (row["taken"], row["how"], row["what"]) == (True, "meaning", near.exemplars[1])
    assert row["score"] >= 0.4


def test_what_is_said_of_an_earlier_wording_is_said_with_it():
    stories = [
        ["Strike ends", "Trains run again"],
        ["Rail strike", "Strikes go on"],
        ["Air strike on a bridge", "A bridge is down"],
        ["Strikers sold", "Two sales end the season"],
    ]
    seen = [datetime(2024, 3, day, 21, tzinfo=UTC) for day in (4, 5)]
    headlines = frame([latest for _, latest in stories]).with_columns(
        wordings=pl.Series(stories), worded_at=pl.Series([seen] * len(stories))
    )
    theme = Theme("Strikes", ("en:strikes", "run again"), ("air strike",))
    rows = sample_in_utc(headlines, theme).rows
    assert rows.select("how", "what", "terms", "title", "wording").rows() == [
        ("term", "run again", ["run again"], "Trains run again", None),
        ("term", "strikes", ["en:strikes"], "Strikes go on", None),
        ("excluded", "strikes but air strike", ["en:strikes"], stories[2][1], stories[2][0]),
        ("word", "strikers", [], stories[3][1], stories[3][0]),
    ]
    (row,) = sample_in_utc(headlines[:1], STRIKES).rows.iter_rows(named=True)
    assert (row["what"], row["title"], row["wording"]) == ("strikes", *stories[0][::-1])


def test_a_sample_is_drawn_anew_by_another_seed_only():
    titles = [f"Strike number {i} begins" for i in range(60)]
    drawn = [
        sample_in_utc(frame(titles), STRIKES, n=5, seed=seed).rows["title"].to_list()
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 5


def test_a_longer_name_of_another_country_is_a_near_miss():
    guinea = Theme("Guinea", ("guinea",), country="GN")
    papua = Theme("Papua", ("papua new guinea",), country="PG")
    titles = ["Guinea holds a vote", "Papua New Guinea holds a vote"]
    rows = sample_in_utc(frame(titles), guinea, [guinea, papua]).rows
    assert rows.select("taken", "how").rows() == [(True, "term"), (False, "shadowed")]


def test_nothing_to_show_is_an_empty_sample():
    sample = sample_in_utc(frame([]), STRIKES, vectors=np.zeros((0, 3), np.float32))
    assert (sample.n_taken, sample.rows.height) == (0, 0)


def test_overlaps_count_the_headlines_a_theme_and_a_topic_share():
    night = date(2024, 3, 4)
    members = MEMBERS.frame(
        [
            ("h1", "e1", "t1", night, None, 1.0),
            ("h2", "e1", "t1", night, None, 1.0),
            ("h3", "e2", "t2", night, None, 1.0),
            ("h4", "e3", "t2", night, night, 1.0),
            ("h5", "e4", None, night, None, 1.0),
        ]
    )
    themes = THEMES.frame(
        [("Korea", name, "term", 1.0, night) for name in ("h1", "h3", "h4", "h5")]
    )
    assert overlap_themes(themes, members).rows() == [
        ("Korea", "t1", 1, 0.25, 0.5),
        ("Korea", "t2", 1, 0.25, 1.0),
    ]
