"""Weighted curves against R: glm for the chances, survfit for the curve with those weights.

Regenerate: Rscript tests/reference/r/weighting.R
"""

import json
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree

from afterglow.estimate.weighting.estimator import weighted_kaplan_meier
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, STD_ERROR

FILE = Path(__file__).parent / "golden" / "weighting.json"
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
DATA = pd.DataFrame(GOLDEN["data"])
CASE = "golden/weighting"
# glm stops where the deviance moves by no more than 1e-14 of itself: half of the digits.
RTOL = 1e-8


def fitted(case):
    return weighted_kaplan_meier(
        DATA, censoring=["score", "start"], numerator=["start"] if case["numerator"] else None,
        subject="subject", by="arm" if case["grouped"] else None, start="start", stop="stop",
        trials="trials", order="order", resamples=0,
    )  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN["curves"], ids=itemgetter("id"))
def test_the_weighted_curve_is_survfits(case):
    found = fitted(case)
    known = found.row_weights[~np.isnan(found.row_weights)]
    agree(
        "weighted_kaplan_meier", CASE, f"weights, {case['id']}", known, case["weights"], rtol=RTOL
    )
    rows = found.at([14, 28, 42])
    for column in (ESTIMATE, CONF_LOW, CONF_HIGH):
        label = f"{column}, {case['id']}"
        agree("weighted_kaplan_meier", CASE, label, rows[column], case[column], rtol=RTOL)
    label = f"robust error, {case['id']}"
    agree("weighted_kaplan_meier", CASE, label, rows[STD_ERROR], case["std_error"], rtol=RTOL)


def test_the_model_is_glms():
    table = fitted(GOLDEN["curves"][0]).censoring_model
    for column in (ESTIMATE, STD_ERROR):
        label = f"coefficient, {column}"
        expected = GOLDEN["coefficients"][column]
        agree("weighted_kaplan_meier", CASE, label, table[column], expected, rtol=RTOL)
