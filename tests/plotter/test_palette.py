"""Colours that readers can tell apart, however they see them."""

from itertools import combinations

import numpy as np
import pytest

from tracker.plotter.palette import DARK, HEAT, INK, MUTED, PAPER, SERIES, dark_colours, see_through

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    a, b = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (b + 0.05) / (a + 0.05)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("dark", [False, True])
def test_the_first_six_lines_differ_for_everybody(sight, dark):
    seen = [lab(np.array(SIGHT[sight]) @ linear(DARK[c] if dark else c)) for c in SERIES[:6]]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 12


@pytest.mark.parametrize("colour", [*SERIES, INK, MUTED])
def test_text_in_any_colour_can_be_read(colour):
    assert contrast(colour, PAPER) >= 4.5
    assert contrast(DARK[colour], DARK[PAPER]) >= 4.5


def test_heat_runs_from_paper_to_ink_in_both_schemes():
    light = [contrast(colour, PAPER) for colour in HEAT]
    dark = [contrast(DARK[colour], DARK[PAPER]) for colour in HEAT]
    assert light == sorted(light)
    assert dark == sorted(dark)


def test_every_colour_of_a_light_chart_has_a_dark_one():
    assert {*SERIES, *HEAT, *map(see_through, SERIES)} <= set(dark_colours())
