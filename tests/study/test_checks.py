"""What cannot be done is refused before anything is computed, with the way out."""

import pytest
from support.studies import tiny_cohort, tiny_plan

from afterglow.errors import PlanError
from afterglow.plan.analyses import ProportionAnalysis
from afterglow.study.run import run

CURVE = """
[analysis.curve]
estimator = "kaplan_meier"
endpoint = "relapse"
"""
TEST = """
[analysis.test]
estimator = "logrank"
endpoint = "relapse"
by = "arm"
"""
RAPID = """
[endpoint.rapid]
kind = "rapid_response"
instrument = "MADRS"
improvement_at_least_percent = 50
at_hours = 192
window_hours = 24
[analysis.rapid]
estimator = "proportion"
endpoint = "rapid"
by = "arm"
"""


def refusal(plan):
    with pytest.raises(PlanError) as error:
        run(plan, tiny_cohort())
    assert error.value.exit_code == 2
    return str(error.value)


def test_competing_causes_forbid_a_curve_and_a_test_at_once():
    said = refusal(tiny_plan(CURVE, TEST))
    assert "analysis curve: booster competes with 'relapse'" in said
    assert "analysis test: booster competes with 'relapse'" in said
    assert "aalen_johansen" in said
    assert "naive = true" in said


@pytest.mark.parametrize("way_out", ['strategy = { booster = "event" }', "naive = true"])
def test_each_way_out_works(way_out):
    results = run(tiny_plan(CURVE, way_out), tiny_cohort()).results
    naive = results.select(analysis="curve", section="curve", statistic_name="survival")["method"]
    assert naive.str.startswith("naive").all() == (way_out == "naive = true")


def test_a_cause_that_never_came_forbids_nothing():
    quiet = tiny_cohort(sessions=[(name, 0, 1, "") for name in ("A1", "A2", "A3", "B1")])
    assert len(run(tiny_plan(CURVE), quiet).results.select(analysis="curve"))


def test_a_column_that_is_not_there_is_named():
    said = refusal(tiny_plan(TEST.replace('"arm"', '"amr"'), "naive = true"))
    assert said == "analysis.test.by: the subjects have no column 'amr'. Did you mean 'arm'?"


def test_a_relapse_has_no_status_on_a_day():
    plan = tiny_plan()
    odd = ProportionAnalysis(estimator="proportion", endpoint="relapse", at_days=(7.0,))
    said = refusal(plan.model_copy(update={"analysis": {"odd": odd}}))
    assert said.startswith("analysis odd: at_days asks whether a condition holds on a day")


def test_nothing_is_carried_forward_to_a_rapid_response():
    said = refusal(tiny_plan(RAPID, 'missing = ["last-observation"]'))
    assert said.startswith("analysis rapid: 'last-observation' carries nothing forward to 'rapid'")
