"""What `harvest_html` and `explain_html` promise, on small pages."""

import re

import pytest

from tracker.collector.harvest.html import explain_html, harvest_html
from tracker.collector.harvest.overrides import Override
from tracker.collector.harvest.pages import HeadlineList, Page

URL = "https://tern.example/2024/05/14/bridge-closes-for-repairs/"
STORIES = (
    ("/2024/05/14/baker-wins-the-lottery-twice/", "Baker wins the lottery twice in a week"),
    ("/2024/05/13/seal-blocks-the-runway/", "Seal blocks the airport runway for an hour"),
    ("/2024/05/11/school-meals-to-be-free/", "School meals to be free from September"),
)


def box(heading: str, *, items: tuple[tuple[str, str], ...] = STORIES, tag: str = "ul") -> str:
    rows = "".join(f'<li><a href="{href}">{title}</a></li>' for href, title in items)
    return f'<div class="box"><h2>{heading}</h2><{tag}>{rows}</{tag}></div>'


def harvest(html: str, url: str | None = URL) -> Page:
    return harvest_html(f"<html><body>{html}</body></html>".encode(), url=url)


def test_items_keep_their_order_and_their_words() -> None:
    (found,) = harvest(box("Most read")).lists
    assert (found.heading, found.kind) == ("Most read", "most_read")
    assert [item.title for item in found.items] == [title for _, title in STORIES]
    assert found.items[0].url == "https://tern.example/2024/05/14/baker-wins-the-lottery-twice/"


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Latest news", "latest"),
        ("Meistgelesen", "most_read"),
        ("Sur le même sujet", "related"),
        ("Selección del editor", "picks"),
        ("Читайте также", "related"),
        ("关联新闻排行", "most_read"),
        ("Sponsored content", "sponsored"),
        ("Shipping and ports", "section"),
    ],
)
def test_the_heading_tells_the_kind_in_any_language(heading: str, kind: str) -> None:
    assert [x.kind for x in harvest(box(heading)).lists] == [kind]


def test_picture_and_title_of_one_story_are_one_item() -> None:
    items = "".join(
        f'<li><a href="{href}"><img src="x.jpg" alt=""></a><span class="kicker">News</span>'
        f'<h3><a href="{href}">{title}</a></h3><p>It happened on a Tuesday, people said.</p></li>'
        for href, title in STORIES
    )
    (found,) = harvest(f"<h2>Latest</h2><ul>{items}</ul>").lists
    assert [item.title for item in found.items] == [title for _, title in STORIES]


def test_a_card_that_is_one_link_gives_its_headline_alone() -> None:
    items = "".join(
        f'<a class="card" href="{href}"><span class="tag">Local</span><h3>{title}</h3>'
        f'<p class="excerpt">It happened on a Tuesday, people said.</p><time>2 May</time></a>'
        for href, title in STORIES
    )
    (found,) = harvest(f"<h2>Latest</h2><div>{items}</div>").lists
    assert [item.title for item in found.items] == [title for _, title in STORIES]


def test_tracking_and_fragments_leave_the_address() -> None:
    items = (("/2024/05/14/a-b-c-d/?utm_source=x&id=7#top", STORIES[0][1]), *STORIES[1:])
    (found,) = harvest(box("Latest", items=items)).lists
    assert found.items[0].url == "https://tern.example/2024/05/14/a-b-c-d/?id=7"


def test_links_that_run_code_are_no_items() -> None:
    items = (("javascript:alert(1)", "This looks like any other headline today"), *STORIES)
    (found,) = harvest(box("Latest", items=items)).lists
    assert [item.title for item in found.items] == [title for _, title in STORIES]


def test_cards_that_lead_nowhere_are_items_without_an_address() -> None:
    titles = [*(title for _, title in STORIES), "Old map found behind a library wall"]
    cards = "".join(
        f'<div class="clip"><div class="thumb"><span>1:20</span></div><h4>{title}</h4></div>'
        for title in titles
    )
    (found,) = harvest(f"<h2>Gull television</h2><div>{cards}</div>").lists
    assert [(item.title, item.url) for item in found.items] == [(t, None) for t in titles]


def test_menus_and_small_print_are_no_lists() -> None:
    rows = "".join(
        f'<li><a href="/{word}/">{word.title()}</a></li>' for word in ("world", "sport", "privacy")
    )
    assert harvest(f"<nav><ul>{rows}</ul></nav><footer><ul>{rows}</ul></footer>").lists == ()


def test_phrases_linked_in_a_sentence_are_no_list() -> None:
    text = " ".join(
        f'The council said on Monday that <a href="{href}">{title.lower()}</a>, as had been feared.'
        for href, title in STORIES
    )
    assert harvest(f"<p>{text}</p>").lists == ()


def test_two_headed_lists_in_one_element_stay_two() -> None:
    first, second = STORIES[:2], (STORIES[2], ("/2024/05/09/old-map/", "Old map found in a wall"))
    inner = "".join(
        f"<h3>{heading}</h3>" + "".join(f'<p><a href="{h}">{t}</a></p>' for h, t in items)
        for heading, items in (("Ports", first), ("Schools", second))
    )
    lists = harvest(f"<div>{inner}</div>").lists
    assert [(x.heading, len(x.items)) for x in lists] == [("Ports", 2), ("Schools", 2)]


def test_without_an_address_the_pages_own_is_taken() -> None:
    head = f'<link rel="canonical" href="{URL}">'
    page = harvest(head + box("Latest"), url=None)
    assert page.url == URL
    assert page.lists[0].items[0].url is not None


def test_a_relative_link_of_an_unknown_page_has_no_address() -> None:
    page = harvest(box("Latest"), url=None)
    assert page.url is None
    assert page.lists[0].items[0].url is None


def test_the_same_box_keeps_its_name_when_its_items_change() -> None:
    other = (("/2024/05/15/x-y-z/", "Honduras signs a deal for two new ports"), *STORIES[:2])
    (one,), (two,) = harvest(box("Most read")).lists, harvest(box("Most read", items=other)).lists
    assert one.list_id == two.list_id
    (elsewhere,) = harvest(box("Latest")).lists
    assert elsewhere.list_id != one.list_id


def test_the_explanation_tells_of_every_block_what_became_of_it() -> None:
    menu = '<nav><ul><li><a href="/about-us/">About us and our story</a></li></ul></nav>'
    html = f"<html><body>{menu}{box('Most read')}</body></html>".encode()
    taken = [d for d in explain_html(html, url=URL) if d.kind]
    left = [d for d in explain_html(html, url=URL) if not d.kind]
    assert [(d.heading, d.kind, d.n_items) for d in taken] == [("Most read", "most_read", 3)]
    assert [d.titles for d in left] == [("About us and our story",)]
    assert all(d.why for d in (*taken, *left))


def test_an_override_takes_a_box_that_was_left() -> None:
    short = (("/a/", "Rents fall"), ("/b/", "Bees again"))
    html = f'<html><body><div id="ours">{box("Odds", items=short)}</div></body></html>'.encode()
    assert harvest_html(html, url=URL).lists == ()
    (found,) = harvest_html(html, url=URL, overrides=[Override("#ours", "picks")]).lists
    assert (found.kind, [item.title for item in found.items]) == (
        "picks",
        ["Rents fall", "Bees again"],
    )


def test_an_override_gives_the_box_its_kind_its_heading_and_a_lasting_name() -> None:
    def take(*items: tuple[str, str]) -> HeadlineList:
        html = f'<html><body>{box("Ports")}<div id="ours">{box("Odds", items=items)}</div></body>'
        found = harvest_html(html.encode(), url=URL, overrides=[Override("#ours", "most_read")])
        assert len(found.lists) == 2
        return found.lists[1]

    one = take(("/a/", "Rents fall"), ("/b/", "Bees again"))
    two = take(("/c/", "Snow"), ("/d/", "Harbour master walks home after forty years at sea"))
    assert (one.heading, one.kind) == ("Odds", "most_read")
    assert two.items[0].title == "Snow"
    assert one.list_id == two.list_id


def test_each_element_that_a_selector_finds_is_a_list() -> None:
    html = f"<html><body>{box('Ports')}{box('Schools')}</body></html>".encode()
    lists = harvest_html(html, url=URL, overrides=[Override("div.box", "picks")]).lists
    assert [(x.heading, x.kind) for x in lists] == [("Ports", "picks"), ("Schools", "picks")]
    assert len({x.list_id for x in lists}) == 2


def test_an_override_that_finds_nothing_changes_nothing() -> None:
    html = f"<html><body>{box('Ports')}</body></html>".encode()
    overridden = harvest_html(html, url=URL, overrides=[Override("#gone", "picks")])
    assert overridden == harvest_html(html, url=URL)


@pytest.mark.parametrize(
    ("selector", "kind", "message"),
    [
        ("div[[", "picks", "selector: found 'div[['; wanted a CSS selector"),
        ("", "picks", "selector: found ''; wanted a CSS selector"),
        ("div", "best", "kind: found 'best'; wanted one of most_read, latest"),
        ("div", "article", "kind: found 'article'; wanted one of most_read"),
    ],
)
def test_an_override_that_cannot_be_is_told(selector: str, kind: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Override(selector, kind)


def test_a_card_built_of_spans_gives_its_title_without_what_is_glued_to_it():
    cards = "".join(
        f'<a class="card" href="/news/world/story-of-the-day-640{n}"><span class="k">World</span>'
        f'<span class="x">{title}</span><span class="y">By our newsdesk</span>'
        f'<span class="z">{n} days ago</span><span class="c">1{n} comments</span></a>'
        for n, title in enumerate(
            ("Ferry service returns to the islands", "Late frost ruins the apple harvest",
             "Museum opens its hidden archive")
        )
    )  # fmt: skip
    page = harvest_html(
        f"<html><body><h2>Latest news</h2><div>{cards}</div></body></html>".encode()
    )
    assert [item.title for item in page.lists[0].items] == [
        "Ferry service returns to the islands",
        "Late frost ruins the apple harvest",
        "Museum opens its hidden archive",
    ]


def test_letters_written_as_bytes_are_no_word_of_an_advertiser() -> None:
    items = tuple((f"{href}%D8%AD%D9%8A", title) for href, title in STORIES)
    (found,) = harvest(box("Latest news", items=items)).lists
    assert found.kind == "latest"


def links(*titles: str) -> str:
    return "".join(f'<li><a href="/about/{n}">{title}</a></li>' for n, title in enumerate(titles))


def test_a_pair_of_links_that_nothing_announces_is_a_service() -> None:
    pair = f"<div><ul>{links('Order the paper edition', 'Put up your own notice')}</ul></div>"
    assert [found.heading for found in harvest(box("Most read") + pair).lists] == ["Most read"]


def test_times_that_fall_make_a_ticker() -> None:
    titles = [title for _, title in (*STORIES, *STORIES)]
    rows = "".join(
        f'<li><span class="when">{17 - n}:4{n}</span> <a href="/2024/05/14/story-{n}/">{t} {n}</a>'
        for n, t in enumerate(titles)
    )
    (found,) = harvest(f"<h2>Harbour</h2><ul>{rows}</ul>").lists
    assert (found.heading, found.kind) == ("Harbour", "latest")


def test_an_unheaded_box_continues_the_one_before() -> None:
    rest = tuple((f"{href}2/", f"{title}, again") for href, title in STORIES)
    more = "".join(f'<p class="more"><a href="{href}">{title}</a></p>' for href, title in rest)
    lists = harvest(box("Shipping and ports") + f"<hr><div>{more}</div>").lists
    assert {found.kind for found in lists} == {"section"}


def test_links_to_several_outlets_with_a_campaign_are_sponsored() -> None:
    items = tuple(
        (f"https://outlet{n}.example/why-it-matters-{n}/?utm_source=tern", f"{title}, they say")
        for n, (_, title) in enumerate(STORIES)
    )
    kinds = [found.kind for found in harvest(box("More for you", items=items)).lists]
    assert kinds == ["sponsored"]


@pytest.mark.parametrize("box", ["<aside>{}</aside>", "<div class=s>{}</div>"])
def test_a_story_at_the_end_of_one_list_and_the_start_of_the_next_is_in_both(box):
    titles = [f"Harbour town number {n} rebuilds its old lighthouse" for n in range(9)]
    link = '<a href="/2026/{0}-harbour-town-rebuilds-lighthouse">{1}</a>'
    links = [link.format(n, title) for n, title in enumerate(titles)]
    stream = "".join(f"<article><h2>{a}</h2><p>What they say.</p></article>" for a in links[:5])
    read = "".join(f"<div>{a}</div>" for a in links[4:])
    page = harvest_html(
        f"<body><main>{stream}</main>{box.format(f'<h3>Most read</h3>{read}')}</body>".encode()
    )
    assert [item.title for item in page.lists[0].items] == titles[:5]
    assert (page.lists[1].kind, page.lists[1].heading) == ("most_read", "Most read")
    assert [item.title for item in page.lists[1].items] == titles[4:]


@pytest.mark.parametrize(
    "last",
    [
        ("/news/", "See all news and sport"),
        ("/login/", "Déjà un compte ? Connectez-vous"),
        ("/2024/legal.html", "Fair use and copyright policy"),
        ("/forum/1", "Re: School meals to be free"),
    ],
)
def test_controls_at_the_end_of_a_list_are_no_headlines(last: tuple[str, str]) -> None:
    (found,) = harvest(box("Most read", items=(*STORIES, last))).lists
    assert [item.title for item in found.items] == [title for _, title in STORIES]


def test_forms_before_a_text_are_no_list() -> None:
    rows = "".join(f'<p><a href="{href}">{title}</a></p>' for href, title in STORIES)
    assert harvest(f'<div class="registration-wall">{rows}</div>').lists == ()
    assert harvest(f'<div class="wall">{rows}</div>').lists


def test_a_headline_heads_no_list_nor_does_what_stands_above_it() -> None:
    above = "<h2>Harbour</h2>"
    headline = "<h2>Harbour master resigns after the bridge closes for a whole year</h2>"
    (found,) = harvest(above + headline + box("")).lists
    assert found.heading == ""
    (found,) = harvest("<h2>Read also</h2>" + headline + box("")).lists
    assert (found.heading, found.kind) == ("Read also", "related")


def test_a_word_with_a_colon_heads_a_list_that_a_button_would_not() -> None:
    (found,) = harvest(box("More:")).lists
    assert (found.heading, found.kind) == ("More:", "related")


def test_a_few_links_in_a_menu_lead_to_stories_by_their_addresses() -> None:
    services = (
        ("/contest/", "Home for the holidays contest this winter"),
        ("/nominate/", "Nominate a remarkable neighbour this year"),
    )
    assert harvest(f"<nav>{box('', items=services)}</nav>").lists == ()
    assert [x.kind for x in harvest(f"<nav>{box('', items=STORIES[:2])}</nav>").lists] == ["menu"]


def test_the_heading_above_a_linked_blurb_is_the_headline() -> None:
    blurb = "A long account of all that happened on the quay, told by those who stood there and saw"
    items = "".join(
        f'<li><h3>{title}</h3><p><a href="{href}">{blurb} it, number {n} of them.</a></p></li>'
        for n, (href, title) in enumerate(STORIES)
    )
    (found,) = harvest(f"<h2>Columns</h2><ul>{items}</ul>").lists
    assert [item.title for item in found.items] == [title for _, title in STORIES]
    assert found.heading == "Columns"


def test_a_link_laid_over_a_card_takes_its_headline_past_the_link_to_the_section() -> None:
    cards = "".join(
        f'<div class="card"><a href="{href}"></a><span><a href="/tech">Tech</a></span>'
        f"<h3>{title}</h3></div>"
        for href, title in STORIES
    )
    (found,) = harvest(f"<div>{cards}</div>").lists
    assert [item.title for item in found.items] == [title for _, title in STORIES]
