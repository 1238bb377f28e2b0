"""Regression on intervals: against a plain optimiser, its invariants, and its limits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from support.interval_tables import visit_cohort

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.interval.interval_regression import interval_regression
from afterglow.estimate.interval.support import support_of
from afterglow.estimate.interval.turnbull import turnbull

MODELS = ("proportional-hazards", "proportional-odds")


def with_age(n: int, seed: int = 1) -> pd.DataFrame:
    data = visit_cohort(n, seed=seed)
    return data.assign(age=np.random.default_rng(seed).integers(20, 60, n).astype(float))


def slow_regression(data: pd.DataFrame, x: np.ndarray, model: str) -> tuple[np.ndarray, float]:
    """Coefficients and log-likelihood by a general optimiser over softmax masses."""
    support = support_of(data["lower_days"].to_numpy(), data["upper_days"].to_numpy())
    m, p = len(support.lower), x.shape[1]

    def moved(survival, eta):
        if model == "proportional-hazards":
            return survival ** np.exp(eta)
        return survival * np.exp(eta) / (1 - survival + survival * np.exp(eta))

    def loss(point):
        mass = np.exp(np.append(point[: m - 1], 0.0))
        survival = np.append(1.0, 1.0 - np.cumsum(mass / mass.sum()))
        survival[-1] = 0.0
        eta = x @ point[m - 1 :]
        seen = moved(survival[support.first], eta) - moved(survival[support.last], eta)
        return -np.sum(np.log(np.maximum(seen, 1e-300)))

    found = minimize(loss, np.zeros(m - 1 + p), method="BFGS", options={"gtol": 1e-7})
    return found.x[m - 1 :], -found.fun


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_general_optimiser_finds_the_same(model, seed):
    data = visit_cohort(40, seed=seed)
    data = data.assign(
        lower_days=np.floor(data["lower_days"] / 14), upper_days=np.ceil(data["upper_days"] / 14)
    )
    x = (data["arm"] == "b").to_numpy(float)[:, None]
    beta, loglik = slow_regression(data, x, model)
    found = interval_regression(data, ["arm"], model=model)
    assert found.loglik == pytest.approx(loglik, abs=1e-4)
    assert found.loglik >= loglik - 1e-8
    assert found.beta == pytest.approx(beta, abs=5e-3)


@pytest.mark.parametrize("model", MODELS)
def test_the_profile_likelihood_has_the_curvature_of_the_standard_error(model):
    data = visit_cohort(300, seed=6)
    data = data.assign(
        lower_days=np.floor(data["lower_days"] / 14), upper_days=np.ceil(data["upper_days"] / 14)
    )
    found = interval_regression(data, ["arm"], model=model)
    error = float(found.tidy()["std_error"][0])
    beta, step = float(found.beta[0]), 0.1 * error
    x = (data["arm"] == "b").to_numpy(float)[:, None]
    sides = [profile(data, x, beta + k * step, model) for k in (-1, 0, 1)]
    curvature = -(sides[0] - 2 * sides[1] + sides[2]) / step**2
    assert error == pytest.approx(curvature**-0.5, rel=0.02)


def profile(data: pd.DataFrame, x: np.ndarray, beta: float, model: str) -> float:
    """The log-likelihood at one coefficient, maximised over the baseline alone."""
    from afterglow.estimate.interval.links import LINKS
    from afterglow.estimate.interval.transformation import ModelRows, quadratic

    support = support_of(data["lower_days"].to_numpy(), data["upper_days"].to_numpy())
    fitted = interval_regression(data, ["arm"], model=model)
    kept = np.flatnonzero(np.isin(support.upper, fitted.boxes.upper)) + 1
    rows = ModelRows(
        a=support.first, b=support.last, weight=np.ones(len(data)), x=x,
        jumps=len(support.lower), link=LINKS[model],
    ).on(kept)  # fmt: skip
    levels = LINKS[model].level(fitted.boxes.survival[1:-1])
    for _ in range(50):
        here = quadratic(rows, levels, np.array([beta]))
        k = len(levels)
        levels = levels + np.linalg.solve(here.curvature[:k, :k], here.gradient[:k])
    return quadratic(rows, levels, np.array([beta])).loglik


@pytest.mark.parametrize("model", MODELS)
def test_without_effect_of_the_covariate_the_baseline_is_the_curve_of_all(model):
    half = visit_cohort(60, seed=3, arms=False)
    data = pd.concat([half.assign(arm="a"), half.assign(arm="b")], ignore_index=True)
    found = interval_regression(data, ["arm"], model=model)
    assert found.beta[0] == pytest.approx(0.0, abs=1e-6)
    assert found.loglik == pytest.approx(turnbull(data).loglik, abs=1e-8)
    times = np.arange(0.0, 100.0, 7.0)
    curve = turnbull(data).at(times)
    predicted = found.predict(data.head(1), times)
    np.testing.assert_allclose(predicted["highest"], curve["highest"], atol=1e-5)


@settings(max_examples=12)
@given(st.integers(1, 500), st.sampled_from(MODELS))
def test_row_order_unit_of_time_and_labels(seed, model):
    data = with_age(50, seed)
    first = interval_regression(data, ["arm", "age"], model=model)
    shuffled = data.sample(frac=1.0, random_state=seed).reset_index(drop=True)
    weeks = shuffled.assign(
        lower_days=shuffled["lower_days"] / 7, upper_days=shuffled["upper_days"] / 7,
        arm=shuffled["arm"].map({"a": "z", "b": "y"}), age=shuffled["age"] / 10,
    )  # fmt: skip
    second = interval_regression(weeks, ["arm", "age"], model=model)
    np.testing.assert_allclose(second.beta, first.beta * [-1, 10], atol=1e-5)
    assert second.loglik == pytest.approx(first.loglik, abs=1e-7)


@pytest.mark.parametrize("model", MODELS)
def test_a_weight_of_2_is_a_row_twice(model):
    data = with_age(40).assign(weight=np.arange(40) % 3 + 1)
    twice = data.loc[data.index.repeat(data["weight"])]
    weighted = interval_regression(data, ["age"], weights="weight", model=model)
    repeated = interval_regression(twice, ["age"], model=model)
    np.testing.assert_allclose(weighted.beta, repeated.beta, atol=1e-7)
    np.testing.assert_allclose(weighted.variance, repeated.variance, rtol=1e-5)
    assert weighted.tidy()["n"][0] == len(twice)


def test_the_true_effect_is_found():
    data = visit_cohort(1500, seed=8)
    found = interval_regression(data, ["arm"])
    true = 1.3 * np.log(100 / 60)
    assert abs(found.beta[0] - true) < 3 * found.tidy()["std_error"][0]
    assert found.tidy()["hazard_ratio"][0] > 1.5
    assert (found.tests().tidy()["p_value"] < 1e-6).all()
    odds = interval_regression(data, ["arm"], model="proportional-odds")
    assert odds.tidy()["odds_ratio"][0] < 1


def test_bootstrap_errors_do_not_depend_on_workers_or_order_and_are_near_the_profile_ones():
    data = visit_cohort(150, seed=9)
    one = interval_regression(data, ["arm"], n_resamples=100, seed=2)
    moved = data.sample(frac=1.0, random_state=1).reset_index(drop=True)
    two = interval_regression(moved, ["arm"], n_resamples=100, seed=2, n_workers=2)
    np.testing.assert_allclose(one.replicates, two.replicates, rtol=0, atol=1e-12)
    profile_error = interval_regression(data, ["arm"]).tidy()["std_error"][0]
    assert one.tidy()["std_error"][0] == pytest.approx(profile_error, rel=0.35)
    assert "100 bootstrap resamples of subjects" in one.summary()


def test_separation_is_said_in_words():
    data = pd.DataFrame(
        {
            "lower_days": [0.0] * 6 + [9.0] * 6,
            "upper_days": [2.0, 3.0, 2.0, 4.0, 3.0, 2.0] + [np.inf] * 6,
            "arm": ["a"] * 6 + ["b"] * 6,
        }
    )
    found = interval_regression(data, ["arm"])
    assert "separation" in found.tidy()["warning"][0]
    assert "no finite hazard ratio" in found.summary()


@pytest.mark.parametrize(
    ("change", "options", "error", "words"),
    [
        ({"age": 1.0}, {}, NotEstimable, "does not vary"),
        ({"upper_days": np.inf}, {}, NotEstimable, "No event"),
        ({"age": np.nan}, {}, InvalidInput, "missing"),
        ({}, {"model": "aft"}, UsageError, "not known"),
        ({"w": 0.5}, {"weights": "w"}, UsageError, "whole numbers"),
        ({"site": "s"}, {"cluster": "site"}, UsageError, "needs resamples"),
    ],
)
def test_what_is_refused(change, options, error, words):
    with pytest.raises(error, match=words):
        interval_regression(with_age(20).assign(**change), ["age"], **options)


def test_intervals_that_say_nothing_about_a_covariate_are_said_to():
    data = pd.DataFrame(
        {
            "lower_days": [0.0, 0.0, 5.0, 5.0],
            "upper_days": [np.inf, np.inf, 6.0, 6.0],
            "arm": ["a", "b", "a", "a"],
        }
    )
    assert "say nothing" in interval_regression(data, ["arm"]).tidy()["warning"][0]


@pytest.mark.parametrize("model", ["proportional-hazards", "proportional-odds"])
def test_the_unit_of_a_covariate_does_not_upset_the_equations(model):
    data = with_age(40)
    plain = interval_regression(data, ["age"], model=model).tidy().iloc[0]
    tiny = interval_regression(data.assign(age=data["age"] * 1e9), ["age"], model=model)
    row = tiny.tidy().iloc[0]
    assert row["warning"] == ""
    assert row["estimate"] * 1e9 == pytest.approx(plain["estimate"], rel=1e-6)
    assert row["std_error"] * 1e9 == pytest.approx(plain["std_error"], rel=1e-6)
