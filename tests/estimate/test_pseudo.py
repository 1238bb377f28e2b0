"""Pseudo-values against a slow twin, what they may not depend on, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.slow_pseudo import pseudo
from support.survival_tables import as_rows, survival_tables

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.pseudo import pseudo_values
from afterglow.estimate.pseudo_regression import pseudo_regression

MANY = settings(max_examples=60, deadline=None)
DATA = pd.DataFrame(
    {
        "duration_days": [1, 3, 4, 5, 5, 8],
        "event": [1, 0, 1, 1, 0, 0],
        "cause": ["a", "", "b", "a", "", ""],
        "arm": list("xyxyxy"),
        "age": [30, 41, 52, 37, 60, 45],
    }
)


@pytest.mark.parametrize("late", [False, True])
@MANY
@given(table=survival_tables(entry=True, largest=9), time=st.sampled_from([2, 4, 4.5, 7, 20]))
def test_against_the_slow_twin(late, table, time):
    table = table if late else table.assign(entry_days=-np.inf)
    options = {"entry": "entry_days"} if late else {}
    calls = [
        ("survival", {"times": time}, "event", ""),
        ("rmst", {"tau": time}, "event", ""),
    ]
    if table["event"].any():
        some = table["cause"][table["event"]].iloc[0]
        calls.append(("incidence", {"times": time, "of_cause": some}, "cause", some))
    for of, asked, _, cause in calls:
        found = pseudo_values(table, of=of, **asked, **options).values[:, 0]
        expected = [float(value) for value in pseudo(as_rows(table), of, time, cause)]
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


def test_without_censoring_they_are_the_outcomes_themselves():
    data = DATA.assign(event=1, cause=list("ababab"))
    for method in ("leave-one-out", "infinitesimal-jackknife"):
        survival = pseudo_values(data, times=4, method=method).values[:, 0]
        np.testing.assert_allclose(survival, data["duration_days"] > 4, atol=1e-14)
        area = pseudo_values(data, of="rmst", tau=6, method=method).values[:, 0]
        np.testing.assert_allclose(area, data["duration_days"].clip(upper=6), atol=1e-13)
        early = pseudo_values(data, of="incidence", times=4, of_cause="b", method=method)
        own = (data["duration_days"] <= 4) & (data["cause"] == "b")
        np.testing.assert_allclose(early.values[:, 0], own, atol=1e-14)


@MANY
@given(survival_tables(entry=True))
def test_jackknife_values_average_to_the_estimate(table):
    result = pseudo_values(
        table, times=[2, 4], entry="entry_days", method="infinitesimal-jackknife"
    )
    np.testing.assert_allclose(result.values.mean(axis=0), result.estimates["estimate"], atol=1e-12)


@MANY
@given(survival_tables(entry=True), st.randoms(use_true_random=False))
def test_row_order_moves_the_values_with_their_rows(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    options = {"times": [1, 3], "entry": "entry_days"}
    found = pseudo_values(table, **options).values
    shuffled = pseudo_values(table.iloc[order], **options).values
    np.testing.assert_array_equal(found[order], shuffled)


@MANY
@given(survival_tables())
def test_a_weight_is_that_many_rows(table):
    twice = table.loc[table.index.repeat(table["count"])]
    for method in ("leave-one-out", "infinitesimal-jackknife"):
        few = pseudo_values(table, times=3, weights="count", method=method).values
        many = pseudo_values(twice, times=3, method=method).values
        np.testing.assert_allclose(np.repeat(few, table["count"], axis=0), many, atol=1e-10)


@MANY
@given(survival_tables(), st.integers(1, 5))
def test_pieces_are_joined(table, cut):
    table = table.assign(entry_days=-np.inf)
    long = table["duration_days"] > cut
    early = table[long].assign(duration_days=float(cut), event=False)
    pieces = pd.concat([early, table.assign(entry_days=table["entry_days"].where(~long, cut))])
    joined = pseudo_values(pieces, times=3, entry="entry_days", subject="subject_id").tidy()
    alone = pseudo_values(table, times=3, subject="subject_id").tidy()
    alone = alone.set_index("subject_id").loc[joined["subject_id"]]
    np.testing.assert_allclose(joined["estimate"], alone["estimate"], atol=1e-12)


def test_incidences_of_all_causes_and_survival_add_up():
    incidence = pseudo_values(DATA, of="incidence", times=[3, 5])
    assert incidence.causes == ("a", "a", "b", "b")
    survival = pseudo_values(DATA, times=[3, 5]).values
    total = incidence.values[:, :2] + incidence.values[:, 2:] + survival
    np.testing.assert_allclose(total, 1.0, atol=1e-13)


def test_groups_leave_out_their_own():
    both = pseudo_values(DATA, times=4, by="arm")
    for arm, rows in DATA.groupby("arm"):
        alone = pseudo_values(rows, times=4).values
        np.testing.assert_array_equal(both.values[DATA["arm"] == arm], alone)
    assert both.estimates["group"].tolist() == ["x", "y"]


def test_tidy_says_whose_value_it_is():
    rows = pseudo_values(DATA, times=[2, 4]).tidy()
    assert rows["row"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert rows["time_days"].tolist() == [2, 4] * 6
    late = pseudo_values(DATA, times=[2, 99]).tidy()["warning"]
    assert late.tolist()[:2] == ["", "beyond the last observed time: the last value is carried on"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"times": []},
        {"times": np.nan},
        {"times": 3, "tau": 4},
        {"of": "rmst"},
        {"of": "rmst", "tau": -1},
        {"of": "rmst", "tau": 4, "times": 4},
        {"of": "hazard", "times": 3},
        {"times": 3, "of_cause": "a"},
        {"of": "incidence", "times": 3, "of_cause": "c"},
        {"times": 3, "method": "jackknife"},
        {"times": 3, "weights": "half"},
    ],
    ids=str,
)
def test_calls_that_are_refused(options):
    with pytest.raises(UsageError):
        pseudo_values(DATA.assign(half=1.5), **options)


def test_nothing_to_estimate():
    with pytest.raises(NotEstimable):
        pseudo_values(DATA.assign(cause=""), of="incidence", times=3)
    with pytest.raises(InvalidInput):
        pseudo_values(DATA.assign(event=2), times=3)
    # Nobody had the event: everyone is event-free.
    assert (pseudo_values(DATA.assign(event=0), times=3).values == 1.0).all()


def test_who_leaves_and_returns_has_no_pseudo_value():
    data = pd.DataFrame(
        {"subject_id": ["a", "a", "b"], "entry_days": [0, 5, 0], "duration_days": [3, 8, 6],
         "event": [0, 1, 1]}
    )  # fmt: skip
    with pytest.raises(UsageError, match="one stretch"):
        pseudo_values(data, times=4, entry="entry_days", subject="subject_id")


def test_regression_on_groups_is_the_difference_of_mean_pseudo_values():
    values = pseudo_values(DATA, times=4).values[:, 0]
    result = pseudo_regression(DATA, ["arm"], times=4)
    x, y = (values[DATA["arm"] == arm] for arm in "xy")
    assert result.coefficients[0] == pytest.approx(x.mean(), rel=1e-12)
    assert result.coefficients[1] == pytest.approx(y.mean() - x.mean(), rel=1e-12)
    variance = x.var() / len(x) + y.var() / len(y)
    assert result.covariance[1, 1] == pytest.approx(variance, rel=1e-10)
    fitted = result.predict(pd.DataFrame({"arm": ["y", "x"]}))
    np.testing.assert_allclose(fitted["estimate"], [y.mean(), x.mean()], rtol=1e-12)
    assert fitted["conf_low"].iloc[1] < x.mean() < fitted["conf_high"].iloc[1]


@pytest.mark.parametrize("link", ["logit", "cloglog", "log"])
def test_a_link_changes_the_scale_and_not_the_fit_of_two_groups(link):
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"duration_days": rng.integers(1, 20, 80), "arm": ["a", "b"] * 40})
    data["event"] = rng.random(80) < 0.7
    plain = pseudo_regression(data, ["arm"], times=6)
    linked = pseudo_regression(data, ["arm"], times=6, link=link)
    rows = pd.DataFrame({"arm": ["a", "b"]})
    np.testing.assert_allclose(
        linked.predict(rows)["estimate"], plain.predict(rows)["estimate"], rtol=1e-7
    )
    low, high = (linked.predict(rows)[name] for name in ("conf_low", "conf_high"))
    assert (low < high).all()
    name = {"logit": "odds_ratio", "cloglog": "hazard_ratio", "log": "ratio"}[link]
    np.testing.assert_allclose(linked.tidy()[name], np.exp(linked.tidy()["estimate"]))


def test_regressions_that_are_refused():
    with pytest.raises(UsageError, match="link"):
        pseudo_regression(DATA, ["age"], times=4, link="probit")
    with pytest.raises(UsageError, match="probabilities"):
        pseudo_regression(DATA, ["age"], of="rmst", tau=4, link="logit")
    with pytest.raises(UsageError, match="of_cause"):
        pseudo_regression(DATA, ["age"], of="incidence", times=4)
    with pytest.raises(NotEstimable):
        pseudo_regression(DATA.assign(age=1), ["age"], times=4)


def test_pseudo_values_that_are_all_alike_are_said_to_be():
    """Nobody had the event by then: there is nothing to explain, and nothing breaks."""
    data = pd.DataFrame({"duration_days": [3.0, 5, 5, 8], "event": False, "x": [1.0, 2, 4, 3]})
    rows = pseudo_regression(data, ["x"], times=4).tidy()
    assert rows["warning"].str.contains("alike").all()
    np.testing.assert_allclose(rows["estimate"], [1.0, 0.0], atol=1e-12)
