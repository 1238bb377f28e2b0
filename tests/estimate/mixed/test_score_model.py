"""The score within a cycle: known truth, statsmodels beside it, invariants, what is said."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.mixed.score_model import score_within_cycle


def cycles(seed: int, subjects: int = 60, *, slopes: float = 0.15, noise: float = 3.0):
    """Mean 10 + 0.4 a day to day 14, then 0.1; later cycles are 2 points lower on every day."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(subjects):
        level, slope, start = rng.normal(0, 4), rng.normal(0, slopes), rng.integers(22, 40)
        for cycle in range(1, 2 + who % 3):
            for day in np.arange(2.0, 40, 7) + rng.integers(0, 3):
                mean = 10 + 0.4 * min(day, 14) + 0.1 * max(day - 14, 0) - 2 * (cycle > 1)
                score = mean + 0.3 * (start - 31) + level + slope * day + rng.normal(0, noise)
                rows.append((who, cycle, day, float(start), score))
    names = ["subject_id", "cycle", "days_since_session", "baseline_score", "score"]
    return pd.DataFrame(rows, columns=names)


def estimates(model):
    return model.tidy().set_index("term")["estimate"]


def test_the_truth_is_found_and_covered():
    covered = 0
    days, truth = [0, 14, 28], np.array([10, 15.6, 17.0])
    means = []
    for seed in range(20):
        data = cycles(seed)
        model = score_within_cycle(data, parallel=True)
        rows = model.predict(days)
        starts = data.drop_duplicates("subject_id")["baseline_score"].mean()
        expected = np.concatenate([truth, truth - 2]) + 0.3 * (starts - 31)
        means.append(rows["estimate"].to_numpy() - expected)
        covered += ((rows["conf_low"] <= expected) & (expected <= rows["conf_high"])).sum()
    error = np.std(means, axis=0) / np.sqrt(20)
    assert (np.abs(np.mean(means, axis=0)) < 3.5 * error).all()
    assert 0.88 < covered / (20 * 6) <= 1


def test_statsmodels_finds_the_same_intercepts():
    import statsmodels.api as sm

    data = cycles(2, slopes=0.0)
    model = score_within_cycle(data, random_slope=False, robust=False)
    later = (data["cycle"] > 1).astype(float).to_numpy()
    starts = data.drop_duplicates("subject_id")["baseline_score"].mean()
    x = model.basis.rows(data["days_since_session"].to_numpy(), later,
                         data["baseline_score"].to_numpy())  # fmt: skip
    assert model.basis.centre == pytest.approx(starts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sm.MixedLM(data["score"].to_numpy(), x, groups=data["subject_id"]).fit(reml=True)
    np.testing.assert_allclose(model.fit.beta, theirs.fe_params, rtol=1e-4, atol=1e-4)
    assert model.fit.log_likelihood == pytest.approx(theirs.llf, rel=1e-7)


def test_slopes_never_fit_worse_than_none():
    # statsmodels' search may stop below the model without slopes; this one may not.
    data = cycles(4, slopes=0.4)
    with_slopes = score_within_cycle(data)
    without = score_within_cycle(data, random_slope=False)
    assert with_slopes.fit.log_likelihood > without.fit.log_likelihood
    assert not with_slopes.warning
    assert "intercepts and slopes" in with_slopes.method


@settings(max_examples=20)
@given(st.integers(0, 20), st.floats(0.5, 4), st.floats(-20, 20))
def test_scale_and_shift_of_the_score(seed, scale, shift):
    data = cycles(seed, subjects=6)
    one = score_within_cycle(data, random_slope=False)
    two = score_within_cycle(data.assign(score=data["score"] * scale + shift), random_slope=False)
    for name in ("estimate", "conf_low", "conf_high"):
        expected = one.predict([0, 10])[name] * scale + shift
        np.testing.assert_allclose(two.predict([0, 10])[name], expected, rtol=1e-5, atol=1e-5)


def test_order_and_labels_do_not_matter():
    data = cycles(5, subjects=20)
    other = data.sample(frac=1, random_state=1).reset_index(drop=True)
    other["subject_id"] = "s" + other["subject_id"].astype(str)
    one, two = score_within_cycle(data), score_within_cycle(other)
    np.testing.assert_allclose(estimates(one), estimates(two), rtol=1e-5)


def test_robust_limits_are_wider_where_the_scores_of_a_cycle_are_alike():
    data = cycles(6, slopes=0.0)
    rng = np.random.default_rng(1)
    code = data.groupby(["subject_id", "cycle"]).ngroup()
    data["score"] += rng.normal(0, 4, code.max() + 1)[code]
    name = "later cycles"
    errors = {
        robust: score_within_cycle(data, random_slope=False, robust=robust, parallel=True)
        .tidy().set_index("term").loc[name, "std_error"]
        for robust in (True, False)
    }  # fmt: skip
    assert errors[True] > 1.2 * errors[False]


def test_no_slope_to_find_is_said():
    data = cycles(7, subjects=10, slopes=0.0).query("cycle == 1")
    few = data.groupby("subject_id").head(2)
    model = score_within_cycle(few, knots=())
    assert "too few subjects have three scores" in model.warning
    assert "intercepts by subject" in model.method
    assert model.basis.groups == ("first cycle",)


def test_a_variance_at_its_bound_is_said():
    data = cycles(8, subjects=40, slopes=0.0, noise=6.0)
    flat = [
        score_within_cycle(cycles(seed, subjects=25, slopes=0.0, noise=8.0)).warning
        for seed in range(12)
    ]
    assert any("at its bound of 0" in words for words in flat)
    assert score_within_cycle(data).tidy()["warning"].nunique() == 1


def test_when_the_mean_reaches_a_threshold():
    model = score_within_cycle(cycles(9, subjects=200))
    rows = model.crossing(15).set_index("group")
    first = rows.loc["first cycle"]
    found = model.predict([first["estimate"]]).set_index("group")["estimate"]["first cycle"]
    assert found == pytest.approx(15, abs=1e-6)
    assert first["conf_low"] < first["estimate"] < first["conf_high"]
    assert rows.loc["later cycles", "estimate"] > first["estimate"]
    assert model.crossing(60)["estimate"].isna().all()
    assert "does not reach" in model.crossing(60)["warning"].iloc[0]
    assert (model.crossing(0)["estimate"] == 0).all()
    falling = model.crossing(15, higher_is_worse=False)
    assert (falling["estimate"] == 0).all()


def test_beyond_the_last_score_is_said():
    model = score_within_cycle(cycles(1))
    assert (model.predict([200])["warning"] != "").all()
    assert (model.predict([20])["warning"] == "").all()


def test_what_cannot_be_fitted_is_refused():
    data = cycles(1, subjects=6)
    with pytest.raises(UsageError, match="rising order"):
        score_within_cycle(data, knots=[28, 7])
    with pytest.raises(UsageError, match="no day"):
        score_within_cycle(data).predict([-1])
    with pytest.raises(NotEstimable, match="two subjects"):
        score_within_cycle(data.query("subject_id == 0"))
    with pytest.raises(NotEstimable, match="apart"):
        score_within_cycle(data.assign(days_since_session=3.0))
    with pytest.raises(InvalidInput, match="missing"):
        score_within_cycle(data.assign(score=np.nan))


def test_knots_outside_the_days_and_a_baseline_that_does_not_vary_are_left_out():
    data = cycles(3, subjects=20).assign(baseline_score=30.0)
    model = score_within_cycle(data, knots=[14, 90])
    assert model.basis.knots == (14.0,)
    assert "baseline score" not in estimates(model)
