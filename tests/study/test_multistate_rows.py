"""Rows of states over time: the estimator's own numbers, and who is counted."""

import numpy as np
import pytest
from support.demo_setting import demo_setting
from support.studies import row

from afterglow.estimate.multistate.model import multistate
from afterglow.study.analysed import analysed
from afterglow.study.multistate_rows import multistate_rows
from afterglow.study.results import results_from
from afterglow.study.state_paths import placed_paths, state_order

NAME = "states"


@pytest.fixture(scope="module")
def setting():
    return demo_setting()


def asked(setting, **changes):
    return setting.plan.analysis[NAME].model_copy(update=changes)


def results_of(setting, *, headline=False, **changes):
    return results_from(
        multistate_rows(NAME, asked(setting, **changes), setting, headline=headline)
    )


@pytest.fixture(scope="module")
def results(setting):
    return results_of(setting)


@pytest.fixture(scope="module")
def paths(setting):
    return placed_paths(analysed(NAME, asked(setting), setting), asked(setting), setting)


def test_numbers_are_the_estimators_own(results, paths):
    fit = multistate(paths, by="group", states=state_order(paths))
    for _, mine in fit.at([28, 56, 168]).iterrows():
        where = {"term": mine["term"], "group": mine["group"], "time_days": mine["time_days"]}
        found = row(results, "occupancy", section="analysis", **where)
        for column in ("estimate", "std_error", "conf_low", "conf_high", "n"):
            assert found[column] == mine[column]
    for _, mine in fit.sojourn(168).tidy().iterrows():
        found = row(results, "days_in_state", term=mine["term"], group=mine["group"])
        assert (found["estimate"], found["time_days"]) == (mine["estimate"], 168)
    test = fit.markov_test()
    assert row(results, "markov_test")["p_value"] == test.p_value
    assert results.select(statistic_name="n_moves")["estimate"].sum() == (
        results.select(statistic_name="n_events", section="analysis")["estimate"].sum()
    )


def test_states_are_in_their_order(paths):
    order = state_order(paths)
    assert order[:4] == ["symptomatic", "response", "remission", "relapse"]
    assert "" not in order


def test_shares_add_up_at_every_time_of_the_curve(results):
    curve = results.select(section="curve")
    totals = curve.groupby(["group", "time_days"])["estimate"].sum()
    np.testing.assert_allclose(totals, 1.0, atol=1e-12)
    assert curve["time_days"].min() == 0.0


def test_an_event_that_censors_is_no_state(setting, paths):
    assert "withdrawal" in state_order(paths)
    changed = asked(setting, strategy={"withdrawal": "censor"})
    assert "withdrawal" not in state_order(
        placed_paths(analysed(NAME, changed, setting), changed, setting)
    )
    assert "lost" not in state_order(paths)


def test_everybody_analysed_has_a_path_or_is_counted_without(setting, results, paths):
    n = results.select(statistic_name="n", section="analysis")["estimate"].sum()
    without = results.select(statistic_name="n_without_path")["estimate"].sum()
    assert n == len(analysed(NAME, asked(setting), setting).rows)
    assert n - without == paths["subject_id"].nunique()


def test_days_and_test_follow_the_plan(setting):
    other = results_of(setting, until_day=30.0, markov_test=False, by=None)
    assert set(other.select(statistic_name="days_in_state")["time_days"]) == {30.0}
    assert not len(other.select(statistic_name="markov_test"))
    assert set(other.select(statistic_name="occupancy")["group"]) == {""}
    short = results_of(setting, headline=True)
    assert not len(short.select(section="curve"))
