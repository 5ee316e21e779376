"""Watch-list themes take the headlines a person would give them."""

from datetime import UTC, date, datetime
from functools import partial

import numpy as np
import polars as pl
import pytest

from tracker.errors import TableError
from tracker.tables import HEADLINES, THEMES
from tracker.topics.themes import Theme, match_themes

NIGHTS = [datetime(2026, 1, day, 21, tzinfo=UTC) for day in range(1, 8)]
COLUMNS = ("headline_id", "wordings", "language", "worded_at")
match_in_utc = partial(match_themes, time_zone="UTC")


def heads(*rows: tuple[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "headline_id": [text for text, _ in rows],
            "wordings": [[text] for text, _ in rows],
            "language": [language for _, language in rows],
            "worded_at": [[NIGHTS[0]] for _ in rows],
        },
        schema={name: HEADLINES.schema[name] for name in COLUMNS},
    )


def taken(theme: Theme, *rows: tuple[str, str | None]) -> list[str]:
    found = match_in_utc(heads(*rows), [theme])
    return [text for text, _ in rows if text in set(found["headline_id"])]


@pytest.mark.parametrize(
    ("term", "language", "text", "wanted"),
    [
        ("protest", "en", "Farmers protested in three towns", True),
        ("protest", "en", "PROTESTS SPREAD", True),
        ("protest", "de", "Neue Proteste der Bauern", True),
        ("protest", "en", "Pretest of the vaccine", False),
        ("выборы", "ru", "После выборов", True),
        ("élection", "fr", "Les elections approchent", True),
        ("peace talk", "en", "Peace talks resume", True),
        ("peace talk", "en", "Talk of peace", False),
        ("ukrain*", "de", "Der ukrainische Weizen", True),
        ("ukrain*", "en", "A deukrainised map", False),
        ('"US"', "en", "US and allies meet", True),
        ('"US"', "en", "U.S. and allies meet", True),
        ('"US"', "en", "Tell us more", False),
        ('"US"', "en", "TELL US MORE", False),
        ("^turkey", "en", "Turkey votes on Sunday", True),
        ("^turkey", "en", "How to roast a turkey", False),
        ("de:Indien", "de", "Indien wählt", True),
        ("de:Indien", "sv", "Indien röstar", False),
        ("de:Indien", None, "Indien wählt", True),
        ("oman", "en", "A Roman woman", False),
        ("洪都拉斯", "zh", "洪都拉斯总统访问", True),
        ("ฮอนดูรัส", "th", "ข่าวฮอนดูรัสวันนี้", True),
        ("온두라스", "ko", "온두라스의 대통령", True),
        ("هندوراس", "ar", "انتخابات في وهندوراس", True),
        ("łódź", "pl", "Tramwaje w Łódź stoją", True),
    ],
)
def test_a_term_takes_its_word_in_its_forms_and_no_other(
    term: str, language: str | None, text: str, wanted: bool
) -> None:
    assert bool(taken(Theme("t", (term,)), (text, language))) is wanted


def test_an_excluded_phrase_undoes_only_the_place_it_covers() -> None:
    theme = Theme("Guinea", ("Guinea",), exclude=("new guinea",))
    assert taken(
        theme,
        ("Papua New Guinea votes", "en"),
        ("Guinea votes", "en"),
        ("New Guinea and Guinea sign a pact", "en"),
    ) == ["Guinea votes", "New Guinea and Guinea sign a pact"]


def test_an_excluded_word_elsewhere_keeps_the_headline_out() -> None:
    theme = Theme("Georgia", ("Georgia",), exclude=("atlanta",))
    assert taken(theme, ("Georgia votes", "en"), ("Georgia votes as Atlanta waits", "en")) == [
        "Georgia votes"
    ]


def reworded(*wordings: str) -> pl.DataFrame:
    """Return one headline, worded anew each night."""
    row = ("a", list(wordings), "en", NIGHTS[: len(wordings)])
    return pl.DataFrame([row], schema=heads().schema, orient="row")


def test_a_headline_belongs_to_all_its_themes_and_by_any_wording_from_its_night_on() -> None:
    frame = reworded("Storm hits Korea", "Honduras and Korea sign storm pact", "Storm pact signed")
    themes = [Theme("Honduras", ("Honduras",)), Theme("Korea", ("Korea",), exclude=("pact",))]
    assert match_in_utc(frame, themes).select("theme", "from_night").rows() == [
        ("Honduras", date(2026, 1, 2)),
        ("Korea", date(2026, 1, 1)),
    ]
    east = match_themes(frame, themes, time_zone="Asia/Tokyo")
    assert east["from_night"].to_list() == [date(2026, 1, 3), date(2026, 1, 2)]


def test_a_later_wording_neither_makes_nor_undoes_what_the_first_one_means() -> None:
    vectors = np.array([[1, 0]], dtype=np.float32)
    theme = Theme("bees", ("hive",), ("honey",), ("decline of bees",), 0.7)
    by_night = [
        match_in_utc(
            reworded("Bees vanish", "Honey prices rise", "Bee hives stolen")
            .with_columns(pl.col("wordings", "worded_at").list.head(n)),
            [theme], vectors=vectors, exemplar_vectors={"bees": vectors},
        )
        for n in (1, 2, 3)
    ]  # fmt: skip
    assert by_night[0].rows() == [("bees", "a", "meaning", 1.0, date(2026, 1, 1))]
    assert by_night[0].equals(by_night[1])
    assert by_night[0].equals(by_night[2])


def test_exemplars_take_headlines_of_like_meaning_unless_excluded() -> None:
    frame = heads(("Bees vanish", "en"), ("Bee hives stolen", "en"), ("Rates rise", "en"))
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
    exemplars = {"bees": np.array([[1, 0]], dtype=np.float32)}
    theme = Theme("bees", ("hive",), exemplars=("decline of bees",), threshold=0.7)
    found = match_in_utc(frame, [theme], vectors=vectors, exemplar_vectors=exemplars)
    assert found.select("headline_id", "how", "score").rows() == [
        ("Bee hives stolen", "term", 1.0),
        ("Bees vanish", "meaning", 1.0),
    ]
    strict = Theme("bees", (), exclude=("vanish",), threshold=0.9)
    assert match_in_utc(frame, [strict], vectors=vectors, exemplar_vectors=exemplars).is_empty()


def test_no_headlines_and_no_terms_give_an_empty_table() -> None:
    assert match_in_utc(heads(), [Theme("x", ("y",))]).schema == THEMES.schema
    assert match_in_utc(heads(("Storm", "en")), [Theme("x", ("", '""', "*"))]).is_empty()


def test_hostile_terms_and_titles_are_text() -> None:
    theme = Theme("odd", ("(a+)+$", "[[", "\\d", '"'))
    assert taken(theme, ("a" * 5000 + "!", "en"), ("<script>alert(1)</script> [[", "en")) == []


def test_wrong_input_is_refused_with_what_was_found() -> None:
    with pytest.raises(TableError, match="found columns a; wanted headline_id"):
        match_in_utc(pl.DataFrame({"a": [1]}), [Theme("x", ("y",))])
    with pytest.raises(TableError, match="found 1 row; wanted 2"):
        match_in_utc(
            heads(("a", "en"), ("b", "en")),
            [Theme("x", ("y",))],
            vectors=np.zeros((1, 2), dtype=np.float32),
        )
