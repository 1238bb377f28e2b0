"""The compiled walk and its slow twin agree on random cohorts under random plans.

AFTERGLOW_TWIN_SUBJECTS sets how many subjects are compared, AFTERGLOW_TWIN_SEED the first seed.
"""

import os

import pytest
from support.cohorts import library
from support.compare import first_difference, story
from support.random_cohorts import random_cohort
from support.random_plans import random_plan
from support.slow_walk import slow_rows

from afterglow.study.derive import derive

PER_PLAN = 50
N_SUBJECTS = int(os.environ.get("AFTERGLOW_TWIN_SUBJECTS", "10000"))
FIRST_SEED = int(os.environ.get("AFTERGLOW_TWIN_SEED", "0"))
SEEDS = range(FIRST_SEED, FIRST_SEED + max(1, N_SUBJECTS // PER_PLAN))


@pytest.mark.parametrize("seed", SEEDS)
def test_walk_agrees_with_twin(seed):
    cohort = random_cohort(seed, PER_PLAN)
    plan = random_plan(seed, with_sessions=cohort.sessions is not None)
    derived = derive(cohort, plan)
    rows, set_aside = slow_rows(cohort, plan, library().get)
    for ours, twin in ((derived.rows, rows), (derived.set_aside, set_aside)):
        key = first_difference(ours, twin)
        if key is not None:
            pytest.fail(story(cohort, plan, ours, twin, key), pytrace=False)
