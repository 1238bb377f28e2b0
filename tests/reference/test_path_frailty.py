"""R's shared frailty on kidney catheters, from tables of subjects and sessions by a plan.

Each catheter is a subject, its infection a booster; the patient is the cluster.
"""

import numpy as np
import pytest
from support.conformance import agree
from support.reference_cohorts import RECURS, frame, recurrent_tables, results_of
from support.shared import reference

from afterglow.study.results import Results

KIDNEY = "frailty_kidney"
PLAN = """
[analysis.gamma]
role = "primary"
estimator = "frailty"
endpoint = "event"
cluster = "patient"
terms = [{ column = "age" }, { column = "sex" }]

[analysis.gamma_at_theta]
of = "gamma"
role = "exploratory"
theta = THETA

[analysis.gamma_with_disease]
of = "gamma"
role = "exploratory"
terms = [{ column = "age" }, { column = "sex" }, { column = "disease" }]

[analysis.gaussian]
of = "gamma"
role = "exploratory"
distribution = "gaussian"
"""


@pytest.fixture(scope="module")
def kidney(tmp_path_factory) -> Results:
    data = frame("kidney").rename(columns={"id": "patient"})
    data["catheter"] = np.arange(len(data))
    columns = ["patient", "age", "sex", "disease"]
    tables = recurrent_tables(data, "catheter", "time", "status", columns)
    last = reference(KIDNEY)["results"]["gamma"]["history"]["values"][-1][0]
    plan = RECURS + PLAN.replace("THETA", repr(last))
    return results_of(tmp_path_factory.mktemp("kidney"), tables, plan)


def of_model(results: Results, name: str) -> tuple:
    rows = results.select(analysis=name, section="analysis")
    logs = rows[rows["statistic_name"] == "coefficient"]
    theta = rows[rows["statistic_name"] == "frailty_variance"].iloc[0]
    return logs, theta


def test_gamma(kidney):
    """R stops where the likelihood still grows: see test_shared_recurrent.py."""
    expected = reference(KIDNEY)["results"]["gamma_tight"]
    _, theta = of_model(kidney, "gamma")
    agree("frailty", KIDNEY, "theta, by a plan", theta["estimate"], expected["theta"], rtol=1e-4)


def test_gamma_at_the_theta_of_its_coefficients(kidney):
    expected = reference(KIDNEY)["results"]["gamma"]
    logs, _ = of_model(kidney, "gamma_at_theta")
    for quantity, ours, theirs in (
        ("coefficients", logs["estimate"], expected["coef"]),
        ("errors", logs["std_error"], expected["se"]),
    ):
        agree("frailty", KIDNEY, f"{quantity} at R's theta, by a plan", ours, theirs, rtol=1e-4)


def test_disease_leaves_no_frailty(kidney):
    expected = reference(KIDNEY)["results"]["gamma_with_disease"]
    logs, theta = of_model(kidney, "gamma_with_disease")
    for quantity, ours, theirs in (
        ("theta", theta["estimate"], expected["theta"]),
        ("coefficients", logs["estimate"], expected["coef"]),
        ("errors", logs["std_error"], expected["se"]),
    ):
        agree("frailty", KIDNEY, f"{quantity} with disease, by a plan", ours, theirs, rtol=1e-4,
              atol=1e-6)  # fmt: skip


def test_gaussian(kidney):
    expected = reference(KIDNEY)["results"]["gaussian_reml"]
    logs, theta = of_model(kidney, "gaussian")
    for quantity, ours, theirs in (
        ("theta", theta["estimate"], expected["theta"]),
        ("coefficients", logs["estimate"], expected["coef"]),
        ("errors", logs["std_error"], expected["se"]),
    ):
        agree("frailty", KIDNEY, f"{quantity} (gaussian), by a plan", ours, theirs, rtol=1e-3)
