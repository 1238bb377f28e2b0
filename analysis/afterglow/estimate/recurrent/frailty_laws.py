"""The distributions of a shared frailty: how they penalize, and when their variance is right."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.recurrent.frailty_state import Penalty, State, covariance


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One distribution.

    Attributes
    ----------
    penalty : from theta to its penalty
    slope : positive where theta should be larger, 0 at the estimate
    integrated : the log-likelihood with the frailties integrated out, NaN where it has no form
    grows_from_zero : whether a small theta is better than none, from the state at theta 0
    has_likelihood : whether `integrated` is known
    """

    penalty: Callable[[float], Penalty]
    slope: Callable[[float, State, Floats], float]
    integrated: Callable[[float, State, Floats], float]
    grows_from_zero: Callable[[State, Floats], bool]
    has_likelihood: bool


def _gamma_penalty(theta: float) -> Penalty:
    nu = 1.0 / theta
    return Penalty(
        center=lambda w: float(w.max() + np.log(np.mean(np.exp(w - w.max())))),
        cost=lambda w: float(nu * np.sum(np.expm1(w) - w)),
        first=lambda w: nu * np.expm1(w),
        second=lambda w: nu * np.exp(w),
    )


def _gamma_integrated(theta: float, state: State, events: Floats) -> float:
    """Return Therneau and Grambsch's corrected log-likelihood."""
    from scipy.special import gammaln

    nu = 1.0 / theta
    terms = events - events * np.log(nu) - (nu + events) * np.log1p(events / nu)
    return float(state.penalized + np.sum(terms + gammaln(nu + events) - gammaln(nu)))


def _gamma_slope(theta: float, state: State, events: Floats) -> float:
    """Return the derivative of the integrated log-likelihood by theta."""
    from scipy.special import digamma

    nu = 1.0 / theta
    by_nu = digamma(nu + events) - digamma(nu) - np.log1p(events / nu)
    by_nu -= np.expm1(state.log_frailty) - state.log_frailty
    return float(-(nu**2) * np.sum(by_nu))


def _gamma_grows(free: State, events: Floats) -> bool:
    return bool(np.sum(free.slope_frailty**2) > np.sum(events))


def _normal_penalty(theta: float) -> Penalty:
    return Penalty(
        center=lambda w: float(np.mean(w)),
        cost=lambda w: float(np.sum(w**2) / (2.0 * theta)),
        first=lambda w: w / theta,
        second=lambda w: np.full(len(w), 1.0 / theta),
    )


def _normal_slope(theta: float, state: State, events: Floats) -> float:
    """Return by how much the REML equation's right side exceeds theta.

    Where no curvature is left to work it out with, theta is too large.
    """
    _, own, _ = covariance(state)
    if np.isnan(own).any():
        return -theta
    return float(np.sum(state.log_frailty**2) / (len(own) - np.sum(own) / theta) - theta)


def _normal_grows(free: State, events: Floats) -> bool:
    curvature = free.between if free.between.ndim == 1 else np.diag(free.between)
    return bool(np.sum(free.slope_frailty**2) > np.sum(curvature))


def _unknown(theta: float, state: State, events: Floats) -> float:
    return float("nan")


GAMMA: Final = "gamma"
GAUSSIAN: Final = "gaussian"
LAWS: Final = {
    GAMMA: Law(
        penalty=_gamma_penalty, slope=_gamma_slope, integrated=_gamma_integrated,
        grows_from_zero=_gamma_grows, has_likelihood=True,
    ),
    GAUSSIAN: Law(
        penalty=_normal_penalty, slope=_normal_slope, integrated=_unknown,
        grows_from_zero=_normal_grows, has_likelihood=False,
    ),
}  # fmt: skip
