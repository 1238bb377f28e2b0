"""Rows of states over time: the estimator's own numbers, and who is counted."""

import numpy as np
import pytest
from support.demo_setting import demo_setting
from support.studies import row, tiny_cohort, tiny_plan

from afterglow.estimate.multistate.care import care_summary
from afterglow.estimate.multistate.model import multistate
from afterglow.study.analysed import analysed
from afterglow.study.multistate_rows import multistate_rows
from afterglow.study.results import results_from
from afterglow.study.run import run
from afterglow.study.session_table import session_table
from afterglow.study.state_paths import (
    by_treatment,
    clinical_of,
    clinical_paths,
    placed_paths,
    state_order,
)

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


EVERYTHING = (
    "days_well", "days_in_relapse", "days_symptomatic", "treatment_free_days", "sessions",
    "sessions_per_well_month",
)  # fmt: skip


@pytest.fixture(scope="module")
def year(setting):
    return results_of(
        setting, treatment_states=True, expected=EVERYTHING, clock_reset=True,
        sojourn_days=(28.0,), transitions_from=(28.0,), reference="racemic ketamine",
    )  # fmt: skip


def test_default_rows_are_those_of_the_clinical_states(setting, results):
    """Treatment states and what goes with them are asked for; without them nothing changes."""
    names = set(results.table["statistic_name"])
    assert names == {
        "n", "n_events", "n_without_path", "occupancy", "at_risk", "days_in_state", "n_moves",
        "markov_test", "entry_week_hazard_ratio",
    }  # fmt: skip
    assert not {"course", "booster"} & set(results.table["term"])


def test_being_in_treatment_is_a_state(year, results):
    first = year.select(section="curve", statistic_name="occupancy", term="course", time_days=0.0)
    assert (first["estimate"] > 0.9).all()
    terms = list(dict.fromkeys(year.select(statistic_name="days_in_state")["term"]))
    assert terms[:6] == ["course", "symptomatic", "response", "remission", "relapse", "booster"]
    # Treatment hides clinical states, but not what ends a path: those shares stay near, and are
    # not the same only because the censored are replaced by those in their new state.
    for term in ("ect", "switch", "withdrawal"):
        where = {"term": term, "group": "racemic ketamine", "section": "analysis"}
        near = row(results, "occupancy", time_days=168.0, **where)
        found = row(year, "occupancy", time_days=168.0, **where)
        assert abs(found["estimate"] - near["estimate"]) < 1.5 * near["std_error"]


def test_expected_numbers_are_the_estimators_own(year, setting, results):
    analysis = asked(setting)
    found = clinical_paths(analysed(NAME, analysis, setting), analysis, setting)
    summary = care_summary(
        found, tau=168.0, sessions=session_table(setting.cohort.sessions, found),
        treatment=by_treatment(found, 7.0), by="group",
    )  # fmt: skip
    table = summary.tidy()
    for _, mine in table.iterrows():
        ours = row(year, mine["term"], group=mine["group"])
        for column in ("estimate", "std_error", "conf_low", "conf_high", "n"):
            assert ours[column] == mine[column]
    difference = summary.difference(reference="racemic ketamine").tidy()
    for _, mine in difference.iterrows():
        ours = row(year, "difference", term=mine["term"], group=mine["group"])
        assert (ours["estimate"], ours["p_value"]) == (mine["estimate"], mine["p_value"])
    well = row(year, "days_well", group="esketamine")["estimate"]
    parts = [
        row(results, "days_in_state", group="esketamine", term=term)["estimate"]
        for term in ("response", "remission")
    ]
    assert well == pytest.approx(sum(parts))


def test_sessions_by_day_0_are_one_each(setting):
    own = results_of(setting, expected=("sessions",), at_days=(), until_day=0.5, by=None)
    assert row(own, "sessions")["estimate"] == pytest.approx(1.0)


def test_clock_reset_numbers_are_the_models_own(year, setting):
    analysis = asked(setting, treatment_states=True)
    found = placed_paths(analysed(NAME, analysis, setting), analysis, setting)
    fit = multistate(found, by="group", states=state_order(found))
    model = fit.clock_reset(168.0)
    for _, mine in model.at([28, 168]).iterrows():
        where = {"term": mine["term"], "group": mine["group"], "time_days": mine["time_days"]}
        ours = row(year, "clock_reset_occupancy", section="analysis", **where)
        assert (ours["estimate"], ours["std_error"]) == (mine["estimate"], mine["std_error"])
    assert (
        row(year, "clock_reset_test")["p_value"]
        == fit.clock_reset_test(out_of=clinical_of(fit.states)).p_value
    )
    raw = model.difference([28, 56, 168]).tidy()
    ours = year.select(statistic_name="clock_reset_difference")
    assert (ours["p_value"].fillna(1.0).to_numpy() >= raw["p_value"].fillna(1.0)).all()
    curve = year.select(statistic_name="clock_reset_occupancy", section="curve")
    totals = curve.groupby(["group", "time_days"])["estimate"].sum()
    np.testing.assert_allclose(totals, 1.0, atol=1e-9)
    stays = year.select(statistic_name="median_stay", group="esketamine").set_index("term")
    assert 0 < stays.loc["response", "estimate"] < 60


def test_probabilities_of_moves_start_where_somebody_is(year):
    rows = year.select(statistic_name="transition_probability")
    assert set(rows["level"]) == {"from day 28"}
    sources = set(rows["term"].str.partition(" → ")[0])
    assert "course" not in sources
    assert "response" in sources
    totals = rows.assign(source=rows["term"].str.partition(" → ")[0]).groupby(
        ["group", "time_days", "source"]
    )["estimate"].sum()  # fmt: skip
    np.testing.assert_allclose(totals, 1.0, atol=1e-9)


STATES_WITHOUT_SESSIONS = """
[analysis.states]
estimator = "multistate"
endpoint = "response"
at_days = [14]
expected = ["days_well", "sessions"]
"""


def test_a_cohort_without_sessions_says_so():
    plan = tiny_plan(STATES_WITHOUT_SESSIONS)
    found = run(plan, tiny_cohort(sessions=None)).results
    words = row(found, "sessions", analysis=NAME)["warning"]
    assert "no table of sessions" in words
    assert row(found, "days_well", analysis=NAME)["estimate"] > 0


def test_loss_is_a_state_where_the_plan_says_so(setting):
    changed = asked(setting, strategy={"lost": "competing"})
    order = state_order(placed_paths(analysed(NAME, changed, setting), changed, setting))
    assert "lost" in order
