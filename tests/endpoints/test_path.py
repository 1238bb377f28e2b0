"""The path table: one row per stretch, each stretch beginning where the one before it stopped."""

import numpy as np
import pandas as pd
import pytest
from support.cohorts import cohort_of, library, plan_of
from support.random_cohorts import random_cohort
from support.random_plans import random_plan

from afterglow.names import FROM_STATE, START_DAY, STOP_DAY, SUBJECT, TO_STATE
from afterglow.plan.endpoints import Relapse, Remission, Response
from afterglow.plan.timeline import BaselineRule, CourseRule, FollowUpRule
from afterglow.study.derive import derive
from afterglow.study.path import path_table

SEEDS = range(8)
TERMINAL = {"switch", "ect", "death", "withdrawal", "lost"}


def plan():
    return plan_of(
        {
            "response": Response(
                kind="response", instrument="MADRS", improvement_at_least_percent=50
            ),
            "remission": Remission(kind="remission", instrument="MADRS", score_at_most=10),
            "relapse": Relapse(kind="relapse", instrument="MADRS", score_at_least=22),
        },
        baseline=BaselineRule(),
        course=CourseRule(),
        follow_up=FollowUpRule(),
    )


def cohort(events=()):
    return cohort_of(
        subjects=pd.DataFrame({SUBJECT: ["A"], "arm": ["ketamine"]}),
        scores=[
            ("A", -1.0, "MADRS", 40.0, ""),
            ("A", 7.0, "MADRS", 18.0, ""),
            ("A", 14.0, "MADRS", 8.0, ""),
            ("A", 30.0, "MADRS", 26.0, ""),
            ("A", 37.0, "MADRS", 21.0, ""),
            ("A", 50.0, "MADRS", 12.0, ""),
        ],
        sessions=[("A", 0.0, 1, ""), ("A", 7.0, 1, ""), ("A", 44.0, 1, "")],
        events=events,
        follow_up=[("A", 60.0, "administrative")],
    )


def columns_of(path):
    return path[[START_DAY, STOP_DAY, FROM_STATE, TO_STATE]].to_numpy().tolist()


def test_path_by_hand():
    path = path_table(cohort(), derive(cohort(), plan()), library())
    assert columns_of(path) == [
        [0.0, 7.0, "symptomatic", "response"],
        [7.0, 14.0, "response", "remission"],
        [14.0, 30.0, "remission", "relapse"],
        [30.0, 37.0, "relapse", "relapse"],
        [37.0, 44.0, "relapse", "relapse"],
        [44.0, 50.0, "relapse", "response"],
        [50.0, 60.0, "response", ""],
    ]
    assert path["cycle"].tolist() == [1, 1, 1, 1, 1, 2, 2]
    assert path["last_score"].tolist() == [40.0, 18.0, 8.0, 26.0, 21.0, 21.0, 12.0]
    assert path["sessions_so_far"].tolist() == [1, 2, 2, 2, 2, 3, 3]
    assert path["days_since_session"].tolist() == [0.0, 0.0, 7.0, 23.0, 30.0, 0.0, 6.0]
    assert path["arm"].tolist() == ["ketamine"] * 7


def test_terminal_event_ends_the_path():
    ended = cohort(events=[("A", 40.0, "switch"), ("A", 45.0, "ect")])
    path = path_table(ended, derive(ended, plan()), library())
    assert columns_of(path)[-1] == [37.0, 40.0, "relapse", "switch"]


@pytest.mark.parametrize("seed", SEEDS)
def test_stretches_follow_each_other_without_gap(seed):
    some = random_cohort(seed, 40)
    any_plan = random_plan(seed, with_sessions=some.sessions is not None)
    path = path_table(some, derive(some, any_plan))
    for _, own in path.groupby(SUBJECT):
        assert own[START_DAY].iloc[0] < own[STOP_DAY].iloc[-1]
        np.testing.assert_array_equal(own[START_DAY].iloc[1:], own[STOP_DAY].iloc[:-1])
        np.testing.assert_array_equal(own[FROM_STATE].iloc[1:], own[TO_STATE].iloc[:-1])
        assert (own[START_DAY] < own[STOP_DAY]).all()
        assert own["cycle"].is_monotonic_increasing
        assert own["sessions_so_far"].is_monotonic_increasing
        assert own[TO_STATE].iloc[-1] in TERMINAL | {""}
        assert not set(own[FROM_STATE]) & TERMINAL


def test_plan_without_response_has_no_path():
    scored = plan_of(
        {"remission": Remission(kind="remission", instrument="MADRS", score_at_most=10)},
        baseline=BaselineRule(),
        course=CourseRule(),
        follow_up=FollowUpRule(),
    )
    assert path_table(cohort(), derive(cohort(), scored), library()).empty
