"""A public trial, from its file through the plan: R's numbers on the same definitions.

Ours counts days (7 a week). R's reference drops subjects without any later visit; everybody here
has one. Its relapse curve drops responders without a visit after the response; ours keeps them,
censored at 0, where they are in nobody's risk set: the curve is the same and the denominator honest.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.shared import reference, shared_file
from support.studies import row

from afterglow.cohort.reading import read_cohort
from afterglow.names import CAUSE, DURATION, ENDPOINT, EVENT, LOWER, REASON, SUBJECT, UPPER
from afterglow.plan.reading import read_plan
from afterglow.study.run import Study, run

PLAN = Path(__file__).resolve().parents[1] / "plans" / "riesby.toml"
TOLERANCE = {"rtol": 0, "atol": 1e-8}
DAYS = 7.0
GROUPS = {"endog=0": "non-endogenous", "endog=1": "endogenous"}


@dataclass(frozen=True)
class Both:
    """Our run and R's results."""

    study: Study
    r: dict


@pytest.fixture(scope="module")
def both():
    shared_file("data", "riesby_hdrs.csv")
    plan = read_plan(PLAN)
    study = run(plan, read_cohort(plan.data, PLAN.parent))
    return Both(study, reference("derived_riesby_response")["results"])


def numbers(values):
    """R's numbers as floats, its missing ones as NaN."""
    return np.array([np.nan if value is None else float(value) for value in values])


def rows_of(both, endpoint):
    rows = both.study.derived.rows
    mine = rows[rows[ENDPOINT] == endpoint].copy()
    return mine.set_index(mine[SUBJECT].astype(int)).sort_index()


def curve(both, statistic, **equal):
    return both.study.results.select(section="curve", statistic_name=statistic, **equal)


def test_every_subject_responds_when_r_says_so(both):
    r = pd.DataFrame(both.r["subject_level"]).set_index("id").sort_index()
    ours = rows_of(both, "response")
    assert ours.index.tolist() == r.index.tolist()
    np.testing.assert_array_equal(ours[EVENT], r["event"].astype(bool))
    np.testing.assert_allclose(ours[DURATION], r["time"] * DAYS, **TOLERANCE)
    np.testing.assert_allclose(ours[LOWER], r["left"] * DAYS, **TOLERANCE)
    np.testing.assert_allclose(ours[UPPER], numbers(r["right"]) * DAYS, **TOLERANCE)


def test_those_without_a_baseline_are_set_aside_and_counted(both):
    aside = both.study.derived.set_aside
    response = aside[aside[ENDPOINT] == "response"]
    assert set(response[REASON]) == {"no baseline"}
    assert len(response) + len(both.r["subject_level"]["id"]) == 66
    flow = both.study.results.select(section="flow", analysis="time_to_response", group="")
    assert flow["estimate"].tolist() == [66, 5, 61]


@pytest.mark.parametrize("stratum", GROUPS)
def test_time_to_response(both, stratum):
    r = both.r["km"][stratum]
    same = {"analysis": "time_to_response", "group": GROUPS[stratum]}
    survival = curve(both, "survival", **same)
    np.testing.assert_allclose(survival["time_days"], numbers(r["time"]) * DAYS, **TOLERANCE)
    pairs = {"estimate": "surv", "std_error": "se_surv", "conf_low": "lower", "conf_high": "upper"}
    for column, name in pairs.items():
        np.testing.assert_allclose(survival[column], numbers(r[name]), **TOLERANCE)
    for statistic, name in (("at_risk", "n_risk"), ("events", "n_event"), ("censored", "n_censor")):
        assert curve(both, statistic, **same)["estimate"].tolist() == r[name]


def test_median_time_to_response(both):
    r = both.r["km_median"]
    for place, stratum in enumerate(r["stratum"]):
        same = {"analysis": "time_to_response", "group": GROUPS[stratum]}
        ours = row(both.study.results, "median", **same)
        found = ours[["estimate", "conf_low", "conf_high"]].astype(float)
        wanted = numbers([r[name][place] for name in ("median", "lower", "upper")]) * DAYS
        np.testing.assert_allclose(found, wanted, **TOLERANCE)


def test_logrank(both):
    r = both.r["logrank"]
    test = row(both.study.results, "logrank", analysis="time_to_response_test")
    np.testing.assert_allclose(
        [test["statistic"], test["df"], test["p_value"]], [r["chisq"], r["df"], r["p"]], **TOLERANCE
    )
    for name in ("observed", "expected"):
        ours = both.study.results.select(
            analysis="time_to_response_test", statistic_name=name
        ).set_index("group")["estimate"]
        np.testing.assert_allclose(
            [ours["non-endogenous"], ours["endogenous"]], r[name], **TOLERANCE
        )


@pytest.mark.parametrize("week", [1, 2, 3, 4, 5])
def test_responders_by_week(both, week):
    r = {name: values[week - 1] for name, values in both.r["responders_by_week"].items()}
    for code, group in enumerate(GROUPS.values()):
        found = row(
            both.study.results, "rate", analysis="responders_by_week", time_days=week * DAYS,
            term="observed", group=group,
        )  # fmt: skip
        assert (found["n_events"], found["n"]) == (r[f"resp_endog{code}"], r[f"n_endog{code}"])


def test_relapse_after_response(both):
    r = both.r["relapse_after_response"]
    whole = curve(both, "survival", analysis="relapse")
    later = whole[whole["time_days"] > 0]
    for column, name in (("estimate", "surv"), ("conf_low", "lower"), ("conf_high", "upper")):
        np.testing.assert_allclose(later[column], numbers(r["km"]["all"][name]), **TOLERANCE)
    # where S is 0, R's standard error is NaN as ours is
    np.testing.assert_allclose(later["std_error"], numbers(r["km"]["all"]["se_surv"]), **TOLERANCE)
    at_risk = curve(both, "at_risk", analysis="relapse")
    assert at_risk.loc[at_risk["time_days"] > 0, "estimate"].tolist() == r["km"]["all"]["n_risk"]


def test_responders_without_a_later_visit_stay(both):
    ours = rows_of(both, "relapse")
    alone = ours[ours[REASON] == "no later visit"]
    responders = sum(both.r["subject_level"]["event"])
    assert len(ours) == responders == both.r["relapse_after_response"]["n"] + len(alone)
    assert len(alone) == 10
    assert (alone[DURATION] == 0).all()
    assert set(alone[CAUSE]) == {""}


def test_relapse_of_every_subject(both):
    r = pd.DataFrame(both.r["subject_level"]).set_index("id").sort_index()
    r = r[r["event"] == 1]
    ours = rows_of(both, "relapse")
    assert ours.index.tolist() == r.index.tolist()
    np.testing.assert_array_equal(ours[EVENT], r["rel_event"].astype(float).astype(bool))
    np.testing.assert_allclose(ours[DURATION], r["rel_time"].astype(float) * DAYS, **TOLERANCE)
