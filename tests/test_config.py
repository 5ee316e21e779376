import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tracker.config import Config, parse_config, read_config
from tracker.config.templates import render_template
from tracker.errors import ConfigError

OVERRIDE = "[[source]]\nname = 'Post'\nurl = 'https://post.example'\n[[source.override]]\n"


def uncomment(template: str) -> str:
    return re.sub(r"^# (?=\[|\w+ = )", "", template, flags=re.MULTILINE)


def test_the_written_file_changes_nothing():
    assert parse_config(render_template()) == Config()


def test_every_setting_in_the_written_file_is_read_and_has_its_default():
    config = parse_config(uncomment(render_template()))
    for section in ("study", "collect", "topics", "themes", "attention", "signals"):
        assert getattr(config, section) == getattr(Config(), section)
    assert [theme.name for theme in config.theme] == ["Honduras", "Strikes"]
    assert config.source[0].url == "https://www.example.com/"
    assert config.source[0].override[0].valid_until == date(2027, 1, 31)


def test_every_setting_is_explained():
    template = render_template()
    for name in re.findall(r"^# (\w+) = ", template, re.MULTILINE):
        assert re.search(rf"^#   \S.*\n(#   .*\n)*# {name} = ", template, re.MULTILINE), name


def test_settings_reach_the_config():
    config = parse_config(
        """
        [study]
        time_zone = "Europe/Berlin"
        [themes]
        countries = false
        [topics]
        window_nights = 30
        meaning = 1
        [attention]
        weighting = "rank"
        [signals]
        fdr = 0.01
        [[theme]]
        name = "Strikes"
        terms = ["strike"]
        """
    )
    assert config.study.time_zone == "Europe/Berlin"
    assert not config.themes.countries
    assert (config.topics.window_nights, config.topics.meaning) == (30, 1.0)
    assert (config.attention.weighting, config.signals.fdr) == ("rank", 0.01)
    assert config.theme[0].terms == ("strike",)


def test_an_override_counts_up_to_and_with_its_last_night_where_the_study_is():
    text = OVERRIDE + "selector = 'ul'\nkind = 'latest'\nvalid_until = 2027-01-31"
    config = parse_config(f"{text}\n[study]\ntime_zone = 'Asia/Seoul'")
    (override,) = config.find_overrides("Post")
    assert config.overrides_at("Post", datetime(2027, 1, 31, 14, 59, tzinfo=UTC)) == (override,)
    assert config.overrides_at("Post", datetime(2027, 1, 31, 15, 0, tzinfo=UTC)) == ()
    assert config.overrides_at("Herald", datetime(2027, 1, 1, tzinfo=UTC)) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[study]\ntime_zon = 'UTC'", "study.time_zon: no such setting; did you mean time_zone"),
        ("[studies]\nx = 1", "studies: no such setting; did you mean study"),
        ("[study]\ntime_zone = 'Mars/Base'", "found 'Mars/Base'; wanted an IANA name"),
        ("[study]\ntitle = 3", "study.title: found 3; wanted text"),
        ("[themes]\ncountries = 'yes'", "themes.countries: found 'yes'; wanted true or false"),
        ("[topics]\nwindow_nights = 2.5", "topics.window_nights: found 2.5; wanted a whole number"),
        ("[topics]\nmeaning = 7", "meaning: got 7"),
        ("[attention]\nweighting = 'size'", "found 'size'; wanted slots or rank"),
        ("[signals]\nfdr = 2", "signals.fdr: found 2.0; wanted a number between 0 and 1"),
        ("[signals]\nmin_slots = 0", "signals.min_slots: found 0; wanted 1 or more"),
        ("[[theme]]\nterms = ['x']", "theme[1]: name missing"),
        ("[[theme]]\nname = 'x'\nterms = 'x'", "theme[1, x].terms: found 'x'; wanted a list"),
        ("[[theme]]\nname = ' '", "theme: found an empty name"),
        ("[[theme]]\nname = 'x'\n[[theme]]\nname = 'x'", "theme: found x twice"),
        (
            OVERRIDE + "selector = 'a['\nkind = 'latest'",
            "source[1, Post].override[1]: selector: found 'a['; wanted a CSS selector",
        ),
        (
            OVERRIDE + "selector = 'ul'\nkind = 'lates'",
            "source[1, Post].override[1]: kind: found 'lates'; wanted one of most_read, latest",
        ),
        (
            OVERRIDE + "selector = 'ul'\nkind = 'latest'\nvalid_until = '2027-01-31'",
            "valid_until: found '2027-01-31'; wanted a date without quotes, such as 2027-01-31",
        ),
        (
            OVERRIDE + "selector = 'ul'\nkind = 'latest'\nvalid_until = 2027-01-31T10:00:00",
            "valid_until: found 2027-01-31 10:00:00; wanted a date without quotes",
        ),
        (
            f"[[source]]\nname = '{'P' * 254}'\nurl = 'https://post.example'",
            "found a source of 254 characters, 'PPPP",
        ),
        (OVERRIDE + "selector = 'ul'", "source[1, Post].override[1]: kind missing"),
        (
            OVERRIDE + "selectr = 'ul'",
            "override[1].selectr: no such setting; did you mean selector",
        ),
        ("study = 1", "study: found 1; wanted a table"),
        ("[study", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_found_and_wanted(text, message):
    with pytest.raises(ConfigError, match=re.escape(message)) as error:
        parse_config(text, "my.toml")
    assert str(error.value).startswith("my.toml: ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("x.toml", "absent.toml"):
        with pytest.raises(ConfigError, match=re.escape(name)):
            read_config(tmp_path / name)


@pytest.mark.parametrize("contact", ["mailto:a@b.example\\r\\nX-Own: 1", "Ελένη"])
def test_a_contact_that_no_header_can_carry_is_refused(contact: str):
    with pytest.raises(ConfigError, match=r"collect\.contact: found .*; wanted a mailto:"):
        parse_config(f'[collect]\ncontact = "{contact}"', "tracker.toml")


def test_settings_that_are_not_utf8_are_said_to_be_wanted_so(tmp_path: Path):
    path = tmp_path / "tracker.toml"
    path.write_bytes('[study]\ntitle = "Zürich"\n'.encode("cp1252"))
    with pytest.raises(ConfigError, match=r"tracker\.toml: found bytes that are not UTF-8; wanted"):
        read_config(path)
