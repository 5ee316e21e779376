"""How much more the blocks of a subject differ than independent headlines would make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tracker.trends.intervals import Floats

_PRIOR_SPREAD: Final = 2 / 30
"""Variance of the subjects' inflations around what is common, before anything is known of it."""
_PRIOR_SUBJECTS: Final = 10.0
"""Weight of that guess, as a number of subjects."""
_FREEDOM: Final = (8.0, 50.0)
"""Bounds of the weight of the common inflation in each subject's own, as a number of blocks.

However alike subjects are, wandering shares have heavier tails than a normal distribution.
"""
_FEW: Final = 3.0
"""Blocks below which a subject says nothing of how subjects differ."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How much more two blocks of nights differ than independent headlines would make them.

    Attributes:
        inflation: Observed over binomial variance, at least 1, (n_subjects,).
        freedom: On how many blocks it rests, (n_subjects,).
    """

    inflation: Floats
    freedom: Floats


def learn_noise(
    gaps: Floats,
    noises: Floats,
    squares: Floats,
    weight: Floats,
    families: Sequence[slice],
) -> Noise:
    """Return the inflation: each subject's own, mixed with what all of a family have in common.

    The common part grows with the share, as wandering does, and is a median, so that the few
    subjects that really change leave it alone. It weighs as many blocks as the subjects are
    alike: what their inflations vary more than so few blocks would make them says how much.

    Args:
        gaps: Sums of squared differences between blocks, (n_subjects,).
        noises: What independent headlines would make them.
        squares: Sums of twice the squared shares.
        weight: On how many blocks each rests.
        families: Which subjects have something in common.

    Source:
        Weight of the common part from the spread of the subjects' own: Smyth (2004), by moments.
        Median of a chi-squared mean: Wilson and Hilferty (1931).
    """
    wanders = _divide(gaps - noises, squares)
    own = np.where(noises > 0, _divide(gaps, noises), 1.0)
    # The median of a mean of few squares lies below their mean.
    below = (1 - 2 / (9 * np.maximum(weight, 1.0))) ** 3
    common, prior = np.ones_like(own), np.zeros_like(own)
    for part in families:
        wander = max(0.0, _median(wanders[part], squares[part]))
        least = _median(own[part] / below[part], weight[part])
        common[part] = np.maximum(1 + wander * _divide(squares[part], noises[part]), least)
        common[part] = np.maximum(common[part], 1.0)
        prior[part] = _weigh_common(own[part] / common[part], weight[part])
    mixed = (prior * common + weight * own) / (prior + weight)
    return Noise(np.maximum(1.0, mixed), prior + weight)


def _weigh_common(ratio: Floats, weight: Floats) -> float:
    """Return how many blocks the common inflation is worth, from the spread around it."""
    known = weight >= _FEW
    spread = 0.0
    if known.any():
        mean = np.average(ratio[known], weights=weight[known])
        variance = np.average((ratio[known] - mean) ** 2, weights=weight[known])
        spread = max(0.0, float(variance - np.average(2 / weight[known], weights=weight[known])))
    n = float(known.sum())
    spread = (_PRIOR_SUBJECTS * _PRIOR_SPREAD + n * spread) / (_PRIOR_SUBJECTS + n)
    return float(np.clip(2 / spread, *_FREEDOM))


def _median(values: Floats, weights: Floats) -> float:
    """Return the weighted median; 0 without weight."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    if not len(values) or reached[-1] <= 0:
        return 0.0
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _divide(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
