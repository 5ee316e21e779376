"""The same box keeps its list_id from night to night, and no two boxes of a page share one."""

from tracker.collector.harvest.html import harvest_html
from tracker.collector.harvest.pages import HeadlineList

TONIGHT = ("Baker wins the lottery twice in a week", "Seal blocks the runway for an hour",
           "School meals to be free from September")  # fmt: skip
TOMORROW = ("Honduras signs a deal for two new ports", "Old map found in a library wall",
            "Ferry returns to the outer islands")  # fmt: skip


def box(heading: str, titles: tuple[str, ...] = TONIGHT, names: str = 'class="teasers"') -> str:
    items = "".join(
        f'<li><a href="/2024/05/14/{title.lower().replace(" ", "-")}/">{title}</a></li>'
        for title in titles
    )
    above = f"<h2>{heading}</h2>" if heading else ""
    return f"<div {names}>{above}<ul>{items}</ul></div>"


def harvest(*boxes: str) -> tuple[HeadlineList, ...]:
    html = f"<html><body><main>{'<hr><p>And now to something else.</p>'.join(boxes)}</main></body>"
    found = harvest_html(html.encode(), url="https://tern.example/").lists
    assert len(found) == len(boxes)
    return found


def names(*boxes: str) -> list[str]:
    return [found.list_id for found in harvest(*boxes)]


def test_a_heading_keeps_its_name_whatever_stands_below_it_and_around_it():
    one = names(box("Most read"), box("Ports"))
    two = names(
        box("Most read", TOMORROW, 'class="css-1x9ab2 wide"'), box("Ports", TOMORROW, 'id="b7"')
    )
    assert one == two
    assert len(set(one)) == 2


def test_numbers_in_a_heading_do_not_count():
    assert names(box("Top 5 this week")) == names(box("Top 10 this week", TOMORROW))


def test_a_heading_that_is_tonights_news_or_date_is_no_name():
    for before, after in (
        ("Council splits over the bridge as the harbour master walks out again",
         "Harvest saved at last after frost and rain and a very long winter"),
        ("Tuesday, 14 May 2024", "Wednesday, 15 June 2024"),
    ):  # fmt: skip
        assert names(box(before)) == names(box(after, TOMORROW))


def test_a_box_without_a_heading_is_known_by_its_place_without_numbers_hashes_and_states():
    (one,) = names(box("", names='class="Teaser_list__aB3x9 is-active" id="box-1017"'))
    (two,) = names(box("", TOMORROW, 'class="Teaser_list__Zk81q" id="box-2044"'))
    (other,) = names(box("", names='class="Ticker_list__aB3x9"'))
    assert one == two
    assert one != other


def test_the_kind_is_no_part_of_the_name():
    (one,), (two,) = harvest(box("Odds")), harvest(box("Odds", names='class="sponsored"'))
    assert one.kind != two.kind
    assert one.list_id == two.list_id


def test_boxes_alike_in_all_are_told_apart_by_their_order():
    once = names(box("More"))
    twice = names(box("More"), box("More", TOMORROW))
    assert twice[0] == once[0]
    assert len(set(twice)) == 2


def test_a_redesign_gives_boxes_without_headings_new_names():
    (one,) = names(box("", names='class="teasers"'))
    (two,) = names(box("", names='class="river compact"'))
    assert one != two
