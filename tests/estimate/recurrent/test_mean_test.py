"""Tests of equal mean cumulative functions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.slow_recurrent import recurrent_cohort

from afterglow.errors import UsageError
from afterglow.estimate.logrank import logrank
from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function

SEEDS = st.integers(0, 10**6)
FEW = settings(max_examples=25)


def compared(data, *, by="arm", terminal=None, **how):
    return mean_cumulative_function(data, by=by, terminal=terminal).test(**how)


@FEW
@given(SEEDS, st.sampled_from(["by-group", "pooled", "naive"]))
def test_order_labels_and_unit_change_nothing(seed, variance):
    data = recurrent_cohort(seed, subjects=14)
    other = data.sample(frac=1.0, random_state=seed % 1000)
    other["arm"] = other["arm"].map({"a": "zz", "b": "yy"})
    other[["start_day", "stop_day"]] *= 0.25
    here, there = compared(data, variance=variance), compared(other, variance=variance)
    assert here.statistic == pytest.approx(there.statistic, rel=1e-8, nan_ok=True)


@FEW
@given(SEEDS)
def test_scores_add_up_to_nothing(seed):
    result = compared(recurrent_cohort(seed, subjects=14), terminal="death")
    assert result.score.sum() == pytest.approx(0.0, abs=1e-10)
    np.testing.assert_allclose(result.covariance.sum(axis=0), 0.0, atol=1e-9)


@FEW
@given(SEEDS)
def test_single_events_give_the_robust_log_rank_test(seed):
    data = recurrent_cohort(seed, subjects=16).groupby("subject_id", as_index=False).last()
    peer = logrank(data, by="arm", duration="stop_day", entry="start_day", event="event",
                   cluster="subject_id")  # fmt: skip
    found = compared(data, variance="pooled")
    assert found.statistic == pytest.approx(peer.statistic, rel=1e-8, nan_ok=True)


@FEW
@given(SEEDS)
def test_two_groups_give_the_integral_of_their_difference(seed):
    data = recurrent_cohort(seed, subjects=14)
    result = mean_cumulative_function(data, by="arm", terminal="death")
    if len(result.curves) < 2:
        return
    a, b = result.curves
    weight = a.at_risk * b.at_risk / np.maximum(a.at_risk + b.at_risk, 1)
    expected = np.sum(weight * (a.steps - b.steps))
    influence = [
        pd.Series(curve.influence(weight)).groupby(curve.rows.subject).sum() for curve in (a, b)
    ]
    found = result.test()
    assert found.score[0] == pytest.approx(expected, abs=1e-10)
    variance = sum(float((part**2).sum()) for part in influence)
    assert found.covariance[0, 0] == pytest.approx(variance, rel=1e-8, abs=1e-12)


def test_three_groups_have_two_degrees_of_freedom():
    data = recurrent_cohort(5, subjects=30)
    data["group"] = data["subject_id"] % 3
    result = compared(data, by="group")
    assert result.df == 2
    assert 0 < result.p_value < 1
    assert result.tidy()["group"].tolist() == ["", "0", "1", "2"]


def test_linear_weights_count_early_differences_more():
    data = pd.DataFrame({"subject_id": range(8), "arm": list("aabbaabb"), "start_day": 0,
                         "stop_day": [2, 9, 8, 9, 3, 9, 9, 9],
                         "event": [1, 0, 1, 0, 1, 0, 0, 0]})  # fmt: skip
    constant, linear = compared(data), compared(data, weighting="linear")
    # a: 2/4·… worked by hand: U = sum of w(t) (Yb dNa − Ya dNb)/(Ya + Yb).
    assert constant.score[0] == pytest.approx(4 / 8 + 4 / 7 - 2 / 6)
    assert linear.score[0] == pytest.approx(4 / 8 * 7 / 9 + 4 / 7 * 6 / 9 - 2 / 6 * 1 / 9)


def test_nothing_to_compare_is_said():
    data = recurrent_cohort(5)
    with pytest.raises(UsageError, match="one group"):
        mean_cumulative_function(data).test()
    with pytest.raises(UsageError, match="terminal"):
        compared(data, terminal="death", variance="pooled")
    with pytest.raises(UsageError, match="weighting"):
        compared(data, weighting="gehan")
    empty = compared(data.assign(event=False))
    assert np.isnan(empty.statistic)
    assert "no event" in empty.tidy()["warning"][0]
