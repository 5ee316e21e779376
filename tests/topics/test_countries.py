"""Countries work with no configuration, and the words that look like them stay out."""

from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl
import pytest

from tracker.config import parse_config
from tracker.nights.theme_matches import list_themes
from tracker.topics.countries import country_themes
from tracker.topics.themes import match_themes

SEEN = datetime(2026, 1, 5, 21, tzinfo=UTC)
TAKEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Honduras": (
        ("Honduras elects a president", "en"),
        ("Honduran farmers march", "en"),
        ("Hondurans abroad send record sums", "en"),
        ("Tegucigalpa sin agua", "es"),
        ("Los hondureños votan", "es"),
        ("Der honduranische Kaffee wird teurer", "de"),
        ("В Гондурасе выбирают президента", "ru"),
        ("洪都拉斯大选", "zh"),
        ("ホンジュラスで大統領選", "ja"),
    ),
    "Ukraine": (
        ("Kyiv under fire", "en"),
        ("Ukrainian grain ships leave", "en"),
        ("Ukraines Präsident in Berlin", "de"),
        ("La guerra en Ucrania", "es"),
        ("Des Ukrainiens en exil", "fr"),
        ("Президент Украины выступил", "ru"),
        ("Ukrainassa äänestetään", "fi"),
        ("Na Ukrainie", "pl"),
        ("Η Ουκρανία ζητά όπλα", "el"),
        ("乌克兰局势", "zh"),
        ("우크라이나에서 온 소식", "ko"),
        ("الحرب في أوكرانيا", "ar"),
    ),
    "Korea": (
        ("North Korea fires missile", "en"),
        ("South Korean film wins", "en"),
        ("Korea in talks", "en"),
        ("Seoul and Pyongyang reopen line", "en"),
        ("Nordkorea testet Rakete", "de"),
        ("La Corée du Nord tire", "fr"),
        ("韩国总统", "zh"),
        ("北朝鮮がミサイル", "ja"),
        ("한국의 봄", "ko"),
    ),
    "United States": (
        ("US senate votes", "en"),
        ("U.S. senate votes", "en"),
        ("Americans vote", "en"),
        ("USA gewinnt Gold", "de"),
        ("Выборы в США", "ru"),
    ),
    "United Kingdom": (
        ("UK prices rise", "en"),
        ("British rail strike", "en"),
        ("Britische Bahn streikt", "de"),
    ),
    "China": (("China eases rules", "en"), ("Čína varuje", "cs"), ("Заявление Китая", "ru")),
    "Poland": (("Polish voters turn out", "en"), ("Poles vote", "en")),
    "Türkiye": (("Turkey raises rates", "en"), ("Turkish lira falls", "en")),
    "Georgia": (("Tbilisi crowds return", "en"), ("Protests in Georgia over new law", "en")),
    "Nigeria": (("Nigerian voters queue", "en"),),
    "Niger": (("Niger junta expels envoy", "en"), ("Nigerien soldiers killed", "en")),
    "Papua New Guinea": (("Papua New Guinea landslide", "en"),),
    "South Sudan": (("South Sudan floods", "en"),),
}

LEFT: Mapping[str, tuple[tuple[str, str], ...]] = {
    "United States": (
        ("Tell us what you think", "en"),
        ("TELL US WHAT YOU THINK", "en"),
        ("South American football", "en"),
        ("Incendios en América Latina", "es"),
    ),
    "United Kingdom": (("New England snow", "en"), ("British Columbia fire", "en")),
    "Poland": (("How to polish your shoes", "en"), ("North Pole ice", "en")),
    "Türkiye": (("The best roast turkey", "en"), ("Thanksgiving: Turkey for twelve", "en")),
    "China": (("Grandmother's china cabinet", "en"),),
    "Georgia": (("Georgia governor signs bill", "en"), ("Georgia Tech wins", "en")),
    "Jordan": (("Michael Jordan sells shoes", "en"),),
    "Oman": (("Roman woman found", "en"),),
    "Mali": (("Mal wieder Regen", "de"), ("Мало времени", "ru")),
    "Finland": (("El fin de la pandemia", "es"),),
    "Korea": (("Edycja roku", "pl"), ("Casa del Libro", "es"), ("Koreatown parking", "en")),
    "Nigeria": (("Niger junta expels envoy", "en"),),
    "Guinea": (("Papua New Guinea landslide", "en"), ("Guinea pig show", "en")),
    "Sudan": (("South Sudan floods", "en"),),
    "Dominica": (("Dominican Republic beats Haiti", "en"),),
    "Germany": (("Germane questions", "en"),),
    "South Korea": (("North Korea fires missile", "en"),),
    "Cameroon": (("Gastos da Câmara sobem", "pt"),),
}


def match(rows: tuple[tuple[str, str], ...]) -> pl.DataFrame:
    return match_themes(
        pl.DataFrame(
            {
                "headline_id": [text for text, _ in rows],
                "wordings": [[text] for text, _ in rows],
                "worded_at": [[SEEN]] * len(rows),
                "language": [language for _, language in rows],
            }
        ),
        country_themes(),
        time_zone="UTC",
    )


@pytest.fixture(scope="module")
def matched() -> set[tuple[str, str]]:
    every = {row for rows in (*TAKEN.values(), *LEFT.values()) for row in rows}
    return set(match(tuple(sorted(every))).select("theme", "headline_id").rows())


@pytest.mark.parametrize("country", sorted(TAKEN))
def test_a_country_is_found_by_names_people_and_capital(
    country: str, matched: set[tuple[str, str]]
) -> None:
    assert [text for text, _ in TAKEN[country] if (country, text) not in matched] == []


@pytest.mark.parametrize("country", sorted(LEFT))
def test_words_that_look_like_a_country_are_left_alone(
    country: str, matched: set[tuple[str, str]]
) -> None:
    assert [text for text, _ in LEFT[country] if (country, text) in matched] == []


def test_every_country_comes_once_and_korea_as_one() -> None:
    names = [theme.name for theme in country_themes()]
    assert len(names) == len(set(names))
    assert len(names) > 195
    assert {"Korea", "North Korea", "South Korea", "Honduras", "Ukraine"} <= set(names)


def test_all_countries_meet_twenty_thousand_headlines_in_seconds() -> None:
    rows = tuple(
        (f"Story {number}: {text}", language)
        for number in range(250)
        for rows in TAKEN.values()
        for text, language in rows
    )
    found = match(rows)
    assert found.filter(pl.col("theme") == "Honduras").height >= 250 * len(TAKEN["Honduras"])


def test_a_watched_country_keeps_the_words_that_mislead_about_it():
    watched = "[[theme]]\nname = 'Georgia'\nexclude = ['peach']"
    (theme,) = (one for one in list_themes(parse_config(watched)) if one.name == "Georgia")
    titles = {
        "kept": "Georgia votes on its future in Europe",
        "state": "Atlanta: Georgia court hears the case",
        "fruit": "A peach festival in Georgia",
    }
    headlines = pl.DataFrame(
        {
            "headline_id": list(titles),
            "wordings": [[title] for title in titles.values()],
            "worded_at": [[SEEN]] * len(titles),
            "language": "en",
        }
    )
    found = match_themes(headlines, [theme], time_zone="UTC")
    assert found["headline_id"].to_list() == ["kept"]
