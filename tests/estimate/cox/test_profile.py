"""Profile-likelihood limits: where they must lie, and where there are none."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from support.slow_cox import random_rows, slow_partial

from afterglow.errors import UsageError
from afterglow.estimate.cox.model import cox

CHI_SQUARE = 3.841458820694124
LIMITS = ("conf_low", "conf_high")


def two(**columns) -> pd.DataFrame:
    """Two of four have the event first: the likelihood is known by hand."""
    data = pd.DataFrame(
        {"duration_days": [1.0, 2, 3, 4], "event": [1, 1, 1, 0], "x": [1, 0, 1, 0.0]}
    )
    return data.assign(**columns)


@pytest.mark.parametrize("penalty", [None, "firth"])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_the_limits_lose_the_chi_square_quantile(ties, penalty):
    data = random_rows(np.random.default_rng(11), 24)
    model = cox(data, ["x", "z"], entry="entry", ties=ties, penalty=penalty, limits="profile")

    def loglik(beta):
        value, _, information, _ = slow_partial(beta, data, ties=ties, entry=True)
        return value + (0.5 * np.linalg.slogdet(information)[1] if penalty else 0.0)

    def lost(j, value):
        best = minimize_scalar(
            lambda other: -loglik(np.array([value, other] if j == 0 else [other, value])),
            bracket=(-1.0, 1.0), tol=1e-10,
        )  # fmt: skip
        return 2 * (model.fit.loglik + best.fun)

    for j, row in model.tidy().iterrows():
        for side in LIMITS:
            assert lost(j, row[side]) == pytest.approx(CHI_SQUARE, abs=1e-5)
        assert row["statistic"] ** 2 == pytest.approx(lost(j, 0.0), abs=1e-5)
        assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert "profile-likelihood limits" in model.tidy()["method"].iloc[0]


def test_one_coefficient_has_the_likelihood_ratio_test():
    model = cox(two(), ["x"], limits="profile")
    test = model.tests().tidy().iloc[0]
    row = model.tidy().iloc[0]
    assert row["p_value"] == pytest.approx(test["p_value"], rel=1e-9)
    assert row["statistic"] ** 2 == pytest.approx(test["statistic"], rel=1e-9)


def test_limits_by_hand():
    """One event of two at risk: the loss of β below its supremum is 2 log(1 + exp(−β))."""
    pair = pd.DataFrame({"duration_days": [1.0, 2.0], "event": [1, 0], "x": [1.0, 0.0]})
    row = cox(pair, ["x"], limits="profile").tidy().iloc[0]
    assert row["conf_low"] == pytest.approx(-np.log(np.exp(CHI_SQUARE / 2) - 1), abs=1e-6)
    assert row["conf_high"] == np.inf
    assert row["hazard_ratio_high"] == np.inf
    assert "separation" in row["warning"]


def test_large_samples_have_nearly_walds_limits():
    rng = np.random.default_rng(12)
    data = pd.DataFrame({"x": rng.normal(size=3000), "event": 1})
    data["duration_days"] = rng.exponential(np.exp(-0.3 * data["x"])) + 0.01
    wald, profile = (
        cox(data, ["x"], limits=limits).tidy().iloc[0] for limits in ("wald", "profile")
    )
    np.testing.assert_allclose(
        profile[[*LIMITS]].astype(float), wald[[*LIMITS]].astype(float), atol=1e-3
    )


def test_exact_ties_and_strata():
    data = random_rows(np.random.default_rng(13), 30)
    row = cox(data, ["x"], strata="stratum", ties="exact", limits="profile").tidy().iloc[0]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


@pytest.mark.parametrize("options", [{"robust": True}, {"penalty": "ridge"}, {"limits": "exact"}])
def test_options_without_a_profile_are_refused(options):
    with pytest.raises(UsageError):
        cox(two(), ["x"], **{"limits": "profile", **options})
