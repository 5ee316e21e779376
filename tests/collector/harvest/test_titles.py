import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collector.harvest.titles import clean_title, fold_text, fold_texts


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


ODD = st.sampled_from("\u202e\u200d\ufffc\u0301\u1161\u1100\u212b\u2028\xa0\x85\x1b \n")


@given(st.lists(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), ODD))))
def test_titles_of_tables_are_folded_as_those_of_pages_and_feeds(texts: list[str]) -> None:
    folded = fold_texts(pl.Series([None, *texts], dtype=pl.String)).to_list()
    assert folded == [None, *map(fold_text, texts)]
