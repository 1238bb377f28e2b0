"""The year's picture where there is little to see: one subject, nobody, an empty group."""

import numpy as np
import pytest
from support.cohorts import only
from support.studies import tiny_cohort, tiny_plan

from afterglow.report.compose import compose
from afterglow.study.run import run

YEAR = """
[analysis.year]
estimator = "multistate"
endpoint = "response"
at_days = [14, 28]
treatment_states = true
expected = ["days_well", "days_in_relapse", "treatment_free_days", "sessions_per_well_month"]
clock_reset = true
sojourn_days = [7]
transitions_from = [7]
"""
MODELS = """
[analysis.moves]
estimator = "transition_models"
endpoint = "response"
fewest_events = 1
terms = [{ column = "age" }]
"""
NOBODY = """
[population.oldest]
filters = [{ column = "age", at_least = 90 }]
"""


@pytest.mark.parametrize("who", ["A1", "A5", "B3"])
def test_one_subject(who):
    study = run(tiny_plan(YEAR, MODELS), only(tiny_cohort(), who))
    shares = study.results.select(analysis="year", statistic_name="occupancy", section="analysis")
    assert shares["estimate"].dropna().isin([0.0, 1.0]).all()


def test_nobody():
    plan = tiny_plan(YEAR + 'population = "oldest"\n', MODELS + 'population = "oldest"\n', NOBODY)
    study = run(plan, tiny_cohort())
    for name in ("year", "moves"):
        rows = study.results.select(analysis=name, section="analysis")
        assert "nobody to analyse" in set(rows["warning"])
    assert compose(study).sections


def test_a_group_in_which_nobody_moves():
    study = run(tiny_plan(YEAR + 'by = "arm"\n'), tiny_cohort())
    days = study.results.select(analysis="year", statistic_name="days_in_state")
    totals = days.groupby("group")["estimate"].sum()
    np.testing.assert_allclose(totals, 28.0)
