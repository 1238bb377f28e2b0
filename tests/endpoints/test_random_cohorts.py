"""The random cohorts hold what a comparison of the two walks needs: every way a row can end."""

from support.cohorts import library
from support.random_cohorts import random_cohort
from support.random_plans import random_plan
from support.slow_walk import slow_rows

from afterglow.names import CYCLE, DURATION, ENDPOINT, EVENT, LOWER, UPPER
from afterglow.plan.checks import check_plan

PER_PLAN = 50


def test_random_cohorts_reach_every_kind_of_row():
    seen: dict[str, set[str]] = {}
    reasons, cycles = set(), set()
    for seed in range(40):
        cohort = random_cohort(seed, PER_PLAN)
        plan = random_plan(seed, with_sessions=cohort.sessions is not None)
        rows, set_aside = slow_rows(cohort, plan, library().get)
        kinds = {name: endpoint.kind for name, endpoint in plan.endpoint.items()}
        for endpoint, reason in zip(rows[ENDPOINT], rows["reason"]):
            seen.setdefault(kinds[endpoint], set()).add(reason)
        reasons |= set(set_aside["reason"])
        cycles |= set(rows[CYCLE])
        assert (rows[LOWER] <= rows[DURATION]).all()
        assert (rows.loc[rows[EVENT], UPPER] == rows.loc[rows[EVENT], DURATION]).all()
    assert {"score", "booster", "booster confirmed", "unconfirmed", "last visit"} <= seen["relapse"]
    assert {"hospitalisation", "lost", "ect", "death", "no later visit"} <= seen["relapse"]
    assert {"score", "maintained", "unconfirmed", "booster", "no later visit"} <= seen["response"]
    assert {"response_regained", "last visit", "end of follow-up", "switch"} <= seen["latency"]
    assert {"score", "lost", "not seen to the end"} <= seen["sustained_response"]
    assert {"score", "condition not met", "no visit in window"} <= seen["rapid_response"]
    assert {
        "no session",
        "no baseline",
        "below entry severity",
        "baseline at best score",
        "course unfinished",
        "response not reached",
        "no randomisation event",
        "no randomised_day",
        "no visit in the qualifying window",
        "did not qualify",
        "ended before at risk",
    } <= reasons
    assert {1, 2, 3, 4} <= cycles


def test_random_plans_are_plans():
    for seed in range(40):
        plan = random_plan(seed, with_sessions=seed % 8 > 0)
        assert check_plan(plan, library()) == []
