"""What is wrong with a fitted parametric model, in words, with the way out."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.parametric.location_scale import LocationScale
from afterglow.estimate.parametric.maximum import Optimum

LARGEST_RELATIVE_ERROR: Final = 1e3
SMALLEST_LOG_SCALE: Final = -12.0


def fit_warning(found: Optimum, model: LocationScale, terms: Sequence[str]) -> str:
    """Return "" where the estimates are finite and reached."""
    p = model.x.shape[1]
    if (found.at[p:] < SMALLEST_LOG_SCALE).any():
        return (
            "the scale runs to 0 (the events of a group fall on one time), so its numbers mean"
            ' nothing: set distribution = "exponential", or take fewer covariates'
        )
    sigma = float(np.average(model.sigma(found.at)))
    return coefficient_warning(found, model.x, terms[:p], 0, unit=sigma)


def coefficient_warning(
    found: Optimum, x: Floats, terms: Sequence[str], first: int, *, unit: float = 1.0
) -> str:
    """Return what is wrong with the coefficients of `x`, which stand from `first` on.

    `unit` is the size that a coefficient times its covariate is measured by.
    """
    spread = x.std(axis=0)
    information = np.abs(np.diag(found.hessian))[first : first + x.shape[1]]
    error = np.full_like(information, np.inf)
    np.divide(1.0, np.sqrt(information), out=error, where=information > 0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        wild = (spread > 0) & ~(error * spread / unit <= LARGEST_RELATIVE_ERROR)
    if wild.any():
        names = ", ".join(term for term, bad in zip(terms, wild) if bad)
        return (
            f"the coefficient of {names} has no finite estimate (a group without events, or a"
            " covariate that parts events from the censored), so its numbers mean nothing: merge"
            " groups, or leave it out"
        )
    if not found.converged:
        return (
            f"not converged after {found.steps} steps, so the numbers are not the estimate: rescale"
            " the covariates, leave some out, or choose another distribution"
        )
    return ""
