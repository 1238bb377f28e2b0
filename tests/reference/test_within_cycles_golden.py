"""Scores within cycles against lme4 and nlme, and cycles with rows left out against coxph.

Regenerate: Rscript tests/reference/r/within_cycles.R
"""

import json
from functools import partial
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree

from afterglow.estimate.mixed.score_model import score_within_cycle
from afterglow.estimate.recurrent.frailty import frailty
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "within_cycles.json").read_text(encoding="utf-8"))
SCORES, CYCLES = pd.DataFrame(GOLDEN["scores"]), pd.DataFrame(GOLDEN["cycles"])
NAMES = {"days": "day", "baseline": "baseline", "subject": "subject", "cycle": "cycle"}
ROWS = {"subject": "subject", "start": "start", "stop": "stop", "event": "event"}
FULL = ["day 0", "per day", "change of slope at day 14", "later cycles", "baseline score",
        "later cycles: per day", "later cycles: change of slope at day 14"]  # fmt: skip

# The search for the variances rests where the likelihood is flat: half of its digits remain.
SEARCHED = 2e-5
FITTED = 1e-7
RTOL = 1e-9


def close(actual, expected, rtol):
    np.testing.assert_allclose(np.asarray(actual, dtype=float), np.array(expected), rtol=rtol)


def fitted(options):
    return score_within_cycle(SCORES, **NAMES, robust=False, **options)


@pytest.mark.parametrize("case", GOLDEN["mixed"], ids=itemgetter("id"))
def test_scores_match_lme4(case):
    model, expect = fitted(case["options"]), case["expect"]
    rows = model.tidy().set_index("term")
    terms = [term for term in FULL if term in rows.index]
    same = partial(agree, "score_within_cycle", f"lme4: {case['id']}", rtol=SEARCHED)
    same("coefficients", rows.loc[terms, "estimate"], expect["beta"])
    same("standard errors", rows.loc[terms, "std_error"], expect["std_error"])
    same("restricted log-likelihood", model.fit.log_likelihood, expect["loglik"], rtol=RTOL)
    spread = np.sqrt(np.diag(model.fit.covariance))
    same("standard deviations", [*spread, model.fit.sigma], expect["spread"])
    found = model.predict([0, 7, 14, 28])
    same("predicted scores", found["estimate"], expect["predicted"])
    same("their standard errors", found["std_error"], expect["predicted_error"])


def test_intercepts_match_nlme():
    model, expect = fitted({"random_slope": False}), GOLDEN["nlme"]
    rows = model.tidy().set_index("term").loc[FULL]
    same = partial(agree, "score_within_cycle", "nlme", rtol=SEARCHED)
    same("coefficients", rows["estimate"], expect["beta"])
    same("standard errors", rows["std_error"], expect["std_error"])
    same("restricted log-likelihood", model.fit.log_likelihood, expect["loglik"], rtol=RTOL)
    same("residual standard deviation", model.fit.sigma, expect["sigma"])


@pytest.mark.parametrize("case", GOLDEN["pwp"], ids=itemgetter("id"))
def test_numbers_stay_where_rows_are_left_out(case):
    options = dict(case["options"])
    rows, terms = options.pop("rows"), options.pop("terms")
    kept = CYCLES[CYCLES["known"]] if rows == "known" else CYCLES[CYCLES["cycle"] > 1]
    kept = kept.astype({"previous": float}).reset_index(drop=True)
    model, expect = recurrent_cox(kept, terms, **ROWS, number="cycle", **options), case["expect"]
    found = model.tidy()
    close(found["estimate"], np.atleast_1d(expect["coef"]), FITTED)
    close(found["std_error"], np.atleast_1d(expect["std_error"]), FITTED)
    close(found["robust_std_error"], np.atleast_1d(expect["robust_std_error"]), FITTED)
    close([model.fitted.fit.loglik_null, model.fitted.fit.loglik], expect["loglik"], RTOL)


@pytest.mark.parametrize("clock", ["frailty", "frailty_gap"])
def test_a_frailty_of_cycles_matches_r(clock):
    later = CYCLES[CYCLES["cycle"] > 1].astype({"previous": float}).reset_index(drop=True)
    expect, rows = GOLDEN[clock], ROWS
    if clock == "frailty_gap":
        later["gap"] = later["stop"] - later["start"]
        rows = {"cluster": "subject", "duration": "gap", "event": "event"}
    found = frailty(later, ["dose", "previous"], **rows, theta=expect["theta"]).tidy()
    # R's penalized search rests at 1e-8 or so of a coefficient.
    np.testing.assert_allclose(found["estimate"][:2], expect["coef"], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found["std_error"][:2], expect["std_error"], rtol=1e-6)


def test_golden_file_says_where_its_numbers_come_from():
    provenance = GOLDEN["provenance"]
    assert provenance.keys() >= {"r", "survival", "lme4", "nlme", "script"}
    assert (HERE.parents[1] / provenance["script"]).is_file()
