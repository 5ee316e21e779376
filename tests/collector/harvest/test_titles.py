import pytest

from tracker.collector.harvest.titles import clean_title


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("  Rice \n prices\u00a0rise ", "Rice prices rise"),
        ("Ferry &amp; crew &quot;safe&quot;", 'Ferry & crew "safe"'),
        ("» Bees close a road »", "Bees close a road"),
        ("« Rien ne va plus »", "« Rien ne va plus »"),
        ("14:05 Seoul markets close higher", "Seoul markets close higher"),
        ("3:2 for Gulls", "3:2 for Gulls"),
        ("Cafe\u0301 opens\u200b", "Café opens"),
        ("Old map <b>found</b> in a wall", "Old map found in a wall"),
        ("Storm closes ports …", "Storm closes ports …"),
    ],
)
def test_a_title_is_exactly_the_headline(raw: str, title: str) -> None:
    assert clean_title(raw) == title
