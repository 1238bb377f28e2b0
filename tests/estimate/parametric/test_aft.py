"""Accelerated failure times: by hand, invariants, numerical derivatives, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.parametric.aft import aft
from afterglow.estimate.parametric.contributions import Bounds, contributions
from afterglow.estimate.parametric.distributions import DISTRIBUTIONS, EXTREME, LOGISTIC, NORMAL

LOGGED = [name for name, kind in DISTRIBUTIONS.items() if kind.logarithm]


def cohort(seed: int = 4, n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"arm": ["a", "b"] * (n // 2), "age": rng.integers(20, 70, n)})
    true = np.exp(3 + 0.4 * (data["arm"] == "b") + 0.7 * np.log(rng.exponential(size=n)))
    data["duration_days"] = np.ceil(np.minimum(true, 40))
    data["event"] = true < 40
    data["count"] = rng.integers(1, 4, n)
    return data


DATA = cohort()


def test_exponential_is_events_over_days():
    """The rate of each group is its events divided by its days, with variance 1/d of the log."""
    found = aft(DATA, ["arm"], distribution="exponential")
    rates = {
        arm: (rows["event"].sum() / rows["duration_days"].sum(), rows["event"].sum())
        for arm, rows in DATA.groupby("arm")
    }
    (rate_a, events_a), (rate_b, events_b) = rates["a"], rates["b"]
    row = found.tidy().iloc[1]
    assert row["estimate"] == pytest.approx(np.log(rate_a / rate_b), rel=1e-12)
    assert row["std_error"] == pytest.approx(np.sqrt(1 / events_a + 1 / events_b), rel=1e-12)
    assert row["time_ratio"] == pytest.approx(rate_a / rate_b, rel=1e-12)
    by_hand = sum(d * np.log(rate) - d for rate, d in rates.values())
    assert found.log_likelihood == pytest.approx(by_hand, rel=1e-12)


def test_lognormal_without_censoring_is_least_squares():
    data = DATA.assign(event=1)
    found = aft(data, ["arm"], distribution="lognormal")
    y = np.log(data["duration_days"])
    means = y.groupby(data["arm"]).mean()
    assert found.parameters[0] == pytest.approx(means["a"], rel=1e-12)
    assert found.parameters[1] == pytest.approx(means["b"] - means["a"], rel=1e-11)
    residual = y - data["arm"].map(means)
    assert found.scales[""] == pytest.approx(np.sqrt((residual**2).mean()), rel=1e-12)
    assert found.aic == pytest.approx(6 - 2 * found.log_likelihood)
    assert found.bic == pytest.approx(3 * np.log(60) - 2 * found.log_likelihood)


@pytest.mark.parametrize(
    "error", [EXTREME, NORMAL, LOGISTIC], ids=["extreme", "normal", "logistic"]
)
@given(
    st.sampled_from(["known", "right", "left", "interval", "late"]),
    st.floats(-2, 2),
    st.floats(0.1, 2),
    st.floats(-0.5, 1),
)
def test_derivatives_are_those_of_the_log_likelihood(error, kind, low, width, log_sigma):
    ends = {
        "known": (low, low), "right": (low, np.inf), "left": (-np.inf, low),
        "interval": (low, low + width), "late": (low + width, np.inf),
    }[kind]  # fmt: skip
    entry = np.array([low]) if kind == "late" else None
    bounds = Bounds(lower=np.array(ends[:1]), upper=np.array(ends[1:]), entry=entry)

    def parts(eta, s):
        return contributions(bounds, np.array([eta]), np.exp(np.array([s])), error)

    here, step = parts(0.3, log_sigma), 1e-5
    for name, first, second, moves in (
        ("by_eta", "eta_eta", "eta_scale", (step, 0.0)),
        ("by_scale", "eta_scale", "scale_scale", (0.0, step)),
    ):
        up = parts(0.3 + moves[0], log_sigma + moves[1])
        down = parts(0.3 - moves[0], log_sigma - moves[1])
        slope = (up.value - down.value) / (2 * step)
        np.testing.assert_allclose(getattr(here, name), slope, rtol=1e-5, atol=1e-7)
        for gradient, curvature in (("by_eta", first), ("by_scale", second)):
            slope = (getattr(up, gradient) - getattr(down, gradient)) / (2 * step)
            np.testing.assert_allclose(getattr(here, curvature), slope, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", LOGGED)
def test_a_weight_is_that_many_rows(name):
    weighted = aft(DATA, ["arm", "age"], distribution=name, weights="count")
    repeated = aft(DATA.loc[DATA.index.repeat(DATA["count"])], ["arm", "age"], distribution=name)
    np.testing.assert_allclose(weighted.parameters, repeated.parameters, rtol=1e-9)
    np.testing.assert_allclose(weighted.variance, repeated.variance, rtol=1e-7)
    assert weighted.tidy()["n"].iloc[0] == DATA["count"].sum() == repeated.tidy()["n"].iloc[0]


@pytest.mark.parametrize("name", LOGGED)
def test_hours_move_the_intercept_only(name):
    days = aft(DATA, ["arm"], distribution=name)
    hours = aft(DATA.assign(duration_days=DATA["duration_days"] * 24), ["arm"], distribution=name)
    moved = hours.parameters - days.parameters
    assert moved[0] == pytest.approx(np.log(24), rel=1e-9)
    np.testing.assert_allclose(moved[1:], 0.0, atol=1e-9)
    np.testing.assert_allclose(hours.variance, days.variance, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("name", LOGGED)
def test_pieces_of_a_subject_say_the_same(name):
    data = DATA.assign(subject_id=range(len(DATA)), entry_days=-np.inf)
    long = data["duration_days"] > 10
    early = data[long].assign(duration_days=10.0, event=False)
    pieces = pd.concat([early, data.assign(entry_days=data["entry_days"].where(~long, 10.0))])
    whole = aft(data, ["arm", "age"], distribution=name)
    cut = aft(pieces, ["arm", "age"], distribution=name, entry="entry_days", subject="subject_id")
    np.testing.assert_allclose(cut.parameters, whole.parameters, rtol=1e-8)
    np.testing.assert_allclose(cut.variance, whole.variance, rtol=1e-6)
    assert cut.tidy()["n"].iloc[0] == len(DATA)
    residuals = cut.cox_snell()
    assert (residuals["residual_entry"] > 0).sum() == long.sum()


def test_delayed_entry_maximizes_the_conditional_likelihood():
    data = DATA.assign(entry_days=np.minimum(DATA["duration_days"] - 1, DATA["age"] % 5))

    def minus(parameters):
        shape, scale = np.exp(parameters)
        end, begin = (data[name].to_numpy(float) for name in ("duration_days", "entry_days"))
        hazard = shape / scale * (end / scale) ** (shape - 1)
        return -(np.log(hazard) * data["event"] - (end / scale) ** shape
                 + (begin / scale) ** shape).sum()  # fmt: skip

    best = minimize(
        minus, [0.0, 3.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12}
    )
    found = aft(data, distribution="weibull", entry="entry_days")
    assert found.log_likelihood == pytest.approx(-best.fun, rel=1e-10)
    np.testing.assert_allclose([-found.parameters[1], found.parameters[0]], best.x, rtol=1e-5)


@settings(max_examples=15)
@given(st.randoms(use_true_random=False), st.sampled_from(LOGGED))
def test_row_order_changes_nothing(random, name):
    order = list(range(len(DATA)))
    random.shuffle(order)
    one, other = (aft(rows, ["arm", "age"], distribution=name) for rows in (DATA, DATA.iloc[order]))
    np.testing.assert_allclose(one.parameters, other.parameters, rtol=1e-9)


def test_narrow_intervals_come_to_known_times():
    data = DATA.assign(
        lower=DATA["duration_days"] - 5e-4,
        upper=np.where(DATA["event"], DATA["duration_days"] + 5e-4, np.inf),
    )
    for name in LOGGED:
        narrow = aft(data, ["arm"], distribution=name, lower="lower", upper="upper")
        known = aft(DATA, ["arm"], distribution=name)
        np.testing.assert_allclose(narrow.parameters, known.parameters, rtol=1e-4, atol=1e-4)


def test_lower_alone_takes_the_upper_end_from_duration_and_event():
    data = DATA.assign(lower_days=np.maximum(DATA["duration_days"] - 7, 0))
    ends = data.assign(upper=np.where(data["event"], data["duration_days"], np.inf))
    ends = ends[(ends["lower_days"] > 0) | ends["event"]]
    one = aft(ends, ["arm"], distribution="weibull", lower="lower_days")
    two = aft(ends, ["arm"], distribution="weibull", lower="lower_days", upper="upper")
    np.testing.assert_array_equal(one.parameters, two.parameters)
    assert "interval-censored" in one.tidy()["method"].iloc[0]


def test_cox_snell_residuals_of_an_exponential_are_rate_times_days():
    found = aft(DATA, distribution="exponential")
    rate = DATA["event"].sum() / DATA["duration_days"].sum()
    residuals = found.cox_snell()
    np.testing.assert_allclose(residuals["residual"], rate * DATA["duration_days"], rtol=1e-10)
    assert residuals["residual"].sum() == pytest.approx(DATA["event"].sum(), rel=1e-10)


def test_cox_snell_residuals_of_intervals_add_up_to_the_events():
    """For a Weibull with its own scale the likelihood equation of the intercept says so."""
    data = DATA.assign(lower_days=np.maximum(DATA["duration_days"] - 7, 0.5))
    found = aft(data, ["arm"], distribution="weibull", lower="lower_days")
    residuals = found.cox_snell()
    inside = residuals["event"] & (residuals["residual"] > 0)
    assert inside.sum() == data["event"].sum()
    low = -np.log(found.predict(data, times=1.0)["estimate"])
    assert (low > 0).all()


def test_predictions_agree_with_each_other():
    found = aft(DATA, ["arm", "age"], distribution="loglogistic")
    rows = pd.DataFrame({"arm": ["a", "b"], "age": [30, 50]})
    medians = found.predict(rows)
    assert (medians["p"] == 0.5).all()
    for row, median in zip(range(2), medians["estimate"]):
        survival = found.predict(rows.iloc[[row]], times=[median])
        assert survival["estimate"].iloc[0] == pytest.approx(0.5, rel=1e-12)
    at_zero = found.predict(rows, times=0)
    assert (at_zero[["estimate", "conf_low", "conf_high"]] == 1.0).all(axis=None)
    curve = found.predict(rows, times=[5, 10])
    assert (curve["conf_low"] < curve["estimate"]).all()
    assert (curve["estimate"] < curve["conf_high"]).all()


def test_strata_are_known_by_their_labels():
    found = aft(DATA, ["age"], distribution="weibull", strata="arm")
    assert found.terms[-2:] == ("Log(scale): a", "Log(scale): b")
    rows = pd.DataFrame({"age": [40, 40], "arm": ["b", "a"]})
    turned = found.predict(rows.iloc[::-1])["estimate"].to_numpy()
    np.testing.assert_array_equal(found.predict(rows)["estimate"], turned[::-1])
    with pytest.raises(InvalidInput, match="stratum"):
        found.predict(rows.assign(arm="c"))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_group_without_events_is_named(name):
    data = DATA.assign(event=DATA["event"] & (DATA["arm"] == "a"))
    warning = aft(data, ["arm"], distribution=name).tidy()["warning"].iloc[0]
    assert "arm[T.b]" in warning
    assert "no finite estimate" in warning


def test_events_on_one_day_have_no_scale():
    data = pd.DataFrame({"duration_days": [7.0] * 8, "event": [1] * 8})
    assert "scale runs to 0" in aft(data, distribution="lognormal").tidy()["warning"].iloc[0]


def test_one_subject():
    row = aft(DATA.iloc[[0]], distribution="exponential").tidy().iloc[0]
    assert np.exp(row["estimate"]) == pytest.approx(DATA["duration_days"].iloc[0])


@pytest.mark.parametrize(
    ("change", "options", "match"),
    [
        ({"duration_days": 0}, {}, "times of 0"),
        ({"duration_days": -1}, {}, "negative"),
        ({"duration_days": np.nan}, {}, "missing"),
        ({"event": 2}, {}, "neither bool nor 0/1"),
        ({"entry": 99}, {"entry": "entry"}, "not before the end"),
        ({"lower": 9, "upper": 5}, {"lower": "lower", "upper": "upper"}, "above the upper"),
        ({"lower": 9, "upper": np.nan}, {"lower": "lower", "upper": "upper"}, "missing"),
        ({"lower": 0, "upper": np.inf}, {"lower": "lower", "upper": "upper"}, "lower: has times of 0"),
        ({"lower": -np.inf, "upper": np.inf}, {"lower": "lower", "upper": "upper"}, "any end"),
        ({"lower": 3, "upper": 9, "entry": 5},
         {"lower": "lower", "upper": "upper", "entry": "entry"}, "inside the interval"),
    ],
)  # fmt: skip
def test_rows_that_are_refused(change, options, match):
    with pytest.raises(InvalidInput, match=match):
        aft(DATA.assign(**change), ["arm"], distribution="weibull", **options)


def test_pieces_that_overlap_are_refused():
    data = pd.DataFrame({"subject_id": [1, 1, 2], "entry_days": [0, 3, 0],
                         "duration_days": [5, 8, 6], "event": [0, 1, 1]})  # fmt: skip
    with pytest.raises(InvalidInput, match="overlap"):
        aft(data, distribution="weibull", entry="entry_days", subject="subject_id")


def test_nothing_to_model():
    with pytest.raises(NotEstimable, match="No event"):
        aft(DATA.assign(event=0), ["arm"], distribution="weibull")
    with pytest.raises(NotEstimable, match="one"):
        aft(DATA.assign(one=1), ["one"], distribution="weibull")


@pytest.mark.parametrize(
    "options",
    [
        {"distribution": "gompertz"},
        {"distribution": "exponential", "strata": "arm"},
        {"distribution": "weibull", "upper": "duration_days"},
        {"distribution": "weibull", "zero_as": 0},
        {"distribution": "weibull", "weights": "count", "weights_kind": "case"},
        {"distribution": "weibull", "conf_level": 95},
    ],
    ids=str,
)
def test_words_that_are_refused(options):
    with pytest.raises(UsageError):
        aft(DATA, ["arm"], **options)


@pytest.mark.parametrize(
    "options", [{"times": -1}, {"times": np.nan}, {"p": 0}, {"p": 1.5}], ids=str
)
def test_predictions_that_are_refused(options):
    with pytest.raises(UsageError):
        aft(DATA, ["arm"], distribution="weibull").predict(DATA.head(2), **options)


def test_zero_as_counts_as_that_many_days():
    zeros = DATA.assign(duration_days=DATA["duration_days"].where(DATA["duration_days"] > 3, 0))
    halves = zeros.assign(duration_days=zeros["duration_days"].replace(0, 0.5))
    one = aft(zeros, ["arm"], distribution="weibull", zero_as=0.5)
    two = aft(halves, ["arm"], distribution="weibull")
    np.testing.assert_array_equal(one.parameters, two.parameters)
    assert "times of 0 taken as 0.5 days" in one.tidy()["method"].iloc[0]


def test_plots():
    from matplotlib.figure import Figure

    found = aft(DATA, ["arm", "age"], distribution="weibull")
    ax = Figure().subplots()
    assert found.plot_residuals(ax=ax) is ax
    assert ax.has_data()
    assert found.plot(ax=Figure().subplots()).get_xlabel() == "Time ratio"


@pytest.mark.parametrize("seed", [102, 245])
def test_a_step_that_runs_away_is_taken_back_quietly(seed):
    """On the days themselves a trial step can put exp(w) beyond all numbers."""
    rng = np.random.default_rng(seed)
    days = np.round(rng.exponential(100, 20) ** 1.5) + 1
    data = pd.DataFrame({"duration_days": days, "event": True, "x": rng.normal(size=20).round(1)})
    found = aft(data, ["x"], distribution="extreme")
    assert found.tidy()["warning"].eq("").all()
    assert np.abs(found.model.evaluate(found.parameters)[1]).max() < 1e-6


def test_a_prediction_beyond_all_numbers_is_infinite():
    """Nobody of b had the event, so that b's times have no upper limit."""
    data = pd.DataFrame(
        {"duration_days": [1.0, 2, 3, 4, 5, 6], "event": [1, 0, 1, 0, 1, 0], "arm": list("ababab")}
    )
    found = aft(data, ["arm"], distribution="lognormal")
    rows = found.predict(data.head(2), p=0.5)
    assert np.isposinf(rows["conf_high"].iloc[1])
    assert found.predict(data.head(2), times=[0, 3])["estimate"].between(0.0, 1.0).all()


@pytest.mark.parametrize("options", [{}, {"cluster": "site"}])
def test_a_covariate_far_from_0_has_the_error_it_has_near_it(options):
    near = DATA.assign(x=np.sin(np.arange(len(DATA))), site=np.arange(len(DATA)) % 7)
    far = near.assign(x=near["x"] + 1e6)
    one, two = (aft(data, ["x"], distribution="weibull", **options) for data in (near, far))
    np.testing.assert_allclose(one.parameters[1:], two.parameters[1:], rtol=1e-8)
    np.testing.assert_allclose(one.variance[1:, 1:], two.variance[1:, 1:], rtol=1e-8)
