"""The landmark model: what it equals where others exist, its equation, and what it refuses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.landmark_tables import PREDICTORS, stacked

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.cox.model import cox
from afterglow.estimate.cox.partial import partial_likelihood
from afterglow.estimate.prediction.hazards import fit_hazard, rows_of
from afterglow.estimate.prediction.model import landmark_prediction
from afterglow.estimate.prediction.sample_size import sample_size


def fitted(data: pd.DataFrame, **options):
    asked = {"horizon_days": 28.0, "cause": "cause", "of_cause": "relapse", "penalty": 0.2}
    return landmark_prediction(data, PREDICTORS, **{**asked, **options})


def risks(model, data: pd.DataFrame) -> np.ndarray:
    return model.predict(data)["estimate"].to_numpy()


def test_one_landmark_is_a_ridge_cox_model():
    data = stacked(1, landmarks=(14,), booster=False)
    data = data.assign(
        event=(data["cause"] == "relapse") & (data["duration_days"] <= 42),
        until=data["duration_days"].clip(upper=42.0),
    )
    # R scales by the variance with n − 1.
    theta = 0.2 * data["event"].sum() * (len(data) - 1) / len(data)
    other = cox(
        data, PREDICTORS, duration="until", event="event", ties="breslow",
        penalty=("ridge", theta),
    )  # fmt: skip
    model = fitted(data.assign(event=data["cause"] == "relapse"), cause=None)
    np.testing.assert_allclose(model.tidy()["estimate"], other.fit.beta, rtol=1e-6)
    curves = other.predict(data, [42.0]).tidy()["estimate"].to_numpy()
    np.testing.assert_allclose(risks(model, data), 1.0 - curves, rtol=1e-6)


def test_stacking_is_late_entry_and_censoring_at_the_horizon():
    data = stacked(2, booster=False)
    event = (data["cause"] == "relapse") & (data["duration_days"] <= data["landmark_day"] + 28)
    week = data["landmark_day"] / 7.0
    rows = data.assign(
        event=event, until=np.minimum(data["duration_days"], data["landmark_day"] + 28.0),
        week=week, week2=week**2,
    )  # fmt: skip
    other = cox(
        rows, [*PREDICTORS, "week", "week2"], entry="landmark_day", duration="until",
        event="event", ties="breslow",
    )  # fmt: skip
    model = fitted(data, penalty=1e-9)
    np.testing.assert_allclose(model.tidy()["estimate"], other.fit.beta, rtol=1e-5, atol=1e-7)


def test_the_equation_is_all_that_a_prediction_needs():
    data = stacked(3)
    model = fitted(data)
    parts = model.equation()
    new = data.iloc[[5]]
    day = float(new["landmark_day"].iloc[0])
    values = {name: float(new[name].iloc[0]) for name in PREDICTORS}
    values |= {"landmark week": day / 7, "landmark week²": (day / 7) ** 2}
    steps = {}
    for cause in ("event", "competing"):
        own = parts[parts["cause"] == cause]
        mean, beta = (
            own[own["part"] == part].set_index("term")["estimate"]
            for part in ("mean", "coefficient")
        )
        index = sum(beta[name] * (value - mean[name]) for name, value in values.items())
        base = own[own["part"] == "baseline hazard"].set_index("time_days")["estimate"]
        steps[cause] = base[(base.index > day) & (base.index <= day + 28)] * np.exp(index)
    free, risk = 1.0, 0.0
    for time in sorted(set(steps["event"].index) | set(steps["competing"].index)):
        own, other = steps["event"].get(time, 0.0), steps["competing"].get(time, 0.0)
        ended = free * -np.expm1(-(own + other))
        risk += ended * own / (own + other)
        free -= ended
    assert risks(model, new)[0] == pytest.approx(risk, rel=1e-12)


def test_the_risks_of_all_ends_and_of_none_sum_to_one():
    data = stacked(4)
    own = fitted(data)
    other = fitted(data, of_cause="booster")
    any_end = fitted(data.assign(cause=np.where(data["cause"] == "", "", "any")), of_cause="any")
    total = risks(own, data) + risks(other, data)
    assert (total < 1.0).all()
    # Another model than that of any end, but of the same events.
    assert np.abs(total - risks(any_end, data)).mean() < 0.05


def test_expected_days_are_the_area_above_the_incidence():
    data = stacked(5)
    model = fitted(data, target="days")
    days, each = risks(model, data), risks(fitted(data), data)
    assert ((days <= 28.0) & (days >= 28.0 * (1.0 - each))).all()
    one = data.iloc[[0]]
    x, day = one[PREDICTORS].to_numpy(float), one["landmark_day"].to_numpy(float)
    incidence = [
        float(replace(model.model, horizon=float(h), days=False).predict(x, day)[0])
        for h in range(28)
    ]
    assert risks(model, one)[0] == pytest.approx(28.0 - sum(incidence), rel=1e-9)


def test_the_penalty_is_chosen_by_what_subjects_left_out_say():
    data = stacked(6)
    model = fitted(data, penalty="cross-validated")
    tried = model.model.tried[0]
    best = max(tried, key=lambda pair: pair[1])
    assert model.model.hazards[0].theta == best[0]
    # By hand, for one penalty: refit without each part, and see what the likelihood gains.
    stack, folds = model.stack, model.recipe.folds
    x = np.column_stack([stack.x, stack.landmark / 7, (stack.landmark / 7) ** 2])
    theta = tried[3][0]
    every = np.ones(len(stack.landmark))
    whole = partial_likelihood(rows_of(stack, x, 1, every), efron=False)
    gained = 0.0
    for fold in range(5):
        others = rows_of(stack, x, 1, np.where(folds[stack.subject] == fold, 0.0, 1.0))
        beta = fit_hazard(others, stack.x.shape[1], theta).beta
        gained += whole.at(beta).loglik - partial_likelihood(others, efron=False).at(beta).loglik
    assert tried[3][1] == pytest.approx(gained, rel=1e-8)
    np.testing.assert_array_equal(np.unique(folds), np.arange(5))


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_order_and_labels_change_nothing(seed):
    data = stacked(seed % 50, subjects=60)
    found = fitted(data, penalty="cross-validated", seed=seed)
    other = data.sample(frac=1.0, random_state=seed)
    other = other.assign(subject_id="x" + other["subject_id"].str[::-1])
    again = fitted(other, penalty="cross-validated", seed=seed)
    np.testing.assert_array_equal(again.tidy()["estimate"], found.tidy()["estimate"])
    np.testing.assert_array_equal(risks(again, data), risks(found, data))


def test_frequency_counts_are_copies():
    data = stacked(8, subjects=50)
    model = fitted(data)
    stack = model.stack
    count = np.random.default_rng(1).integers(0, 3, stack.subjects)[stack.subject].astype(float)
    x = np.column_stack([stack.x, stack.landmark / 7, (stack.landmark / 7) ** 2])
    weighted = fit_hazard(rows_of(stack, x, 1, count), stack.x.shape[1], 5.0)
    many = np.repeat(np.arange(len(count)), count.astype(int))
    parts = ("subject", "landmark", "time", "status", "x", "place")
    copies = replace(stack, **{name: getattr(stack, name)[many] for name in parts})
    plain = fit_hazard(rows_of(copies, x[many], 1, np.ones(len(many))), stack.x.shape[1], 5.0)
    np.testing.assert_allclose(weighted.beta, plain.beta, rtol=1e-8)
    np.testing.assert_allclose(
        weighted.ratio(x)[:, None] * weighted.steps, plain.ratio(x)[:, None] * plain.steps,
        rtol=1e-8,
    )  # fmt: skip


def test_a_landmark_without_events_and_a_predictor_that_does_not_vary():
    data = stacked(9)
    gone = (data["landmark_day"] == 21) & (data["duration_days"] <= 49)
    data = data[~gone].assign(age=40.0)
    model = fitted(data)
    table = model.tidy().set_index(["cause", "term"])["estimate"]
    assert table[("event", "age")] == 0.0
    assert np.isfinite(risks(model, data)).all()


def test_days_between_landmarks_are_predicted_and_others_refused():
    data = stacked(10)
    model = fitted(data)
    found = model.predict(data.head(2), day=10.0)
    assert found["time_days"].tolist() == [38.0, 38.0]
    assert np.isfinite(found["estimate"]).all()
    for day in (6.0, 22.0):
        with pytest.raises(UsageError, match="from day 7 to day 21"):
            model.predict(data.head(2), day=day)
    with pytest.raises(InvalidInput, match="missing values"):
        model.predict(data.head(2).assign(score=np.nan))


WRONG = {
    "is not after the landmark": {"duration_days": 7.0},
    "repeats a landmark": {"landmark_day": 7.0, "subject_id": "S000"},
    "missing values": {"age": np.nan},
}


@pytest.mark.parametrize("said", WRONG)
def test_rows_that_are_no_landmark_rows_are_refused(said):
    with pytest.raises(InvalidInput, match=said):
        fitted(stacked(11).assign(**WRONG[said]))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"penalty": 0.0}, "not above 0"),
        ({"penalty": "cv"}, "penalty"),
        ({"target": "days_to_relapse"}, "target"),
        ({"horizon_days": 0.0}, "not above 0"),
        ({"folds": 1, "penalty": "cross-validated"}, "cannot part"),
        ({"at_baseline": ["sex"]}, "at_baseline"),
        ({"of_cause": "relaps"}, "of_cause"),
    ],
)
def test_wrong_options_are_refused(options, said):
    with pytest.raises(UsageError, match=said):
        fitted(stacked(12), **options)


def test_all_censored_has_no_model():
    data = stacked(13).assign(event=False)
    with pytest.raises(NotEstimable, match="No event lies within a window"):
        fitted(data, cause=None, of_cause=None)


def test_sample_size_is_that_of_the_published_formulas():
    # Riley et al. (2020), by hand: 8 parameters, events in 23 of 83, 15 % of the largest R².
    share = 23 / 83
    largest = 1 - (share**share * (1 - share) ** (1 - share)) ** 2
    explained = 0.15 * largest
    found = sample_size(8, share)
    assert found.for_shrinkage == np.ceil(8 / (-0.1 * np.log(1 - explained / 0.9)))
    optimism = explained / (explained + 0.05 * largest)
    assert optimism == pytest.approx(0.75)
    assert found.for_optimism == np.ceil(8 / (-0.25 * np.log(1 - explained / 0.75)))
    assert found.for_risk == np.ceil((1.959963984540054 / 0.05) ** 2 * share * (1 - share))
    assert np.isnan(sample_size(8, 0.0).for_risk)
