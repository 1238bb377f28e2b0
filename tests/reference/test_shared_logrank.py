"""Every weighting of the log-rank family, and the trend, against R on public datasets."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.logrank import logrank
from afterglow.estimate.max_combo import max_combo

FH = "fleming-harrington"
CASES = {
    "logrank_lung_sex": ("lung", "time", "died", "sex", "ph_ecog"),
    "logrank_larynx_trend": ("larynx", "time", "delta", "stage", None),
    "logrank_pharmacosmoking": ("pharmacosmoking", "ttr", "relapse", "grp", "employment"),
}
SURVDIFF = {"logrank_rho0": "logrank", "peto_peto_rho1": "peto", "rho_half": (FH, 0.5, 0)}
FORMULA = {
    "FH_0_0": (FH, 0, 0),
    "FH_1_0": (FH, 1, 0),
    "FH_0_1": (FH, 0, 1),
    "FH_1_1": (FH, 1, 1),
    "FH_0.5_0.5": (FH, 0.5, 0.5),
    "gehan_breslow": "gehan",
    "tarone_ware": "tarone-ware",
    "peto_prentice_modified": "modified-peto-peto",
    "peto_s_tilde": "peto-peto",
}


def rows_of(case: str) -> tuple[pd.DataFrame, dict]:
    name, duration, event, by, _ = CASES[case]
    data = pd.read_csv(shared_file("data", f"{name}.csv"))
    if name == "lung":
        data = data.assign(died=data["status"] == 2)
    return data, {"duration": duration, "event": event, "by": by}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("block", SURVDIFF)
def test_survdiff(case, block):
    data, options = rows_of(case)
    expected = reference(case)["results"][block]
    result = logrank(data, **options, weighting=SURVDIFF[block])
    agree("logrank", case, f"{block}: chi-square", result.statistic, expected["chisq"])
    agree("logrank", case, f"{block}: p-value", result.p_value, expected["p"])
    agree("logrank", case, f"{block}: observed", result.groups["observed"], expected["observed"])
    agree("logrank", case, f"{block}: expected", result.groups["expected"], expected["expected"])
    agree("logrank", case, f"{block}: variance", result.covariance, expected["var"]["values"])
    assert result.df == expected["df"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("block", FORMULA)
def test_weighted(case, block):
    data, options = rows_of(case)
    expected = reference(case)["results"]["fh_formula"][block]
    result = logrank(data, **options, weighting=FORMULA[block])
    score = result.groups["observed"] - result.groups["expected"]
    agree("logrank", case, f"{block}: score", score, expected["U"])
    agree("logrank", case, f"{block}: variance", result.covariance, expected["V"]["values"])
    agree("logrank", case, f"{block}: chi-square", result.statistic, expected["chisq"])
    agree("logrank", case, f"{block}: p-value", result.p_value, expected["p"])


@pytest.mark.parametrize("case", [name for name in CASES if CASES[name][4]])
def test_stratified(case):
    data, options = rows_of(case)
    strata = CASES[case][4]
    expected = reference(case)["results"]["stratified"]
    result = logrank(data.dropna(subset=[strata]), **options, strata=strata)
    agree("logrank", case, "stratified: chi-square", result.statistic, expected["chisq"])
    agree("logrank", case, "stratified: variance", result.covariance, expected["var"]["values"])


def test_trend():
    case = "logrank_larynx_trend"
    data, options = rows_of(case)
    expected = reference(case)["results"]["trend"]
    result = logrank(data, **options, trend=expected["scores"])
    row = result.tidy().query("term == 'trend'").iloc[0]
    agree("logrank", case, "trend: z", result.trend_z, expected["z"])
    agree("logrank", case, "trend: chi-square", row["statistic"], expected["chisq"])
    agree("logrank", case, "trend: p-value", row["p_value"], expected["p"])


def test_max_combo_is_within_the_noise_of_mvtnorm():
    # R 4.2.2, mvtnorm 1.1-3: 1 − pmvnorm(−m, m, corr, GenzBretz(5e6, 1e-9, 0)) with the correlation
    # of the four Fleming–Harrington statistics of lung by sex; its own error estimate is 5.7e-7.
    data, options = rows_of("logrank_lung_sex")
    found = max_combo(data, **options).tidy()["p_value"].iloc[0]
    agree("max_combo", "logrank_lung_sex", "p-value", found, 0.0009838450043, rtol=0, atol=6e-7)
    one_sided = max_combo(data, **options, alternative="less").tidy()["p_value"].iloc[0]
    assert 0.5 * found < one_sided < found
    assert np.isfinite(found)
