from tracker.topics.labels import choose_label
from tracker.topics.words import content_words, split_words


def test_label_joins_words_that_stand_together_as_written() -> None:
    texts = [
        "Prince Andrew settles civil case",
        "Prince Andrew loses titles",
        "Judge rules on Prince Andrew case",
    ]
    assert choose_label(["andrew", "case", "prince", "judge"], texts) == "Prince Andrew case"


def test_label_does_not_say_a_word_twice() -> None:
    texts = ["Abortion ruling leaked", "Abortions fall after ruling", "Abortion ruling protest"]
    assert choose_label(["abortion", "abortions", "ruling"], texts) == "Abortion ruling"


def test_label_does_not_say_a_part_of_a_word_again() -> None:
    texts = ["Ukraine-Krieg: Neue Angriffe", "Krieg und Angriffe", "Ukraine-Krieg dauert an"]
    label = choose_label(["ukraine-krieg", "krieg", "angriffe"], texts)
    assert label == "Ukraine-Krieg Angriffe"


def test_shared_words_come_before_rare_ones() -> None:
    texts = ["Honduras elects president", "Honduras president sworn in at stadium"]
    label = choose_label(["stadium", "honduras", "president"], texts)
    assert set(label.split()) == {"Honduras", "president"}


def test_label_puts_letters_of_unspaced_scripts_back_together() -> None:
    texts = ["乌克兰总统访问德国", "德国支持乌克兰", "乌克兰战争"]
    assert "乌克兰" in choose_label(["乌克", "克兰", "德国"], texts)


def test_labels_have_at_most_five_words() -> None:
    texts = ["one two three four five six seven", "one two three four five six seven"]
    assert len(choose_label(texts[0].split(), texts).split()) <= 5


def test_content_words_leave_out_form_outlet_and_stop_words() -> None:
    words = content_words(
        "WATCH LIVE: The Gazette's opinion on the vote", "en", "thegazette.example"
    )
    assert words == ["vote"]
    assert content_words("Die Wahl und der Präsident", "de", "") == ["wahl", "präsident"]
    assert content_words("Wo die Wahl im Livestream läuft", "de", "")[0] == "wahl"
    assert content_words("Who is it?", "en", "") == ["who", "is", "it"]
    assert content_words("?!", "en", "") == ["–"]


def test_possessives_and_numbers_are_not_words() -> None:
    assert split_words("Kabul's 20 families’ escape") == ["Kabul", "20", "families", "escape"]
    assert content_words("Kabul's 20 airlifts", "en", "") == ["kabul", "airlifts"]
