"""The estimand of each analysis: what is observed, on which clock, and what becomes of the rest."""

from types import SimpleNamespace

import pytest
from support.demo_setting import read_demo
from support.shipped import PROJECT

from afterglow.plan.reading import read_plan
from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.report.curve_rows import days_axis
from afterglow.report.endpoint_words import definition
from afterglow.report.presentations import presentation
from afterglow.report.sentences import day_words
from afterglow.tables.format import NBSP

BLOCK = "the last session of the course or of the block"
NEXT = "in days since the day from which the next one could come"
VARIABLES = {
    "relapse": "relapse after the course, in days since the end of the course",
    "wait_once_confirmed": "from relapse to the next booster, in days since the confirmation of "
    "“Relapse after the course”",
    "cycles": f"next booster after the course, in days since {BLOCK}",
    "earlier_cycles": f"next booster after the course, {NEXT}",
    "route_and_block": f"next booster after the course, {NEXT}",
    "boosters_per_subject": "next booster after the course, in days since the end of the course",
    "score_since_session": f"MADRS score, by days since {BLOCK}",
    "year": "the state occupied, by days since the first session",
    "rates_of_moves": "moves between states, in days since the first session",
    "response_lasts": "relapse after the first response, in days since the unseen beginning of "
    "“Response (MADRS at least 50 % better)”",
    "remission_or_response": "end of response (relapse, booster, switch, ECT or death), in days "
    "since the landmark (day 14 after the end of the course)",
}
LOST = "loss to follow-up ends the watch (hypothetical strategy)."
HANDLED = {
    "relapse": "booster, switch of treatment, ECT, death and withdrawal compete with it",
    "relapse_strategies": "booster by every strategy in turn; switch of treatment, ECT, death and",
    "relapses_per_subject": "a booster begins the next cycle; switch of treatment, ECT, death and",
    "boosters_per_subject": "switch of treatment, ECT, death and withdrawal compete with it",
    "year": "switch of treatment, ECT, death and withdrawal are states that nobody leaves; a "
    "booster is a state of its own while it lasts; ",
    "rates_of_moves": "switch of treatment, ECT, death and withdrawal are states that nobody "
    "leaves; a booster is looked through",
}


@pytest.fixture(scope="module")
def every() -> dict[str, AnalysisRows]:
    """The analyses of the boosters' plan, which have not been run."""
    plan = read_plan(PROJECT / "analysis" / "plans" / "boosters.toml")
    study = SimpleNamespace(plan=plan, cohort=read_demo()[1])
    return {rows.name: rows for rows in all_analyses(study)}


@pytest.mark.parametrize("name", VARIABLES)
def test_the_variable_is_what_is_observed_with_its_clock(every, name):
    found = presentation(every[name]).variable(every[name])
    assert found.replace(NBSP, " ") == VARIABLES[name]


@pytest.mark.parametrize("name", HANDLED)
def test_intercurrent_events_are_told_as_the_analysis_takes_them(every, name):
    found = presentation(every[name]).intercurrent(every[name])
    assert found.startswith(HANDLED[name])
    assert found.endswith(LOST)


def test_a_later_cycle_counts_from_its_block(every):
    rows = every["relapse"]
    later = AnalysisRows(
        "later", 1, rows.analysis.model_copy(update={"cycle": 2}), rows.endpoint, rows.study
    )
    assert days_axis(later) == "Days since the last session of the block"
    assert day_words(later, 28.0).replace(NBSP, " ") == "day 28 after the last session of the block"
    assert days_axis(every["cycles"]) == f"Days since {BLOCK}"


def test_the_next_booster_is_defined_for_later_cycles_where_they_are_analysed(every):
    study = every["cycles"].study
    words = definition(study.plan.endpoint["booster"], study)
    assert words == (
        "The first session after the course, counted from the end of the course. In later cycles "
        "it is the first session after the block of boosters, counted from the last session of "
        "the block."
    )
    first = {name: one for name, one in study.plan.analysis.items() if not one.ALL_CYCLES}
    alone = SimpleNamespace(
        plan=study.plan.model_copy(update={"analysis": first}), cohort=study.cohort
    )
    assert "later cycles" not in definition(study.plan.endpoint["booster"], alone)
