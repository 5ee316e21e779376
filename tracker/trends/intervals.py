"""Intervals of shares and of their differences."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE: Final = 0.95
"""How often an interval is to hold the true value."""

Z: Final = 1.959963984540054
"""Normal quantile of (1 + CONFIDENCE) / 2."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Lower and upper ends, arrays of one shape.

    Attributes:
        low: Lower ends.
        high: Upper ends.
    """

    low: Floats
    high: Floats


def bound_share(share: Floats, effective: Floats) -> Interval:
    """Return Wilson's 95 % interval of a share.

    Args:
        share: Shares in [0, 1].
        effective: Effective sample sizes, above 0, of the same shape; need not be whole.

    Source:
        Wilson (1927).
    """
    centre = (share + Z**2 / (2 * effective)) / (1 + Z**2 / effective)
    half = Z * np.sqrt(share * (1 - share) / effective + Z**2 / (4 * effective**2))
    half = half / (1 + Z**2 / effective)
    return Interval(np.clip(centre - half, 0.0, share), np.clip(centre + half, share, 1.0))


def bound_difference(
    share: Floats, effective: Floats, other: Floats, other_effective: Floats
) -> Interval:
    """Return the 95 % interval of `share` - `other`, two shares measured apart.

    Args:
        share: Shares in [0, 1].
        effective: Their effective sample sizes, above 0.
        other: Shares in [0, 1], of the same shape.
        other_effective: Their effective sample sizes, above 0.

    Source:
        Newcombe (1998), method 10: from the two Wilson intervals.
    """
    one, two = bound_share(share, effective), bound_share(other, other_effective)
    change = share - other
    return Interval(
        change - np.sqrt((share - one.low) ** 2 + (two.high - other) ** 2),
        change + np.sqrt((one.high - share) ** 2 + (other - two.low) ** 2),
    )


def find_effective(share: Floats, high: Floats) -> Floats:
    """Return the effective sample size whose Wilson interval of `share` ends at `high`.

    Args:
        share: Shares in [0, 1).
        high: Upper ends, above the share and below 1.

    Source:
        Wilson (1927), his equation (high - share)² = z² high (1 - high) / n solved for n.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(Z**2 * high * (1 - high) / (high - share) ** 2)
