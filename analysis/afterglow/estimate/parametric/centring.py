"""Fits about the means of covariates, whose curvature would drown in rounding noise far from 0."""

from dataclasses import replace

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.parametric.maximum import Optimum


def centred(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return the covariates less their weighted means, shape (n, p), and those means, (p,)."""
    means = np.average(x, axis=0, weights=weight) if x.size else np.zeros(x.shape[1])
    return x - means, means


def at_zero(found: Optimum, first: int, means: Floats) -> tuple[Optimum, Floats]:
    """Return the maximum for covariates as they are, and the matrix that takes parameters there.

    Parameters
    ----------
    found : Optimum
        About the means; the intercept stands in place 0.
    first : int
        Place of the first covariate's coefficient.
    means : array, shape (p,)

    Returns
    -------
    Optimum
    array, shape (P, P)
        M: parameters are M @ parameters, variances M @ V @ M'.
    """
    back, there = np.eye(len(found.at)), np.eye(len(found.at))
    place = slice(first, first + len(means))
    back[0, place], there[0, place] = -means, means
    return replace(found, at=back @ found.at, hessian=there.T @ found.hessian @ there), back
