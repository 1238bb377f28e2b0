"""Profile-likelihood limits of a Cox model's coefficients, for when the likelihood is lopsided."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.fit import CoxFit, likelihood_of, objective_of
from afterglow.estimate.cox.newton import STOPPED, maximize
from afterglow.estimate.options import normal_quantile

FARTHEST: Final = 40.0
WIDENING: Final = 2.0
EXACTNESS: Final = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """Limits and tests of each coefficient, the others at their best, all of shape (p,).

    Attributes
    ----------
    low, high : array
        Where twice the log-likelihood lost is the chi-square quantile; infinite where that much
        is never lost, as on one side under separation.
    root : array
        Signed root of twice the log-likelihood lost at 0.
    """

    low: Floats
    high: Floats
    root: Floats


def profile(rows: CoxRows, fit: CoxFit, conf_level: float) -> Profile:
    """Return profile limits; R's ``coxphf(pl = TRUE)`` with Firth's penalty."""
    likelihood = likelihood_of(rows, fit.ties, fit.penalty)
    at, spread = objective_of(likelihood, fit.penalty, fit.theta), likelihood.spread()
    quantile = normal_quantile(conf_level)
    found = np.full((3, len(fit.beta)), np.nan)
    for j in range(len(fit.beta)):
        lost = _loss(at, fit.beta, j, spread, fit.loglik)
        for side, sign in ((0, -1.0), (1, 1.0)):
            found[side, j] = _crossing(lost, fit, j, sign, quantile**2, FARTHEST / spread[j])
        found[2, j] = np.sign(fit.beta[j]) * np.sqrt(max(lost(0.0), 0.0))
    return Profile(low=found[0], high=found[1], root=found[2])


def _loss(
    at: Callable[[Floats], Any], beta: Floats, j: int, spread: Floats, top: float
) -> Callable[[float], float]:
    """Return twice the log-likelihood lost by fixing coefficient j, the others at their best."""
    others = np.arange(len(beta)) != j
    best = beta[others].copy()

    def lost(value: float) -> float:
        nonlocal best

        def held(rest: Floats) -> _Part:
            whole = np.empty(len(beta))
            whole[others], whole[j] = rest, value
            return _Part(at(whole), others)

        found = maximize(held, best, spread[others])
        if found.state == STOPPED:
            return float("nan")
        best = found.beta
        return 2.0 * (top - found.end.loglik)

    return lost


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """An evaluation as a function of some of the coefficients."""

    whole: Any
    kept: np.ndarray

    @property
    def loglik(self) -> float:
        return self.whole.loglik

    @property
    def gradient(self) -> Floats:
        return self.whole.gradient[self.kept]

    @property
    def information(self) -> Floats:
        return self.whole.information[np.ix_(self.kept, self.kept)]


def _crossing(
    lost: Callable[[float], float], fit: CoxFit, j: int, sign: float, level: float, farthest: float
) -> float:
    """Return where the loss reaches `level` on one side of the estimate, else infinity."""
    from scipy.optimize import brentq

    center = float(fit.beta[j])
    error = float(np.sqrt(fit.variance[j, j]))
    step = min(np.sqrt(level) * error, farthest / WIDENING) if np.isfinite(error) else farthest / 8
    near, far = center, center + sign * step
    while (gap := lost(far) - level) < 0.0:
        near, far = far, center + sign * WIDENING * abs(far - center)
        if abs(far) > farthest:
            return sign * np.inf
    if np.isnan(gap):
        return float("nan")
    return float(brentq(lambda value: lost(value) - level, near, far, xtol=EXACTNESS * step))
