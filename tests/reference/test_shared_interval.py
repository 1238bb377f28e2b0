"""Interval-censored estimates against R on the public datasets beside the project."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.interval.interval_regression import interval_regression
from afterglow.estimate.interval.turnbull import turnbull

# icenReg's masses are good to about 1e-8, the README asks for 1e-5; survfit's EM stops
# early, by up to 3e-4 of the curve here, at a lower likelihood.
MASS_ATOL = 1e-7
LOGLIK_ATOL = 1e-9
EM_ATOL = 1e-3


def cosmesis() -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", "bcos.csv"))
    return data.rename(columns={"left": "lower_days", "right": "upper_days"})


def same_masses(case: str, label: str, curve, expected: dict) -> None:
    boxes = curve.boxes
    np.testing.assert_array_equal(boxes.lower, expected["left"])
    np.testing.assert_array_equal(boxes.upper, np.array(expected["right"], dtype=float))
    agree("turnbull", case, f"masses ({label})", boxes.mass, expected["mass"], atol=MASS_ATOL)
    loglik = [curve.fit.loglik], [expected["loglik"]]
    agree("turnbull", case, f"log-likelihood ({label})", *loglik, rtol=0, atol=LOGLIK_ATOL)


def test_masses_and_likelihood_of_icenreg():
    expected = reference("turnbull_bcos")["results"]
    grouped = turnbull(cosmesis(), by="treatment")
    for curve in grouped.curves:
        same_masses("turnbull_bcos", curve.label, curve, expected["icenReg_npmle"][curve.label])
    pooled = turnbull(cosmesis()).curves[0]
    same_masses("turnbull_bcos", "all", pooled, expected["pooled_npmle"])


@pytest.mark.parametrize("arm", ["Rad", "RadChem"])
def test_curve_of_survfit(arm):
    expected = reference("turnbull_bcos")["results"]["survfit_at"][f"treatment={arm}"]
    found = turnbull(cosmesis(), by="treatment").at(expected["time"])
    mine = found[found["group"] == arm]
    known = mine["estimate"].notna().to_numpy()
    agree("turnbull", "turnbull_bcos", f"survival, survfit's EM ({arm})",
          mine["estimate"][known], np.array(expected["surv"])[known], rtol=0, atol=EM_ATOL)  # fmt: skip


def test_response_seen_at_visits():
    expected = reference("derived_riesby_response")["results"]
    rows = expected["subject_level"]
    data = pd.DataFrame(
        {
            "lower_days": np.array(rows["left"], dtype=float),
            "upper_days": np.array(rows["right"], dtype=float),
            "endog": rows["endog"],
        }
    )
    for curve in turnbull(data, by="endog").curves:
        mine = expected["npmle_by_endog"][curve.label]
        same_masses("derived_riesby_response", f"endog {curve.label}", curve, mine)


# icenReg's coefficients are good to about 1e-6, the README asks for 1e-4.
COEFFICIENT_ATOL = 1e-6


@pytest.mark.parametrize(
    ("model", "block"), [("proportional-hazards", "semi_ph"), ("proportional-odds", "semi_po")]
)
def test_semi_parametric_regression_of_icenreg(model, block):
    expected = reference("icph_bcos")["results"][block]
    found = interval_regression(cosmesis(), ["treatment"], model=model)
    agree("interval_regression", "icph_bcos", f"coefficient ({model})", found.beta,
          list(expected["coef"].values()), rtol=0, atol=COEFFICIENT_ATOL)  # fmt: skip
    agree("interval_regression", "icph_bcos", f"log-likelihood ({model})", [found.loglik],
          [expected["llk"]], rtol=0, atol=LOGLIK_ATOL)  # fmt: skip
