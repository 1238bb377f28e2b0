"""Scores of each subject are put in the order of their days, few or many."""

import numpy as np
import pytest

from afterglow.timeline.order import sort_by_day


def sorted_by_day(start, day):
    """Sort scores that carry their first place, so that what moved together can be told."""
    days, place = np.array(day, float), np.arange(float(len(day)))
    instrument, timing = (place % 3).astype(np.int8), (place % 4).astype(np.int8)
    sort_by_day(np.array(start), days, place, instrument, timing)
    assert np.array_equal(instrument, place % 3)
    assert np.array_equal(timing, place % 4)
    return days, place.astype(int)


@pytest.mark.parametrize("n", [1, 2, 15, 33, 700])
def test_every_subject_is_sorted_within_itself(n):
    day = np.random.default_rng(n).integers(0, 50, 3 * n) + 0.25
    days, place = sorted_by_day([0, n, n, 3 * n], day)
    assert np.array_equal(days, np.r_[np.sort(day[:n]), np.sort(day[n:])])
    assert np.array_equal(days, day[place])


def test_a_few_scores_of_one_day_keep_their_order():
    _, place = sorted_by_day([0, 7], [3, 1, 3, 0, 1, 3, 0])
    assert place.tolist() == [3, 6, 1, 4, 0, 2, 5]


def test_many_that_are_sorted_stay_as_they_are():
    _, place = sorted_by_day([0, 500], np.arange(500) // 5)
    assert np.array_equal(place, np.arange(500))
