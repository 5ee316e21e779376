"""Which lines of a text are taken as listed headlines, once each has its probability."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from tracker.collector.harvest.text_features import Floats
from tracker.collector.harvest.text_lines import Line, Look

_LONGEST_PERIOD: Final = 6
_DUE_ALONE: Final = 0.35
_DUE_WITH_BLURB: Final = 0.015
"""Probabilities that do where the pattern of a list asks for a headline, one period from two that
follow each other. Titles and blurbs in turn are the surest of patterns."""

_PARTS: Final = {
    Look.NUMBER: "number",
    Look.DATED: "date",
    Look.SHORT: "title",
    Look.TITLE: "title",
    Look.SENTENCE: "blurb",
    Look.BLURB: "blurb",
    Look.BODY: "blurb",
}


def choose(lines: Sequence[Line], chances: Floats, threshold: float) -> list[int]:
    """Return the lines that are listed headlines, ascending.

    Taken are lines of probability `threshold` or more, and less likely ones where a headline
    is due: one period from headlines that follow each other with the same lines between.

    Args:
        lines: The lines of the text.
        chances: The probability of each, (n_lines,).
        threshold: The probability from which a line is taken for itself.
    """
    parts = [_PARTS[line.look] for line in lines]
    taken = np.flatnonzero(chances >= threshold).tolist()
    due = {
        i
        for i, between in _due(parts, taken)
        if chances[i] >= (_DUE_WITH_BLURB if "blurb" in between else _DUE_ALONE)
        and (lines[i].look is Look.TITLE or "blurb" in between)
    }
    return sorted(due.union(taken))


def _due(parts: Sequence[str], taken: Sequence[int]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the lines where a headline is due, with what stands between those of the pattern."""
    for one, other in [*pairwise(taken), *pairwise(reversed(taken))]:
        period = other - one
        place = one - period
        if abs(period) > _LONGEST_PERIOD or not 0 <= place < len(parts):
            continue
        between = parts[min(one, other) + 1 : max(one, other)]
        if parts[place] == "title" and parts[min(one, place) + 1 : max(one, place)] == between:
            yield place, between
    for above, below in pairwise(taken):
        half, odd = divmod(below - above, 2)
        between = parts[above + 1 : above + half]
        right = not odd and 2 <= half <= _LONGEST_PERIOD and parts[above + half] == "title"
        if right and between == parts[above + half + 1 : below]:
            yield above + half, between
