"""Flexible parametric models: the Weibull as a special case, invariants, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.parametric.aft import aft
from afterglow.estimate.parametric.flexible import fit_spline, flexible_parametric
from afterglow.estimate.parametric.rows import TimeColumns, time_rows
from afterglow.estimate.parametric.splines import knots_at, spline_basis, spline_slopes


def cohort(n: int = 120, seed: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"arm": ["a", "b"] * (n // 2), "age": rng.integers(20, 70, n)})
    true = np.exp(3 + 0.4 * (data["arm"] == "b")) * rng.exponential(size=n) ** 0.7
    data["duration_days"] = np.round(np.minimum(true, 40), 1) + 0.1
    data["event"] = true < 40
    data["count"] = rng.integers(1, 4, n)
    data["entry_days"] = np.where(rng.random(n) < 0.3, data["duration_days"] / 3, -np.inf)
    data["lower"] = np.floor(data["duration_days"] / 7) * 7
    data["upper"] = np.where(data["event"], data["lower"] + 7, np.inf)
    data["lower"] = np.where(data["event"], data["lower"], data["duration_days"])
    return data


DATA = cohort()
SHAPES = {
    "right-censored": {},
    "delayed entry": {"entry": "entry_days"},
    "intervals": {"lower": "lower", "upper": "upper"},
    "weights": {"weights": "count"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_one_degree_of_freedom_is_a_weibull_model(shape):
    weibull = aft(DATA, ["arm", "age"], distribution="weibull", **SHAPES[shape])
    spline = flexible_parametric(DATA, ["arm", "age"], df=1, **SHAPES[shape])
    assert spline.log_likelihood == pytest.approx(weibull.log_likelihood, rel=1e-12)
    assert spline.null_log_likelihood == pytest.approx(weibull.null_log_likelihood, rel=1e-12)
    np.testing.assert_allclose(
        spline.parameters[2:], -weibull.parameters[1:3] / weibull.scales[""], rtol=1e-8
    )
    rows = pd.DataFrame({"arm": ["a", "b"], "age": [30, 50]})
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(
            spline.predict(rows, [5, 20])[column],
            weibull.predict(rows, times=[5, 20])[column],
            rtol=1e-6,
        )


@pytest.mark.parametrize("shape", SHAPES)
def test_derivatives_are_those_of_the_log_likelihood(shape):
    columns = TimeColumns(duration="duration_days", event="event", **SHAPES[shape])
    rows = time_rows(DATA, columns, positive=True).logged()
    model, found = fit_spline(rows, None, np.log([1.0, 8.0, 20.0, 40.0]))
    at = found.at + 0.01
    value, gradient, hessian = model.evaluate(at)
    step = 1e-6
    for k in range(len(at)):
        up, down = at.copy(), at.copy()
        up[k] += step
        down[k] -= step
        above, below = model.evaluate(up), model.evaluate(down)
        assert (above[0] - below[0]) / (2 * step) == pytest.approx(gradient[k], rel=1e-4, abs=1e-3)
        slope = (above[1] - below[1]) / (2 * step)
        np.testing.assert_allclose(hessian[k], slope, rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(model.scores(at).sum(axis=0), gradient, rtol=1e-10)
    assert np.isfinite(value)


def test_splines_are_straight_outside_and_smooth_inside():
    knots = np.array([0.0, 1.0, 2.5, 3.0])
    x = np.linspace(-1, 4, 2001)
    basis, slopes = spline_basis(x, knots), spline_slopes(x, knots)
    np.testing.assert_allclose(np.gradient(basis, x, axis=0)[1:-1], slopes[1:-1], atol=1e-4)
    outside = (x < 0) | (x > 3.001)
    bend = np.gradient(slopes, x, axis=0)
    np.testing.assert_allclose(bend[outside], 0.0, atol=1e-9)


def test_survival_is_the_exponential_of_minus_the_area_under_the_hazard():
    found = flexible_parametric(DATA, df=4)
    area = quad(lambda t: found.hazard(times=[t])["estimate"].iloc[0], 2, 30, epsabs=1e-10)[0]
    survival = found.predict(times=[2, 30])["estimate"].to_numpy()
    assert survival[1] / survival[0] == pytest.approx(np.exp(-area), rel=1e-7)


def test_the_curve_runs_along_kaplan_meier():
    found = flexible_parametric(DATA, df=4)
    days = [3, 6, 10, 20, 30]
    theirs = kaplan_meier(DATA).at(days)
    ours = found.predict(times=days)
    assert (np.abs(ours["estimate"] - theirs["estimate"]) < 2 * theirs["std_error"]).all()


def test_a_weight_is_that_many_rows():
    knots = [0.5, 8.0, 40.0]
    one = flexible_parametric(DATA, ["arm"], knots=knots, weights="count")
    two = flexible_parametric(DATA.loc[DATA.index.repeat(DATA["count"])], ["arm"], knots=knots)
    np.testing.assert_allclose(one.parameters, two.parameters, rtol=1e-8)
    np.testing.assert_allclose(one.variance, two.variance, rtol=1e-6)


def test_hours_change_no_hazard_ratio():
    hours = DATA.assign(duration_days=DATA["duration_days"] * 24)
    one, two = (flexible_parametric(rows, ["arm", "age"], df=3) for rows in (DATA, hours))
    columns = ["hazard_ratio", "hazard_ratio_low", "hazard_ratio_high", "p_value"]
    np.testing.assert_allclose(
        one.tidy()[columns].iloc[4:], two.tidy()[columns].iloc[4:], rtol=1e-6
    )
    per_day = one.hazard(DATA.head(1), [5])["estimate"].iloc[0]
    per_hour = two.hazard(DATA.head(1), [120])["estimate"].iloc[0]
    assert per_day == pytest.approx(24 * per_hour, rel=1e-6)


def test_clusters_of_single_rows_are_the_sandwich():
    data = DATA.assign(row=range(len(DATA)))
    found = flexible_parametric(data, ["arm"], cluster="row")
    assert "robust" in found.tidy()["method"].iloc[0]
    assert not np.allclose(found.variance, found.model_variance)
    np.testing.assert_allclose(
        found.tidy()["robust_std_error"] ** 2, np.diag(found.variance), rtol=1e-12
    )


def test_more_knots_never_fit_worse_where_they_keep_the_old_ones():
    few = flexible_parametric(DATA, knots=[0.5, 8, 40]).log_likelihood
    many = flexible_parametric(DATA, knots=[0.5, 4, 8, 40]).log_likelihood
    assert many >= few - 1e-9


def test_tests_compare_with_the_model_without_covariates():
    found = flexible_parametric(DATA, ["arm"])
    alone = flexible_parametric(DATA)
    row = found.tests().tidy().iloc[0]
    assert row["statistic"] == pytest.approx(
        2 * (found.log_likelihood - alone.log_likelihood), rel=1e-8
    )
    assert row["df"] == 1


def test_a_group_without_events_is_named():
    data = DATA.assign(event=DATA["event"] & (DATA["arm"] == "a"))
    assert "arm[T.b]" in flexible_parametric(data, ["arm"]).tidy()["warning"].iloc[0]


@pytest.mark.parametrize(
    "options",
    [
        {"df": 0},
        {"df": 2.5},
        {"df": 11},
        {"knots": [3]},
        {"knots": [3, 2]},
        {"knots": [0, 4]},
        {"upper": "upper"},
        {"conf_level": 0},
    ],
    ids=str,
)
def test_words_that_are_refused(options):
    with pytest.raises(UsageError):
        flexible_parametric(DATA, **options)


def test_too_little_to_draw_a_hazard_from():
    with pytest.raises(NotEstimable, match="No event"):
        flexible_parametric(DATA.assign(event=0))
    with pytest.raises(NotEstimable, match="one time"):
        flexible_parametric(DATA.assign(duration_days=7.0))
    with pytest.raises(NotEstimable, match="at least"):
        flexible_parametric(DATA.iloc[:4], df=5)
    with pytest.raises(InvalidInput, match="times of 0"):
        flexible_parametric(DATA.assign(duration_days=0))


def test_knots_that_meet_are_one_and_that_is_said():
    assert knots_at(np.array([1.0, 1.0, 1.0, 2.0]), 3).tolist() == [1.0, 2.0]
    tied = DATA.assign(duration_days=np.where(DATA["duration_days"] < 15, 7.0, 28.0))
    found = flexible_parametric(tied, df=4)
    assert len(found.knots) < 5
    said = found.tidy()["warning"].iloc[0]
    assert (
        said
        == f"events fall on few days, where knots meet: df = {len(found.knots) - 1} instead of 4"
    )


def test_predictions_that_are_refused():
    found = flexible_parametric(DATA, ["arm"])
    with pytest.raises(UsageError, match="newdata"):
        found.predict(times=[3])
    for times in ([], [0], [np.nan]):
        with pytest.raises(UsageError, match="times"):
            found.predict(DATA.head(1), times)


def test_plots():
    from matplotlib.figure import Figure

    found = flexible_parametric(DATA, ["arm"])
    ax = Figure().subplots()
    rows = pd.DataFrame({"arm": ["a", "b"]})
    assert found.plot_hazard(rows, labels=["placebo", "ketamine"], ax=ax) is ax
    assert ax.get_ylim()[0] == 0.0
    assert found.plot(ax=Figure().subplots()).get_xlabel() == "Hazard ratio"
    assert flexible_parametric(DATA).plot(ax=Figure().subplots()).has_data()
