"""Competing risks against R on the public datasets beside the project."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.competing.cause_specific import cause_specific_cox
from afterglow.estimate.competing.fine_gray import fine_gray
from afterglow.estimate.competing.gray import gray_test

TERMS = ["age", "male", "mspike"]
TIMES = [12, 60, 120, 240, 360]


def mgus2() -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", "mgus2.csv"))
    data = data[data["mspike"].notna()].reset_index(drop=True)
    pcm = data["pstat"] == 1
    return data.assign(
        months=np.where(pcm, data["ptime"], data["futime"]),
        cause=np.where(pcm, "pcm", np.where(data["death"] == 1, "death", "")),
        male=(data["sex"] == "M").astype(int),
    )


def transplant() -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", "transplant.csv"))
    return data.assign(
        days=data["futime"].where(data["futime"] > 0, 0.5),
        cause=data["event"].where(data["event"] != "censored", ""),
    )


COHORTS = {
    "cif_mgus2_sex": (mgus2, "months", "sex", ["pcm", "death"]),
    "cif_transplant_abo": (transplant, "days", "abo", ["ltx", "death", "withdraw"]),
}


@pytest.mark.parametrize("case", COHORTS)
def test_gray(case):
    expected = reference(case)["results"]["cuminc"]["tests"]
    make, duration, by, causes = COHORTS[case]
    rows = gray_test(make(), by=by, duration=duration, of=causes).tidy()
    rows = rows[rows["term"] == "Gray"]
    for column, name in (("statistic", "stat"), ("p_value", "p"), ("df", "df")):
        agree("gray_test", case, column, rows[column], expected[name])


@pytest.mark.parametrize("case", COHORTS)
def test_incidence_with_aalens_variance(case):
    expected = reference(case)["results"]["cuminc"]
    make, duration, by, causes = COHORTS[case]
    curves = aalen_johansen(make(), duration=duration, by=by, variance="aalen")
    rows = curves.at(expected["times"]).set_index(["cause", "group"]).sort_index(kind="stable")
    for position, label in enumerate(expected["est"]["rows"]):
        group, _, code = label.rpartition(" ")
        mine = rows.loc[(causes[int(code) - 1], group)]
        for column, name in (("estimate", "est"), ("std_error", "var")):
            theirs = np.array(expected[name]["values"][position], dtype=float)
            known = ~np.isnan(theirs)  # cuminc ends where its group does
            theirs = np.sqrt(theirs) if name == "var" else theirs
            quantity = f"{column}, {label}"
            ours = mine[column].to_numpy()[known]
            agree("aalen_johansen", case, quantity, ours, theirs[known], atol=1e-14)


def test_fine_gray_as_crr():
    case = "cif_mgus2_sex"
    expected = reference(case)["results"]["crr"]
    data = mgus2()
    fit = fine_gray(data, TERMS, of="pcm", duration="months")
    rows = fit.tidy()
    found = {
        "coefficients": (rows["estimate"], expected["coef"]["coef"]),
        "hazard ratios": (rows["hazard_ratio"], expected["coef"]["shr"]),
        "standard errors": (rows["std_error"], expected["coef"]["se"]),
        "z": (rows["statistic"], expected["coef"]["z"]),
        "p-values": (rows["p_value"], expected["coef"]["p"]),
        "variance": (fit.variance, expected["vcov"]["values"]),
        "log-likelihood at 0": (fit.loglik_null, expected["loglik_null"]),
        "log-likelihood": (fit.loglik, expected["loglik"]),
    }
    predicted = fit.predict(data.iloc[:2], TIMES).tidy()["estimate"].to_numpy().reshape(2, -1)
    found["incidence"] = (predicted.T, np.array(expected["predict"]["values"])[:, 1:])
    for quantity, (ours, theirs) in found.items():
        agree("fine_gray", case, f"{quantity}, as crr", ours, theirs)


@pytest.mark.parametrize(
    ("block", "ties"),
    [
        ("finegray_breslow", "finegray"),
        ("finegray_breslow_robust", "finegray"),
        ("finegray_efron", "finegray-efron"),
    ],
)
def test_fine_gray_as_finegray(block, ties):
    """Where R's error sums over the pieces of finegray's rows as if they were subjects, ours not."""
    case = "cif_mgus2_sex"
    expected = reference(case)["results"][block]
    fit = fine_gray(mgus2(), TERMS, of="pcm", duration="months", ties=ties)
    rows, tests = fit.tidy(), fit.tests().tidy().set_index("term")["statistic"]
    found = {
        "coefficients": (rows["estimate"], expected["coef"]["coef"]),
        "model errors": (rows["model_std_error"], expected["coef"]["se_naive"]),
        "log-likelihoods": (
            [fit.loglik_null, fit.loglik],
            [expected["loglik_null"], expected["loglik"]],
        ),
        "likelihood ratio": (tests["likelihood ratio"], expected["lr"]["test"]),
        "score test": (tests["score"], expected["score"]["test"]),
    }
    if block == "finegray_breslow_robust":
        found["standard errors"] = (rows["std_error"], expected["coef"]["se"])
        found["variance"] = (fit.variance, expected["vcov"]["values"])
        found["robust score test"] = (tests["robust score"], expected["robust_score"]["test"])
        found["limits"] = (rows["hazard_ratio_high"], expected["coef"]["hr_upper"])
    for quantity, (ours, theirs) in found.items():
        agree("fine_gray", case, f"{quantity}, {block}", ours, theirs)


def test_cause_specific_models():
    case = "cif_mgus2_sex"
    fit = cause_specific_cox(mgus2(), TERMS, duration="months", of=["pcm", "death"])
    for cause, expected in zip(("pcm", "death"), reference(case)["results"]["cause_specific"]):
        rows, model = fit.tidy().query("cause == @cause"), fit.models[cause]
        tests = fit.tests().tidy().query("cause == @cause").set_index("term")["statistic"]
        concordance = model.concordance().tidy()
        found = {
            "coefficients": (rows["estimate"], expected["coef"]["coef"]),
            "standard errors": (rows["std_error"], expected["coef"]["se"]),
            "limits": (rows["hazard_ratio_low"], expected["coef"]["hr_lower"]),
            "variance": (model.variance, expected["vcov"]["values"]),
            "log-likelihood": (model.fit.loglik, expected["loglik"]),
            "likelihood ratio": (tests["likelihood ratio"], expected["lr"]["test"]),
            "score test": (tests["score"], expected["score"]["test"]),
            "concordance": (concordance["estimate"], [expected["concordance"]]),
        }
        for quantity, (ours, theirs) in found.items():
            agree("cause_specific_cox", case, f"{quantity}, {cause}", ours, theirs)
