"""People name a theme or topic as they remember it, and are told what they may have meant."""

import pytest

from tracker.errors import SubjectError
from tracker.names import choose_named, count, mark_same, tell_namesakes

NAMES = {
    "Korea": "Korea",
    "North Korea": "North Korea",
    "t1a2b3": "Ukraine Russia war",
    "t1a9f0": "Rail strike talks",
}
KINDS = {key: "topic" if key[0] == "t" else "theme" for key in NAMES}


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        ("Korea", "Korea"),
        ("  north   korea ", "North Korea"),
        ("t1a2b3", "t1a2b3"),
        ("t1a9", "t1a9f0"),
        ("russia", "t1a2b3"),
    ],
)
def test_a_subject_goes_by_id_name_or_a_part_of_them(wanted: str, key: str):
    assert choose_named(wanted, NAMES, KINDS) == key


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("t1a", r"found 2 subjects: Ukraine Russia war \(topic t1a2b3\); Rail strike talks"),
        ("Koreia", r"Koreia: no theme or topic of that name; did you mean Korea or North Korea\?"),
        ("Ukrain rusia", r"did you mean Ukraine Russia war\?"),
        ("Nowhere", r"no theme or topic of that name; tracker show topics and tracker show themes"),
        ("Cora", "of that name; tracker show topics and tracker show themes list them$"),
        ("Trail", "of that name; tracker show topics and tracker show themes list them$"),
        ("Karea", r"did you mean Korea or North Korea\?"),
        ("", "no theme or topic of that name"),
    ],
)
def test_what_is_no_name_or_that_of_several_is_refused_with_those_that_come_near(
    wanted: str, said: str
):
    with pytest.raises(SubjectError, match=said):
        choose_named(wanted, NAMES, KINDS)


@pytest.mark.parametrize(
    ("wanted", "key"),
    [("Korea", "Korea"), ("korea", "Korea"), ("topic:korea", "t7"), ("Theme:Korea", "Korea")],
)
def test_a_name_of_a_theme_and_a_topic_is_the_theme_unless_the_topic_is_asked_for(
    wanted: str, key: str
):
    names, kinds = NAMES | {"t7": "Korea"}, KINDS | {"t7": "topic"}
    assert choose_named(wanted, names, kinds) == key
    assert tell_namesakes("Korea", names, kinds) == (
        "Korea is a theme; a topic is called so too: topic:Korea asks for it"
    )
    assert tell_namesakes("t1a2b3", names, kinds) is None
    many = tell_namesakes("t7", names | {"t8": "Korea"}, kinds | {"t8": "topic"})
    assert many == "Korea is a topic; 2 others are called so too: theme Korea, topic t8"


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 nights"), (1, "1 night"), (1.5, "1.5 nights"), (1200, "1,200 nights")],
)
def test_a_number_and_its_noun_agree(number: float, said: str):
    assert count(number, "night") == said
    assert count(number, "is", "are") == said.replace("nights", "are").replace("night", "is")


def test_what_is_called_alike_is_told_apart_by_a_name_that_is_understood():
    names = {"t16a2": "Covid", "t16a9": "covid", "t9b07": "Covid", "t4c11": "Rail"}
    marked = mark_same(names)
    assert mark_same(names, gone={"t9b07"}) == {**marked, "t9b07": "Covid",
        "t16a2": "Covid (t16a2)", "t16a9": "covid (t16a9)"}  # fmt: skip
    assert mark_same(names, ["rail", "covid"]) == {**marked, "t4c11": "Rail (topic)"}
    assert marked == {"t16a2": "Covid (t16a2)", "t16a9": "covid (t16a9)", "t9b07": "Covid (t9b07)",
                      "t4c11": "Rail"}  # fmt: skip
    kinds = dict.fromkeys(names, "topic")
    for known in (names, marked):
        assert [choose_named(name, known, kinds) for name in marked.values()] == list(names)
    assert choose_named("Covid deaths (t9b0)", names, kinds) == "t9b07"  # it was called so once
    assert choose_named("Rail (topic)", names | {"Rail": "Rail"}, kinds | {"Rail": "theme"}) == (
        "t4c11"
    )
    with pytest.raises(SubjectError, match="found 2 subjects"):
        choose_named("Covid (t16)", names, kinds)
