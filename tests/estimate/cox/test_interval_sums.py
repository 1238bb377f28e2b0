"""Risk sets under late entry, where risks span many powers of ten."""

import numpy as np
import pytest

from afterglow.estimate.cox.data import cox_rows
from afterglow.estimate.cox.fit import fit_cox, score_residuals
from afterglow.estimate.cox.interval_sums import MOST_LOST
from afterglow.estimate.cox.partial import partial_likelihood


def late_rows(seed: int = 3, n: int = 150):
    """Who entered last leaves first, nearly always: exp(predictor) spans twelve powers of ten."""
    rng = np.random.default_rng(seed)
    entry = np.sort(rng.integers(0, 360, n)).astype(float)
    stay = rng.integers(1, 60, n).astype(float)
    event = (stay < 12) | (rng.random(n) < 0.1)
    stratum = rng.integers(0, 2, n)
    return cox_rows(
        entry[:, None], entry + stay, event, entry=entry, stratum=stratum,
    ), (entry, entry + stay, event, stratum)  # fmt: skip


def slow_score(beta, entry, exit_, event, stratum):
    """Efron's score and information for one covariate, the entry, risk set by risk set."""
    score = information = 0.0
    for group in np.unique(stratum):
        mine = stratum == group
        for time in np.unique(exit_[event & mine]):
            at_risk = mine & (entry < time) & (exit_ >= time)
            tied = at_risk & event & (exit_ == time)
            x = entry - entry[at_risk].max()
            risk = np.exp(beta * x)
            for k in range(tied.sum()):
                left = risk * (at_risk - k / tied.sum() * tied)
                mean = (left @ x) / left.sum()
                score -= mean
                information += (left @ x**2) / left.sum() - mean**2
            score += x[tied].sum()
    return score, information


def slow_root(*data):
    beta = 0.0
    for _ in range(60):
        score, information = slow_score(beta, *data)
        beta += score / information
    return beta


@pytest.mark.parametrize("beta", [0.0, 0.02, 0.08, 0.12])
def test_the_score_holds_whatever_the_risks_span(beta):
    rows, data = late_rows()
    score, information = slow_score(beta, *data)
    found = partial_likelihood(rows).at(np.array([beta]))
    assert found.gradient[0] == pytest.approx(score, rel=1e-9, abs=1e-8)
    assert found.information[0, 0] == pytest.approx(information, rel=1e-9)


def test_a_steep_but_finite_coefficient_is_found():
    rows, data = late_rows()
    fit = fit_cox(rows, terms=["day of entry"])
    expected = slow_root(*data)
    spread = np.exp(expected * np.ptp(data[0]))
    assert spread > MOST_LOST
    assert fit.warning == ""
    assert fit.beta[0] == pytest.approx(expected, rel=1e-8)
    assert fit.variance[0, 0] == pytest.approx(1 / slow_score(expected, *data)[1], rel=1e-8)


def test_score_residuals_add_up_to_the_score():
    rows, data = late_rows()
    fit = fit_cox(rows, terms=["day of entry"])
    for beta in (fit.beta[0], 0.1):
        found = score_residuals(rows, fit, at=np.array([beta])).sum()
        assert found == pytest.approx(slow_score(beta, *data)[0], rel=1e-8, abs=1e-6)
