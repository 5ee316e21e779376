from datetime import UTC, datetime

from tracker.collector.choices import choose_pages
from tracker.collector.documents import Document
from tracker.collector.harvest.pages import HeadlineList, Item, Page
from tracker.collector.headlines import Rows, tabulate_page

FRONT = "https://www.press.example/"
NOW = datetime(2026, 3, 1, 21, tzinfo=UTC)


def rows(**boxes: list[str]) -> Rows:
    """Return the rows of a page; each box is named by its kind and holds addresses."""
    lists = tuple(
        HeadlineList(kind, "", kind, tuple(Item(n, f"Story {u}", u) for n, u in enumerate(urls, 1)))
        for kind, urls in boxes.items()
    )
    document = Document(FRONT, b"x", "html", url=FRONT)
    page = Page(FRONT, None, None, lists)
    return tabulate_page(document, page, source="press", url=FRONT, captured_at=NOW)


def choose(found: Rows, n: int = 3, visited: tuple[str, ...] = ()) -> list[str]:
    return choose_pages(found.lists, found.sightings, page=FRONT, n=n, visited=visited)


def story(section: str, number: int) -> str:
    return f"https://www.press.example/{section}/{number}-a-story-of-tonight"


def test_the_newest_lists_come_first_and_every_section_before_any_twice():
    found = rows(
        related=[story("travel", 900)],
        latest=[story("world", 101), story("world", 102), story("sport", 103), story("art", 104)],
    )
    assert choose(found, 4) == [
        story("world", 101), story("sport", 103), story("art", 104), story("travel", 900)
    ]  # fmt: skip
    assert choose(found, 5)[-1] == story("world", 102)
    assert choose(found, 0) == []


def test_what_was_seen_tonight_is_not_visited_again():
    found = rows(latest=[story("world", 101), story("world", 102)])
    assert choose(found, 1, visited=(f"{story('world', 101)}/",)) == [story("world", 102)]


def test_only_stories_of_the_outlet_itself_are_visited():
    good = ["https://sport.press.example/a/301-x", story("world", 101)]
    other = [
        "https://other.example/a/201-x", FRONT, "https://www.press.example/world",
        "https://www.press.example/a/plan-of-2026.pdf", "https://xpress.example/a/401-x",
    ]  # fmt: skip
    assert choose(rows(latest=[*other, *good]), 9) == good


def test_advertisements_menus_and_what_readers_chose_are_not_followed():
    kinds = ("sponsored", "menu", "most_read", "nextprev", "inline")
    found = rows(**{kind: [story("a", 100 + n)] for n, kind in enumerate(kinds)})
    assert choose(found, 9) == []
