"""Waits, cycles and their terms where tables, columns or boosters are absent: said, never raised."""

from dataclasses import replace

import pytest
from support.cohorts import library
from support.four_cycles import ENDPOINTS, four_cohort
from support.studies import tiny_plan

from afterglow.plan.clauses import Term
from afterglow.plan.cycle_analyses import (
    BoosterLatencyAnalysis,
    CycleSummaryAnalysis,
    ScoreWithinCycleAnalysis,
)
from afterglow.plan.recurrent_analyses import FrailtyAnalysis, RecurrentCoxAnalysis
from afterglow.study.estimators import ESTIMATORS
from afterglow.study.results import results_from
from afterglow.study.run import prepare

WHOLE = four_cohort()
SESSIONS = WHOLE.sessions
BARE = ["subject_id", "day", "session_no", "phase"]
COHORTS = {
    "no sessions": replace(WHOLE, sessions=None),
    "sessions without columns": replace(WHOLE, sessions=SESSIONS[BARE]),
    "no events": replace(WHOLE, events=None),
    "no booster": replace(WHOLE, sessions=SESSIONS[SESSIONS["day"] < 10]),
    "nobody relapses": replace(WHOLE, scores=WHOLE.scores[WHOLE.scores["day"] < 9]),
    "one subject": replace(
        WHOLE,
        subjects=WHOLE.subjects.head(1),
        scores=WHOLE.scores[WHOLE.scores["subject_id"] == "P"],
        sessions=SESSIONS[SESSIONS["subject_id"] == "P"],
        events=None,
        follow_up=WHOLE.follow_up.head(1),
    ),
}
ANALYSES = {
    "wait": BoosterLatencyAnalysis(estimator="booster_latency", endpoint="wait", smallest_group=1),
    "cycles": CycleSummaryAnalysis(
        estimator="cycle_summary", endpoint="booster", smallest_group=1, at_days=(10.0,)
    ),
    "scores": ScoreWithinCycleAnalysis(
        estimator="score_within_cycle", endpoint="response", smallest_group=1
    ),
    "rates": RecurrentCoxAnalysis(
        estimator="recurrent_cox", model="pwp-gap", endpoint="booster",
        terms=(Term(cycle="previous_gap_days"),),
    ),
    "frailty": FrailtyAnalysis(
        estimator="frailty", clock="gap", endpoint="booster", terms=(Term(cycle="route"),)
    ),
}  # fmt: skip


@pytest.mark.parametrize("cohort", COHORTS.values(), ids=COHORTS)
def test_what_is_absent_is_said(cohort):
    setting = prepare(tiny_plan(ENDPOINTS), cohort, library())[0]
    for name, analysis in ANALYSES.items():
        rows = ESTIMATORS[analysis.estimator](name, analysis, setting)
        table = results_from(rows).table
        unknown = table[table["estimate"].isna()]
        assert (unknown["warning"] != "").all(), unknown[["statistic_name", "term"]]
        assert len(table)


def test_a_summary_of_cycles_says_that_nobody_had_a_next_booster():
    setting = prepare(tiny_plan(ENDPOINTS), COHORTS["no booster"], library())[0]
    rows = results_from(ESTIMATORS["cycle_summary"]("cycles", ANALYSES["cycles"], setting))
    found = rows.select(statistic_name="incidence", section="analysis")
    assert "nobody was given a booster" in " ".join(found["warning"])
