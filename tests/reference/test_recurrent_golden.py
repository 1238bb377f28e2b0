"""Recurrent events against R on rows drawn for ties, late entries, gaps, weights and clusters.

Regenerate: Rscript tests/reference/r/recurrent.R
"""

import json
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afterglow.estimate.recurrent.frailty import frailty
from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "recurrent.json").read_text(encoding="utf-8"))
DATA, UNTIED, WHOLE = (pd.DataFrame(GOLDEN[name]) for name in ("data", "untied", "whole"))
ROWS = {"start": "start", "stop": "stop", "event": "event"}
SUBJECTS = ROWS | {"subject": "subject"}

# Sums of a few hundred float64 terms; R's iterations stop at 1e-12 of the likelihood, which leaves
# half of the digits of the errors.
RTOL = 1e-9
FITTED = 1e-7
# R's penalized fits stop at 1e-12 of the likelihood too, but climb more slowly.
PENALIZED = 1e-6
# R searches theta by the likelihood's value alone, which knows half of theta's digits.
SEARCHED = 2e-4


def close(actual, expected, rtol):
    np.testing.assert_allclose(
        np.asarray(actual, dtype=float), np.array(expected, dtype=float), rtol=rtol, atol=1e-12
    )


@pytest.mark.parametrize("case", GOLDEN["mean_cumulative_function"], ids=itemgetter("id"))
def test_mean_cumulative_function_matches_r(case):
    rows = mean_cumulative_function(DATA, **SUBJECTS, **(case["options"] or {})).tidy()
    rows = rows[rows["events"] > 0]
    expect = case["expect"]
    assert rows["group"].tolist() == expect["group"]
    close(rows["time_days"], expect["time"], RTOL)
    for column in ("at_risk", "events", "estimate", "std_error"):
        close(rows[column], expect[column], RTOL)


def test_ghosh_lin_matches_mets():
    rows = mean_cumulative_function(UNTIED, **SUBJECTS, terminal="death").tidy()
    rows = rows[rows["events"] > 0]
    expect = GOLDEN["ghosh_lin"]
    for ours, theirs in (("time_days", "time"), ("estimate", "estimate"),
                         ("std_error", "std_error")):  # fmt: skip
        close(rows[ours], expect[theirs], RTOL)


def test_pooled_tests_match_r():
    result = mean_cumulative_function(DATA, **SUBJECTS, by="arm").test(variance="pooled")
    assert result.statistic == pytest.approx(GOLDEN["tests"]["arms"], rel=RTOL)
    clustered = mean_cumulative_function(DATA, **SUBJECTS, by="arm", cluster="site")
    found = clustered.test(variance="pooled").statistic
    assert found == pytest.approx(GOLDEN["tests"]["site_clusters"], rel=RTOL)


@pytest.mark.parametrize("case", GOLDEN["recurrent_cox"], ids=itemgetter("id"))
def test_regression_matches_r(case):
    check_model(recurrent_cox(DATA, case["terms"], **SUBJECTS, **case["options"]), case)


@pytest.mark.parametrize("case", GOLDEN["wlw"], ids=itemgetter("id"))
def test_marginal_regression_matches_r(case):
    check_model(recurrent_cox(WHOLE, [case["terms"]], **SUBJECTS, **case["options"]), case)


def check_model(result, case):
    rows, expect = result.tidy(), case["expect"]
    close(rows["estimate"], np.atleast_1d(expect["coef"]), FITTED)
    close(rows["std_error"], np.atleast_1d(expect["std_error"]), FITTED)
    close(rows["robust_std_error"], np.atleast_1d(expect["robust_std_error"]), FITTED)
    close([result.fitted.fit.loglik_null, result.fitted.fit.loglik], expect["loglik"], RTOL)
    tests = result.tests().tidy().set_index("term")["statistic"]
    close(tests["robust score"], expect["robust_score"], FITTED)


@pytest.mark.parametrize("case", GOLDEN["frailty"], ids=itemgetter("id"))
def test_frailty_matches_r(case):
    expect, options = case["expect"], case["options"]
    result = frailty(DATA, ["x", "z"], **ROWS, **options)
    rows = result.tidy()
    rtol = PENALIZED if "theta" in options else SEARCHED
    close(rows["estimate"][:2], expect["coef"], rtol)
    close(rows["std_error"][:2], expect["std_error"], rtol)
    close(result.fit.loglik, expect["loglik"], rtol)
    close(result.frailties()["estimate"], np.exp(expect["log_frailty"]), rtol * 10)
    if expect["integrated"] is not None:
        close(result.fit.integrated, expect["integrated"], 1e-8)


def test_golden_file_says_where_its_numbers_come_from():
    provenance = GOLDEN["provenance"]
    assert provenance.keys() >= {"r", "survival", "mets", "script"}
    assert (HERE.parents[1] / provenance["script"]).is_file()
