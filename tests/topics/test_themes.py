"""Watch-list themes take the headlines a person would give them."""

import numpy as np
import polars as pl
import pytest

from tracker.errors import TableError
from tracker.tables import THEMES
from tracker.topics.themes import Theme, match_themes


def heads(*rows: tuple[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "headline_id": [text for text, _ in rows],
            "wordings": [[text] for text, _ in rows],
            "language": [language for _, language in rows],
        },
        schema={"headline_id": pl.String, "wordings": pl.List(pl.String), "language": pl.String},
    )


def taken(theme: Theme, *rows: tuple[str, str | None]) -> list[str]:
    found = match_themes(heads(*rows), [theme])
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


def test_a_headline_belongs_to_all_its_themes_and_by_any_wording() -> None:
    frame = pl.DataFrame(
        {
            "headline_id": ["a"],
            "wordings": [["Storm hits coast", "Honduras and Korea sign storm pact"]],
            "language": ["en"],
        }
    )
    found = match_themes(frame, [Theme("Honduras", ("Honduras",)), Theme("Korea", ("Korea",))])
    assert found["theme"].to_list() == ["Honduras", "Korea"]
    THEMES.check(found)


def test_exemplars_take_headlines_of_like_meaning_unless_excluded() -> None:
    frame = heads(("Bees vanish", "en"), ("Bee hives stolen", "en"), ("Rates rise", "en"))
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
    exemplars = {"bees": np.array([[1, 0]], dtype=np.float32)}
    theme = Theme("bees", ("hive",), exemplars=("decline of bees",), threshold=0.7)
    found = match_themes(frame, [theme], vectors=vectors, exemplar_vectors=exemplars)
    assert found.select("headline_id", "how", "score").rows() == [
        ("Bee hives stolen", "term", 1.0),
        ("Bees vanish", "meaning", 1.0),
    ]
    strict = Theme("bees", (), exclude=("vanish",), threshold=0.9)
    assert match_themes(frame, [strict], vectors=vectors, exemplar_vectors=exemplars).is_empty()


def test_no_headlines_and_no_terms_give_an_empty_table() -> None:
    assert match_themes(heads(), [Theme("x", ("y",))]).schema == THEMES.schema
    assert match_themes(heads(("Storm", "en")), [Theme("x", ("", '""', "*"))]).is_empty()


def test_hostile_terms_and_titles_are_text() -> None:
    theme = Theme("odd", ("(a+)+$", "[[", "\\d", '"'))
    assert taken(theme, ("a" * 5000 + "!", "en"), ("<script>alert(1)</script> [[", "en")) == []


def test_wrong_input_is_refused_with_what_was_found() -> None:
    with pytest.raises(TableError, match="found columns a; wanted headline_id"):
        match_themes(pl.DataFrame({"a": [1]}), [Theme("x", ("y",))])
    with pytest.raises(TableError, match="found 1 row; wanted 2"):
        match_themes(
            heads(("a", "en"), ("b", "en")),
            [Theme("x", ("y",))],
            vectors=np.zeros((1, 2), dtype=np.float32),
        )
