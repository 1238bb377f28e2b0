"""Newton's method on a log-likelihood of regression coefficients, and why it stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from afterglow.errors import NotEstimable
from afterglow.estimate.checks import Floats

MOST_STEPS: Final = 100
MOST_HALVINGS: Final = 40
STEP_IN_PREDICTOR: Final = 1e-10
STEP_IN_ERRORS: Final = 1e-20
FLAT: Final = 1e-9
DRIFT: Final = 0.05
ROUNDING: Final = 1e-12
SINGULAR: Final = 1e-11

CONVERGED: Final = "converged"
DIVERGED: Final = "no maximum"
STOPPED: Final = "not converged"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """Where Newton's method stopped.

    Attributes
    ----------
    beta : array, shape (p,)
    start, end : the evaluations at the first and at the last but for a negligible step
    steps : int
    state : str
        ``converged``; ``no maximum``: the log-likelihood is flat but some coefficients still
        grow, as under separation; ``not converged``.
    drifting : array of bool, shape (p,)
        The coefficients that still moved.
    """

    beta: Floats
    start: Any
    end: Any
    steps: int
    state: str
    drifting: np.ndarray


def maximize(
    at: Callable[[Floats], Any], start: Floats, spread: Floats, *, first: Any = None
) -> Maximum:
    """Climb to the maximum of a log-likelihood.

    Parameters
    ----------
    at : function
        From coefficients to something with `loglik`, `gradient` and `information`.
    start : array, shape (p,)
    spread : array, shape (p,)
        Largest distance of each covariate from its mean: steps are judged by how far they can
        move a linear predictor.
    first : optional
        The evaluation at `start`, where it is known.
    """
    beta = start.copy()
    first = here = at(beta) if first is None else first
    moves = np.zeros(len(beta))
    for steps in range(MOST_STEPS):
        if aliased(here.information).any():
            return _stopped(beta, first, here, steps, DIVERGED, moves > DRIFT)
        step = inverse(here.information) @ here.gradient
        gain = float(step @ here.gradient)
        moves = np.abs(step) * spread
        done = moves.sum() <= STEP_IN_PREDICTOR or 0.0 <= gain <= STEP_IN_ERRORS
        flat = gain <= FLAT and bool((moves > DRIFT).any())
        if done or flat:
            state = CONVERGED if done else DIVERGED
            found = beta + step if done else beta
            return _stopped(found, first, here, steps, state, moves > DRIFT)
        beta, there = _climb(at, beta, step, here)
        if there is here:
            return _stopped(beta, first, here, steps, STOPPED, moves > STEP_IN_PREDICTOR)
        here = there
    return _stopped(beta, first, here, MOST_STEPS, STOPPED, moves > STEP_IN_PREDICTOR)


def inverse(information: Floats) -> Floats:
    """Return the inverse of an information matrix that is not singular.

    Raises
    ------
    NotEstimable
        `information` is singular, judged after scaling its diagonal to 1.
    """
    if not len(information):
        return information
    scale, positive = _scaled(information)
    if not positive.all():
        raise NotEstimable(
            "The information matrix is singular: some coefficients cannot be told apart.\n"
            "Leave out a covariate, or give penalty=."
        )
    half = np.linalg.inv(np.linalg.cholesky(information * np.outer(scale, scale)))
    return half.T @ half * np.outer(scale, scale)


def aliased(information: Floats) -> np.ndarray:
    """Return which coefficients add no information to those before them."""
    return ~_scaled(information)[1]


def _scaled(information: Floats) -> tuple[Floats, np.ndarray]:
    """Return what scales the diagonal to 1, and which pivots of Cholesky's method are positive."""
    diagonal = np.diag(information)
    scale = np.where(diagonal > 0, 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 0.0)
    left = information * np.outer(scale, scale)
    positive = np.zeros(len(left), dtype=bool)
    for j in range(len(left)):
        pivot = left[j, j]
        positive[j] = pivot > SINGULAR
        if positive[j]:
            left = left - np.outer(left[:, j], left[j]) / pivot
    return scale, positive


def _climb(
    at: Callable[[Floats], Any], beta: Floats, step: Floats, here: Any
) -> tuple[Floats, Any]:
    """Take the step, or the largest of its halves that does not lose likelihood."""
    slack = ROUNDING * (1.0 + abs(here.loglik))
    for _ in range(MOST_HALVINGS):
        there = at(beta + step)
        if there.loglik >= here.loglik - slack:
            return beta + step, there
        step = step / 2.0
    return beta, here


def _stopped(
    beta: Floats, first: Any, here: Any, steps: int, state: str, drifting: np.ndarray
) -> Maximum:
    return Maximum(beta=beta, start=first, end=here, steps=steps, state=state, drifting=drifting)
