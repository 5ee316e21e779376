from datetime import UTC, datetime

import polars as pl
import pytest

from tracker.collector.documents import Document
from tracker.collector.harvest.pages import HeadlineList, Item, Page
from tracker.collector.headlines import (
    derive_headlines,
    fold_wording,
    identify_headline,
    tabulate_page,
)
from tracker.collector.sources import name_source

FIRST = datetime(2026, 3, 5, 21, tzinfo=UTC)
THEN = datetime(2026, 3, 6, 21, tzinfo=UTC)
FERRY = "https://post.example/news/1001-ferry-service-returns"


def tabulate(captured_at: datetime, *boxes: HeadlineList, title: str | None = None,
             body: bytes = b"x", status: int | None = None):  # fmt: skip
    page = Page("https://post.example/", title, "en", boxes)
    document = Document("here", body, "html", status=status)
    return tabulate_page(
        document, page, source="post.example", url="https://post.example/", captured_at=captured_at
    )


def box(kind: str, *items: tuple[str, str | None]) -> HeadlineList:
    return HeadlineList(
        f"id-{kind}", "Heading", kind, tuple(Item(n, *item) for n, item in enumerate(items, 1))
    )


def derive(*rows):
    return derive_headlines(
        pl.concat(r.sightings for r in rows).lazy(),
        pl.concat(r.lists for r in rows).lazy(),
        pl.concat(r.captures for r in rows).lazy(),
    )


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.post.example/a", "post.example"),
        ("http://m.post.example", "post.example"),
        ("https://news.post.example:8080/", "news.post.example"),
        ("https://POST.example/", "post.example"),
        ("https://www.example/", "www.example"),
        ("page.txt", None),
        ("http://[bad", None),
    ],
)
def test_a_source_is_the_host_without_its_prefixes(url, source):
    assert name_source(url) == source


def test_one_story_under_several_wordings_is_one_headline_with_the_latest_title():
    early = tabulate(FIRST, box("latest", ("Ferry returns", FERRY)))
    late = tabulate(THEN, box("latest", ("Ferry is back", FERRY)), body=b"y")
    for order in ((early, late), (late, early)):
        (headline,) = derive(*order).iter_rows(named=True)
        assert headline["title"] == "Ferry is back"
        assert headline["wordings"] == ["Ferry returns", "Ferry is back"]
        assert headline["worded_at"] == [FIRST, THEN]
        assert (headline["first_seen"], headline["last_seen"]) == (FIRST, THEN)
        assert headline["n_sightings"] == 2


def test_the_same_story_at_two_outlets_is_two_headlines():
    assert identify_headline("a.example", FERRY, "Ferry") != identify_headline(
        "b.example", FERRY, "Ferry"
    )


def test_http_and_https_and_a_last_slash_do_not_make_another_story():
    ids = {
        identify_headline("post.example", url, "Ferry")
        for url in (FERRY, FERRY + "/", FERRY.replace("https", "http"))
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    "url", [None, "https://post.example/", "https://post.example/live", "https://post.example/news"]
)
def test_an_address_that_names_no_story_leaves_it_to_the_wording(url):
    one = identify_headline("post.example", url, "Ferry service returns")
    assert one == identify_headline("post.example", url, "FERRY  service returns!")
    assert one != identify_headline("post.example", url, "Harvest delayed")


@pytest.mark.parametrize(
    "url", ["https://post.example/a-long-slug-here", "https://post.example/x?id=77", FERRY]
)
def test_an_address_that_names_a_story_outweighs_the_wording(url):
    assert identify_headline("post.example", url, "One") == identify_headline(
        "post.example", url, "Two"
    )


def test_wordings_fold_in_every_script():
    assert fold_wording("Sturm „Xaver“ trifft KÜSTE") == fold_wording("Sturm Xaver trifft Küste")
    assert fold_wording("地震、東京で観測") == fold_wording("地震 東京で観測")
    assert fold_wording("?!") == "?!"


def test_menus_and_advertisements_are_no_headlines_but_stay_in_the_lists():
    rows = tabulate(
        FIRST, box("menu", ("Sport", None)), box("sponsored", ("Lose weight now", None)),
        box("inline", ("Read also: the frost", None)),
    )  # fmt: skip
    assert sorted(rows.lists["kind"]) == ["inline", "menu", "sponsored"]
    assert derive(rows)["title"].to_list() == ["Read also: the frost"]


def test_the_pages_own_story_is_a_headline_but_no_slot_anybody_chose():
    rows = tabulate(FIRST, box("latest", ("Ferry returns", FERRY)), title="Frost delays harvest")
    kinds = dict(rows.lists.select("kind", "n_items").iter_rows())
    assert kinds == {"latest": 1, "article": 1}
    assert sorted(derive(rows)["title"]) == ["Ferry returns", "Frost delays harvest"]


def test_an_error_page_is_a_capture_without_lists():
    rows = tabulate(FIRST, box("latest", ("Page not found", None)), title="404", status=404)
    assert rows.captures.select("outcome", "status").row(0) == ("http_error", 404)
    assert rows.lists.is_empty()
    assert rows.sightings.is_empty()


def test_an_empty_box_is_kept_as_empty():
    rows = tabulate(FIRST, box("latest"))
    assert rows.lists["outcome"].to_list() == ["empty"]


def test_the_same_page_at_the_same_time_has_the_same_id_and_another_body_another():
    one, same = tabulate(FIRST).captures, tabulate(FIRST).captures
    assert one["capture_id"].to_list() == same["capture_id"].to_list()
    for other in (tabulate(THEN).captures, tabulate(FIRST, body=b"other").captures):
        assert other["capture_id"].to_list() != one["capture_id"].to_list()


def test_what_is_stored_already_is_read_no_further_than_a_headline_goes():
    words = "word " * 100_000
    rows = [tabulate(FIRST, box("latest", (words, FERRY))),
            tabulate(THEN, box("latest", (words + "x", FERRY)))]  # fmt: skip
    (headline,) = derive(*rows).iter_rows(named=True)
    assert headline["wordings"] == [headline["title"]] == [words[:400]]
    assert rows[0].sightings["title"].to_list() == [words]


def test_what_was_left_out_of_a_page_is_noted_with_its_capture():
    page = Page("https://post.example/", None, None, (), "1 item left out")
    note: str | None = "led to b"
    for _ in range(2):  # as it is harvested again
        found = tabulate_page(
            Document("here", b"x", "feed"), page, source="a", url="b", captured_at=FIRST, note=note
        )
        note = found.captures["note"].item()
        assert note == "led to b; 1 item left out"
