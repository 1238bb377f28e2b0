"""Strategies compared where the truth is known, and what must hold of every comparison."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.booster_truth import EVERY_DAYS, GRACE, subject_days

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.target_trial.clones import timing
from afterglow.estimate.target_trial.estimator import clone_censor_weight
from afterglow.estimate.target_trial.strategies import Strategy

FORTNIGHTLY = Strategy(name="every 14 days", every_days=EVERY_DAYS)
NEVER = Strategy(name="never")
ANY_TIME = Strategy(name="any time", every_days=500.0)
MODEL = ["score", "days_since_session"]
HORIZON = 28


def compared(data, strategies=(FORTNIGHTLY, NEVER), **options):
    options = {"grace_days": GRACE, "model": MODEL, "horizon": HORIZON, "resamples": 0, **options}
    return clone_censor_weight(data, strategies, **options)


def without_sessions(data):
    """The same subjects, had no session been given after time zero."""
    return data.assign(treated=False, days_since_session=data["day"] + 1.0)


@pytest.fixture(scope="module")
def practice():
    return subject_days(12_000, HORIZON, seed=1)[0]


def survival(found, day, what="estimate"):
    return found.at([day]).set_index("group")[what]


def test_weights_find_the_truth_where_censoring_alone_and_treatment_as_given_do_not(practice):
    found = compared(practice, truncate=None)
    due = timing(found.days, found.clones[0], np.ones(found.days.subjects))[0]
    truth = {
        name: float((subject_days(60_000, HORIZON, 2, policy, due)[1] > HORIZON).mean())
        for name, policy in (("every 14 days", "fortnightly"), ("never", "never"))
    }
    weighted, plain = survival(found, HORIZON), survival(found, HORIZON, "unweighted")
    for name, true in truth.items():
        assert abs(weighted[name] - true) < 0.02
    # Whoever went on without a session had the better scores.
    assert plain["never"] - truth["never"] > 0.035
    assert truth["every 14 days"] - plain["every 14 days"] > 0.02
    # As treated: whoever was ever given one had to live free of the event until then.
    ever = practice.groupby("subject_id").agg(ever=("treated", "any"), event=("event", "any"))
    free = 1.0 - ever.groupby("ever")["event"].mean()
    true_difference = truth["every 14 days"] - truth["never"]
    assert free[True] - free[False] > true_difference + 0.1


def test_limits_cover_and_resamples_clone_anew():
    data = subject_days(400, HORIZON, seed=3)[0]
    found = compared(data, resamples=60, seed=5)
    row = found.at([HORIZON]).set_index("group").loc["never"]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    again = compared(data, resamples=60, seed=5, workers=2)
    pd.testing.assert_frame_equal(found.tidy(), again.tidy())
    contrast = found.difference(HORIZON, reference="never")
    assert list(contrast["group"]) == ["every 14 days vs never"]
    both = survival(found, HORIZON)
    assert contrast["estimate"].item() == pytest.approx(both["every 14 days"] - both["never"])
    assert contrast["conf_low"].item() < contrast["estimate"].item()


def test_labels_and_the_order_of_rows_change_nothing():
    data = subject_days(150, HORIZON, seed=4)[0]
    found = compared(data, resamples=20)
    other = data.sample(frac=1.0, random_state=1).assign(
        subject_id=lambda rows: "s" + (997 - rows["subject_id"]).astype(str)
    )
    pd.testing.assert_frame_equal(found.tidy(), compared(other, resamples=20).tidy())


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_a_strategy_that_allows_all_is_the_plain_curve(seed):
    data = subject_days(60, HORIZON, seed=seed)[0]
    found = compared(without_sessions(data), (NEVER, ANY_TIME), grace_days=0.0)
    last = data.groupby("subject_id").agg(duration_days=("day", "max"), event=("event", "any"))
    plain = kaplan_meier(last.reset_index()).at([7, 14, HORIZON])["estimate"]
    for group, mine in found.at([7, 14, HORIZON]).groupby("group"):
        np.testing.assert_allclose(mine["estimate"], plain, err_msg=group)
    assert found.follow_up()["no session in time"].sum() == 0


def test_mean_days_are_the_area_under_the_curve(practice):
    found = compared(practice)
    curve = found.tidy()
    mine = curve[(curve["group"] == "never") & (curve["time_days"] < HORIZON)]
    mean = found.mean_days(HORIZON).set_index("group").loc["never", "estimate"]
    assert mean == pytest.approx(mine["estimate"].sum())
    contrast = found.mean_difference(HORIZON, reference="every 14 days")["estimate"].item()
    other = found.mean_days(HORIZON).set_index("group").loc["every 14 days", "estimate"]
    assert contrast == pytest.approx(mean - other)


def test_a_strategy_that_nobody_follows_is_not_estimated_and_says_so():
    data = without_sessions(subject_days(80, HORIZON, seed=6)[0])
    row = compared(data).at([HORIZON]).set_index("group").loc["every 14 days"]
    assert np.isnan(row["estimate"])
    assert np.isnan(row["conf_low"])
    assert "nobody follows" in row["warning"]
    assert compared(data).difference(HORIZON, reference="never")["warning"].item()


def test_strata_have_rhythms_of_their_own():
    early = subject_days(400, HORIZON, seed=10)[0].assign(site="a")
    # At the other site every session comes on the 15th day after the one before, or not at all.
    late = without_sessions(subject_days(400, HORIZON, seed=11)[0]).assign(site="b")
    chosen = (late["days_since_session"] == 15) & (late["subject_id"] % 2 == 0)
    last = late.groupby("subject_id")["day"].transform("max")
    late["treated"] = chosen & (late["day"] < last)
    given = late["treated"].groupby(late["subject_id"]).cumsum() - late["treated"]
    since = np.where(given > 0, late["day"] - 14.0, late["days_since_session"])
    late = late.assign(days_since_session=since, subject_id=late["subject_id"] + 1000)
    both = compared(pd.concat([early, late]), rhythm="site")
    due = timing(both.days, both.clones[0], np.ones(both.days.subjects))
    assert due.shape == (2, 2 * GRACE + 1)
    assert due[1].tolist() == [0.0] * 5 + [1.0] * 4  # days 10 to 18; the 15th is the sixth
    assert (due[0][:5] > 0).all()
    alone = early.assign(site="all")
    pd.testing.assert_frame_equal(compared(alone).tidy(), compared(alone, rhythm="site").tidy())


def test_the_share_in_a_state_is_that_of_both_parts_by_the_curve():
    data = subject_days(300, HORIZON, seed=8)[0]
    data = data.assign(ill=(data["score"] > 12).astype(float))
    found = compared(data, state="ill")
    place = [one.strategy.name for one in found.clones].index("never")
    weight = found.weight[place][:, 14]
    shown = found.at([14], what="share_in_state").set_index("group").loc["never", "estimate"]
    free = survival(found, 14)["never"]
    past = found.days.event[:, :15].any(axis=1)
    expected = 0.0
    for part, share in ((~past, free), (past, 1.0 - free)):
        mine = found.days.followed[:, 14] & part
        expected += share * np.average(found.days.state[mine, 14], weights=weight[mine])
    assert shown == pytest.approx(expected, rel=1e-12)
    assert found.mean_days(HORIZON, what="share_in_state")["estimate"].notna().all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_state_that_only_the_event_leads_into_holds_what_the_curve_has_lost(seed):
    """However few can be followed past the event, its days are not fewer than the curve says."""
    data = subject_days(60, HORIZON, seed=seed)[0]
    past = data["event"].groupby(data["subject_id"]).cummax().astype(float)
    found = compared(data.assign(ill=past), state="ill")
    everywhere = list(range(HORIZON + 1))
    inside = found.at(everywhere, what="share_in_state")["estimate"]
    lost = 1.0 - found.at(everywhere)["estimate"]
    known = inside.notna()
    assert known.any()
    assert inside[known].to_numpy() == pytest.approx(lost[known].to_numpy(), abs=1e-12)


def test_edges():
    one = pd.DataFrame(
        {"subject_id": ["a"], "day": [0.0], "treated": [False], "event": [False],
         "days_since_session": [1.0], "score": [9.0]}
    )  # fmt: skip
    found = compared(one)
    assert survival(found, 0)["never"] == 1.0
    assert np.isnan(survival(found, 5)["never"])
    with pytest.raises(InvalidInput, match="no rows"):
        compared(one.iloc[:0])
    for options in ({"strategies": (NEVER,)}, {"grace_days": -1.0}, {"horizon": 0}):
        with pytest.raises(UsageError):
            compared(one, **options)
    with pytest.raises(UsageError, match="no whole day"):
        found.at([HORIZON + 1])


def test_everybody_boosted_on_one_day_leaves_nobody_without():
    data = subject_days(50, HORIZON, seed=9)[0]
    first = data["day"] == 0
    data = data.assign(treated=first & (data.groupby("subject_id")["day"].transform("max") > 0))
    found = compared(data)
    assert np.isnan(survival(found, HORIZON)["never"])


def test_weights_should_add_up_to_no_more_than_the_curve_before_the_day(practice):
    found = compared(practice, truncate=None)
    behind = found.weights_at([0, 14, HORIZON])
    for _, row in behind.iterrows():
        day = int(row["time_days"])
        before = survival(found, day - 1)[row["group"]] if day else 1.0
        assert row["at_most"] == before
        assert row["per_clone"] == pytest.approx(before, abs=0.03)
    assert (compared(practice).weights_at([14], what="share_in_state")["at_most"] == 1.0).all()
