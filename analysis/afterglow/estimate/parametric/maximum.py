"""Newton's method for a log-likelihood with known derivatives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats

MOST_STEPS: Final = 100
DECREMENT: Final = 1e-16
SMALLEST_STEP: Final = 2.0**-30
SMALLEST_CURVATURE: Final = 0.1
LARGEST_DAMPING: Final = 1e12

Evaluate = Callable[[Floats], tuple[float, Floats, Floats]]
"""Parameters -> log-likelihood, its gradient and its Hessian."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Optimum:
    """Where a log-likelihood is highest.

    Attributes
    ----------
    at : array, shape (p,)
    value : float
    hessian : array, shape (p, p)
    steps : int
    converged : bool
    """

    at: Floats
    value: float
    hessian: Floats
    steps: int
    converged: bool


def maximize(evaluate: Evaluate, start: Floats) -> Optimum:
    """Return the maximum of a smooth function.

    Newton steps, damped (Levenberg) where the curvature is not that of a hill and halved where
    they do not climb, until a step promises less than 1e-16 of the value; then one step more.
    """
    at = np.array(start, dtype=np.float64)
    value, gradient, hessian = evaluate(at)
    for count in range(1, MOST_STEPS + 1):
        step = _uphill(gradient, hessian)
        promised = float(step @ gradient)
        if promised <= DECREMENT * max(1.0, abs(value)):
            return _finished(evaluate, at + step, at, (value, hessian), count)
        moved = _climb(evaluate, at, value, step)
        if moved is None:
            flat = promised <= 1e-9 * max(1.0, abs(value))
            return Optimum(at=at, value=value, hessian=hessian, steps=count, converged=flat)
        at, (value, gradient, hessian) = moved
    return Optimum(at=at, value=value, hessian=hessian, steps=MOST_STEPS, converged=False)


def _finished(evaluate: Evaluate, last: Floats, at: Floats, known, count: int) -> Optimum:
    value, _, hessian = evaluate(last)
    if not np.isfinite(value) or not np.isfinite(hessian).all():
        last, (value, hessian) = at, known
    return Optimum(at=last, value=value, hessian=hessian, steps=count, converged=True)


def _uphill(gradient: Floats, hessian: Floats) -> Floats:
    """Return the Newton step, damped until the damped curvature is negative definite."""
    flattest = np.maximum(SMALLEST_CURVATURE * np.abs(gradient), np.finfo(np.float64).tiny)
    scale = np.sqrt(np.maximum(np.abs(np.diag(hessian)), flattest))
    scaled = -hessian / np.outer(scale, scale)
    damping = 0.0
    while damping < LARGEST_DAMPING:
        try:
            factor = np.linalg.cholesky(scaled + damping * np.eye(len(scale)))
        except np.linalg.LinAlgError:
            damping = max(4.0 * damping, 1e-3)
            continue
        half = np.linalg.solve(factor, gradient / scale)
        return np.linalg.solve(factor.T, half) / scale
    return gradient / np.maximum(np.linalg.norm(gradient), 1.0)


def _climb(evaluate: Evaluate, at: Floats, value: float, step: Floats):
    share = 1.0
    while share >= SMALLEST_STEP:
        found = evaluate(at + share * step)
        if np.isfinite(found[0]) and found[0] >= value and np.isfinite(found[2]).all():
            return at + share * step, found
        share *= 0.5
    return None
