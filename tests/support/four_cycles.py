"""Four subjects in relapse whose waits, gaps and cycles can be worked by hand.

The course is at days 0 and 7 (the gap rule: boosters are possible from day 17), every response is
seen on day 8, and every run of high scores begins on day 20.

P relapses (confirmed on day 27) and has a triggered booster on day 34; Q is given one on day 22,
while the run still waits, its kind not told; R regains the response on day 40; S switches on 36.
"""

from dataclasses import replace

import pandas as pd
from support.cohorts import cohort_of, frame, library
from support.studies import tiny_plan

from afterglow.study.run import prepare

SCORES = {
    "P": {0: 30, 3: 20, 8: 10, 20: 24, 27: 25, 40: 12},
    "Q": {0: 30, 8: 12, 20: 23, 30: 10},
    "R": {0: 30, 8: 10, 20: 22, 30: 26, 40: 12},
    "S": {0: 30, 8: 14, 20: 28, 26: 28, 45: 20},
}
BOOSTERS = [("P", 34, "triggered", 0.8, "IM"), ("Q", 22, "unknown", None, "IV")]
ENDPOINTS = """
[endpoint.booster]
kind = "booster"

[endpoint.wait]
kind = "latency"
regained = "response"
"""


def four_cohort():
    """The cohort, with the kind, dose and route of its sessions."""
    sessions = [(who, day, 1, "", "scheduled", 0.5, "IV") for who in SCORES for day in (0, 7)]
    sessions += [(who, day, 1, "", kind, dose, route) for who, day, kind, dose, route in BOOSTERS]
    subjects = pd.DataFrame({"subject_id": list(SCORES), "arm": list("aabb")})
    cohort = cohort_of(
        subjects=subjects,
        scores=[
            (who, day, "MADRS", score, "pre-dose" if day == 0 else "")
            for who, scores in SCORES.items()
            for day, score in scores.items()
        ],
        sessions=[],
        events=[("S", 36, "switch")],
        follow_up=[(who, 60, "administrative") for who in SCORES],
    )
    names = ["subject_id", "day", "session_no", "phase", "kind", "dose_mg_per_kg", "route"]
    return replace(cohort, sessions=frame(sessions, names))


def four_setting(*more: str):
    """The cohort prepared for analyses."""
    return prepare(tiny_plan(ENDPOINTS, *more), four_cohort(), library())[0]
