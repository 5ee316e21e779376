import pytest

from tracker.collector.harvest.furniture import KINDS, find_furniture
from tracker.collector.harvest.text_lines import Look, count_words, read_lines


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("12:30", Look.NUMBER),
        ("2 hours ago", Look.DATED),
        ("28 de outubro de 2019", Look.DATED),
        ("2024年3月12日 18:40", Look.DATED),
        ("Politik", Look.SHORT),
        ("बॉलीवुड विशेष", Look.SHORT),
        ("5 Things to Know About the New Bridge", Look.TITLE),
        ("市長、新しい橋の建設を発表", Look.TITLE),
        ("The bridge will open on Monday.", Look.SENTENCE),
        ("पुल सोमवार को खुलेगा और यातायात शुरू होगा।", Look.SENTENCE),
        ("The bridge will open on Monday. The mayor will cut the ribbon at noon.", Look.BLURB),
        ("Word after word " * 20, Look.BODY),
    ],
)
def test_lines_look_the_same_in_any_language(text: str, look: Look) -> None:
    (line,) = read_lines(text)
    assert line.look is look


def test_blank_lines_are_left_out_and_white_space_is_folded() -> None:
    assert [line.text for line in read_lines("\n a \u00a0 b\u200b\n\ufeff\n\tc\x00d\n")] == [
        "a b",
        "c d",
    ]


def test_scripts_without_spaces_are_measured_by_their_letters() -> None:
    assert count_words("新しい橋の建設") == pytest.approx(4 / 2 + 3 / 3)
    assert count_words("new bridge opens") == 3


def test_brackets_that_hold_no_date_stay() -> None:
    (line,) = read_lines("Mayor opens new bridge (with video)")
    assert line.title == "Mayor opens new bridge (with video)"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Click to share on the network", "share"),
        ("Passwort vergessen?", "account"),
        ("Подписаться на рассылку", "subscription"),
        ("利用規約", "legal"),
        ("Leia mais", "more"),
    ],
)
def test_furniture_is_known_in_many_languages(text: str, kind: str) -> None:
    found = find_furniture(text)
    assert kind in found.kinds <= set(KINDS)
    assert 0 < found.share <= 1


def test_a_word_within_a_word_is_no_furniture() -> None:
    assert find_furniture("Byelection in Hasharem").kinds == frozenset()
