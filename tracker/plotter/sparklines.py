"""Curves the size of a word, as SVG."""

import itertools
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from tracker.plotter.curves import Curve
from tracker.plotter.lines import runs

WIDTH: Final = 120
HEIGHT: Final = 32
MOST_PLACES: Final = 60


def bin_nights(curve: Curve, places: int = MOST_PLACES) -> list[float | None]:
    """Return the mean share of each of at most `places` even stretches of a curve's nights."""
    n = len(curve.share)
    places = min(places, n)
    ends = [i * n // places for i in range(places + 1)]
    return [curve.point_between(start, end) for start, end in itertools.pairwise(ends)]


def draw_sparkline(values: Sequence[float | None], top: float | None = None) -> Markup:
    """Return a line as SVG markup; nights not observed are gaps, the last night is a dot.

    Fewer than three nights are no line: nothing is returned.
    """
    if len(values) < 3:
        return Markup("")
    top = top or max([v for v in values if v is not None], default=0.0) or 1.0
    step = (WIDTH - 8) / max(1, len(values) - 1)
    across = [4 + i * step for i in range(len(values))]
    up = [None if v is None else HEIGHT - 4 - min(v / top, 1) * (HEIGHT - 8) for v in values]
    path = ""
    for run in runs(values):
        points = [f"{across[i]:.1f} {up[i]:.1f}" for i in run]
        path += f"M{'L'.join(points)}" if len(points) > 1 else f"M{points[0]}h.1"
    dot = ""
    if up and up[-1] is not None:
        dot = f'<circle cx="{across[-1]:.1f}" cy="{up[-1]:.1f}" r="2.8"/>'
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-hidden="true"><path class="floor" d="M0 {HEIGHT - 3.5}H{WIDTH}"/>'
        f'<path class="line" d="{path}"/>{dot}</svg>'
    )
