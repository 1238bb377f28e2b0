"""Subject-days of a target trial by hand, and the rows made from them."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from support.demo_setting import demo_setting
from support.studies import row, tiny_cohort, tiny_plan

from afterglow.estimate.target_trial.estimator import clone_censor_weight
from afterglow.estimate.weighting.terms import Smooth
from afterglow.plan.trial_analyses import TargetTrialAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.path import path_table
from afterglow.study.results import results_from
from afterglow.study.run import prepare
from afterglow.study.trial_days import trial_days
from afterglow.study.trial_rows import (
    FEW,
    TOO_MUCH,
    judged,
    strategies_of,
    target_trial_rows,
)

TRIAL = """
[analysis.trial]
estimator = "target_trial"
endpoint = "relapse"
strategies = [{ name = "none", never = true }, { name = "monthly", every_days = 28 }]
grace_days = 7
horizon_days = 28
at_days = [14, 28]
resamples = 20
"""


@pytest.fixture(scope="module")
def tiny():
    return prepare(tiny_plan(TRIAL), tiny_cohort())[0]


def days_of(setting, subject, **changes):
    analysis = setting.plan.analysis["trial"].model_copy(update=changes)
    found = trial_days(analysed("trial", analysis, setting), analysis, [], setting)
    return found[found["subject_id"] == subject].set_index("day")


def test_the_days_of_one_subject_by_hand(tiny):
    # A2 responds on day 8, is boosted on day 24 and in relapse at 22, which day 30 confirms.
    days = days_of(tiny, "A2")
    assert days.index.tolist() == list(range(23))
    assert days.index[days["event"]].tolist() == [22]
    assert days.index[days["treated"]].tolist() == [16]
    # The course could go on until day 17, the block of day 24 until day 31.
    assert days.index[days["decided"]].tolist() == list(range(10, 17))
    assert days["days_since_session"].loc[[0, 16, 17]].tolist() == [1.0, 17.0, 1.0]
    assert days["sessions_so_far"].loc[[0, 16, 17]].tolist() == [2.0, 2.0, 3.0]
    # Scores 12, 10, 25 and 28 on days 8, 15, 22 and 30: each is known on its own day.
    assert days["last_score"].loc[[0, 6, 7, 13, 14, 21, 22]].tolist() == [
        12,
        12,
        10,
        10,
        25,
        25,
        28,
    ]
    assert np.flatnonzero(days["day_of_a_visit"]).tolist()[:4] == [0, 7, 14, 22]
    assert days["time"].tolist() == days.index.tolist()


def test_a_relapse_waits_from_the_day_on_which_it_is_known(tiny):
    # A1 is in relapse at 15, known on 22; nobody boosts A1, who is followed to day 40.
    days = days_of(tiny, "A1", relapse_days=True)
    assert days["in_relapse"].loc[[13, 14, 28]].tolist() == [0.0, 1.0, 1.0]
    assert days["waiting"].loc[[14, 20]].tolist() == [0.0, 6.0]
    assert days["waiting"].loc[:13].isna().all()
    boosted = prepare(
        tiny_plan(TRIAL),
        tiny_cohort(sessions=[*((n, d, 1, "") for n in ("A1", "A2") for d in (0, 7)),
                              ("A1", 26, 1, "")]),
    )[0]  # fmt: skip
    assert days_of(boosted, "A1", relapse_days=True)["waiting"].loc[[18, 19, 28]].tolist() == [
        4.0, -1.0, -1.0,
    ]  # fmt: skip


def test_without_a_path_it_is_not_estimated(tiny, monkeypatch):
    nobody = path_table(tiny.cohort, tiny.derived, tiny.library).iloc[:0]
    monkeypatch.setattr("afterglow.study.trial_days.path_table", lambda *_: nobody)
    found = results_from(target_trial_rows("trial", tiny.plan.analysis["trial"], tiny))
    nothing = row(found, "survival")
    assert np.isnan(nothing["estimate"])
    assert "have no path" in nothing["warning"]


ASKED = TargetTrialAnalysis(
    estimator="target_trial", endpoint="relapse", population="evaluable", horizon_days=56,
    grace_days=7, at_days=(28, 56), relapse_days=True, resamples=10,
    strategies=[{"name": "none", "never": True}, {"name": "on relapse", "when": "relapse"},
                {"name": "monthly", "every_days": 28}, {"name": "daily", "every_days": 0.5}],
    strategy={"switch": "censor", "ect": "censor", "withdrawal": "censor", "death": "censor"},
)  # fmt: skip


@cache
def demo_results():
    return results_from(target_trial_rows("trial", ASKED, demo_setting()))


def test_rows_are_the_estimators_numbers():
    setting, results = demo_setting(), demo_results()
    days = trial_days(analysed("trial", ASKED, setting), ASKED, [], setting)
    plain = clone_censor_weight(
        days, strategies_of(ASKED), grace_days=7, horizon=56, resamples=10, seed=setting.plan.seed,
        model=[Smooth("last_score"), "day_of_a_visit", Smooth("time"), "days_since_session",
               "sessions_so_far", "in_relapse"],
        waiting="waiting", decided="decided", state="in_relapse",
    )  # fmt: skip
    for _, one in plain.at([28, 56]).iterrows():
        shown = row(results, "survival", group=one["group"], time_days=one["time_days"],
                    section="analysis")  # fmt: skip
        for name in ("estimate", "conf_low", "conf_high", "n", "n_events"):
            assert shown[name] == pytest.approx(one[name], nan_ok=True)
    found = plain.mean_days(56, what="share_in_state").set_index("group")["estimate"]
    mine = row(results, "days_in_relapse", group="on relapse")
    assert mine["estimate"] == pytest.approx(found["on relapse"])


def counts_of(results, group, part):
    """The ends of a strategy's copies before the event, or after it."""
    names = ("n_to_horizon", "n_censored_early", "n_deviated")
    found = results.select(section="analysis", group=group, term=part)
    return float(found.loc[found["statistic_name"].isin(names), "estimate"].sum())


def test_every_clone_is_counted_once():
    results = demo_results()
    n = row(results, "n", section="analysis")["estimate"]
    for group in ("none", "on relapse", "monthly"):
        copied, not_copied, events = (
            row(results, name, group=group)["estimate"]
            for name in ("n_clones", "n_not_cloned", "n_clone_events")
        )
        assert copied + not_copied == n
        assert copied == events + counts_of(results, group, "before")
        assert events == counts_of(results, group, "after")
        days = [
            row(results, "person_days", group=group, term=part)["estimate"]
            for part in ("before", "after", "all")
        ]
        assert days[0] + days[1] == days[2]
        assert days[1] > 0


def test_a_booster_on_relapse_that_does_not_come_has_its_own_word():
    found = demo_results().select(statistic_name="n_deviated", group="on relapse", term="after")
    left = found.set_index("level")["estimate"]
    assert left["no session in time"] > 0
    assert left["session not yet due"] == 0


def test_following_subjects_after_relapse_changes_nothing_before_it():
    setting = demo_setting()
    fewer = ASKED.model_copy(
        update={"relapse_days": False, "strategies": (ASKED.strategies[0], *ASKED.strategies[2:])}
    )
    alone = results_from(target_trial_rows("trial", fewer, setting, headline=True))
    assert not len(alone.select(term="after"))
    for group in ("none", "monthly"):
        for name, where in (
            ("n_clone_events", {}), ("n_to_horizon", {"term": "before"}),
            ("n_censored_early", {"term": "before"}), ("person_days", {"term": "before"}),
        ):  # fmt: skip
            both = [row(one, name, group=group, **where)["estimate"]
                    for one in (demo_results(), alone)]  # fmt: skip
            assert both[0] == both[1], name


def test_a_day_that_nobody_reaches_is_no_estimate_and_says_why(tiny):
    asked = tiny.plan.analysis["trial"].model_copy(update={"horizon_days": 200})
    found = results_from(target_trial_rows("trial", asked, tiny))
    for group in ("none", "monthly"):
        nothing = row(found, "restricted_mean", group=group)
        assert np.isnan(nothing["estimate"])
        assert "nobody follows this strategy so long" in nothing["warning"]
    assert not len(found.select(statistic_name="weight_mean", time_days=200.0))


def test_few_copies_and_too_much_weight_are_both_said():
    table = pd.DataFrame({"group": ["a", "b", "c"], "time_days": 7.0, "warning": ["", "", "own"]})
    behind = pd.DataFrame(
        {"group": ["a", "b"], "time_days": 7.0, "effective_n": [3.0, 30.0],
         "per_clone": [4.3, 0.7], "at_most": [1.0, 0.5]}
    )  # fmt: skip
    found = judged(table, SimpleNamespace(weights_at=lambda days, what: behind), "survival")
    assert found["warning"].tolist() == [f"{FEW}; {TOO_MUCH}", TOO_MUCH, "own"]


def test_what_nobody_follows_says_so():
    late = row(demo_results(), "survival", group="daily", time_days=56, section="analysis")
    assert np.isnan(late["estimate"])
    assert "nobody follows this strategy" in late["warning"]
    assert row(demo_results(), "n_clones", group="daily")["estimate"] > 0


def test_until_relapse_none_and_on_relapse_are_the_same():
    none, later = (
        row(demo_results(), "survival", group=group, time_days=56, section="analysis")["estimate"]
        for group in ("none", "on relapse")
    )
    assert none == pytest.approx(later)
