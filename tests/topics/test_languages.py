"""Headlines of eight languages at once fall into their stories, not into their languages."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tracker.scores import score_groups
from tracker.topics.encoder import load_encoder
from tracker.topics.languages import settle_languages
from tracker.topics.ledgers import Ledger, TopicSettings
from tracker.topics.sleepers import Sleeper, Sleepers

NIGHTS = 4


def read_world() -> pl.DataFrame:
    """Return headlines with the story each tells: the first telling of all comes first."""
    text = Path(__file__).with_name("eight_languages.toml").read_text("utf-8")
    rows = [
        (f"{code}-{story}-{n}", f"{code}.example", title, code, n % NIGHTS,
         f"{code}-{story}-{n}" if story == "alone" else f"{code}-{story}")
        for code, stories in tomllib.loads(text).items()
        for story, titles in stories.items()
        for n, title in enumerate(titles)
    ]  # fmt: skip
    columns = ["headline_id", "source", "text", "language", "night", "story"]
    return pl.DataFrame(rows, schema=columns, orient="row")


@pytest.fixture(scope="module")
def placed() -> pl.DataFrame:
    world, encoder = read_world(), load_encoder("auto")
    ledger = Ledger(TopicSettings(), encoder.name, encoder.reads)
    places: dict[str, str | None] = {}
    for night in range(NIGHTS):
        new = world.filter(pl.col("night") == night)
        headlines = new.select(
            "headline_id", "source", "text", pl.lit(None, pl.String).alias("url"), "language"
        )
        when = date(2024, 3, 4) + timedelta(days=night)
        changes = ledger.advance(when, headlines, encoder.encode(new["text"].to_list()))
        places |= dict(changes.opened.select("headline_id", "topic_id").iter_rows())
    topic = pl.col("headline_id").replace_strict(places, return_dtype=pl.String)
    return world.with_columns(topic=topic)


@pytest.mark.parametrize("code", ["de", "es", "fr", "el", "ru", "zh", "ja", "ar"])
def test_stories_are_found_in_every_language(code: str, placed: pl.DataFrame) -> None:
    mine = placed.filter(pl.col("language") == code)
    scores = score_groups(mine["topic"].to_list(), mine["story"].to_list())
    assert scores.precision > 0.9
    assert scores.f1 > 0.8


def test_no_topic_is_a_language(placed: pl.DataFrame) -> None:
    largest = placed.drop_nulls("topic").group_by("topic").len()["len"].max()
    assert largest <= placed.filter(pl.col("story").str.ends_with("-rail")).height


def test_what_happened_once_has_no_company_in_its_language(placed: pl.DataFrame) -> None:
    company = pl.len().over("topic", "language") - 1
    alone = placed.with_columns(company=company).filter(pl.col("story").str.contains("alone"))
    joined = alone.filter(pl.col("topic").is_not_null() & (pl.col("company") > 0))
    assert joined.height < 0.05 * alone.height


def test_a_few_mistaken_languages_give_way_to_the_outlets_own() -> None:
    texts = ["Zehn Flieger"] * 30 + ["Noticias"] * 8 + ["Ειδήσεις"]
    sources = ["a.example"] * 30 + ["b.example"] * 8 + ["a.example"]
    guessed = ["de"] * 28 + ["lb", ""] + ["es"] * 8 + ["el"]
    settled = settle_languages(texts, sources, guessed).tolist()
    assert settled == ["de"] * 30 + ["es"] * 8 + ["el"]


def test_an_outlet_may_write_in_two_languages() -> None:
    guessed = ["fr"] * 5 + ["nl"] * 15
    assert settle_languages(["Nieuws"] * 20, ["a.example"] * 20, guessed).tolist() == guessed


def test_one_odd_headline_of_a_small_outlet_is_in_the_language_of_the_rest() -> None:
    guessed = ["en"] * 50 + ["pcm"]
    sources = [f"{n}.example" for n in range(51)]
    assert set(settle_languages(["Goal"] * 51, sources, guessed)) == {"en"}


def test_what_is_not_read_returns_only_by_several_of_its_words() -> None:
    centre = np.asarray([1, 0], np.float32)
    sleepers = Sleepers()
    sleepers.put("t1", Sleeper(centre, ("wahl", "honduras", "präsident")))
    vague, sure = ["Die Wahl der Qual"], ["Wahl in Honduras"]
    found = [sleepers.find(centre, vague, 0.6), sleepers.find(centre, sure, 0.6, is_read=False)]
    assert [one and one.topic for one in found] == ["t1", "t1"]
    assert sleepers.find(centre, vague, 0.6, is_read=False) is None
