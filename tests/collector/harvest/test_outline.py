from selectolax.lexbor import LexborHTMLParser

from tracker.collector.harvest.outline import MOST_NODES, TEXT, read_outline

HTML = '<body><ul class="item-3 first news"><li>one<li><b>two</b> three</ul><p>four</p></body>'


def test_the_arrays_hold_the_page_in_order() -> None:
    outline = read_outline(LexborHTMLParser(HTML))
    assert outline.tags == ["body", "ul", "li", TEXT, "li", "b", TEXT, TEXT, "p", TEXT]
    assert outline.texts == ["one", "two", "three", "four"]
    assert [outline.tags[i] for i in outline.ancestors(6)] == ["b", "li", "ul", "body"]
    assert outline.text(1) == "one two three"


def test_shapes_leave_out_what_differs_between_items() -> None:
    outline = read_outline(LexborHTMLParser(HTML))
    assert outline.shapes[1] == "ul.item- news"


def test_a_branch_is_found_and_one_that_is_not_there_ends_at_the_root() -> None:
    outline = read_outline(LexborHTMLParser(HTML))
    assert outline.branch(1, 6) == 4
    assert outline.branch(1, 1) == 1
    assert outline.branch(1, 9) == 0


def test_the_common_element_holds_both_wherever_they_stand() -> None:
    outline = read_outline(LexborHTMLParser(HTML))
    assert outline.common(3, 6) == 1
    assert outline.common(3, 9) == 0


def test_no_more_than_a_bounded_number_of_entries_is_read_wherever_they_stand() -> None:
    for html in ("<br>" * (MOST_NODES + 9), "<p><b>x</b></p>" * (MOST_NODES // 3 + 9)):
        outline = read_outline(LexborHTMLParser(html))
        assert len(outline.tags) == len(outline.ends) == MOST_NODES + 1
        assert outline.ends[0] == MOST_NODES + 1
        assert outline.n_texts(0) == len(outline.texts)
