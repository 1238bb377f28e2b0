"""Cox models against the definition, written out as loops."""

import numpy as np
import pandas as pd
import pytest
from support.slow_cox import TIES, random_rows, slow_partial

from afterglow.estimate.cox.fit import score_residuals
from afterglow.estimate.cox.model import cox

CASES = [
    (ties, entry, strata, weight)
    for ties in TIES
    for entry in (False, True)
    for strata in (False, True)
    for weight in (None, "weight")
    if not (ties == "exact" and weight)
]


def options_of(ties, entry, strata, weight):
    return {
        "ties": ties, "entry": "entry" if entry else None,
        "strata": "stratum" if strata else None, "weights": weight, "robust": False,
    }  # fmt: skip


@pytest.mark.parametrize(("ties", "entry", "strata", "weight"), CASES)
def test_the_fit_is_where_the_slow_score_vanishes(ties, entry, strata, weight):
    data = random_rows(np.random.default_rng(3), 16)
    model = cox(data, ["x", "z"], **options_of(ties, entry, strata, weight))
    assert model.fit.warning == ""
    words = {"ties": ties, "entry": entry, "strata": strata, "weight": weight}
    loglik, score, information, residual = slow_partial(model.fit.beta, data, **words)
    assert model.fit.loglik == pytest.approx(loglik, rel=1e-12)
    assert score == pytest.approx(np.zeros(2), abs=1e-10)
    np.testing.assert_allclose(model.fit.information, information, rtol=1e-9)
    null = slow_partial(np.zeros(2), data, **words)
    assert model.fit.loglik_null == pytest.approx(null[0], rel=1e-12)
    np.testing.assert_allclose(model.fit.score_null, null[1], rtol=1e-9)
    np.testing.assert_allclose(model.fit.information_null, null[2], rtol=1e-9)
    if ties != "exact":
        found = score_residuals(model.sample.rows, model.fit)
        np.testing.assert_allclose(found, residual, atol=1e-10)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("cluster", [None, "site"])
def test_the_robust_variance_sums_slow_residuals(ties, cluster):
    data = random_rows(np.random.default_rng(4), 18)
    model = cox(data, ["x", "z"], entry="entry", weights="weight", cluster=cluster, ties=ties)
    _, _, information, residual = slow_partial(
        model.fit.beta, data, ties=ties, entry=True, weight="weight"
    )
    parts = residual * data[["weight"]].to_numpy()
    labels = data["site"] if cluster else np.arange(len(data))
    sums = np.array([parts[labels == label].sum(axis=0) for label in np.unique(labels)])
    inverse = np.linalg.inv(information)
    np.testing.assert_allclose(model.variance, inverse @ sums.T @ sums @ inverse, rtol=1e-8)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("seed", [5, 6])
def test_firth_maximizes_the_slow_penalized_likelihood(ties, seed):
    data = random_rows(np.random.default_rng(seed), 12)

    def penalized(beta):
        loglik, _, information, _ = slow_partial(beta, data, ties=ties, entry=True)
        return loglik + 0.5 * np.linalg.slogdet(information)[1]

    model = cox(data, ["x", "z"], entry="entry", ties=ties, penalty="firth")
    beta, step = model.fit.beta, 1e-5
    assert model.fit.loglik == pytest.approx(penalized(beta), rel=1e-12)
    slopes = [(penalized(beta + h) - penalized(beta - h)) / (2 * step) for h in step * np.eye(2)]
    assert slopes == pytest.approx([0.0, 0.0], abs=1e-8)


def test_firth_by_hand():
    """One event of two at risk: β maximizes p·sqrt(p(1 − p)), p the share of the one who had it."""
    pair = pd.DataFrame({"duration_days": [1.0, 2.0], "event": [1, 0], "x": [1.0, 0.0]})
    model = cox(pair, ["x"], penalty="firth")
    assert model.fit.beta[0] == pytest.approx(np.log(3.0), rel=1e-9)


def test_ridge_is_where_the_slow_penalized_score_vanishes():
    data = random_rows(np.random.default_rng(7), 15)
    model = cox(data, ["x", "z"], penalty=("ridge", 3.0))
    _, score, information, _ = slow_partial(model.fit.beta, data, ties="efron")
    weight = 3.0 * data[["x", "z"]].var().to_numpy()
    assert score == pytest.approx(weight * model.fit.beta, rel=1e-9)
    np.testing.assert_allclose(
        model.variance, np.linalg.inv(information + np.diag(weight)), rtol=1e-8
    )
