"""A cohort whose risk of relapse is known for every subject, from raw scores and sessions."""

from functools import cache

import numpy as np
import pandas as pd
from support.cohorts import cohort_of

from afterglow.cohort.model import Cohort
from afterglow.names import SITE, SUBJECT

SUBJECTS = 420
COURSE = (0, 3, 6, 9, 12, 15, 18)
COURSE_END = COURSE[-1]
WEEKS = 16
EFFECT = 0.18
LEVEL = -5.3
BOOSTERS = 0.03
NOISE = tuple(f"noise_{k}" for k in range(6))
PLAN = """
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 30

[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
origin = "course_end"
score_at_least = 22
confirm = { visits = 2, gap_days = [5, 15] }
intercurrent = { booster = "competing", lost = "censor" }
"""
PREDICTION = """
[analysis.risk]
role = "exploratory"
estimator = "landmark_prediction"
endpoint = "relapse"
target = "relapse_before_booster"
horizon_days = 28
prediction_days = [10, 17, 24]
predictors = ["last_score"]
resamples = 6
"""


def weekly_risk(score: np.ndarray | float) -> np.ndarray:
    """The chance of a relapse at the next visit, from the score."""
    return -np.expm1(-np.exp(LEVEL + EFFECT * np.asarray(score, dtype=float)))


def true_risk(score: np.ndarray, weeks: int = 4, *, boosters: bool) -> np.ndarray:
    """The risk of a relapse at one of the next visits; a booster may come before each of them."""
    kept = 1.0 - (BOOSTERS if boosters else 0.0)
    weekly = weekly_risk(score)
    return sum(kept**k * (1.0 - weekly) ** (k - 1) * weekly for k in range(1, weeks + 1))


@cache
def known_cohort(seed: int = 1) -> Cohort:
    """Weekly scores that stay as they are until relapse; boosters come at random."""
    rng = np.random.default_rng(seed)
    people, scores, sessions, ends = [], [], [], []
    for place in range(SUBJECTS):
        name, score = f"K{place:04d}", int(rng.integers(4, 22))
        people.append((name, "abcd"[place % 4], *rng.normal(size=len(NOISE))))
        scores.append((name, 0, "MADRS", 32, "pre-dose"))
        sessions += [(name, day, 1, "") for day in COURSE]
        last = int(rng.integers(WEEKS // 2, WEEKS))
        relapsed = False
        for week in range(1, last + 1):
            day = COURSE_END + 7 * week
            if not relapsed and rng.random() < BOOSTERS:
                sessions.append((name, day - 3, 1, ""))
                break
            relapsed = relapsed or bool(rng.random() < weekly_risk(score))
            scores.append((name, day, "MADRS", 30 if relapsed else score, ""))
        ends.append((name, COURSE_END + 7 * last + 1, "administrative"))
    return cohort_of(
        subjects=pd.DataFrame(people, columns=[SUBJECT, SITE, *NOISE]),
        scores=scores,
        sessions=sessions,
        events=[],
        follow_up=ends,
    )
