"""The status at stated days (rule 6) agrees with the slow twin on random cohorts."""

import numpy as np
import pandas as pd
import pytest
from support.cohorts import library
from support.random_cohorts import random_cohort
from support.random_plans import random_plan
from support.slow_walk import slow_status_at_days

from afterglow.endpoints.rules import Status
from afterglow.names import SUBJECT
from afterglow.plan.analyses import ProportionAnalysis
from afterglow.study.timelines import read_timelines

SEEDS = range(700, 715)
N_SUBJECTS = 60
TARGETS = ((1.0, 7.0, 28.0), (0.1667, 1.0), (7.0, 14.0, 21.0, 28.0, 35.0))


def with_rates(plan, days, window):
    """The same plan with a rate of both kinds of endpoint at stated days."""
    analyses = {
        f"rate_of_{name}": ProportionAnalysis(
            estimator="proportion", endpoint=name, at_days=days, window_days=window
        )
        for name in ("response", "remission")
    }
    return plan.model_copy(update={"analysis": analyses})


def stacked(status, subjects, days):
    """The package's arrays as the twin's rows."""
    counted = status.status == Status.INCLUDED
    names = np.repeat(np.asarray(subjects[SUBJECT], dtype=object)[counted], len(days))
    return pd.DataFrame(
        {
            SUBJECT: names,
            "day": np.tile(days, counted.sum()),
            "observed": status.observed[counted].ravel(),
            "carried": status.carried[counted].ravel(),
        }
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_status_at_days(seed):
    cohort = random_cohort(seed, N_SUBJECTS)
    days, window = TARGETS[seed % len(TARGETS)], (0.0, 3.0, 3.5)[seed % 2 + seed % 3 // 2]
    plain = random_plan(seed, with_sessions=cohort.sessions is not None)
    plan = with_rates(plain, days, window)
    timelines = read_timelines(cohort, plan, library())
    for name, analysis in plan.analysis.items():
        ours = stacked(timelines.statuses[name], timelines.subjects, days)
        endpoint = analysis.endpoint
        twin = slow_status_at_days(cohort, plan, endpoint, days, window, library().get)
        assert twin["observed"].notna().any()
        keys = [SUBJECT, "day"]
        pd.testing.assert_frame_equal(
            ours.sort_values(keys, ignore_index=True),
            twin[list(ours.columns)].sort_values(keys, ignore_index=True),
            check_dtype=False,
        )
