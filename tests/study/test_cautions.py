"""Warnings are rows: what is right but could mislead."""

from dataclasses import replace

import pytest
from support.studies import ENDS, SCORES, tiny_cohort, tiny_plan

from afterglow.study.run import run

NAIVE_CURVE = """
[analysis.curve]
estimator = "kaplan_meier"
endpoint = "relapse"
naive = true
"""
LATE = """
[endpoint.late]
kind = "relapse"
instrument = "MADRS"
origin = "first_session"
at_risk_from = "endpoint:response"
score_at_least = 22
[analysis.late]
estimator = "aalen_johansen"
endpoint = "late"
"""


def warnings_of(plan, cohort, **equal):
    found = run(plan, cohort).results.select(section="warnings", **equal)
    return dict(zip(found["term"], found["estimate"], strict=True))


def test_follow_up_that_was_assumed_is_counted():
    cohort = tiny_cohort()
    ends = cohort.follow_up.assign(assumed=[True, True, *[False] * 6])
    assumed = replace(cohort, follow_up=ends, follow_up_assumed=True)
    assert warnings_of(tiny_plan(), assumed)["follow-up assumed"] == 2
    assert "follow-up assumed" not in warnings_of(tiny_plan(), cohort)


def test_rows_after_the_end_are_counted():
    early = {**ENDS, "A1": (20, "administrative")}
    cohort = tiny_cohort(follow_up=[(name, *end) for name, end in early.items()])
    assert warnings_of(tiny_plan(), cohort)["after the end"] == 1


def test_naive_is_said_once_per_analysis():
    found = run(tiny_plan(NAIVE_CURVE), tiny_cohort()).warnings
    naive = found[(found["term"] == "naive") & (found["analysis"] == "curve")]
    assert len(naive) == 1
    assert naive["warning"].iloc[0].startswith("naive")


@pytest.mark.parametrize("kind", ["few events"])
def test_small_numbers_are_said_per_group(kind):
    plan = tiny_plan(NAIVE_CURVE, 'by = "arm"')
    found = run(plan, tiny_cohort()).warnings
    mine = found[(found["term"] == kind) & (found["analysis"] == "curve")]
    assert mine["group"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("first", "thin"),
    [
        ({0: 30, 3: 10, 5: 26}, True),  # alone at risk when it relapses, before the others respond
        ({0: 30, 8: 10, 15: 24}, False),  # three at risk at its relapse, and never more
    ],
)
def test_a_thin_start_under_delayed_entry_is_said(first, thin):
    scores = [
        (name, day, "MADRS", score, "pre-dose" if day == 0 else "")
        for name, visits in {**SCORES, "A1": first}.items()
        for day, score in visits.items()
    ]
    found = warnings_of(tiny_plan(LATE), tiny_cohort(scores=scores, sessions=None), analysis="late")
    assert ("thin start" in found) == thin


def test_warnings_show_no_count_in_their_words():
    found = run(tiny_plan(NAIVE_CURVE), tiny_cohort()).warnings
    assert not found["warning"].str.contains(r"\b[1-9]\b").any()
