"""A topic that sleeps is found by what it means and what is said in it."""

import numpy as np

from tracker.topics.sleepers import Sleeper, Sleepers

EAST, NEAR, NORTH = (np.asarray(pair, np.float32) for pair in ((1, 0), (0.8, 0.6), (0, 1)))


def find(sleepers: Sleepers, *asked: object) -> str | None:
    found = sleepers.find(*asked)
    return found and found.topic


def test_the_most_alike_of_those_with_its_words_returns() -> None:
    sleepers = Sleepers()
    sleepers.put("t1", Sleeper(NEAR, ("quake", "rescue")))
    sleepers.put("t2", Sleeper(EAST, ("quake", "rescue")))
    sleepers.put("t3", Sleeper(EAST, ("budget", "vote")))
    assert find(sleepers, EAST, ["After the earthquakes"], 0.6) == "t2"
    assert find(sleepers, NORTH, ["After the earthquakes"], 0.7) is None
    assert find(sleepers, EAST, ["Nothing of that"], 0.6) is None


def test_what_woke_or_changed_its_words_is_not_found_by_the_old_ones() -> None:
    sleepers = Sleepers()
    sleepers.put("t1", Sleeper(EAST, ("quake",)))
    sleepers.put("t1", Sleeper(EAST, ("flood",)))
    assert find(sleepers, EAST, ["Quake"], 0.6) is None
    assert find(sleepers, EAST, ["Flood"], 0.6) == "t1"
    sleepers.drop("t1")
    assert find(sleepers, EAST, ["Flood"], 0.6) is None
