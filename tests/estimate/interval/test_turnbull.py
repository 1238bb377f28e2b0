"""The interval-censored curve: against the slow way, Kaplan–Meier, and its own conditions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.interval_tables import interval_tables, visit_cohort
from support.slow_interval import covers, slow_npmle, slow_survival

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.interval.npmle import npmle
from afterglow.estimate.interval.support import support_of
from afterglow.estimate.interval.turnbull import turnbull
from afterglow.estimate.kaplan_meier import kaplan_meier

CLOSE = 1e-6


def rows_of(data: pd.DataFrame, entry=None) -> list[tuple]:
    begin = np.full(len(data), -np.inf) if entry is None else entry
    return list(zip(data["lower_days"], data["upper_days"], begin))


def curve_of(data: pd.DataFrame, **options):
    return turnbull(data, **options).curves[0].boxes


@settings(max_examples=150)
@given(interval_tables())
def test_masses_are_those_of_plain_self_consistency(data):
    boxes, masses, loglik = slow_npmle(rows_of(data), data["weight"], steps=20_000)
    found = turnbull(data, weights="weight")
    assert found.loglik == pytest.approx(loglik, abs=1e-4)
    assert found.loglik >= loglik - 1e-9
    support = support_of(data["lower_days"].to_numpy(), data["upper_days"].to_numpy())
    assert list(zip(support.lower, support.upper)) == boxes
    times = np.arange(0.0, 16.0, 0.5)
    lowest, highest = found.curves[0].boxes.range_at(times)
    slow = np.array([slow_survival(boxes, masses, time) for time in times])
    np.testing.assert_allclose(np.column_stack([lowest, highest]), slow, atol=2e-3)


@settings(max_examples=100)
@given(interval_tables(), st.data())
def test_no_interval_would_gain_and_the_masses_add_up_to_1(data, more):
    if more.draw(st.booleans()):
        entry = np.array([more.draw(st.integers(0, int(low))) for low in data["lower_days"]]) - 1.0
    else:
        entry = np.full(len(data), -np.inf)
    rows = rows_of(data, entry)
    support = support_of(data["lower_days"].to_numpy(), data["upper_days"].to_numpy(), entry)
    fit = npmle(support, np.ones(len(data)))
    assert fit.mass.sum() == pytest.approx(1.0, abs=1e-12)
    assert (fit.mass >= 0).all()
    if fit.exhausted:
        return
    boxes = list(zip(support.lower, support.upper))
    inside = np.array([[covers(row, box) for box in boxes] for row in rows], float)
    seen = np.array([[box[1] > row[2] for box in boxes] for row in rows], float)
    gradient = (1 / (inside @ fit.mass)) @ inside - (1 / (seen @ fit.mass)) @ seen
    assert gradient.max() <= CLOSE * len(rows)
    np.testing.assert_allclose(gradient @ fit.mass, 0.0, atol=1e-9)


@settings(max_examples=100)
@given(interval_tables())
def test_exact_and_right_censored_times_give_kaplan_meier(data):
    data = data.assign(
        upper_days=np.where(data["open"], np.inf, data["lower_days"]), event=~data["open"]
    )
    times = np.arange(0.0, 10.0, 0.5)
    kept = kaplan_meier(data, duration="lower_days", event="event", weights="weight").at(times)
    found = turnbull(data, weights="weight").at(times)
    last = data.loc[data["open"], "lower_days"].max()
    known = times <= last if (data["open"]).any() else np.full(len(times), True)
    np.testing.assert_allclose(found["highest"][known], kept["estimate"][known], atol=1e-9)


@settings(max_examples=60)
@given(interval_tables(), st.data())
def test_delayed_entry_with_exact_times_is_kaplan_meier_with_delayed_entry(data, more):
    entry = np.array([more.draw(st.integers(-1, int(low))) for low in data["lower_days"]]) - 0.5
    data = data.assign(
        entry_days=np.where(entry < 0, -np.inf, entry), event=~data["open"],
        upper_days=np.where(data["open"], np.inf, data["lower_days"]),
    )  # fmt: skip
    curve = kaplan_meier(data, duration="lower_days", event="event", entry="entry_days")
    rows = curve.tidy()
    if (rows["at_risk"] == 0).any() or (rows.loc[rows["estimate"] < 1e-12, "events"] == 0).any():
        return
    times = rows.loc[rows["events"] > 0, "time_days"].to_numpy()
    times = times[: int(np.sum(rows.loc[rows["events"] > 0, "estimate"] > 1e-12)) + 1]
    if len(times):
        found = turnbull(data, entry="entry_days").at(times)
        np.testing.assert_allclose(found["lowest"], curve.at(times)["estimate"], atol=1e-7)


def test_shrinking_intervals_lead_to_kaplan_meier():
    random = np.random.default_rng(4)
    time = np.sort(random.choice(np.arange(1, 400), 60, replace=False)).astype(float)
    censored = random.random(60) < 0.3
    data = pd.DataFrame({"time": time, "event": ~censored})
    kept = kaplan_meier(data, duration="time").at(time[~censored])["estimate"].to_numpy()
    gaps = []
    for width in (100.0, 20.0, 5.0, 0.5):
        boxed = data.assign(
            lower_days=np.where(censored, time, np.maximum(time - width, 0.0)),
            upper_days=np.where(censored, np.inf, time),
        )
        found = turnbull(boxed).at(time[~censored])
        gaps.append(float(np.abs(found["lowest"] - kept).max()))
    assert gaps[-1] < 1e-9
    assert gaps[0] > gaps[1] > gaps[2]


@settings(max_examples=50)
@given(interval_tables(least=2))
def test_a_weight_of_2_is_a_row_twice(data):
    weighted = curve_of(data, weights="weight")
    repeated = curve_of(data.loc[data.index.repeat(data["weight"])].reset_index(drop=True))
    np.testing.assert_allclose(weighted.survival, repeated.survival, atol=1e-7)
    counts = turnbull(data, weights="weight").tidy()
    assert counts["n"].iloc[0] == data["weight"].sum()


@settings(max_examples=50)
@given(interval_tables(least=2), st.integers(0, 1000))
def test_row_order_changes_nothing(data, seed):
    shuffled = data.sample(frac=1.0, random_state=seed).reset_index(drop=True)
    first = turnbull(data, by="arm", n_resamples=3)
    second = turnbull(shuffled, by="arm", n_resamples=3)
    pd.testing.assert_frame_equal(first.tidy(), second.tidy(), check_exact=True)


@settings(max_examples=30)
@given(interval_tables(), st.sampled_from([0.5, 7.0, 30.4375]))
def test_the_unit_of_time_scales_the_boxes_only(data, unit):
    scaled = data.assign(lower_days=data["lower_days"] * unit, upper_days=data["upper_days"] * unit)
    first, second = curve_of(data), curve_of(scaled)
    np.testing.assert_allclose(second.survival, first.survival, atol=1e-9)
    np.testing.assert_allclose(second.upper, first.upper * unit, rtol=1e-12)


def test_left_censored_is_from_0_or_from_minus_infinity():
    data = pd.DataFrame({"lower_days": [0.0, 5.0, 3.0], "upper_days": [6.0, np.inf, 9.0]})
    minus = data.assign(lower_days=[-np.inf, 5.0, 3.0])
    pd.testing.assert_frame_equal(turnbull(data).tidy(), turnbull(minus).tidy())


def test_a_hand_worked_curve():
    """Intervals (0, 2], (1, 3], (2, inf): the likelihood is p1 (p1 + p2)(p2 + p3) …

    Support (1, 2] and (2, 3], the first covered by two rows, the second by two: with p + q = 1
    the likelihood p · 1 · q is largest at one half.
    """
    data = pd.DataFrame({"lower_days": [0.0, 1.0, 2.0], "upper_days": [2.0, 3.0, np.inf]})
    rows = turnbull(data).tidy()
    assert rows[["lower_days", "upper_days"]].to_numpy().tolist() == [[1.0, 2.0], [2.0, 3.0]]
    np.testing.assert_allclose(rows["mass"], [0.5, 0.5], rtol=1e-12)
    found = turnbull(data)
    assert found.loglik == pytest.approx(2 * np.log(0.5))
    at = found.at([1.0, 1.5, 2.0])
    assert at["highest"].tolist() == pytest.approx([1.0, 1.0, 0.5])
    assert at["lowest"].tolist() == pytest.approx([1.0, 0.5, 0.5])
    assert np.isnan(at["estimate"][1])
    assert at["estimate"][2] == pytest.approx(0.5)
    assert "inside a support interval" in at["warning"][1]
    middle = found.median()
    assert (middle["lower_days"][0], middle["upper_days"][0]) == (1.5, 2.5)


def test_everybody_censored_is_one_open_box():
    data = pd.DataFrame({"lower_days": [3.0, 5.0], "upper_days": [np.inf, np.inf]})
    found = turnbull(data)
    rows = found.tidy()
    assert rows["lower_days"].tolist() == [5.0]
    assert np.isinf(rows["upper_days"][0])
    assert np.isnan(rows["estimate"][0])
    assert found.at(4.0)["estimate"].tolist() == [1.0]
    assert "last look" in found.at(9.0)["warning"][0]
    assert "not reached by day 5" in found.summary()


def test_one_subject():
    assert turnbull(pd.DataFrame({"lower_days": [2.0], "upper_days": [4.0]})).tidy()["mass"][0] == 1


def test_who_enters_after_everybody_had_the_event_is_left_out_with_words():
    data = pd.DataFrame(
        {"lower_days": [0.0, 10.0], "upper_days": [2.0, 12.0], "entry_days": [-np.inf, 5.0]}
    )
    rows = turnbull(data, entry="entry_days").tidy()
    assert rows["upper_days"].tolist() == [2.0]
    assert "entered later" in rows["warning"][0]


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("lower_days", [5.0, 1.0], "lies above the upper end"),
        ("lower_days", [np.nan, 1.0], "has missing values"),
        ("upper_days", [np.nan, 4.0], "has missing values"),
        ("lower_days", [-1.0, 1.0], "has negative times"),
        ("upper_days", [-2.0, 4.0], "where no event can be"),
        ("lower_days", [np.inf, 1.0], "has infinite values"),
        ("upper_days", ["x", "y"], "does not hold numbers"),
    ],
)
def test_bad_columns_are_one_clear_error(column, values, words):
    data = pd.DataFrame({"lower_days": [0.0, 1.0], "upper_days": [2.0, 4.0]})
    with pytest.raises(InvalidInput, match=words):
        turnbull(data.assign(**{column: values}))


def test_an_event_before_the_origin_is_refused_and_one_at_it_is_not():
    data = pd.DataFrame({"lower_days": [-np.inf, 1.0], "upper_days": [0.0, 4.0]})
    with pytest.raises(InvalidInput, match="where no event can be"):
        turnbull(data)
    assert turnbull(data.assign(lower_days=[0.0, 1.0])).at(0.0)["estimate"][0] == pytest.approx(0.5)


def test_several_intervals_of_a_subject_are_refused():
    data = pd.DataFrame(
        {"lower_days": [0.0, 1.0], "upper_days": [2.0, 4.0], "subject_id": ["s", "s"]}
    )
    with pytest.raises(InvalidInput, match="overlapping intervals"):
        turnbull(data, subject="subject_id")


def test_entry_at_the_end_is_refused():
    data = pd.DataFrame({"lower_days": [0.0], "upper_days": [2.0], "entry_days": [2.0]})
    with pytest.raises(InvalidInput, match="not before the end"):
        turnbull(data, entry="entry_days")


@pytest.mark.parametrize("options", [{"n_resamples": -1}, {"n_workers": 0}, {"conf_level": 2}])
def test_bad_options_are_refused(options):
    with pytest.raises(UsageError):
        turnbull(pd.DataFrame({"lower_days": [0.0], "upper_days": [2.0]}), **options)


def test_the_bootstrap_is_the_same_for_any_number_of_workers_and_covers_the_curve():
    data = visit_cohort(80)
    one = turnbull(data, n_resamples=120, seed=3)
    two = turnbull(data, n_resamples=120, seed=3, n_workers=2)
    pd.testing.assert_frame_equal(one.tidy(), two.tidy(), check_exact=True)
    at = one.at([30, 60, 90])
    assert (at["conf_low"] <= at["lowest"]).all()
    assert (at["conf_high"] >= at["highest"]).all()
    other = turnbull(data, n_resamples=120, seed=4).at([30, 60, 90])
    assert not np.array_equal(at["conf_low"], other["conf_low"])
    middle = one.median()
    assert middle["conf_low"][0] <= middle["lower_days"][0]
    assert middle["conf_high"][0] >= middle["upper_days"][0]


def test_clusters_are_drawn_whole():
    data = pd.concat([visit_cohort(40, seed=2).assign(site=range(40))] * 5, ignore_index=True)
    alone = turnbull(data, n_resamples=200).at(50.0)
    together = turnbull(data, cluster="site", n_resamples=200).at(50.0)
    widths = [float((rows["conf_high"] - rows["conf_low"]).iloc[0]) for rows in (together, alone)]
    assert widths[0] > 1.5 * widths[1]


@pytest.mark.parametrize("whole_days", [False, True])
def test_tens_of_thousands_of_intervals_meet_the_conditions(whole_days):
    data = visit_cohort(20_000)
    if whole_days:
        data = data.assign(
            lower_days=np.floor(data["lower_days"]), upper_days=np.ceil(data["upper_days"])
        )
    assert turnbull(data).gap < CLOSE
