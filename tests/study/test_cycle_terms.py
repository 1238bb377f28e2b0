"""Terms of the cycle: the values beside each stretch, and who is left out and why."""

import numpy as np
import pytest
from support.demo_setting import demo_setting
from support.four_cycles import four_setting
from support.studies import estimate, row

from afterglow.estimate.recurrent.frailty import frailty
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox
from afterglow.plan.clauses import Term
from afterglow.plan.recurrent_analyses import FrailtyAnalysis, RecurrentCoxAnalysis
from afterglow.study.cycle_terms import with_cycle_terms
from afterglow.study.recurrent_regressions import frailty_rows, recurrent_cox_rows
from afterglow.study.recurrent_rows import placed_table
from afterglow.study.regressions import material
from afterglow.study.results import results_from

COMMON = {"endpoint": "booster", "population": "evaluable"}
ARM = Term(column="arm", reference="racemic ketamine")


def rates(*terms, **changes):
    given = {**COMMON, "model": "pwp-gap", "max_event": 4, "terms": terms}
    return RecurrentCoxAnalysis(estimator="recurrent_cox", **{**given, **changes})


def ready(analysis, setting):
    given = material("x", analysis, setting)
    table = placed_table(given.found, analysis, setting, "exposed", given.columns)
    return with_cycle_terms(table, given, analysis, setting)


def test_values_stand_beside_their_cycle():
    analysis = rates(Term(cycle="number"), Term(cycle="dose_mg_per_kg", per=0.1),
                     Term(cycle="kind"), population="all")  # fmt: skip
    made = ready(analysis, four_setting())
    table = made.table.set_index(["subject_id", "cycle"])
    assert table.loc[("P", 2), "cycle_dose_mg_per_kg, per 0.1"] == pytest.approx(8)
    assert table.loc[("P", 2), "cycle_kind: triggered vs scheduled"] == 1
    assert table.loc[("P", 2), "event_number"] == 2
    assert table.loc[("R", 1), "cycle_number"] == 1
    assert made.left_out["level"].tolist() == ["dose_mg_per_kg not known"]
    assert next(iter(made.terms.values())) == "cycle_number"


def test_the_first_cycle_has_none_before_it():
    made = ready(rates(Term(cycle="previous_gap_days"), population="all"), four_setting())
    assert made.table["cycle_previous_gap_days"].tolist() == [27, 15]
    assert made.left_out["level"].tolist() == ["no cycle before it"] * 4
    assert made.left_out["event"].sum() == 2


def test_rates_are_the_estimators_own_and_keep_their_numbers():
    setting = demo_setting()
    analysis = rates(ARM, Term(cycle="previous_gap_days", per=7), Term(cycle="previous_response"),
                     Term(interaction=("arm", "cycle_previous_response")))  # fmt: skip
    results = results_from(recurrent_cox_rows("x", analysis, setting))
    made = ready(analysis, setting)
    expected = recurrent_cox(
        made.table, list(made.terms), model="pwp-gap", max_event=4, number="event_number"
    ).tidy()
    assert expected["term"].tolist()[-1].count(" × ") == 1
    for _, theirs in expected.iterrows():
        ours = row(results, "coefficient", term=theirs["term"])
        assert ours["estimate"] == theirs["estimate"]
        assert ours["std_error"] == theirs["robust_std_error"]
    left = results.select(statistic_name="n_cycles_left_out")["estimate"].sum()
    assert left == len(made.left_out)
    events = results.select(statistic_name="n_events_left_out")["estimate"].sum()
    assert estimate(results, "n_events") == made.table["event"].sum() + events
    assert made.table["event_number"].min() == 2


def test_a_frailty_takes_terms_of_the_cycle():
    setting = demo_setting()
    terms = (Term(cycle="number"), Term(cycle="sessions_in_block"))
    analysis = FrailtyAnalysis(estimator="frailty", terms=terms, **COMMON)
    results = results_from(frailty_rows("x", analysis, setting))
    made = ready(analysis, setting)
    expected = frailty(made.table, list(made.terms)).tidy()
    ratios = results.select(statistic_name="hazard_ratio")
    np.testing.assert_allclose(ratios["estimate"], expected["hazard_ratio"][:-1])
    assert made.left_out.empty


def test_a_frailty_may_start_its_clock_with_each_gap():
    setting = demo_setting()
    terms = (Term(cycle="number"), Term(cycle="sessions_in_block"))
    analysis = FrailtyAnalysis(estimator="frailty", clock="gap", terms=terms, **COMMON)
    results = results_from(frailty_rows("x", analysis, setting))
    gaps = ready(analysis, setting).table
    gaps = gaps.assign(gap=gaps["stop_day"] - gaps["start_day"])
    # One stretch a gap: a booster block ends its cycle.
    assert not gaps.duplicated(["subject_id", "event_number"]).any()
    columns = ["cycle_number", "cycle_sessions_in_block"]
    expected = frailty(gaps, columns, duration="gap", cluster="subject_id").tidy()
    ratios = results.select(statistic_name="hazard_ratio")
    np.testing.assert_allclose(ratios["estimate"], expected["hazard_ratio"][:-1], rtol=1e-6)


def test_what_cannot_be_told_apart_is_said():
    results = results_from(recurrent_cox_rows("x", rates(Term(cycle="number"), max_event=None),
                                              demo_setting()))  # fmt: skip
    assert "does not vary" in row(results, "rate_ratio")["warning"]


def test_nothing_left_is_said():
    nothing = rates(Term(cycle="dose_mg"), population="all")
    results = results_from(recurrent_cox_rows("x", nothing, four_setting()))
    assert "no cycle has every covariate" in row(results, "rate_ratio")["warning"]
    assert estimate(results, "n_cycles_left_out") == 6
