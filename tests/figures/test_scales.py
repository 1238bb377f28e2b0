"""Ticks are in weeks, few, and never too close."""

import numpy as np
import pytest

from afterglow.figures.canvas import new_axes
from afterglow.figures.scales import MOST_TICKS, day_ticks, set_day_axis, spaced


@pytest.mark.parametrize(
    ("last", "step"), [(1, 0.25), (7, 1), (28, 7), (56, 7), (182, 28), (364, 56), (5000, 728)]
)
def test_ticks_are_whole_weeks_where_the_axis_is_long(last, step):
    ticks = day_ticks(last)
    assert ticks[0] == 0
    np.testing.assert_allclose(np.diff(ticks), step)
    assert len(ticks) <= MOST_TICKS
    assert ticks[-1] <= last


@pytest.mark.parametrize("last", [0.5, 3.3, 90, 1e4, 1e5])
def test_ticks_are_never_many(last):
    assert 2 <= len(day_ticks(last)) <= MOST_TICKS


def test_close_ticks_are_thinned():
    np.testing.assert_array_equal(spaced(np.array([0.0, 0.2, 1.0, 50.0, 100.0])), [0, 50, 100])


def test_an_axis_of_day_0_alone_has_a_width():
    ax = new_axes()
    set_day_axis(ax, 0.0, "Days")
    low, high = ax.get_xlim()
    assert low < 0 < high
