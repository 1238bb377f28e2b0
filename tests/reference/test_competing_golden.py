"""Gray's test and subdistribution hazards against cmprsk and finegray on drawn cases.

Regenerate: Rscript tests/reference/r/competing.R
"""

import json
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree

from afterglow.estimate.competing.cause_specific import cause_specific_cox
from afterglow.estimate.competing.fine_gray import fine_gray
from afterglow.estimate.competing.gray import gray_test

FILE = Path(__file__).parent / "golden" / "competing.json"
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
DATA = {name: pd.DataFrame(columns) for name, columns in GOLDEN["data"].items()}
CASE = "golden/competing"
TERMS = ["age", "sex"]
NEW = pd.DataFrame({"age": [0.0, 1.5], "sex": [0, 1]})


def options(case: dict) -> dict:
    return {"duration": "duration", **(case["options"] or {})}


def curves(fit, times) -> np.ndarray:
    found = fit.predict(NEW, times).tidy()["estimate"].to_numpy()
    return found.reshape(len(NEW), -1).T


@pytest.mark.parametrize("case", GOLDEN["gray"], ids=itemgetter("id"))
def test_gray_matches_cuminc(case):
    causes = ["relapse", "booster", "switch"]
    rows = gray_test(DATA[case["data"]], by="arm", of=causes, **options(case)).tidy()
    rows = rows[rows["term"] == "Gray"]
    for column in ("statistic", "p_value", "df"):
        quantity = f"{column}, {case['id']}"
        # cuminc takes p-values as 1 minus a probability.
        atol = 1e-14 if column == "p_value" else 0.0
        agree("gray_test", CASE, quantity, rows[column], case["test"][column], atol=atol)


@pytest.mark.parametrize("case", GOLDEN["crr"], ids=itemgetter("id"))
def test_fine_gray_matches_crr(case):
    expected = case["fit"]
    fit = fine_gray(DATA[case["data"]], TERMS, of="relapse", **options(case))
    found = {
        "coefficients": (fit.coefficients, expected["estimate"]),
        "variance": (fit.variance, expected["variance"]),
        "inverse information": (fit.fit.bread, expected["inverse_information"]),
        "log-likelihoods": (
            [fit.loglik_null, fit.loglik],
            [expected["loglik_null"], expected["loglik"]],
        ),
        "incidence": (curves(fit, expected["times"]), expected["incidence"]),
    }
    for quantity, (ours, theirs) in found.items():
        # crr's line search gives up a hair before the maximum where times are tied.
        agree("fine_gray", CASE, f"{quantity}, crr, {case['id']}", ours, theirs, atol=1e-8)


@pytest.mark.parametrize("case", GOLDEN["finegray"], ids=itemgetter("id"))
def test_fine_gray_matches_finegray(case):
    expected = case["fit"]
    fit = fine_gray(
        DATA[case["data"]], TERMS, of="relapse", **({"ties": "finegray"} | options(case))
    )
    tests = fit.tests().tidy().set_index("term")["statistic"]
    found = {
        "coefficients": (fit.coefficients, expected["estimate"]),
        "robust variance": (fit.variance, expected["variance"]),
        "model variance": (fit.fit.bread, expected["naive"]),
        "log-likelihoods": ([fit.loglik_null, fit.loglik], expected["loglik"]),
        "score test": (tests["score"], expected["score"]),
        "robust score test": (tests["robust score"], expected["robust_score"]),
    }
    if "curve" in case:
        curve = case["curve"]
        found["incidence"] = (curves(fit, curve["times"]), curve["incidence"])
    for quantity, (ours, theirs) in found.items():
        agree("fine_gray", CASE, f"{quantity}, finegray, {case['id']}", ours, theirs, atol=1e-14)


@pytest.mark.parametrize("case", GOLDEN["cause_specific"], ids=itemgetter("id"))
def test_cause_specific_models_match_a_multi_state_coxph(case):
    expected, causes = case["fit"], ["relapse", "booster", "switch"]
    fit = cause_specific_cox(DATA["d"], TERMS, of=causes, ties="breslow", **options(case))
    rows = fit.predict(NEW, expected["times"]).tidy()
    order = ["event-free", *causes]
    found = {
        "coefficients": (fit.tidy()["estimate"], expected["estimate"]),
        "joint variance": (fit.variance, expected["variance"]),
    }
    for group, theirs in zip("01", expected["probability"]):
        mine = rows[rows["group"] == group].pivot(
            index="time_days", columns="term", values="estimate"
        )
        found[f"probabilities of person {group}"] = (mine[order], theirs)
    for quantity, (ours, theirs) in found.items():
        agree("cause_specific_cox", CASE, f"{quantity}, {case['id']}", ours, theirs, atol=1e-14)
