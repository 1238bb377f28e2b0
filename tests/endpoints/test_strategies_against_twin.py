"""Rows under other strategies, made from facts derived once, equal a new walk of the slow twin."""

import numpy as np
import pytest
from support.cohorts import library, plan_of
from support.compare import first_difference, story
from support.random_cohorts import random_cohort
from support.random_plans import STRATEGIES, random_plan
from support.slow_walk import slow_rows

from afterglow.names import ENDPOINT
from afterglow.plan.endpoints import WHILE_ON_TREATMENT
from afterglow.study.derive import derive

SEEDS = range(500, 506)
N_SUBJECTS = 40


def other_strategies(plan, rng):
    """Draw a strategy for some events of every endpoint."""
    return {
        name: {
            word: str(rng.choice(STRATEGIES)) for word in WHILE_ON_TREATMENT if rng.random() < 0.7
        }
        for name in plan.endpoint
    }


def with_strategies(plan, name, words):
    """The same plan with other strategies for one endpoint; those that it follows stay."""
    endpoint = plan.endpoint[name]
    changed = endpoint.model_copy(update={"intercurrent": {**endpoint.intercurrent, **words}})
    return plan_of(
        {**plan.endpoint, name: changed},
        baseline=plan.baseline,
        course=plan.course,
        follow_up=plan.follow_up,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_under_other_strategies(seed):
    cohort = random_cohort(seed, N_SUBJECTS)
    plan = random_plan(seed, with_sessions=cohort.sessions is not None)
    strategies = other_strategies(plan, np.random.default_rng(seed))
    derived = derive(cohort, plan)
    ours = (derived.rows_under(strategies), derived.set_aside_under(strategies))
    for name, words in strategies.items():
        changed = with_strategies(plan, name, words)
        for table, twin in zip(ours, slow_rows(cohort, changed, library().get)):
            only_ours, only_twin = (t[t[ENDPOINT] == name] for t in (table, twin))
            key = first_difference(only_ours, only_twin)
            if key is not None:
                pytest.fail(story(cohort, changed, only_ours, only_twin, key), pytrace=False)
