"""Durations whose beginning and end lie between visits: known truth, exact beginnings, pooling."""

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.interval.doubly_censored import doubly_censored
from afterglow.estimate.interval.incidence import interval_incidence
from afterglow.estimate.interval.onset import Onsets
from afterglow.estimate.interval.pooling import pooled
from afterglow.estimate.interval.turnbull import turnbull
from afterglow.estimate.kaplan_meier import kaplan_meier

MEAN = 50.0
DAYS = (28.0, 56.0)
RULES = ("npmle", "uniform", "midpoint", "earliest", "latest")


def responses(n: int, seed: int, gap: float = 7.0) -> pd.DataFrame:
    """Responses that begin at any time, last exponentially, and are seen at visits only."""
    random = np.random.default_rng(seed)
    began, lasts = random.gamma(2.0, 10.0, 3 * n), random.exponential(MEAN, 3 * n)
    phase, watched = random.uniform(0, gap, 3 * n), random.uniform(60, 160, 3 * n)
    visit = phase + np.ceil((began - phase) / gap) * gap
    seen = began + lasts > visit
    after = np.ceil((began + lasts - visit) / gap) * gap
    upper = np.where(after > watched, np.inf, after)
    lower = np.where(after > watched, np.floor(watched / gap) * gap, after - gap)
    data = pd.DataFrame(
        {"origin_day": visit, "origin_lower_day": np.maximum(visit - gap, 0.0),
         "lower_days": lower, "upper_days": upper, "duration_days": np.where(after > watched, lower, after),
         "event": after <= watched, "arm": np.where(random.random(3 * n) < 0.5, "a", "b")}
    )  # fmt: skip
    return data[seen].head(n).reset_index(drop=True)


def middle(rows: pd.DataFrame) -> list[float]:
    return rows[["lowest", "highest"]].mean(axis=1).dropna().tolist()


def exact_beginnings(seed: int = 3) -> pd.DataFrame:
    data = responses(80, seed)
    return data.assign(origin_lower_day=data["origin_day"])


def test_the_truth_is_found_where_visit_dates_are_late():
    found, uncorrected, late = [], [], []
    truth = np.exp(-np.array(DAYS) / MEAN)
    for seed in range(40):
        data = responses(150, seed)
        rows = doubly_censored(data, at=DAYS, m=3, n_resamples=0).tidy()
        found.append([*middle(rows), rows["upper_days"].iloc[-1]])
        other = doubly_censored(data, at=DAYS, m=3, n_resamples=0, missed="none").tidy()
        uncorrected.append(middle(other))
        late.append(kaplan_meier(data).median()["estimate"][0])
    mean = np.mean(found, axis=0)
    error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    np.testing.assert_array_less(np.abs(mean - [*truth, MEAN * np.log(2)]), 2 * error)
    spread = np.std(uncorrected, axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.mean(uncorrected, axis=0) - truth > 2 * spread).all()
    assert np.mean(late) - MEAN * np.log(2) > 2 * np.std(late, ddof=1) / np.sqrt(len(late))


@pytest.mark.parametrize("rule", RULES)
def test_known_beginnings_give_turnbull(rule):
    data = exact_beginnings()
    found = doubly_censored(data, at=DAYS, imputation=rule, m=2, n_resamples=3)
    other = turnbull(data).at(DAYS)
    rows = found.tidy()
    for column in ("lowest", "highest"):
        np.testing.assert_allclose(rows[column].dropna(), other[column], rtol=1e-10)
    box = turnbull(data).median()
    assert rows["lower_days"].iloc[-1] == pytest.approx(box["lower_days"][0])
    assert rows["upper_days"].iloc[-1] == pytest.approx(box["upper_days"][0])
    assert found.groups[0].share_seen == 1.0
    if rule in ("npmle", "uniform"):
        assert rows["between_variance"].tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_known_beginnings_with_causes_give_the_interval_incidence():
    data = exact_beginnings()
    boosted = ~data["event"] & (np.arange(len(data)) % 2 == 0)
    data["cause"] = np.where(data["event"], "relapse", np.where(boosted, "booster", ""))
    data["duration_days"] = data["duration_days"] + np.where(boosted, 3.0, 0.0)
    rows = doubly_censored(data, at=DAYS, cause="cause", m=2, n_resamples=0).tidy()
    other = interval_incidence(data).at(DAYS).query("term == 'relapse'")
    assert rows["term"].tolist() == ["relapse", "relapse", "median"]
    for column in ("lowest", "highest"):
        np.testing.assert_allclose(rows[column].dropna(), other[column], rtol=1e-10)


def test_the_rules_are_in_order():
    """The earlier a response began, the longer it lasted."""
    data = responses(120, 8)
    mean = {}
    for rule in RULES:
        found = doubly_censored(data, at=DAYS, imputation=rule, m=4, n_resamples=0, missed="none")
        steps = found.steps()
        mean[rule] = float(steps.loc[steps["time_days"] <= 60, ["lowest", "highest"]].mean().mean())
    assert mean["latest"] < mean["midpoint"] < mean["earliest"]
    assert mean["latest"] < mean["uniform"] < mean["earliest"]


def test_draws_stay_in_their_interval_and_follow_the_estimate():
    random = np.random.default_rng(1)
    lower = np.repeat([0.0, 5.0, 3.0], 200)
    upper = np.repeat([10.0, 7.0, 3.0], 200)
    onsets = Onsets(lower=lower, upper=upper)
    for rule in RULES:
        drawn = onsets.drawn(rule, random)
        assert (drawn >= lower).all()
        assert (drawn <= upper).all()
        assert (drawn[400:] == 3.0).all()
    mass = onsets.drawn("npmle", random)[:200]
    assert ((mass == 3.0) | ((mass > 5.0) & (mass <= 7.0))).all()
    assert onsets.mean_width == 6.0


def test_rubins_rules_by_hand():
    found = pooled(np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [2.0], [3.0]]))
    assert found.estimate[0] == 3.0
    assert found.within[0] == 2.0
    assert found.between[0] == 7.0
    assert found.total[0] == pytest.approx(2.0 + 4.0 / 3.0 * 7.0)
    ratio = 2.0 / (4.0 / 3.0 * 7.0)
    assert found.df[0] == pytest.approx(2.0 * (1.0 + ratio) ** 2)
    assert found.share_between[0] == pytest.approx(1.0 / (1.0 + ratio))
    alone = pooled(np.array([[1.0]]), np.array([[4.0]]))
    low, high = alone.limits(0.95)
    assert (low[0], high[0]) == pytest.approx((1.0 - 2 * 1.959964, 1.0 + 2 * 1.959964))


def test_variances_are_shown_and_limits_hold_the_estimate():
    rows = doubly_censored(responses(100, 2), at=DAYS, by="arm", m=3, n_resamples=12).tidy()
    days = rows[rows["term"] == "survival"]
    assert (days["within_variance"] > 0).all()
    assert (days["between_variance"] > 0).all()
    assert (days["share_between"].between(0, 1)).all()
    assert (days["conf_low"] < days["lowest"]).all()
    assert (days["conf_high"] > days["highest"]).all()
    assert "3 imputations (seed 1)" in days["method"].iloc[0]


def test_the_seed_decides_and_row_order_does_not():
    data = responses(60, 4)
    first = doubly_censored(data, at=DAYS, m=2, n_resamples=3)
    shuffled = data.sample(frac=1.0, random_state=1).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        first.tidy(), doubly_censored(shuffled, at=DAYS, m=2, n_resamples=3).tidy()
    )
    other = doubly_censored(data, at=DAYS, m=2, n_resamples=3, seed=2)
    assert not first.tidy()["lowest"].equals(other.tidy()["lowest"])


def test_nothing_reached_and_everybody_ended_are_said_in_words():
    free = responses(30, 5).assign(upper_days=np.inf, event=False)
    rows = doubly_censored(free, at=[14.0], m=2, n_resamples=3).tidy()
    assert rows["lowest"].iloc[0] == 1.0
    assert "0 or 1 in some imputations" in rows["warning"].iloc[0]
    assert "not reached" in rows["warning"].iloc[1]
    one = responses(1, 6)
    assert len(doubly_censored(one, at=[14.0], m=2, n_resamples=2).tidy()) == 2


@pytest.mark.parametrize(
    "options",
    [{"imputation": "mean"}, {"missed": "some"}, {"m": 1}, {"n_resamples": -1}, {"at": []},
     {"at": [-1.0]}, {"conf_level": 1.0}],
)  # fmt: skip
def test_bad_options_are_refused(options):
    with pytest.raises(UsageError):
        doubly_censored(responses(5, 1), **{"at": DAYS, **options})


def test_a_response_that_begins_after_it_was_seen_is_refused():
    data = responses(5, 1).assign(origin_lower_day=1000.0)
    with pytest.raises(InvalidInput, match="lies after the day of the origin"):
        doubly_censored(data, at=DAYS)


def test_the_mean_curve_falls_and_is_drawn():
    found = doubly_censored(responses(60, 9), at=DAYS, m=2, n_resamples=0)
    steps = found.steps()
    assert (np.diff(steps["lowest"]) <= 1e-12).all()
    assert (steps["lowest"] <= steps["highest"] + 1e-12).all()
    assert found.plot().get_xlabel() == "Days since the onset"
