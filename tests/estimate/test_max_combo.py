"""The max-combo test against its parts, and the probability it needs against integrals by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from afterglow.errors import UsageError
from afterglow.estimate.logrank import logrank
from afterglow.estimate.max_combo import max_combo
from afterglow.estimate.normal_region import probability_within

DATA = pd.DataFrame(
    {
        "duration_days": [1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 9],
        "event": [1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1],
        "arm": list("abababbbabab"),
        "site": list("xyxyyxxyxyxy"),
    }
)
EARLY, LATE = ("fleming-harrington", 1, 0), ("fleming-harrington", 0, 1)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_equal_correlations_are_one_integral(count):
    # Z_k = √ρ X + √(1 − ρ) E_k: given X they are independent.
    rho, limit = 0.4, 1.7

    def inside(x):
        shift, scale = np.sqrt(rho) * x, np.sqrt(1 - rho)
        span = norm.cdf((limit - shift) / scale) - norm.cdf((-limit - shift) / scale)
        return norm.pdf(x) * span**count

    correlation = np.full((count, count), rho) + (1 - rho) * np.eye(count)
    expected = quad(inside, -9, 9)[0]
    tolerance = 1e-8 if count < 4 else 2e-5
    assert probability_within(correlation, -limit, limit) == pytest.approx(expected, abs=tolerance)


def test_one_side_of_two_normals_at_zero_is_an_angle():
    # P(both <= 0) = 1/4 + asin(ρ) / 2π (Sheppard).
    for rho in (-0.5, 0.0, 0.3, 0.9):
        found = probability_within(np.array([[1, rho], [rho, 1]]), -np.inf, 0.0)
        assert found == pytest.approx(0.25 + np.arcsin(rho) / (2 * np.pi), abs=1e-8)


def test_copies_and_sums_of_others_do_not_break_it():
    two = np.array([[1.0, 0.5], [0.5, 1.0]])
    factor = np.linalg.cholesky(two)
    third = (factor[0] + factor[1]) / np.linalg.norm(factor[0] + factor[1])
    rows = np.vstack([factor, factor[:1], third])
    found = probability_within(rows @ rows.T, -2.0, 2.0)
    # The sum of two within ±2 is, scaled to variance 1, cut off beyond 2 as well.
    alone = probability_within(two, -2.0, 2.0)
    assert probability_within(np.ones((3, 3)), -2.0, 2.0) == pytest.approx(
        norm.cdf(2) - norm.cdf(-2), abs=1e-14
    )
    assert alone - 0.01 < found < alone


def test_parts_are_the_weighted_log_rank_tests():
    rows = max_combo(DATA, by="arm", strata="site").tidy()
    for part in rows.iloc[1:].itertuples():
        powers = [float(x) for x in part.term.split("(")[1].strip(")").split(",")]
        alone = logrank(DATA, by="arm", strata="site", weighting=("fleming-harrington", *powers))
        assert part.statistic**2 == pytest.approx(alone.statistic, rel=1e-10)
        assert part.p_value == pytest.approx(alone.p_value, rel=1e-10)
    largest = rows.iloc[1:].loc[lambda r: r["statistic"].abs().idxmax()]
    assert rows["statistic"].iloc[0] == abs(largest["statistic"])
    assert largest["p_value"] < rows["p_value"].iloc[0] < 4 * largest["p_value"]


def test_two_weightings_by_hand():
    result = max_combo(DATA, by="arm", weightings=["logrank", "peto"])
    correlation = result.correlations["b vs a"]
    assert correlation[0, 1] == correlation[1, 0]
    z = result.tidy()["statistic"].iloc[0]
    rho = correlation[0, 1]

    def inside(x):
        scale = np.sqrt(1 - rho**2)
        span = norm.cdf((z - rho * x) / scale) - norm.cdf((-z - rho * x) / scale)
        return norm.pdf(x) * span

    p_value = 1 - quad(inside, -z, z, epsabs=1e-12)[0]
    assert result.tidy()["p_value"].iloc[0] == pytest.approx(p_value, abs=1e-8)


def test_swapping_the_groups_turns_the_alternative():
    swapped = DATA.assign(arm=DATA["arm"].map({"a": "b", "b": "a"}))
    less = max_combo(DATA, by="arm", alternative="less").tidy()
    greater = max_combo(swapped, by="arm", alternative="greater").tidy()
    np.testing.assert_allclose(less["statistic"], -greater["statistic"], rtol=1e-10)
    np.testing.assert_allclose(less["p_value"], greater["p_value"], rtol=1e-6)


def test_clusters_of_single_rows_give_a_robust_variance():
    numbered = DATA.assign(row=range(len(DATA)))
    robust = max_combo(numbered, by="arm", cluster="row", weightings=[EARLY, LATE]).tidy()
    alone = logrank(numbered, by="arm", cluster="row", weighting=EARLY)
    assert robust["statistic"].iloc[1] ** 2 == pytest.approx(alone.statistic, rel=1e-10)
    assert "robust" in robust["method"].iloc[0]


def test_every_pair_is_adjusted():
    three = pd.concat([DATA, DATA.assign(arm="c", duration_days=DATA["duration_days"] + 1)])
    rows = max_combo(three, by="arm", pairwise=True, weightings=[EARLY, LATE]).tidy()
    tests = rows[rows["term"] == "max-combo"]
    assert tests["group"].tolist() == ["b vs a", "c vs a", "c vs b"]
    assert (tests["p_adjusted"] >= tests["p_value"]).all()
    assert rows.loc[rows["term"] != "max-combo", "p_adjusted"].isna().all()


def test_nothing_to_compare_is_said():
    rows = max_combo(DATA.assign(event=0), by="arm").tidy()
    assert rows["p_value"].isna().all()
    assert rows["warning"].str.contains("no event").all()


@pytest.mark.parametrize(
    "options",
    [
        {"weightings": ["logrank"]},
        {"weightings": "logrank"},
        {"weightings": ["logrank", "logrank"]},
        {"weightings": ["logrank", "wilcoxon"]},
        {"alternative": "lower"},
        {"adjust": "tukey"},
        {"by": "one"},
    ],
    ids=str,
)
def test_words_that_are_refused(options):
    with pytest.raises(UsageError):
        max_combo(DATA.assign(one="a"), **{"by": "arm", **options})


def test_a_weighting_that_no_event_counts_under_is_left_out():
    """One day of events: the late weights are 0 there, and the others say what the log-rank says."""
    data = pd.DataFrame({"duration_days": [4.0, 6, 9, 9], "event": [1, 0, 1, 1], "arm": [*"abab"]})
    rows = max_combo(data, by="arm").tidy()
    plain = logrank(data, by="arm").tidy()
    assert rows["statistic"].iloc[:3].abs().tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert rows["p_value"].iloc[0] == pytest.approx(plain["p_value"].iloc[0], rel=1e-9)
    assert rows["statistic"].iloc[3:].isna().all()
    assert "Harrington (0, 1)" in rows["warning"].iloc[0]
