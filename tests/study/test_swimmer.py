"""Lanes of single subjects, from their paths."""

import pandas as pd
import pytest
from support.cohorts import cohort_of, plan_of

from afterglow.plan.endpoints import Relapse, Response
from afterglow.plan.timeline import BaselineRule, CourseRule, FollowUpRule
from afterglow.study.derive import derive
from afterglow.study.swimmer import swimmer

ENDPOINTS = {
    "response": Response(kind="response", instrument="MADRS", improvement_at_least_percent=50),
    "relapse": Relapse(
        kind="relapse", origin="endpoint:response", instrument="MADRS", score_at_least=22
    ),
}

TIMELINE = {"baseline": BaselineRule(), "course": CourseRule(), "follow_up": FollowUpRule()}


def made(**more):
    subjects = pd.DataFrame({"subject_id": ["A", "B", "C"]})
    scores = [
        ("A", -1.0, "MADRS", 30.0, ""), ("A", 7.0, "MADRS", 10.0, ""), ("A", 40.0, "MADRS", 26.0, ""),
        ("B", -1.0, "MADRS", 30.0, ""), ("B", 7.0, "MADRS", 12.0, ""), ("B", 80.0, "MADRS", 12.0, ""),
        ("C", 7.0, "MADRS", 12.0, ""),
    ]  # fmt: skip
    sessions = [
        ("A", 0.0, 1, ""), ("A", 3.0, 1, ""), ("A", 42.0, 1, ""),
        ("B", 0.0, 1, ""), ("C", 0.0, 1, ""),
    ]  # fmt: skip
    cohort = cohort_of(
        subjects=subjects, scores=scores, sessions=sessions,
        events=[("B", 85.0, "switch")],
        follow_up=[("A", 90.0, "administrative"), ("B", 90.0, "administrative"),
                   ("C", 90.0, "administrative")],
    )  # fmt: skip
    return swimmer(cohort, derive(cohort, plan_of(ENDPOINTS, **TIMELINE)), **more)


def lane(found, number):
    mine = found.lanes[found.lanes["lane"] == number]
    return [tuple(row) for row in mine[["start_day", "stop_day", "term"]].to_numpy()]


def marks(found, number):
    mine = found.marks[found.marks["lane"] == number]
    return [tuple(row) for row in mine[["day", "term"]].to_numpy()]


def test_most_days_well_come_first_and_neighbours_are_joined():
    found = made()
    assert found.n_subjects == 2  # C has no baseline, and so no path
    assert lane(found, 0) == [(0.0, 7.0, "symptomatic"), (7.0, 85.0, "response")]
    assert lane(found, 1) == [
        (0.0, 7.0, "symptomatic"), (7.0, 40.0, "response"), (40.0, 90.0, "relapse"),
    ]  # fmt: skip


def test_sessions_after_the_course_are_boosters_and_endings_are_marked():
    found = made()
    assert marks(found, 0) == [(0.0, "session"), (85.0, "switch")]
    assert marks(found, 1) == [(0.0, "session"), (3.0, "session"), (42.0, "booster")]


def test_nobody_is_named():
    found = made()
    assert "subject_id" not in [*found.lanes, *found.marks]


def test_some_are_chosen_where_there_are_too_many():
    found = made(most=1)
    assert found.n_subjects == 2
    assert set(found.lanes["lane"]) == {0}


def test_only_those_asked_for_are_shown():
    assert made(subjects=pd.Series(["A"])).n_subjects == 1
    assert made(subjects=pd.Series(["C"])) is None


@pytest.mark.parametrize("most", [1, 2, 60])
def test_lanes_are_numbered_from_the_top(most):
    found = made(most=most)
    assert sorted(set(found.lanes["lane"])) == list(range(min(most, 2)))
