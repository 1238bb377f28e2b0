"""Fast sums against plain loops on random small tables."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from support.slow_competing import gray_score, meat, score
from support.survival_tables import survival_tables

from afterglow.errors import NotEstimable
from afterglow.estimate.competing.fine_gray import fine_gray
from afterglow.estimate.competing.gray import gray_test

FEW = settings(max_examples=15, deadline=None)


@FEW
@given(survival_tables(largest=14))
def test_fine_gray_solves_its_equations_and_sums_its_sandwich(table):
    assume((table["cause"] == "relapse").sum() > 1)
    try:
        fit = fine_gray(table, ["count"], of="relapse")
    except NotEstimable:
        return
    assume(not fit.tidy()["warning"].any())
    rows = list(zip(table["duration_days"], table["cause"]))
    x = table[["count"]].to_numpy(float)
    found = score(rows, "relapse", x, fit.coefficients)
    np.testing.assert_allclose(found, 0.0, atol=1e-8)
    middle = np.linalg.inv(fit.fit.bread) @ fit.variance @ np.linalg.inv(fit.fit.bread)
    slow = meat(rows, "relapse", x, fit.coefficients)
    np.testing.assert_allclose(middle, slow, rtol=1e-8, atol=1e-10)


@FEW
@given(survival_tables())
def test_gray_observed_minus_expected(table):
    assume(table["arm"].nunique() == 2)
    assume((table["cause"] == "relapse").any())
    rows = list(zip(table["duration_days"], table["cause"]))
    slow = gray_score(rows, list(table["arm"]), "relapse")
    groups = gray_test(table, by="arm", of="relapse").groups
    found = groups["observed"] - groups["expected"]
    assert found.to_numpy() == pytest.approx([slow["a"], slow["b"]], abs=1e-10)
