"""Calibration and decision curves: known answers, other programs, and what has no answer."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.genmod import families
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.genmod.generalized_linear_model import GLM

from afterglow.estimate.prediction.calibration import (
    Scored,
    calibration_bins,
    calibration_grid,
    calibration_of,
    joined,
    slope_within,
    smooth_at,
    weighted_quantile,
)
from afterglow.estimate.prediction.decision import net_benefit
from afterglow.estimate.prediction.recalibration import Weighted, regressed


def scored(predicted, outcome, weight=None, *, days=False) -> Scored:
    size = len(predicted)
    return Scored(
        subject=np.arange(size), outcome=np.asarray(outcome, float),
        predicted=np.asarray(predicted, float), count=np.ones(size), days=days,
        weight=np.ones(size) if weight is None else np.asarray(weight, float),
    )  # fmt: skip


def cloglog(p):
    return np.log(-np.log1p(-p))


def drawn(size: int, *, slope: float = 1.0, seed: int = 1) -> Scored:
    """Predictions whose true risks have `slope` on the complementary log-log scale."""
    rng = np.random.default_rng(seed)
    linear = rng.normal(-1.0, 0.8, size)
    outcome = rng.random(size) < -np.expm1(-np.exp(slope * linear))
    return scored(-np.expm1(-np.exp(linear)), outcome, rng.uniform(0.8, 2.0, size))


def test_the_regression_is_that_of_statsmodels():
    data = drawn(300)
    x = np.column_stack([np.ones(300), cloglog(data.predicted)])
    family = families.Binomial(link=families.links.CLogLog())
    theirs = GEE(data.outcome, x, data.subject // 3, family=family, weights=data.weight)
    theirs = theirs.fit(ctol=1e-12, maxiter=100)
    outcome = Weighted(data.outcome, data.weight, data.subject // 3, binary=True)
    beta, errors = regressed(outcome, x)
    np.testing.assert_allclose(beta, theirs.params, rtol=1e-6)
    np.testing.assert_allclose(errors, theirs.bse, rtol=1e-5)


@pytest.mark.parametrize("slope", [1.0, 0.5, 0.0])
def test_a_known_slope_is_found(slope):
    found = calibration_of(drawn(6000, slope=slope))
    assert found.slope == pytest.approx(slope, abs=3.0 * found.slope_error)
    assert found.slope_error < 0.06
    if slope == 1.0:
        assert found.ici < 0.02
        assert found.intercept == pytest.approx(0.0, abs=0.1)
    else:
        assert found.ici > 0.04
    assert found.e50 <= found.e90


def test_expected_days_are_regressed_as_they_are():
    rng = np.random.default_rng(2)
    predicted = rng.uniform(5, 25, 200)
    found = calibration_of(scored(predicted, 3.0 + 0.5 * predicted, days=True))
    assert found.slope == pytest.approx(0.5)
    assert found.intercept == pytest.approx(np.mean(3.0 - 0.5 * predicted))
    # The smooth curve of a straight line is that line.
    assert found.ici == pytest.approx(np.mean(np.abs(3.0 - 0.5 * predicted)), rel=1e-6)


def test_weights_are_copies():
    data = drawn(60)
    count = np.random.default_rng(3).integers(1, 4, 60)
    many = np.repeat(np.arange(60), count)
    whole = calibration_of(scored(data.predicted[many], data.outcome[many]))
    weighted = Scored(
        subject=data.subject, outcome=data.outcome, predicted=data.predicted, weight=1.0 * count,
        count=1.0 * count, days=False,
    )  # fmt: skip
    found = calibration_of(weighted)
    assert found.slope == pytest.approx(whole.slope)
    assert found.intercept == pytest.approx(whole.intercept)


@pytest.mark.parametrize(
    ("predicted", "outcome", "weight"),
    [
        ([0.3] * 10, [0, 1] * 5, None),
        (np.linspace(0.1, 0.9, 10), [0] * 10, None),
        (np.linspace(0.1, 0.9, 10), [1] * 10, None),
        (np.linspace(0.1, 0.9, 10), [0] * 5 + [1] * 5, None),
        (np.linspace(0.1, 0.9, 10), [0, 1] * 5, np.zeros(10)),
    ],
    ids=["one prediction", "no event", "all events", "separated", "nothing known"],
)
def test_what_has_no_slope_has_none(predicted, outcome, weight):
    assert np.isnan(calibration_of(scored(predicted, outcome, weight)).slope)


def test_one_prediction_is_compared_with_the_mean():
    found = calibration_of(scored([0.3] * 10, [0, 1] * 5))
    assert found.ici == pytest.approx(0.2)
    assert found.intercept == pytest.approx(cloglog(0.5) - cloglog(0.3))


def test_bins_and_the_curve_stay_where_predictions_are():
    data = drawn(500)
    bins = calibration_bins(data, 5)
    assert [one.rows for one in bins] == [100.0] * 5
    assert sorted(one.predicted for one in bins) == [one.predicted for one in bins]
    own = data.predicted <= np.quantile(data.predicted, 0.2)
    mean = np.average(data.outcome[own], weights=data.weight[own])
    assert bins[0].observed == pytest.approx(mean)
    grid = calibration_grid(data)
    assert grid[0] >= data.predicted.min()
    assert grid[-1] <= data.predicted.max()
    assert ((smooth_at(data, grid) >= 0) & (smooth_at(data, grid) <= 1)).all()
    assert len(calibration_bins(scored([0.2] * 7, [0, 1, 0, 0, 1, 0, 0]), 5)) == 1


def test_quantiles_count_weights():
    assert weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 8.0]), 0.5) == 2.0
    assert weighted_quantile(np.array([3.0, 1.0]), np.array([1.0, 1.0]), 0.5) == 1.0


def several(sizes: tuple[int, ...]) -> list[Scored]:
    """Sets of predictions with levels of their own; in the last, predictions part the outcomes."""
    parts = [drawn(size, seed=place) for place, size in enumerate(sizes)]
    risks = np.linspace(0.05, 0.4, 12)
    return [*parts, scored(risks, risks > 0.2)]


@pytest.mark.parametrize("days", [False, True])
def test_one_slope_of_several_sets_is_that_of_a_regression_with_their_dummies(days):
    parts = [replace(part, days=days) for part in several((60, 35, 80))]
    x = np.concatenate([part.predicted if days else cloglog(part.predicted) for part in parts])
    code = np.repeat(np.arange(len(parts)), [len(part.predicted) for part in parts])
    dummies = (code[:, None] == np.arange(len(parts))).astype(float)
    every = joined(parts)
    link = families.links.CLogLog()
    family = families.Gaussian() if days else families.Binomial(link=link)
    theirs = GLM(
        every.outcome, np.column_stack([x, dummies]), family=family, var_weights=every.weight
    ).fit(tol=1e-12, maxiter=200)
    assert slope_within(parts) == pytest.approx(theirs.params[0], rel=1e-6)


def test_a_set_that_predictions_part_does_not_run_away_with_the_slope():
    parts = several((120, 120))
    assert np.isnan(slope_within(parts[-1:]))
    assert slope_within(parts) < 1.5
    no_event = scored([0.1, 0.2, 0.3], [0, 0, 0])
    assert slope_within([*parts, no_event]) == pytest.approx(slope_within(parts), rel=1e-9)
    assert np.isnan(slope_within([]))
    assert np.isnan(slope_within([no_event]))


def test_limits_of_net_benefit_are_as_wide_as_a_bootstrap_of_subjects():
    base = drawn(600, seed=5)
    data = replace(base, subject=np.arange(600) // 3)
    thresholds = np.array([0.2, 0.4])
    found = net_benefit(data, thresholds)
    rng = np.random.default_rng(6)
    own, apart = [], []
    for _ in range(400):
        times = np.bincount(rng.integers(0, 200, 200), minlength=200)[data.subject]
        again = net_benefit(
            replace(data, weight=data.weight * times, count=data.count * times), thresholds
        )
        own.append(again.of_model)
        apart.append(again.of_model - again.of_all)
    np.testing.assert_allclose(found.model_error, np.std(own, axis=0), rtol=0.1)
    np.testing.assert_allclose(found.difference_error, np.std(apart, axis=0), rtol=0.1)
    alone = replace(base, subject=np.zeros(600, dtype=int))
    assert np.isnan(net_benefit(alone, thresholds).model_error).all()


def test_net_benefit_by_hand():
    data = scored([0.1, 0.3, 0.6, 0.8], [0, 1, 0, 1], [1.0, 1.0, 1.0, 2.0])
    found = net_benefit(data, np.array([0.25, 0.5, 0.9]))
    # At 25 %: events 1 and 2 found (weights 1 + 2), one false alarm at odds 1/3, of 4 rows.
    np.testing.assert_allclose(found.of_model, [(3 - 1 / 3) / 4, (2 - 1) / 4, 0.0])
    np.testing.assert_allclose(found.of_all, [(3 - 2 / 3) / 4, (3 - 2) / 4, (3 - 2 * 9) / 4])
    np.testing.assert_allclose(found.acted_on, [0.75, 0.5, 0.0])
