"""How likely each line of a text is a listed headline."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.collector.harvest.text_features import NAMES, Floats, find_paragraphs, measure
from tracker.collector.harvest.text_lines import Line, Look

_REACH: Final = 5
_LAGS: Final = 6
_LOOKS: Final = [NAMES.index(f"look={look.name}") for look in Look]
_HEADING: Final = NAMES.index("heading")

ECHOES: Final = (
    "odds",
    *(f"chance{d:+d}" for d in range(-_REACH, _REACH + 1) if d),
    "chance_near3",
    "chance_near8",
    "echo",
    "echo_both",
    "section_best",
    "section_sum",
    "section_mean",
    "odds_in_section",
    "echo_short",
    "echo_title",
    "echo_sentence",
    "section_short",
    "echo_chance",
)
"""What each column of `listen` holds."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Two logistic regressions: one hears a line and its looks, one also its neighbours' chances.

    Attributes:
        first: Weights of the features of `measure`, (n_features,).
        first_bias: The first's intercept.
        second: Weights of the features of `measure` and then `listen`.
        second_bias: The second's intercept.
        threshold: The probability from which a line counts as a listed headline.
    """

    first: Floats
    first_bias: float
    second: Floats
    second_bias: float
    threshold: float


@cache
def load_weights() -> Weights:
    """Return the weights of `text_weights.json` beside this module, which a script trains."""
    read = json.loads(files(__package__).joinpath("text_weights.json").read_text("utf-8"))
    return Weights(
        first=_vector(read["first"], NAMES),
        first_bias=float(read["first"]["bias"]),
        second=_vector(read["second"], (*NAMES, *ECHOES)),
        second_bias=float(read["second"]["bias"]),
        threshold=float(read["threshold"]),
    )


def _vector(weights: Mapping[str, float], names: Sequence[str]) -> Floats:
    return np.array([weights.get(name, 0.0) for name in names])


def score(lines: Sequence[Line]) -> Floats:
    """Return the probability that each line is a listed headline, (n_lines,)."""
    weights = load_weights()
    measured = measure(lines)
    odds = measured @ weights.first + weights.first_bias
    heard = np.hstack([measured, listen(measured, odds)])
    return _chances(heard @ weights.second + weights.second_bias)


def listen(measured: Floats, odds: Floats) -> Floats:
    """Return what the first chances of its neighbours say of each line, columns as `ECHOES`.

    Args:
        measured: The features of `measure`, (n_lines, n_features).
        odds: The first log-odds of each line, (n_lines,).
    """
    n = len(odds)
    if not n:
        return np.zeros((0, len(ECHOES)))
    odds = np.clip(odds, -6, 6)
    chances = _chances(odds)
    looks = measured[:, _LOOKS].argmax(axis=1)
    echo, echo_both = _echoes(chances)
    best, total, mean = _sections(measured[:, _HEADING] > 0, looks, chances)
    padded = np.pad(chances, _REACH)
    near = [padded[_REACH + d : _REACH + d + n] for d in range(-_REACH, _REACH + 1) if d]
    return np.stack(
        [
            odds,
            *near,
            _mean_near(chances, 3),
            _mean_near(chances, 8),
            echo,
            echo_both,
            best,
            total,
            mean,
            odds * (mean > 0.5),
            echo * (looks == Look.SHORT),
            echo * (looks == Look.TITLE),
            echo * (looks == Look.SENTENCE),
            total * (looks == Look.SHORT),
            echo * chances,
        ],
        axis=1,
    )


def _chances(odds: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return chances


def _mean_near(chances: Floats, reach: int) -> Floats:
    rows = np.arange(len(chances))
    total = np.concatenate([[0.0], np.cumsum(chances)])
    high = np.minimum(rows + reach + 1, len(chances))
    mean: Floats = (total[high] - total[np.maximum(rows - reach, 0)] - chances) / (2 * reach)
    return mean


def _echoes(chances: Floats) -> tuple[Floats, Floats]:
    """Return how likely the lines are that stand at one and two periods from each line."""
    n, pad = len(chances), 2 * _LAGS
    padded = np.pad(chances, pad)
    one_side, both_sides = np.zeros(n), np.zeros(n)
    for lag in range(1, _LAGS + 1):
        ahead, back = padded[pad + lag : pad + lag + n], padded[pad - lag : pad - lag + n]
        further = padded[pad + 2 * lag : pad + 2 * lag + n]
        earlier = padded[pad - 2 * lag : pad - 2 * lag + n]
        one_side = np.maximum(one_side, np.maximum(ahead + further, back + earlier) / 2)
        both_sides = np.maximum(both_sides, np.minimum(ahead, back))
    return one_side, both_sides


def _sections(
    headings: NDArray[np.bool_], looks: NDArray[np.int64], chances: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the best, summed and mean chance in each line's section.

    A section begins at a heading that announces a list, or inside an article.
    """
    bodies = find_paragraphs(looks)
    paragraphs = bodies & np.concatenate([[False], bodies[:-1]])
    starts = np.flatnonzero(headings | paragraphs)
    wordy = (looks >= Look.SHORT) & (looks <= Look.SENTENCE)
    best, total, mean = (np.zeros(len(chances)) for _ in range(3))
    edges = [0, *starts, len(chances)]
    for low, high in itertools.pairwise(edges):
        inside = np.sort(chances[low:high][wordy[low:high]])[::-1]
        if len(inside):
            best[low:high] = inside[0]
            total[low:high] = min(float(inside.sum()), 6) / 6
            mean[low:high] = inside[:5].mean()
    return best, total, mean
