"""Accelerated failure times against survreg on public data."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.parametric.aft import aft

# Both sides iterate to full convergence.
RTOL = 1e-9
LUNG = {"duration": "time", "event": "died"}


def dataset(name: str) -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", f"{name}.csv"))
    return data.assign(died=data["status"] == 2) if name == "lung" else data


def same_fit(found, expected: dict, case: str, name: str) -> None:
    agree("aft", case, f"{name}: coefficients", found.parameters, expected["table"]["value"],
          rtol=RTOL)  # fmt: skip
    agree("aft", case, f"{name}: standard errors", np.sqrt(np.diag(found.variance)),
          expected["table"]["se"], rtol=RTOL)  # fmt: skip
    agree("aft", case, f"{name}: variance", found.variance, expected["vcov"]["values"], rtol=1e-7)
    agree("aft", case, f"{name}: log-likelihoods", [found.null_log_likelihood, found.log_likelihood],
          [expected["loglik_null"], expected["loglik"]], rtol=RTOL)  # fmt: skip
    ratio = found.tests().tidy().iloc[0]
    agree(
        "aft",
        case,
        f"{name}: likelihood ratio",
        ratio["statistic"],
        expected["lr_chisq"],
        rtol=1e-8,
    )
    assert ratio["df"] == expected["lr_df"]
    if "aic" in expected:
        agree("aft", case, f"{name}: AIC", found.aic, expected["aic"], rtol=RTOL)


@pytest.mark.parametrize("name", ["weibull", "exponential", "lognormal", "loglogistic", "rayleigh"])
def test_right_censored(name):
    case = "aft_lung"
    expected = reference(case)["results"][name]
    data = dataset("lung").dropna(subset=["ph_ecog"])
    found = aft(data, ["age", "sex", "ph_ecog"], distribution=name, **LUNG)
    same_fit(found, expected, case, name)
    asked = expected["predict"]
    rows = pd.DataFrame({"age": [60, 70], "sex": [1, 2], "ph_ecog": [0, 2]})
    quantiles = found.predict(rows, p=asked["p"])
    agree("aft", case, f"{name}: quantiles", quantiles["estimate"],
          np.ravel(asked["quantile"]["values"]), rtol=RTOL)  # fmt: skip
    agree("aft", case, f"{name}: errors of quantiles", quantiles["std_error"],
          np.ravel(asked["se"]["values"]), rtol=RTOL)  # fmt: skip
    survival = found.predict(rows, times=[30, 90, 180, 365])
    agree("aft", case, f"{name}: survival", survival["estimate"],
          np.ravel(asked["surv_at"]["values"]), rtol=RTOL)  # fmt: skip


def test_scale_by_stratum():
    case = "aft_lung_strata"
    expected = reference(case)["results"]["strata_scale"]
    found = aft(dataset("lung"), ["age", "sex"], distribution="weibull", strata="sex", **LUNG)
    same_fit(found, expected, case, "two scales")
    agree("aft", case, "scales", list(found.scales.values()), list(expected["scale"].values()))


def test_clusters():
    case = "aft_lung_strata"
    expected = reference(case)["results"]["robust"]
    data = dataset("lung").dropna(subset=["inst"])
    found = aft(data, ["age", "sex"], distribution="weibull", cluster="inst", **LUNG)
    same_fit(found, expected, case, "robust")
    agree("aft", case, "naive variance", found.model_variance, expected["naive_var"]["values"],
          rtol=1e-7)  # fmt: skip


@pytest.mark.parametrize("name", ["weibull", "exponential", "lognormal", "loglogistic"])
def test_intervals(name):
    case = "aft_bcos_interval2"
    expected = reference(case)["results"][name]
    found = aft(dataset("bcos"), ["treatment"], distribution=name, lower="left", upper="right")
    same_fit(found, expected, case, name)


@pytest.mark.parametrize("name", ["weibull", "exponential", "lognormal", "loglogistic"])
def test_zeros_moved_to_half_a_day(name):
    case = "aft_pharmacosmoking"
    expected = reference(case)["results"][name]
    found = aft(
        dataset("pharmacosmoking"), "C(grp) + age + C(employment)", distribution=name,
        duration="ttr", event="relapse", zero_as=0.5,
    )  # fmt: skip
    same_fit(found, expected, case, name)


@pytest.mark.parametrize("name", ["weibull", "loglogistic"])
def test_response_between_visits(name):
    case = "derived_riesby_response"
    results = reference(case)["results"]
    rows = pd.DataFrame(results["subject_level"])
    rows["right"] = [np.inf if value == "Infinity" else float(value) for value in rows["right"]]
    found = aft(rows, ["endog"], distribution=name, lower="left", upper="right")
    same_fit(found, results["aft_interval"][name], case, name)
