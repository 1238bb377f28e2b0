"""Proportions at the closed edges, stratified and clustered."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.clustered_rate import intraclass_correlation
from afterglow.estimate.proportion import METHODS, proportion
from afterglow.estimate.proportion_difference import METHODS as DIFFERENCES
from afterglow.estimate.proportion_difference import proportion_difference
from afterglow.estimate.proportion_ratio import odds_ratio, proportion_ratio
from afterglow.estimate.response_rate import response_rate
from afterglow.estimate.stratified_difference import METHODS as STRATIFIED
from afterglow.estimate.stratified_difference import stratified_difference


def limits(result) -> tuple[float, float]:
    return tuple(result.tidy()[["conf_low", "conf_high"]].to_numpy()[0])


@pytest.mark.parametrize("method", ["wilson", "wilson-cc", "clopper-pearson", "jeffreys"])
def test_edges_are_closed(method):
    assert limits(proportion(0, 20, method=method))[0] == 0
    assert limits(proportion(20, 20, method=method))[1] == 1


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (float("nan"), 5), (0, -1)])
def test_counts_that_are_no_counts(successes, n):
    with pytest.raises(UsageError):
        proportion(successes, n)


def test_nobody_has_no_proportion():
    with pytest.raises(NotEstimable, match="n = 0"):
        proportion(0, 0)


PAIRS = st.tuples(st.integers(1, 30), st.integers(1, 30)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


@pytest.mark.parametrize("method", DIFFERENCES)
def test_differences_mirror_when_groups_swap(method):
    @settings(max_examples=60, deadline=None)
    @given(PAIRS)
    def check(counts):
        low, high = limits(proportion_difference(*counts, method=method))
        swapped = limits(proportion_difference(*counts[2:], *counts[:2], method=method))
        assert (low, high) == pytest.approx((-swapped[1], -swapped[0]), abs=1e-9)
        assert -1 <= low <= high <= 1

    check()


@pytest.mark.parametrize("method", ["miettinen-nurminen", "mee"])
def test_score_limits_agree_with_the_score_test(method):
    @settings(max_examples=60, deadline=None)
    @given(PAIRS)
    def check(counts):
        row = proportion_difference(*counts, method=method).tidy().iloc[0]
        outside = row["conf_low"] > 0 or row["conf_high"] < 0
        if abs(row["p_value"] - 0.05) > 1e-6:
            assert outside == (row["p_value"] < 0.05)

    check()


@pytest.mark.parametrize("function", [proportion_ratio, odds_ratio])
def test_ratios_invert_when_groups_swap(function):
    @settings(max_examples=60, deadline=None)
    @given(PAIRS)
    def check(counts):
        low, high = limits(function(*counts))
        back = limits(function(*counts[2:], *counts[:2]))
        for value, mirrored in ((low, back[1]), (high, back[0])):
            inverse = np.inf if mirrored == 0 else 0.0 if np.isinf(mirrored) else 1 / mirrored
            assert value == pytest.approx(inverse, rel=1e-6, abs=1e-9)

    check()


def test_equal_rates_of_nothing():
    assert (
        limits(proportion_difference(0, 10, 0, 12))[0]
        < 0
        < limits(proportion_difference(0, 10, 0, 12))[1]
    )
    row = proportion_ratio(0, 10, 0, 12).tidy().iloc[0]
    assert np.isnan(row["estimate"])
    assert (row["conf_low"], row["conf_high"]) == (0, np.inf)
    assert "undefined" in row["warning"]
    assert "undefined" in odds_ratio(10, 10, 12, 12).tidy()["warning"].iloc[0]


def people(*cells) -> pd.DataFrame:
    """Return one row per subject from (arm, stratum, successes, n) cells."""
    rows = [(arm, stratum, i < successes) for arm, stratum, successes, n in cells for i in range(n)]
    return pd.DataFrame(rows, columns=["arm", "stratum", "event"])


TWO_STRATA = people(("a", "x", 3, 10), ("b", "x", 6, 12), ("a", "y", 8, 20), ("b", "y", 9, 14))


@pytest.mark.parametrize("method", STRATIFIED)
def test_stratified_estimate_has_cmh_weights(method):
    row = (
        stratified_difference(TWO_STRATA, by="arm", strata="stratum", method=method).tidy().iloc[0]
    )
    weight = np.array([10 * 12 / 22, 20 * 14 / 34])
    gap = np.array([6 / 12 - 3 / 10, 9 / 14 - 8 / 20])
    assert row["estimate"] == pytest.approx(weight @ gap / weight.sum(), rel=1e-14)
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert row["n_strata"] == 2


def test_one_stratum_of_miettinen_nurminen_is_the_plain_interval():
    one = TWO_STRATA.query("stratum == 'x'")
    pooled = stratified_difference(one, by="arm", strata="stratum")
    assert limits(pooled) == pytest.approx(limits(proportion_difference(6, 12, 3, 10)), abs=1e-10)


def test_strata_with_one_group_are_told():
    lonely = pd.concat([TWO_STRATA, people(("a", "z", 1, 5))])
    row = stratified_difference(lonely, by="arm", strata="stratum").tidy().iloc[0]
    assert row["warning"].endswith("no weight: 1")
    assert row["n"] == len(TWO_STRATA)
    with pytest.raises(NotEstimable, match="both groups"):
        stratified_difference(lonely.assign(stratum=lonely["arm"]), by="arm", strata="stratum")


def test_response_rate_without_groups_is_the_proportion():
    row = response_rate(TWO_STRATA).tidy().iloc[0]
    assert (row["conf_low"], row["conf_high"]) == limits(proportion(26, 56))


def test_response_rate_gives_rates_then_differences():
    rows = response_rate(TWO_STRATA, by="arm").tidy()
    assert rows["term"].tolist() == ["rate", "rate", "difference"]
    assert rows["group"].tolist() == ["a", "b", "b vs a"]
    expected = limits(proportion_difference(15, 26, 11, 30))
    assert tuple(rows.loc[2, ["conf_low", "conf_high"]]) == expected
    pooled = response_rate(TWO_STRATA, by="arm", strata="stratum").tidy()
    direct = stratified_difference(TWO_STRATA, by="arm", strata="stratum")
    assert tuple(pooled.loc[2, ["conf_low", "conf_high"]]) == limits(direct)


def test_frequency_weights_count_rows():
    data = TWO_STRATA.assign(count=np.arange(56) % 3 + 1)
    twice = data.loc[data.index.repeat(data["count"])]
    pd.testing.assert_frame_equal(
        response_rate(data, by="arm", weights="count").tidy(), response_rate(twice, by="arm").tidy()
    )


def test_clustered_rate_by_hand():
    # Clusters 2 of 4, 1 of 4, 4 of 4: p = 7/12, residual sums (2 − 7/3, 1 − 7/3, 4 − 7/3)/12
    data = pd.DataFrame(
        {"event": [1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1], "site": list("aaaabbbbcccc")}
    )
    row = response_rate(data, cluster="site").tidy().iloc[0]
    sums = np.array([2, 1, 4]) - 7 / 3
    assert row["std_error"] ** 2 == pytest.approx(3 / 2 * np.sum(sums**2) / 144, rel=1e-13)
    assert row["df"] == 2
    assert row["n_clusters"] == 3
    # MSB = 4·((1/12)² + (1/3)² + (5/12)²)/2 = 7/12, MSW = (1 + 3/4 + 0)/9 = 7/36
    assert row["icc"] == pytest.approx((7 / 12 - 7 / 36) / (7 / 12 + 3 * 7 / 36), rel=1e-13)


def test_intraclass_correlation_at_its_ends():
    site = np.repeat(np.arange(5), 4)
    assert intraclass_correlation((site % 2).astype(np.int64), site) == pytest.approx(1.0)
    assert np.isnan(intraclass_correlation(np.ones(20, dtype=np.int64), site))
    assert np.isnan(intraclass_correlation(np.array([0, 1, 1]), np.arange(3)))


def test_clusters_without_variation_say_so():
    data = pd.DataFrame({"event": [0] * 6, "site": list("aabbcc")})
    row = response_rate(data, cluster="site").tidy().iloc[0]
    assert (row["conf_low"], row["conf_high"]) == limits(proportion(0, 3))
    assert row["warning"]
    with pytest.raises(UsageError, match="one cluster"):
        response_rate(data.assign(site="a"), cluster="site")


def test_clustered_difference_in_clusters_of_both_arms():
    rng = np.random.default_rng(8)
    site = np.repeat(np.arange(15), 20)
    data = pd.DataFrame({"site": site, "arm": np.tile(["a", "b"], 150)})
    data["event"] = rng.random(300) < rng.beta(1, 1, 15)[site]
    both = response_rate(data, by="arm", cluster="site").tidy()
    apart = np.sqrt((both["std_error"][:2] ** 2).sum())
    assert both["std_error"][2] < 0.6 * apart
    strata = response_rate(data.assign(one="x"), by="arm", cluster="site", strata="one").tidy()
    assert strata["std_error"][2] == pytest.approx(both["std_error"][2], rel=1e-12)


def test_all_methods_of_one_proportion_hold_the_estimate():
    for method in METHODS:
        low, high = limits(proportion(7, 23, method=method))
        assert low < 7 / 23 < high
