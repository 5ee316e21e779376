import pytest

from tracker.collector.harvest.kinds import announce, fold, is_mark, kind_of_heading


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Most Read in Football", "most_read"),
        ("LATEST ATP NEWS", "latest"),
        ("Latest posts by Ann Reed", "related"),
        ("Recent comments", "other"),
        ("Previous article", "nextprev"),
        ("Najczęściej czytane", "most_read"),
        ("Lo más leído", "most_read"),
        ("आज की ताजा खबर", "latest"),
        ("الأكثر قراءة", "most_read"),
        ("人気記事ランキング", "most_read"),
        ("관련기사", "related"),
        ("ข่าวที่เกี่ยวข้อง", "related"),
        ("Videos + vistos", "most_read"),
        ("More Garden Stories", "related"),
        ("Best of the garden desk", "picks"),
        ("Noticias que podrían interesarte", "related"),
        ("Читай также:", "related"),
        ("يقرأون الآن", "most_read"),
        ("اخترنا لكم", "picks"),
        ("今日看点", "picks"),
        ("ランダム記事", "other"),
        ("PR情報", "sponsored"),
        ("Die meistgelesenen Artikel der ganzen Woche", "most_read"),
        ("社會推薦新聞", "picks"),
    ],
)
def test_words_of_a_heading_tell_its_kind(heading: str, kind: str) -> None:
    assert kind_of_heading(heading) == kind


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("More garden videos", "section"),
        ("Featured galleries", "section"),
        ("焦点图片", "section"),
        ("Latest videos", "latest"),
        ("Popular slideshows", "most_read"),
    ],
)
def test_a_format_makes_a_section_however_chosen_or_more(heading: str, kind: str) -> None:
    assert kind_of_heading(heading, formats=True) == kind


@pytest.mark.parametrize("text", ["ANZEIGE", "[PR]", "Sponsored", "広告", "на правах рекламы"])
def test_a_mark_beside_an_item_is_the_whole_text(text: str) -> None:
    assert is_mark(text)
    assert not is_mark(text + " 2024")


@pytest.mark.parametrize(
    "heading", ["", "Football", "Fans say the most read book of all is dull, a study finds", "国际"]
)
def test_other_words_tell_nothing(heading: str) -> None:
    assert kind_of_heading(heading) is None


@pytest.mark.parametrize(
    ("heading", "what"), [("Jobs", "service"), ("イベント情報", "service"), ("Anzeige", "slot")]
)
def test_services_and_advertising_slots_are_no_kinds_of_list(heading: str, what: str) -> None:
    assert announce(heading) == what
    assert kind_of_heading(heading) is None


def test_case_accents_and_punctuation_do_not_matter() -> None:
    assert fold("  «MÁS  leídas»: ") == fold("mas leidas")
    assert kind_of_heading("MAS LEIDAS") == kind_of_heading("Más leídas") == "most_read"
