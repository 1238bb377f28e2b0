"""The looks of groups can be told apart in grey and under every colour vision."""

from itertools import combinations

import numpy as np
import pytest

from afterglow.figures.style import FILLS, LOOKS, NAIVE, PAPER, journal_style, looks_for

# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
CLEARLY_DIFFERENT = 20.0
NEIGHBOURS_IN_GREY = 15.0
ANY_IN_GREY = 5.0


def linear(colour):
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("looks", [LOOKS, FILLS], ids=["groups", "states"])
def test_colours_differ_under_every_colour_vision(vision, looks):
    seen = [lab(VISIONS[vision] @ linear(look.colour)) for look in looks]
    nearest = min(np.linalg.norm(a - b) for a, b in combinations(seen, 2))
    assert nearest > CLEARLY_DIFFERENT


def test_two_groups_differ_in_grey():
    first, second = (lab(linear(look.colour))[0] for look in LOOKS[:2])
    assert abs(first - second) > CLEARLY_DIFFERENT


def test_states_differ_in_a_grey_print():
    grey = [lab(linear(fill.colour))[0] for fill in FILLS]
    assert np.abs(np.diff(grey)).min() > NEIGHBOURS_IN_GREY
    for hatch in {fill.hatch for fill in FILLS}:
        alike = [light for light, fill in zip(grey, FILLS, strict=True) if fill.hatch == hatch]
        assert np.diff(np.sort(alike)).min() > ANY_IN_GREY


def test_every_look_stands_out_from_the_paper():
    luminance = [TO_XYZ[1] @ linear(look.colour) for look in (*LOOKS, NAIVE)]
    assert min(1.05 / (y + 0.05) for y in luminance) >= 3.0
    assert PAPER == "#ffffff"


def test_dashes_and_markers_differ_too():
    assert len({look.dashes for look in LOOKS}) == len(LOOKS)
    assert len({look.marker for look in LOOKS}) == len(LOOKS)


def test_looks_follow_the_order_given_and_repeat():
    names = [f"g{k}" for k in range(7)]
    looks = looks_for(names)
    assert list(looks) == names
    assert looks["g6"] == looks["g0"] != looks["g1"]


def test_the_style_does_not_stay():
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 33.0, "axes.spines.top": True}):
        with journal_style():
            assert mpl.rcParams["font.size"] == 9.0
            assert not mpl.rcParams["axes.spines.top"]
        assert mpl.rcParams["font.size"] == 33.0
