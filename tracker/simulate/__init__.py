"""News worlds whose truth is known: pages of made-up outlets, and lists for statistics."""

from tracker.simulate.lists import Shift, SimulatedLists, simulate_lists
from tracker.simulate.truths import Truth
from tracker.simulate.worlds import World, write_world

__all__ = ["Shift", "SimulatedLists", "Truth", "World", "simulate_lists", "write_world"]
