"""Pseudo-values, exact and by the jackknife, and regressions on them, against survival and geepack."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.pseudo import pseudo_values
from afterglow.estimate.pseudo_regression import pseudo_regression

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "pseudo_values.json").read_text(encoding="utf-8"))
DATA = pd.DataFrame(GOLDEN["data"])
# R leaves one subject out at a time: n times a difference of two curves, each to 1e-16.
EXACT = 1e-12
EXACT_CALLS = {
    "survival": {"times": [4, 8, 12]},
    "rmst": {"of": "rmst", "tau": 10},
    "incidence": {"of": "incidence", "times": 9},
}
JACKKNIFE_CALLS = {
    **EXACT_CALLS,
    "survival": {"times": [4, 8.5, 12]},
    "by_arm": {"times": 8, "by": "arm"},
}


def values_of(options: dict, method: str) -> np.ndarray:
    return pseudo_values(DATA, duration="duration", method=method, **options).values


@pytest.mark.parametrize("block", EXACT_CALLS)
def test_leave_one_out(block):
    found = values_of(EXACT_CALLS[block], "leave-one-out")
    theirs = GOLDEN["leave_one_out"][block]
    agree("pseudo_values", "pseudo_values", f"{block}, leave-one-out", found, theirs,
          rtol=0, atol=EXACT)  # fmt: skip


@pytest.mark.parametrize("block", JACKKNIFE_CALLS)
def test_infinitesimal_jackknife(block):
    found = values_of(JACKKNIFE_CALLS[block], "infinitesimal-jackknife")
    theirs = GOLDEN["infinitesimal_jackknife"][block]
    agree("pseudo_values", "pseudo_values", f"{block}, jackknife", found, theirs,
          rtol=0, atol=EXACT)  # fmt: skip


@pytest.mark.parametrize("method", ["leave_one_out", "ij"])
def test_aml(method):
    expected = reference("pseudo_values_km")["results"]
    data = pd.read_csv(shared_file("data", "aml.csv"))
    word = "leave-one-out" if method == "leave_one_out" else "infinitesimal-jackknife"
    result = pseudo_values(
        data, duration="time", event="status", times=expected["times"], method=word
    )
    agree("pseudo_values", "pseudo_values_km", word, result.values, expected[method]["values"],
          rtol=0, atol=EXACT)  # fmt: skip
    agree("pseudo_values", "pseudo_values_km", "survival", result.estimates["estimate"],
          expected["full"])  # fmt: skip


REGRESSIONS = {
    "identity": {"times": [4, 8, 12]},
    "logit": {"times": [4, 8, 12], "link": "logit"},
    "cloglog": {"times": [4, 8, 12], "link": "cloglog"},
    "clustered": {"times": [4, 8, 12], "cluster": "site"},
    "rmst": {"of": "rmst", "tau": 10},
    "rmst_log": {"of": "rmst", "tau": 10, "link": "log"},
}


@pytest.mark.parametrize("block", REGRESSIONS)
def test_regression_is_that_of_geepack(block):
    rows = pseudo_regression(DATA, ["age", "arm"], duration="duration", **REGRESSIONS[block]).tidy()
    theirs = GOLDEN["regressions"][block]
    # Both solvers stop when a step falls below their own small number.
    agree("pseudo_values", "pseudo_values", f"regression, {block}: coefficients", rows["estimate"],
          theirs["estimate"], rtol=1e-7)  # fmt: skip
    agree("pseudo_values", "pseudo_values", f"regression, {block}: standard errors", rows["std_error"],
          theirs["std_error"], rtol=1e-7)  # fmt: skip


def test_golden_file_says_where_its_numbers_come_from():
    provenance = GOLDEN["provenance"]
    assert provenance.keys() >= {"r", "survival", "geepack", "script", "data"}
    assert (HERE.parents[1] / provenance["script"]).is_file()
