"""Whole pages, each a folder with the page and what a reader sees on it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tracker.collector.harvest.html import harvest_html

PAGES = Path(__file__).parents[2] / "pages"
FOLDERS = sorted(p.parent.name for p in PAGES.glob("*/page.html"))


def test_there_are_pages_to_read() -> None:
    assert len(FOLDERS) >= 8


@pytest.mark.parametrize("name", FOLDERS)
def test_a_page_gives_the_lists_a_reader_sees(name: str) -> None:
    folder = PAGES / name
    found = json.loads(json.dumps(asdict(harvest_html((folder / "page.html").read_bytes()))))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert found == {"note": None, **expected}


@pytest.mark.parametrize("name", FOLDERS)
def test_the_lists_of_a_page_have_names_of_their_own(name: str) -> None:
    page = harvest_html((PAGES / name / "page.html").read_bytes())
    assert len({x.list_id for x in page.lists}) == len(page.lists)
    assert all([item.rank for item in x.items] == [*range(1, len(x.items) + 1)] for x in page.lists)


def test_the_page_in_another_charset_reads_the_same() -> None:
    body = (PAGES / "japanese" / "page.html").read_bytes()
    mislabelled = body.decode("utf-8").encode("cp932")
    assert harvest_html(mislabelled).lists == harvest_html(body).lists


def test_text_encoded_twice_reads_as_it_was_meant() -> None:
    body = (PAGES / "article_furniture" / "page.html").read_bytes()
    doubled = body.decode("utf-8").encode("utf-8").decode("latin-1").encode("utf-8")
    assert harvest_html(doubled).lists == harvest_html(body).lists
