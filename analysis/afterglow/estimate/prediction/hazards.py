"""A ridge Cox model of one cause on stacked landmarks, and its penalty by cross-validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.cox.data import CoxRows, cox_rows
from afterglow.estimate.cox.partial import PartialLikelihood, partial_likelihood
from afterglow.estimate.cox.penalty import ridged
from afterglow.estimate.prediction.stack import Stack, landmark_terms

PER_EVENT: Final = (100.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.02)
TRACE: Final = 1e-3
MOST_STEPS: Final = 50
SMALL_STEP: Final = 1e-7
SLACK: Final = 1e-12
NOT_CONVERGED: Final = "the model did not converge: give a larger penalty, or fewer predictors"
NO_EVENT: Final = "no event in any window: name a longer horizon, or earlier landmarks"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hazard:
    """The hazard of one cause.

    Attributes
    ----------
    beta : array, shape (p + landmark terms,)
        Log hazard ratios, shrunk.
    center : array
        The covariates that the steps are for.
    times, steps : array, shape (T,)
        Days since the origin, and the hazard at them.
    theta : float
        The ridge penalty, ½ θ Σ var(x) β².
    events : float
        Events, each counted once for each landmark in whose window it lies.
    warning : str
    """

    beta: Floats
    center: Floats
    times: Floats
    steps: Floats
    theta: float
    events: float
    warning: str

    def ratio(self, x: Floats) -> Floats:
        """Return exp(linear predictor) of rows of covariates, landmark terms included."""
        return np.exp(np.clip((x - self.center) @ self.beta, -50.0, 50.0))


def design_of(stack: Stack, landmarks: Floats) -> Floats:
    """Return predictors and landmark terms side by side."""
    return np.hstack([stack.x, landmark_terms(stack.landmark, landmarks)[0]])


def rows_of(stack: Stack, x: Floats, code: int, count: Floats) -> CoxRows:
    """Return the rows at risk of one cause, each from its landmark to the horizon at most."""
    kept = count > 0
    until = np.minimum(stack.time, stack.landmark + stack.horizon)
    return cox_rows(
        x[kept], until[kept], (stack.within == code)[kept], entry=stack.landmark[kept],
        weight=count[kept], frequency=True,
    )  # fmt: skip


def fit_hazard(rows: CoxRows, predictors: int, theta: float) -> Hazard:
    """Fit the penalized model; Breslow's ties, so that the baseline has a closed form."""
    if not rows.event.any():
        size = rows.x.shape[1]
        return Hazard(
            beta=np.zeros(size), center=np.zeros(size), times=np.zeros(0), steps=np.zeros(0),
            theta=theta, events=0.0, warning=NO_EVENT,
        )  # fmt: skip
    likelihood = partial_likelihood(rows, efron=False)
    penalty = theta * unit_penalty(rows, predictors)
    beta, converged = _maximum(likelihood, penalty, np.zeros(rows.x.shape[1]))
    here = likelihood.at(beta)
    return Hazard(
        beta=beta, center=likelihood.center, times=rows.times[likelihood.cells.time],
        steps=likelihood.hazards(here.powers)[0], theta=theta,
        events=float(rows.weights[rows.event].sum()),
        warning="" if converged else NOT_CONVERGED,
    )  # fmt: skip


def unit_penalty(rows: CoxRows, predictors: int) -> Floats:
    """Return each covariate's variance; landmark terms are penalized by a trace of theirs only.

    What does not vary has a penalty of 1, which keeps its coefficient at 0.
    """
    mean = np.average(rows.x, axis=0, weights=rows.weights)
    spread = np.average((rows.x - mean) ** 2, axis=0, weights=rows.weights)
    spread[predictors:] *= TRACE
    return np.where(spread > 0.0, spread, 1.0)


def cross_validated(
    stack: Stack, x: Floats, code: int, count: Floats, folds: Codes
) -> tuple[float, list[tuple[float, float]]]:
    """Choose the penalty by the cross-validated partial likelihood of Verweij & van Houwelingen.

    Parameters
    ----------
    folds : array of int, shape (subjects,)
        A subject's rows stay together.

    Returns
    -------
    theta, and each penalty tried with its cross-validated log partial likelihood
    """
    predictors = stack.x.shape[1]
    whole = rows_of(stack, x, code, count)
    if not whole.event.any():
        return 1.0, []
    events = float(whole.weights[whole.event].sum())
    tried = [events * share for share in PER_EVENT]
    every = partial_likelihood(whole, efron=False)
    gained = np.zeros(len(tried))
    for fold in np.unique(folds):
        rows = rows_of(stack, x, code, np.where(folds[stack.subject] == fold, 0.0, count))
        if not rows.n or not rows.event.any():
            continue
        others = partial_likelihood(rows, efron=False)
        unit = unit_penalty(rows, predictors)
        for place, beta in enumerate(_path(others, unit, tried)):
            gained[place] += every.at(beta).loglik - others.at(beta).loglik
    best = int(np.argmax(np.where(np.isfinite(gained), gained, -np.inf)))
    return tried[best], list(zip(tried, gained.tolist()))


def _path(likelihood: PartialLikelihood, unit: Floats, tried: Sequence[float]) -> list[Floats]:
    """Fit from the largest penalty to the smallest, each from where the one before stopped."""
    beta, found = np.zeros(len(unit)), []
    for theta in tried:
        beta, _ = _maximum(likelihood, theta * unit, beta)
        found.append(beta)
    return found


def _maximum(likelihood: PartialLikelihood, penalty: Floats, start: Floats) -> tuple[Floats, bool]:
    """Climb by Newton's steps; with a penalty on every coefficient there is one maximum."""
    at: Any = ridged(likelihood.derivatives, penalty)
    spread = likelihood.spread()
    beta, here = start, at(start)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(here.information, here.gradient)
        there = at(beta + step)
        while there.loglik < here.loglik - SLACK * (1.0 + abs(here.loglik)):
            step = step / 2.0
            if np.abs(step) @ spread <= SMALL_STEP:
                return beta, False
            there = at(beta + step)
        beta, here = beta + step, there
        if np.abs(step) @ spread <= SMALL_STEP:
            return beta, True
    return beta, False
