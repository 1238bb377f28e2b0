"""R's numbers on recurrent events, from tables of subjects, sessions and follow-up by a plan.

Each recurrence is a booster after a course of one session on day 0; the numbers are those of
results.csv.
"""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.reference_cohorts import RECURS, frame, recurrent_tables, results_of
from support.shared import reference

from afterglow.study.results import Results

BLADDER, BLADDER_MEANS, VALVES = "recurrent_bladder", "mcf_bladder", "mcf_valveseat"
TERMS = 'terms = [{ column = "rx" }, { column = "size" }, { column = "number" }]'
RATES = 'estimator = "recurrent_cox"\nmodel = '
MODELS = {
    "ag_robust": RATES + '"andersen-gill"',
    "ag_naive": RATES + '"andersen-gill"\nrobust = false',
    "ag_breslow_robust": RATES + '"lwyy"\nties = "breslow"',
    "pwp_cp": RATES + '"pwp-total"',
    "pwp_cp_event_specific_rx": RATES + '"pwp-total"\nevent_specific = ["rx"]',
    "pwp_gt": RATES + '"pwp-gap"',
    "wlw_common": RATES + '"wlw"',
    "wlw_event_specific": RATES + '"wlw"\nevent_specific = true',
}
MEANS = """
[analysis.mean]
role = "primary"
estimator = "mean_cumulative_function"
endpoint = "event"
by = "{by}"
at_days = [1, 10, 30]
"""
NAIVE = '[analysis.naive_mean]\nof = "mean"\nrole = "sensitivity"\nvariance = "naive"\n'
FRAILTY = f'[analysis.frailty]\nestimator = "frailty"\nendpoint = "event"\n{TERMS}\n'
LATE = """
origin = "first_session"
at_risk_from = "course_end"

[analysis.mean]
estimator = "mean_cumulative_function"
endpoint = "event"
cluster = "valve"
"""


@pytest.fixture(scope="module")
def bladder(tmp_path_factory) -> Results:
    tables = recurrent_tables(frame("bladder2"), "id", "stop", "event", ["rx", "size", "number"])
    models = (f'[analysis.{n}]\nendpoint = "event"\n{TERMS}\n{k}\n' for n, k in MODELS.items())
    plan = "".join([RECURS, MEANS.format(by="rx"), NAIVE, FRAILTY, *models])
    return results_of(tmp_path_factory.mktemp("bladder"), tables, plan)


def ours_of(name: str) -> tuple[str, str]:
    """The term and group that results give to what R calls strata(enum)enum=1:rx."""
    parts = [part.split("=") for part in name.split(":")]
    column = next(part[0] for part in parts if len(part) == 1)
    number = [part[1] for part in parts if len(part) > 1]
    return column, f"event {number[0]}" if number else ""


@pytest.mark.parametrize("name", MODELS)
def test_bladder_regressions(bladder, name):
    expected = reference(BLADDER)["results"][name]
    terms = [ours_of(term) for term in expected["coef"]["term"]]
    rows = bladder.select(analysis=name, section="analysis").set_index(["term", "group"])
    logs = rows[rows["statistic_name"] == "coefficient"].loc[terms]
    ratios = rows[rows["statistic_name"].isin(["rate_ratio", "hazard_ratio"])].loc[terms]
    for table, columns in (
        (logs, {"estimate": "coef", "std_error": "se", "statistic": "z", "p_value": "p"}),
        (ratios, {"estimate": "hr", "conf_low": "hr_lower", "conf_high": "hr_upper"}),
    ):
        for ours, theirs in columns.items():
            quantity = f"{theirs} ({name}), by a plan"
            agree("recurrent_cox", BLADDER, quantity, table[ours], expected["coef"][theirs])
    tests = rows.set_index("statistic_name")["statistic"]
    robust = "se_naive" in expected["coef"]
    score = "robust_score" if robust else "score"
    agree("recurrent_cox", BLADDER, f"{score} test ({name}), by a plan", tests[f"{score}_test"],
          expected[score]["test"])  # fmt: skip
    # R prints Wald's statistic to two decimals.
    assert round(tests["wald_test"], 2) == pytest.approx(expected["wald"]["test"], abs=1e-9)
    if not robust:
        agree("recurrent_cox", BLADDER, f"likelihood ratio ({name}), by a plan",
              tests["likelihood_ratio_test"], expected["lr"]["test"])  # fmt: skip


def mean_agrees(case: str, results: Results, where: dict, expected: dict, error: str) -> None:
    curve = results.select(section="curve", **where)
    events = curve[(curve["statistic_name"] == "events") & (curve["estimate"] > 0)]
    wide = curve.pivot(index="time_days", columns="statistic_name", values="estimate")
    error_of = curve[curve["statistic_name"] == "mean_count"].set_index("time_days")["std_error"]
    days = events["time_days"]
    agree("mean_cumulative_function", case, "days, by a plan", days, expected["time"])
    for ours, theirs in (("mean_count", "mcf"), ("at_risk", "n_risk"), ("events", "n_event")):
        agree("mean_cumulative_function", case, f"{theirs}, by a plan", wide.loc[days, ours],
              expected[theirs])  # fmt: skip
    agree("mean_cumulative_function", case, f"{error}, by a plan", error_of[days], expected[error])


@pytest.mark.parametrize("group", ["1", "2"])
def test_bladder_means(bladder, group):
    results = reference(BLADDER_MEANS)["results"]
    for analysis, block in (("mean", "survfit_cluster"), ("naive_mean", "survfit_naive")):
        table = pd.DataFrame(results[block])
        mine = table[table["stratum"] == f"rx={group}"]
        where = {"analysis": analysis, "group": group}
        mean_agrees(BLADDER_MEANS, bladder, where, mine, "se")
    where = {"analysis": "mean", "group": group}
    mean_agrees(BLADDER_MEANS, bladder, where, results["formula_by_rx"][group], "se_robust")


def test_bladder1_means(tmp_path):
    data = frame("bladder1")
    data = data[data["stop"] > data["start"]].assign(event=lambda t: (t["status"] == 1) * 1)
    tables = recurrent_tables(data, "id", "stop", "event", ["treatment"])
    found = results_of(tmp_path, tables, RECURS + MEANS.format(by="treatment"))
    expected = reference(BLADDER_MEANS)["results"]["bladder1_by_treatment"]
    for group, theirs in expected.items():
        mean_agrees(BLADDER_MEANS, found, {"group": group}, theirs, "se_robust")


def test_valve_seats(tmp_path):
    """Two replacements on one day are one booster, so the second one is a subject's of its own.

    R's code lets the valve be at risk twice on that day: here a subject of the same cluster, whose
    course ends, so that it comes under observation, 0.001 days before.
    """
    data = frame("valveSeat").sort_values(["id", "time"], kind="stable")
    data = data.rename(columns={"id": "valve"}).astype({"valve": str})
    again = data.duplicated(["valve", "time"]) & (data["status"] == 1)
    assert again.sum() == reference(VALVES)["results"]["zero_length_rows"]
    data["unit"] = data["valve"] + np.where(again, " again", "")
    tables = recurrent_tables(data, "unit", "time", "status", ["valve"])
    late = data[again].rename(columns={"unit": "subject_id"})
    late = late.assign(day=late["time"] - 0.001, phase="induction")
    tables["sessions"] = pd.concat([tables["sessions"], late[["subject_id", "day", "phase"]]])
    found = results_of(tmp_path, tables, RECURS + LATE)
    mean_agrees(VALVES, found, {}, reference(VALVES)["results"]["survfit"], "se")


def test_bladder_frailty(bladder):
    """At the maximum, where R stops a little before it: see test_shared_recurrent.py."""
    expected = reference(BLADDER)["results"]["frailty_gamma"]
    rows = bladder.select(analysis="frailty", section="analysis")
    logs = rows[rows["statistic_name"] == "coefficient"]
    theta = rows.loc[rows["statistic_name"] == "frailty_variance", "estimate"]
    agree("frailty", BLADDER, "theta, by a plan", theta, [expected["theta"]], rtol=1e-4)
    agree("frailty", BLADDER, "coefficients, by a plan", logs["estimate"], expected["coef"],
          rtol=1e-4, atol=1e-4)  # fmt: skip
    agree("frailty", BLADDER, "errors, by a plan", logs["std_error"], expected["se"], rtol=1e-3)
