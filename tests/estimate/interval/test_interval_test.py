"""The interval-censored test: published numbers, permutations by hand, and its limits."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.interval_tables import interval_tables, visit_cohort
from support.shared import shared_file

from afterglow.errors import UsageError
from afterglow.estimate.interval.interval_test import interval_test
from afterglow.estimate.interval.sample import interval_sample
from afterglow.estimate.interval.scores import SLOPES, row_scores
from afterglow.estimate.logrank import logrank

WEIGHTINGS = tuple(SLOPES)


def scores_of(data: pd.DataFrame, weighting: str) -> np.ndarray:
    return row_scores(interval_sample(data, lower="lower_days", upper="upper_days"), weighting)


def both_arms(data: pd.DataFrame) -> pd.DataFrame:
    arms = np.where(np.arange(len(data)) % 2 == 0, "a", "b")
    return data.assign(arm=arms)


@pytest.mark.parametrize(
    ("weighting", "z", "p_value", "first_sum"),
    [("logrank", -2.6684, 0.007622, None), ("wilcoxon", -2.1672, 0.03022, -5.656724)],
)
def test_the_numbers_printed_by_fay_and_shaw(weighting, z, p_value, first_sum):
    """Fay MP, Shaw PA (2010), breast cosmesis: interval::ictest, permutation form."""
    data = pd.read_csv(shared_file("data", "bcos.csv"))
    found = interval_test(
        data, lower="left", upper="right", by="treatment", weighting=weighting, trend=True
    )
    assert not found.exact
    assert found.statistic == pytest.approx(z**2, abs=3e-4)
    assert found.p_value == pytest.approx(p_value, abs=1e-5)
    assert found.trend_z == pytest.approx(-z, abs=1e-4)
    if first_sum is not None:
        assert found.groups["score_sum"][0] == pytest.approx(first_sum, abs=1e-5)


@settings(max_examples=60)
@given(interval_tables(least=2), st.sampled_from(WEIGHTINGS))
def test_scores_sum_to_0(data, weighting):
    assert scores_of(data, weighting).sum() == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=60)
@given(interval_tables(least=4))
def test_observed_minus_expected_of_the_log_rank_test_with_exact_times(data):
    data = both_arms(data).assign(
        upper_days=np.where(data["open"], np.inf, data["lower_days"]), event=~data["open"]
    )
    plain = logrank(data, duration="lower_days", event="event", by="arm").groups
    found = interval_test(data, by="arm").groups
    last = data.loc[data["event"], "lower_days"].max() if data["event"].any() else 0.0
    if (data.loc[data["open"], "lower_days"] >= last).any() or not data["open"].any():
        np.testing.assert_allclose(
            found["score_sum"], plain["observed"] - plain["expected"], atol=1e-7
        )


@settings(max_examples=40)
@given(interval_tables(least=4, most=9), st.sampled_from(WEIGHTINGS))
def test_the_exact_p_value_is_the_share_of_all_permutations(data, weighting):
    data = both_arms(data)
    found = interval_test(data, by="arm", weighting=weighting)
    scores = scores_of(data, weighting)
    if np.ptp(scores) < 1e-9:
        assert np.isnan(found.p_value)
        assert "same score" in found.tidy()["warning"][0]
        return
    size = int((data["arm"] == "a").sum())
    own = scores[(data["arm"] == "a").to_numpy()].sum()
    sums = np.array([scores[list(c)].sum() for c in itertools.combinations(range(len(data)), size)])
    tails = (sums <= own + 1e-9).mean(), (sums >= own - 1e-9).mean()
    assert found.exact
    assert found.p_value == pytest.approx(min(1.0, 2 * min(tails)), abs=1e-12)


def test_the_exact_p_value_of_three_groups_by_hand():
    data = pd.DataFrame(
        {
            "lower_days": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
            "upper_days": [1.0, 2.0, 3.0, 4.0, 5.0, np.inf],
            "arm": list("aabbcc"),
        }
    )
    found = interval_test(data, by="arm", trend=True)
    scores = scores_of(data, "logrank")

    def spread(order):
        return sum(scores[list(order[i : i + 2])].sum() ** 2 / 2 for i in (0, 2, 4))

    def slope(order):
        return abs(sum(k * scores[list(order[2 * k - 2 : 2 * k])].sum() for k in (1, 2, 3)))

    orders = list(itertools.permutations(range(6)))
    as_far = [spread(order) >= spread(range(6)) - 1e-9 for order in orders]
    as_steep = [slope(order) >= slope(range(6)) - 1e-9 for order in orders]
    assert found.p_value == pytest.approx(np.mean(as_far))
    assert found.trend_p_value == pytest.approx(np.mean(as_steep))


def test_the_covariance_is_that_of_all_permutations():
    data = both_arms(visit_cohort(7, seed=5))
    scores = scores_of(data, "logrank")
    found = interval_test(data, by="arm")
    size = int((data["arm"] == "a").sum())
    sums = [scores[list(c)].sum() for c in itertools.combinations(range(7), size)]
    assert found.covariance[0, 0] == pytest.approx(np.var(sums))


@settings(max_examples=25)
@given(interval_tables(least=4), st.integers(0, 99))
def test_order_labels_and_whole_weights(data, seed):
    data = both_arms(data)
    first = interval_test(data, by="arm", weights="weight", exact=False)
    moved = data.sample(frac=1.0, random_state=seed).assign(
        arm=lambda d: d["arm"].map({"a": "y", "b": "x"})
    )
    second = interval_test(moved, by="arm", weights="weight", exact=False)
    repeated = data.loc[data.index.repeat(data["weight"])]
    third = interval_test(repeated, by="arm", exact=False)
    found = [test.statistic for test in (first, second, third)]
    np.testing.assert_allclose(found, found[0], rtol=1e-6, atol=1e-9)


def test_strata_add_their_sums():
    data = visit_cohort(60).assign(site=np.where(np.arange(60) < 25, "s", "t"))
    parts = [interval_test(part, by="arm", exact=False) for _, part in data.groupby("site")]
    whole = interval_test(data, by="arm", strata="site")
    score = sum(part.groups["score_sum"][0] for part in parts)
    variance = sum(part.covariance[0, 0] for part in parts)
    assert whole.statistic == pytest.approx(score**2 / variance)
    assert "stratified" in whole.summary()


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_the_test_holds_its_level_and_sees_a_difference(weighting):
    null = [interval_test(visit_cohort(60, seed=s, arms=False), by="arm", weighting=weighting).p_value
            for s in range(150)]  # fmt: skip
    assert 0.01 < np.mean(np.array(null) < 0.05) < 0.11
    assert interval_test(visit_cohort(300, seed=2), by="arm", weighting=weighting).p_value < 1e-3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "one"}, "at least two"),
        ({"by": "arm", "weighting": "peto"}, "not known"),
        ({"by": "arm", "exact": True}, "more permutations"),
        ({"by": "arm", "weights": "half"}, "whole numbers"),
        ({"by": "arm", "trend": [1.0]}, "2 scores"),
    ],
)
def test_what_is_refused(options, words):
    data = visit_cohort(60).assign(one="x", half=0.5)
    with pytest.raises(UsageError, match=words):
        interval_test(data, **options)
