"""A cohort of eight that can be worked by hand, its plan, and how a run's numbers are read."""

from typing import Any

import pandas as pd
from support.cohorts import cohort_of
from support.plan_text import plan_of_text

from afterglow.cohort.model import Cohort
from afterglow.names import ARM, SUBJECT
from afterglow.plan.model import Plan

SCORES = {
    "A1": {0: 30, 8: 10, 15: 24, 22: 26},
    "A2": {0: 30, 8: 12, 15: 10, 22: 25, 30: 28},
    "A3": {0: 30, 8: 20, 15: 14, 22: 10, 29: 23},
    "A4": {0: 30, 8: 28, 15: 27},
    "A5": {8: 10},
    "B1": {0: 30, 8: 14, 15: 12},
    "B2": {0: 30, 8: 15},
    "B3": {0: 30, 8: 30, 15: 29},
}
ENDS = {
    "A1": (40, "administrative"),
    "A2": (40, "administrative"),
    "A3": (30, "administrative"),
    "A4": (20, "lost"),
    "A5": (40, "administrative"),
    "B1": (15, "administrative"),
    "B2": (40, "administrative"),
    "B3": (40, "administrative"),
}
AGES = {"A1": 40, "A2": 50, "A3": 60, "A4": 30, "A5": 20, "B1": 45, "B2": None, "B3": 55}
BOOSTER_OF_A2 = 24
PLAN = """
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50

[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
score_at_least = 22
confirm = { visits = 2, gap_days = [5, 15] }

[analysis.relapse]
role = "primary"
estimator = "aalen_johansen"
endpoint = "relapse"
at_days = [14, 28]
"""


def tiny_cohort(**changes: Any) -> Cohort:
    """Eight subjects: two sessions each, at days 0 and 7, and a booster of A2 at day 24."""
    sessions = [(name, day, 1, "") for name in SCORES for day in (0, 7)]
    sessions.append(("A2", BOOSTER_OF_A2, 1, ""))
    people = [(name, name[0].lower(), AGES[name]) for name in SCORES]
    tables = {
        "subjects": pd.DataFrame(people, columns=[SUBJECT, ARM, "age"]),
        "scores": [
            (name, day, "MADRS", score, "pre-dose" if day == 0 else "")
            for name, scores in SCORES.items()
            for day, score in scores.items()
        ],
        "sessions": sessions,
        "events": [],
        "follow_up": [(name, *end) for name, end in ENDS.items()],
    }
    return cohort_of(**{**tables, **changes})


def tiny_plan(*more: str) -> Plan:
    """The plan of the eight, with more text behind it."""
    return plan_of_text(PLAN, *more)


def estimate(results: Any, statistic_name: str, **equal: Any) -> float:
    """The one estimate that these columns name."""
    return float(row(results, statistic_name, **equal)["estimate"])


def row(results: Any, statistic_name: str, **equal: Any) -> pd.Series:
    """The one row that these columns name."""
    found = results.select(statistic_name=statistic_name, **equal)
    assert len(found) == 1, f"{len(found)} rows of {statistic_name} {equal}"
    return found.iloc[0]
