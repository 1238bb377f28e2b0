"""Bounds of an incidence: the line goes on wherever it is known, and steps where it must."""

import numpy as np

from afterglow.figures.bounds import known_line

NAN = float("nan")


def line(low, high) -> list[tuple[float, float]]:
    days = np.arange(len(low) + 1.0)
    points = known_line(days, np.array(low), np.array(high))
    return [(float(x), float(y)) for x, y in points.T]


def same(found, wanted) -> bool:
    return np.array_equal(np.array(found), np.array(wanted), equal_nan=True)


def test_a_known_curve_is_one_line_of_steps():
    found = line([0.0, 0.2, 0.2], [0.0, 0.2, 0.2])
    assert same(found, [(NAN, NAN), (0, 0), (1, 0), (1, 0.2), (2, 0.2), (3, 0.2)])


def test_a_box_that_begins_where_the_line_ended_breaks_it():
    found = line([0.1, 0.1, 0.3], [0.1, 0.3, 0.3])
    assert same(found, [(NAN, NAN), (0, 0.1), (1, 0.1), (NAN, NAN), (2, 0.3), (3, 0.3)])


def test_a_certain_step_into_a_box_is_drawn_up_to_its_edge():
    found = line([0.1, 0.2, 0.5], [0.1, 0.3, 0.5])
    first = [(NAN, NAN), (0, 0.1), (1, 0.1), (1, 0.2)]
    assert same(found, [*first, (NAN, NAN), (2, 0.3), (2, 0.5), (3, 0.5)])


def test_a_falling_curve_steps_down():
    found = line([0.9, 0.5, 0.2], [0.9, 0.7, 0.2])
    first = [(NAN, NAN), (0, 0.9), (1, 0.9), (1, 0.7)]
    assert same(found, [*first, (NAN, NAN), (2, 0.5), (2, 0.2), (3, 0.2)])


def test_nothing_known_is_no_line():
    assert same(line([0.1, 0.2], [0.4, 0.4]), [(NAN, NAN)])
