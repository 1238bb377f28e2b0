"""The threshold rule: exact at the threshold, the same in both directions."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from afterglow.improvement import (
    improvement_at_most,
    improvement_defined,
    improvement_reaches,
    percent_improvement,
    reaches_percent,
)

totals = st.integers(min_value=0, max_value=140)
percents = st.integers(min_value=0, max_value=100)


@pytest.mark.parametrize(
    ("baseline", "score", "best", "percent", "reached"),
    [
        pytest.param(100, 71, 0, 29, True, id="29 % of 100 is reached by 71"),
        pytest.param(100, 71.001, 0, 29, False, id="a little more than 71 does not reach it"),
        pytest.param(30, 15, 0, 50, True, id="half of 30"),
        pytest.param(30, 16, 0, 50, False, id="one point short"),
        pytest.param(33, 16.5, 0, 50, True, id="half of an odd total, prorated"),
        pytest.param(7, 4, 1, 50, True, id="scale from 1: 3 of 6 points"),
        pytest.param(7, 5, 1, 28, True, id="scale from 1: 2 of 6 points, not 2 of 7"),
        pytest.param(20, 60, 100, 50, True, id="higher is better: half of the way up"),
        pytest.param(20, 59, 100, 50, False, id="higher is better: one point short"),
        pytest.param(30, 30, 0, 0, True, id="no worse than baseline"),
        pytest.param(30, 31, 0, 0, False, id="worse than baseline"),
        pytest.param(0.3, 0.1 + 0.2, 0, 0, True, id="equal means, differently rounded"),
        pytest.param(30, 40, 0, -30, False, id="a third worse is more than 30 % worse"),
        pytest.param(30, np.nan, 0, 50, False, id="missing score"),
    ],
)
def test_threshold(baseline, score, best, percent, reached):
    assert improvement_reaches(baseline, score, best, percent) is reached
    assert reaches_percent(baseline, score, best, percent) == reached


@pytest.mark.parametrize(
    ("score", "lost"),
    [(24, True), (23, False), (30, True), (35, True), (np.nan, False)],
)
def test_return_to_eighty_percent_of_baseline(score, lost):
    assert improvement_at_most(30, score, 0, 20) is lost


@pytest.mark.parametrize(
    ("baseline", "best", "defined"),
    [(30, 0, True), (0, 0, False), (100, 100, False), (np.nan, 0, False), (np.inf, 0, False)],
)
def test_defined_unless_already_best(baseline, best, defined):
    assert improvement_defined(baseline, best) is defined
    if not defined:
        assert improvement_reaches(baseline, 0, best, 50) is False
        assert improvement_at_most(baseline, 0, best, 50) is False
        assert np.isnan(percent_improvement(baseline, 0, best))


@given(totals, totals, totals, percents)
def test_whole_totals_are_decided_exactly(baseline, score, best, percent):
    assume(baseline != best)
    sign = 1 if baseline > best else -1
    exact = 100 * (baseline - score) * sign >= percent * (baseline - best) * sign
    assert improvement_reaches(baseline, score, best, percent) is exact


@given(totals, totals, totals, percents)
def test_mirrored_scale_gives_the_same_answer(baseline, score, best, percent):
    mirrored = improvement_reaches(140 - baseline, 140 - score, 140 - best, percent)
    assert improvement_reaches(baseline, score, best, percent) is mirrored


@given(totals, totals, percents, st.floats(min_value=1e-3, max_value=1e3))
def test_unit_of_the_scale_does_not_matter(baseline, score, percent, unit):
    scaled = improvement_reaches(baseline * unit, score * unit, 0.0, percent)
    assert improvement_reaches(baseline, score, 0, percent) is scaled


@given(totals, totals, totals, percents)
def test_shift_of_the_scale_does_not_matter(baseline, score, best, percent):
    shifted = improvement_reaches(baseline + 17, score + 17, best + 17, percent)
    assert improvement_reaches(baseline, score, best, percent) is shifted


@given(st.integers(min_value=1, max_value=140), percents)
def test_the_score_at_the_threshold_reaches_it(baseline, percent):
    at_threshold = baseline - percent * baseline / 100
    assert improvement_reaches(baseline, at_threshold, 0, percent)
    assert improvement_at_most(baseline, at_threshold, 0, percent)
    assert not improvement_reaches(baseline, at_threshold + 1e-4, 0, percent)
    assert not improvement_at_most(baseline, at_threshold - 1e-4, 0, percent)


@given(totals, totals, totals, percents, percents)
def test_a_stricter_threshold_never_adds_a_response(baseline, score, best, one, other):
    lenient, strict = sorted((one, other))
    assert improvement_reaches(baseline, score, best, lenient) or not improvement_reaches(
        baseline, score, best, strict
    )


def test_display_and_rule_see_the_same_way():
    percent = percent_improvement([30, 30, 0, 20], [15, 33, 0, 60], [0, 0, 0, 100])
    np.testing.assert_allclose(percent, [50, -10, np.nan, 50])


def test_arrays_broadcast_and_keep_their_shape():
    scores = np.array([[15, 16], [14, np.nan]])
    expected = [[True, False], [True, False]]
    assert reaches_percent(30, scores, 0, 50).tolist() == expected
    assert percent_improvement(30, scores, 0).shape == (2, 2)
    assert reaches_percent(30, 15, 0, 50).shape == ()
