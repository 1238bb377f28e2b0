"""Cox models against R in every combination of ties, late entry, strata, weights and clusters.

Regenerate: Rscript tests/reference/r/cox.R
"""

import json
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afterglow.estimate.cox.model import cox

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "cox.json").read_text(encoding="utf-8"))
NEW = pd.DataFrame(GOLDEN["new"])
RTOL = 1e-8


def close(ours, theirs, rtol=RTOL, atol=1e-11):
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=atol
    )


def fitted(case):
    options = dict(case["options"])
    formula = options.pop("formula", ["age", "arm"])
    return cox(
        pd.DataFrame(GOLDEN["tables"][case["data"]]), formula, duration="duration", **options
    )


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=itemgetter("id"))
def test_coefficients_variance_and_tests_match_r(case):
    model, expect = fitted(case), case["expect"]
    close(model.fit.beta, expect["estimate"])
    close(model.variance, expect["variance"])
    close([model.fit.loglik_null, model.fit.loglik], expect["loglik"])
    tests = model.tests().tidy().set_index("term")["statistic"]
    close(
        tests[["likelihood ratio", "Wald", "score"]], [expect[k] for k in ("lr", "wald", "score")]
    )
    assert model.sample.robust == ("naive_variance" in expect)
    if model.sample.robust:
        close(model.fit.variance, expect["naive_variance"])
        close(tests["robust score"], expect["robust_score"])


def with_curves():
    return [case for case in GOLDEN["cases"] if "curves" in case["expect"]]


@pytest.mark.parametrize("case", with_curves(), ids=itemgetter("id"))
def test_curves_match_r(case):
    model = fitted(case)
    for theirs in case["expect"]["curves"]:
        ours = model.predict(NEW, theirs["times"], conf_type=theirs["conf_type"]).tidy()
        for column in ("estimate", "std_error", "conf_low", "conf_high"):
            expected = np.array(theirs[column], dtype=float).ravel()
            known = np.isfinite(expected)
            assert known.sum() >= len(known) - 4
            close(ours[column].to_numpy()[known], expected[known])


@pytest.mark.parametrize("case", with_curves(), ids=itemgetter("id"))
def test_baseline_hazards_match_r(case):
    model = fitted(case)
    ours, theirs = model.baseline().tidy(), pd.DataFrame(case["expect"]["baseline"])
    # basehaz(centered = FALSE) sets the covariates to 0 but leaves the offset at its mean.
    offset = 0.0 if model.sample.rows.offset is None else model.sample.rows.offset.mean()
    close(ours["estimate"] * np.exp(offset), theirs["hazard"])
    close(ours["time_days"], theirs["time"])
    assert ours["group"].tolist() == theirs["stratum"].tolist()


@pytest.mark.parametrize("theirs", GOLDEN["ridge"], ids=lambda fit: f"theta {fit['theta']}")
def test_ridge_matches_r(theirs):
    options = {"entry": "entry"} if theirs["late"] else {}
    model = cox(
        pd.DataFrame(GOLDEN["tables"]["late"]), ["age", "shift"], duration="duration",
        penalty=("ridge", theirs["theta"]), **options,
    )  # fmt: skip
    close(model.fit.beta, theirs["estimate"])
    close(model.variance, theirs["variance"], rtol=1e-6)
    close([model.fit.loglik_null, model.fit.loglik], theirs["loglik"])
    tests = model.tests().tidy().set_index("term")
    close(tests.loc["Wald", "statistic"], theirs["wald"], rtol=1e-6)
    close(tests.loc["Wald", "df"], theirs["df"], rtol=1e-6)
