"""The variance of a shared frailty, and the penalized Cox model that belongs to it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.fit import CoxFit
from afterglow.estimate.recurrent.frailty_laws import LAWS, Law
from afterglow.estimate.recurrent.frailty_state import (
    MOST_STEPS,
    Shared,
    State,
    climb,
    covariance,
    shared_rows,
    state_at,
)

SMALLEST: Final = 1e-6
FIRST: Final = 0.01
FAR: Final = 10.0
LARGEST: Final = 1e4
WIDER: Final = 10.0
ROOT_TOLERANCE: Final = 1e-9
LIMIT_TOLERANCE: Final = 1e-6

NOT_CONVERGED: Final = (
    "not converged, so the numbers are not the estimate: rescale the covariates or leave some out"
)
AT_ZERO: Final = (
    "the frailty variance is estimated as 0: no more difference between clusters than chance"
    " brings, so the model is the Cox model"
)
NO_LARGEST: Final = (
    "the frailty variance has no finite estimate: clusters differ beyond what the model can say"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrailtyFit:
    """A fitted shared-frailty model.

    Attributes
    ----------
    theta : float
        Variance of the frailty (gamma) or of its logarithm (Gaussian).
    theta_low, theta_high : float
        Profile-likelihood limits; NaN where there is no integrated likelihood.
    beta, variance : array, shape (p,) and (p, p)
        Coefficients, and their variance at this theta.
    log_frailty, frailty_variance : array, shape (q,)
    events, expected : array, shape (q,)
        Events of each cluster, and those expected from its rows at frailty 1.
    loglik : float
        Log partial likelihood of coefficients and frailties together.
    integrated, integrated_null : float
        Log-likelihood with the frailties integrated out, at this theta and at 0.
    degrees : float
        Effective degrees of freedom of the frailties.
    warning : str
    """

    theta: float
    theta_low: float
    theta_high: float
    beta: Floats
    variance: Floats
    log_frailty: Floats
    frailty_variance: Floats
    events: Floats
    expected: Floats
    loglik: float
    integrated: float
    integrated_null: float
    degrees: float
    warning: str


class Profile:
    """The penalized fits along theta, each started from the one before."""

    def __init__(self, shared: Shared, law: Law, beta: Floats) -> None:
        self.shared = shared
        self.law = law
        self.beta = beta
        self.log_frailty = np.zeros(len(shared.events))
        self.converged = True

    def at(self, theta: float) -> State:
        """Return the penalized maximum at one theta."""
        penalty = self.law.penalty(theta)
        state, steps = climb(self.shared, penalty, self.beta, self.log_frailty)
        self.beta, self.log_frailty = state.beta, state.log_frailty
        self.converged = steps <= MOST_STEPS
        return state

    def slope(self, log_theta: float) -> float:
        """Return what is positive where theta should be larger, and 0 at the estimate."""
        theta = float(np.exp(log_theta))
        return self.law.slope(theta, self.at(theta), self.shared.events)

    def integrated(self, theta: float) -> float:
        """Return the integrated log-likelihood at the penalized maximum."""
        return self.law.integrated(theta, self.at(theta), self.shared.events)


def fit_frailty(
    rows: CoxRows,
    cluster: Codes,
    plain: CoxFit,
    *,
    distribution: str,
    theta: float | None,
    drop: float,
) -> FrailtyFit:
    """Estimate coefficients, frailties, and theta where it is not given.

    Parameters
    ----------
    rows : CoxRows
        Without weights.
    cluster : array of int
        Who shares a frailty: 0, 1, ….
    plain : CoxFit
        The model without frailty.
    drop : float
        How far the integrated log-likelihood may fall within the limits of theta.
    """
    law = LAWS[distribution]
    shared = shared_rows(rows, cluster, efron=plain.efron)
    profile = Profile(shared, law, plain.beta)
    null = state_at(shared, law.penalty(1.0), plain.beta, np.zeros(len(shared.events)))
    free = _without_penalty(null, law)
    best, warning = (theta, "") if theta is not None else _largest(profile, plain, free)
    if best == 0.0:
        return _at_zero(shared, plain, free, profile, warning, drop)
    state = profile.at(best)
    found = _described(shared, law, state, best, plain.loglik, warning)
    if not profile.converged or np.isnan(found.variance).any():
        return replace(found, warning=NOT_CONVERGED)
    if theta is not None or warning or not law.has_likelihood:
        return found
    low, high = _limits(profile, best, found.integrated - drop, plain.loglik)
    return replace(found, theta_low=low, theta_high=high)


def _without_penalty(state: State, law: Law) -> State:
    """Return the state of frailties 1 with the slopes of the likelihood alone."""
    penalty = law.penalty(1.0)
    slope = state.slope_frailty + penalty.first(state.log_frailty)
    return replace(state, slope_frailty=slope, second=np.zeros(len(slope)))


def _largest(profile: Profile, plain: CoxFit, free: State) -> tuple[float, str]:
    """Return the estimate of theta: the first maximum above 0, or 0 where that is better."""
    law, events = profile.law, profile.shared.events
    grows = law.grows_from_zero(free, events)
    if not grows and not law.has_likelihood:
        return 0.0, AT_ZERO
    low, up = SMALLEST, grows
    high = FIRST
    while high <= (LARGEST if up else FAR):
        rises = profile.slope(np.log(high)) > 0.0
        if up and not rises:
            peak = _root(profile.slope, low, high)
            better = grows or profile.integrated(peak) > plain.loglik
            return (peak, "") if better else (0.0, AT_ZERO)
        low, up, high = high, rises, high * WIDER
    return (low, NO_LARGEST) if up else (0.0, AT_ZERO)


def _root(slope: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    if low == SMALLEST and slope(np.log(low)) <= 0.0:
        return low
    return float(np.exp(brentq(slope, np.log(low), np.log(high), xtol=ROOT_TOLERANCE)))


def _limits(profile: Profile, best: float, floor: float, at_zero: float) -> tuple[float, float]:
    """Return where the profile of theta falls to `floor` on both sides."""
    from scipy.optimize import brentq

    def above(log_theta: float) -> float:
        return profile.integrated(float(np.exp(log_theta))) - floor

    top = np.log(best)
    bottom = np.log(min(SMALLEST, best / WIDER))
    low = 0.0
    if at_zero < floor:
        low = float(np.exp(brentq(above, bottom, top, xtol=LIMIT_TOLERANCE)))
    end = top
    while end < np.log(LARGEST):
        end += np.log(WIDER)
        if above(end) < 0.0:
            return low, float(np.exp(brentq(above, top, end, xtol=LIMIT_TOLERANCE)))
    return low, float("inf")


def _described(
    shared: Shared, law: Law, state: State, theta: float, null: float, warning: str
) -> FrailtyFit:
    variance, own, _ = covariance(state)
    slope = state.slope_frailty + law.penalty(theta).first(state.log_frailty)
    return FrailtyFit(
        theta=theta, theta_low=np.nan, theta_high=np.nan, beta=state.beta, variance=variance,
        log_frailty=state.log_frailty, frailty_variance=own, events=shared.events,
        expected=(shared.events - slope) * np.exp(-state.log_frailty), loglik=state.loglik,
        integrated=law.integrated(theta, state, shared.events), integrated_null=null,
        degrees=float(len(own) - np.sum(state.second * own)), warning=warning,
    )  # fmt: skip


def _at_zero(
    shared: Shared, plain: CoxFit, free: State, profile: Profile, warning: str, drop: float
) -> FrailtyFit:
    nothing = np.zeros(len(shared.events))
    likelihood = profile.law.has_likelihood
    high = np.nan
    if likelihood:
        high = _limits(profile, SMALLEST, plain.loglik - drop, np.inf)[1]
    return FrailtyFit(
        theta=0.0, theta_low=0.0 if likelihood else np.nan, theta_high=high, beta=plain.beta,
        variance=plain.variance, log_frailty=nothing, frailty_variance=nothing,
        events=shared.events, expected=shared.events - free.slope_frailty, loglik=plain.loglik,
        integrated=plain.loglik if likelihood else np.nan, integrated_null=plain.loglik,
        degrees=0.0, warning=warning,
    )  # fmt: skip
