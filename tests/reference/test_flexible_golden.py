"""Flexible parametric models against the same likelihood, maximized by R."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree

from afterglow.estimate.parametric.flexible import flexible_parametric

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "flexible_parametric.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda c: f"df {c['df']}, entry {c['entry']}")
def test_same_maximum(case):
    data = pd.DataFrame(GOLDEN["data"]).assign(years=lambda d: d["age"] - 45)
    entry = {"entry": "entry"} if case["entry"] else {}
    found = flexible_parametric(
        data, ["years", "arm"], df=case["df"], duration="duration", event="event", **entry
    )
    name = f"df {case['df']}{', delayed entry' if entry else ''}"
    agree(
        "flexible_parametric", "flexible_parametric", f"{name}: knots", found.knots, case["knots"]
    )
    agree("flexible_parametric", "flexible_parametric", f"{name}: log-likelihood",
          found.log_likelihood, case["loglik"], rtol=1e-10)  # fmt: skip
    assert found.log_likelihood >= case["loglik"] - 1e-9
    # R's optimisers have no derivatives and stop on a flat top; its errors are second differences.
    errors = np.sqrt(np.diag(found.variance))
    gap = np.abs(found.parameters - case["coefficients"]) / errors
    assert gap.max() < 1e-2
    agree("flexible_parametric", "flexible_parametric", f"{name}: standard errors of covariates",
          errors[-2:], case["std_error"][-2:], rtol=1e-3)  # fmt: skip


def test_golden_file_says_where_its_numbers_come_from():
    provenance = GOLDEN["provenance"]
    assert provenance.keys() >= {"r", "survival", "script", "data"}
    assert (HERE.parents[1] / provenance["script"]).is_file()
