"""Accelerated failure times against survreg: weights, clusters, strata, intervals, other scales."""

import json
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree

from afterglow.estimate.parametric.aft import aft

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "aft.json").read_text(encoding="utf-8"))
# Both iterate to the last digits; jsonlite writes 15 of them.
RTOL = 1e-9


def data() -> pd.DataFrame:
    frame = pd.DataFrame(GOLDEN["data"])
    frame["upper"] = frame["upper"].astype(float).fillna(np.inf)
    frame["floor"] = frame["floor"].astype(float).fillna(-np.inf)
    return frame


def fitted(options: dict):
    return aft(data(), ["age", "arm"], duration="duration", event="event", **options)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=itemgetter("id"))
def test_survreg(case):
    found = fitted(case["options"])
    name = case["id"]
    agree("aft", "aft", f"{name}: coefficients", found.parameters, case["coefficients"], rtol=RTOL)
    # survival 3.5-3's residuals by log(scale) of interval-censored rows do not add up to 0 at the
    # maximum, so its robust variance is not one there.
    if "lower" not in case["options"] or case["naive"] is None:
        agree("aft", "aft", f"{name}: variance", found.variance, case["variance"], rtol=1e-7)
    likelihoods = [found.null_log_likelihood, found.log_likelihood]
    agree("aft", "aft", f"{name}: log-likelihoods", likelihoods, case["loglik"], rtol=RTOL)
    if case["naive"] is not None:
        agree(
            "aft", "aft", f"{name}: naive variance", found.model_variance, case["naive"], rtol=1e-7
        )
    assert found.tidy()["warning"].eq("").all()


def test_quantiles_with_two_scales():
    expected = GOLDEN["quantiles"]
    found = fitted({"distribution": "loglogistic", "strata": "arm"})
    rows = found.predict(pd.DataFrame({"age": [30, 60], "arm": ["a", "b"]}), p=expected["p"])
    for column in ("estimate", "std_error"):
        agree("aft", "aft", f"quantiles: {column}", rows[column], expected[column], rtol=RTOL)


def test_golden_file_says_where_its_numbers_come_from():
    provenance = GOLDEN["provenance"]
    assert provenance.keys() >= {"r", "survival", "script", "data"}
    assert (HERE.parents[1] / provenance["script"]).is_file()


def test_scores_of_intervals_add_up_to_nothing():
    found = fitted({"distribution": "weibull", "lower": "lower", "upper": "upper"})
    scores = found.model.scores(found.parameters)
    np.testing.assert_allclose(scores.sum(axis=0), 0.0, atol=1e-8)
    each = fitted({"distribution": "weibull", "lower": "lower", "upper": "upper", "cluster": "row"})
    by_hand = found.model_variance @ (scores.T @ scores) @ found.model_variance
    np.testing.assert_allclose(each.variance, by_hand, rtol=1e-10)
