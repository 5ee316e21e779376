import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_faults import find_faults

from tracker.collector.harvest.pages import HeadlineList, Page
from tracker.collector.harvest.text import harvest_text

TEXTS = Path(__file__).parents[2] / "texts"


def harvest(name: str) -> Page:
    return harvest_text((TEXTS / name).read_text("utf-8"))


def titles(found: HeadlineList) -> list[str]:
    return [item.title for item in found.items]


def test_a_bare_run_below_an_article_is_the_latest_headlines() -> None:
    page = harvest("article_then_headlines.txt")
    (found,) = page.lists
    assert (found.heading, found.kind) == ("", "latest")
    assert len(found.items) == 10
    assert found.items[0].title == (
        "Harbour City Reopens Its Old Bridge After Three Years of Repairs"
    )
    assert found.items[9].title.startswith("President Meets Leaders")
    assert [item.rank for item in found.items] == list(range(1, 11))
    assert page.title is None


def test_titles_are_told_from_the_blurbs_below_them_and_from_furniture() -> None:
    page = harvest("titles_and_blurbs.txt")
    assert page.title == "Norland Says Its Alliance With the Southern Islands Will Last"
    assert [titles(found) for found in page.lists] == [
        [
            "Harbour City Reopens Its Old Bridge",
            "Why the Glacier Matters to the Valley Below It",
            "Court Orders New Count of Votes in the East",
            "Teachers Accept Offer After Six Weeks",
            "A Painting Comes Home",
            "Two Airlines Plan to Merge Regional Services",
            "Growers Leave Fields Unsown as Drought Goes On",
        ]
    ]


def test_blank_lines_and_line_endings_change_nothing() -> None:
    text = (TEXTS / "titles_and_blurbs.txt").read_text("utf-8")
    squeezed = "\r\n".join(line for line in text.splitlines() if line)
    assert harvest_text(squeezed) == harvest_text(text)


def test_headings_part_lists_and_say_their_kinds() -> None:
    page = harvest("headed_lists.txt")
    assert [(x.heading, x.kind, len(x.items)) for x in page.lists] == [
        ("Meistgelesen", "most_read", 5),
        ("Mehr zum Thema", "related", 3),
    ]
    assert page.title == "Stadtrat beschließt neue Brücke über die Lahne"
    assert titles(page.lists[1])[0] == "Warum die alte Brücke nicht zu retten war"


def test_a_ranking_in_a_script_without_spaces_is_read() -> None:
    page = harvest("ranked_ja.txt")
    (found,) = page.lists
    assert (found.heading, found.kind) == ("アクセスランキング", "most_read")
    assert titles(found) == [
        "大雨で川があふれ、旧市街の住民が避難",
        "動物園でヤマネコの赤ちゃん二頭が誕生",
        "北行きの鉄道、六週間の運休へ",
        "百年続いたパン屋、後継者なく閉店",
        "裁判所、郊外の森の伐採差し止めを命令",
    ]


def test_an_article_alone_has_no_lists() -> None:
    article = (TEXTS / "article_then_headlines.txt").read_text("utf-8").split("\n\n\n")[0]
    assert harvest_text(article).lists == ()


def test_one_headline_is_a_list_only_below_a_heading_that_announces_it() -> None:
    text = (TEXTS / "headed_lists.txt").read_text("utf-8")
    first, *rest = titles(harvest_text(text).lists[1])
    for title in rest:
        text = text.replace(f"{title}\n", "")
    assert titles(harvest_text(text).lists[1]) == [first]
    bare = harvest_text(text.replace("Mehr zum Thema\n", ""))
    assert first not in [title for found in bare.lists[1:] for title in titles(found)]


@pytest.mark.parametrize(
    "mark",
    ["• {}", "{rank}. {}", "{rank} {}", "1{rank}:05 {}", "{} (1{rank}.05.2024, 12:3{rank})"],
)
def test_numbers_bullets_and_times_around_titles_are_not_part_of_them(mark: str) -> None:
    plain = harvest("headed_lists.txt")
    text = (TEXTS / "headed_lists.txt").read_text("utf-8")
    for rank, item in enumerate(plain.lists[1].items, 1):
        text = text.replace(f"{item.title}\n", mark.format(item.title, rank=rank) + "\n")
    assert titles(harvest_text(text).lists[-1]) == titles(plain.lists[1])


@pytest.mark.parametrize("foot", ["More Stories", "もっと見る", "Больше статей"])
def test_a_link_to_more_of_the_list_above_is_no_heading(foot: str) -> None:
    text = (TEXTS / "headed_lists.txt").read_text("utf-8")
    headed = text.replace("Mehr zum Thema\n", f"{foot}\nPanorama\n")
    assert [(found.heading, found.kind) for found in harvest_text(headed).lists] == [
        ("Meistgelesen", "most_read"),
        ("Panorama", "section"),
    ]


@pytest.mark.parametrize(
    "heading", ["Das könnte Sie auch interessieren", "Mehr Nachrichten zum Thema Brücken"]
)
def test_a_heading_of_many_words_is_no_headline_of_a_list(heading: str) -> None:
    text = (TEXTS / "headed_lists.txt").read_text("utf-8")
    page = harvest_text(text.replace("Mehr zum Thema\n", f"{heading}\n"))
    assert [(found.heading, found.kind, len(found.items)) for found in page.lists] == [
        ("Meistgelesen", "most_read", 5),
        (heading, "related", 3),
    ]


def test_a_list_keeps_its_name_when_its_items_change() -> None:
    text = (TEXTS / "headed_lists.txt").read_text("utf-8")
    tonight = harvest_text(text.replace("Zoo zieht zwei verwaiste Luchse", "Zoo füttert Luchse"))
    before = harvest_text(text)
    assert titles(tonight.lists[0]) != titles(before.lists[0])
    assert [x.list_id for x in tonight.lists] == [x.list_id for x in before.lists]


def test_the_pages_own_headline_is_listed_only_below_its_article() -> None:
    text = (TEXTS / "headed_lists.txt").read_text("utf-8")
    own = "Stadtrat beschließt neue Brücke über die Lahne"
    listed = text.replace("Gericht stoppt Abholzung am Stadtrand", own)
    assert own in titles(harvest_text(listed).lists[0])
    assert all(own not in titles(found) for found in harvest_text(text).lists)


def test_titles_come_decoded_and_composed() -> None:
    text = (TEXTS / "headed_lists.txt").read_text("utf-8")
    raw = unicodedata.normalize("NFD", text.replace("Zoo zieht", "Zoo &amp; Tierheim  zieht"))
    found = titles(harvest_text(raw).lists[0])
    assert found[1] == "Zoo & Tierheim zieht zwei verwaiste Luchse mit der Flasche auf"
    assert found[3] == unicodedata.normalize("NFC", found[3])


def test_the_address_is_handed_on() -> None:
    assert harvest_text("", url="https://post.example/a") == Page(
        "https://post.example/a", None, None, ()
    )


LINES = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=80),
    st.sampled_from((TEXTS / "titles_and_blurbs.txt").read_text("utf-8").splitlines()),
    st.sampled_from((TEXTS / "headed_lists.txt").read_text("utf-8").splitlines()),
    st.sampled_from(
        ["\x00", "\ud800", "1", "(1", "12:30", "Most read", "&#0;", "﻿", " : ", ". . ."]
    ),
)


@given(st.lists(LINES, max_size=60))
@settings(max_examples=150)
def test_any_lines_give_well_formed_lists(lines: list[str]) -> None:
    page = harvest_text("\n".join(lines))
    assert find_faults(page) == []
    assert page == harvest_text("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "a b c d e\n" * 1_000_000,
        "word " * 2_000_000,
        ("(1" * 150 + "\n") * 30_000,
        ("Trump says this and that\nA blurb that says it all again.\n") * 150_000,
        ("a" + "\u0301\u0327" * 450 + "\n") * 10_000,
    ],
    ids=["a million lines", "one line", "brackets", "titles and blurbs", "marks"],
)
def test_ten_megabytes_of_anything_take_less_than_two_seconds(text: str) -> None:
    harvest_text("")
    begin = time.process_time()
    harvest_text(text)
    assert time.process_time() - begin < 2
