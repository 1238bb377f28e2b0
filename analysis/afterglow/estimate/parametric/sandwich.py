"""Variances of maximum-likelihood estimates: from the information, or robust over clusters."""

import numpy as np

from afterglow.estimate.checks import Codes, Floats


def inverse_information(information: Floats) -> Floats:
    """Return the inverse of the information; NaN where it is singular."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    scaled = information / np.outer(scale, scale)
    try:
        inverse = np.linalg.inv(np.linalg.cholesky(scaled))
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
    return inverse.T @ inverse / np.outer(scale, scale)


def clustered_variance(scores: Floats, inverse: Floats, cluster: Codes | None) -> Floats:
    """Return the sum over clusters (else rows) of squared dfbetas, R's ``survreg(cluster =)``.

    `scores` are the rows' weighted gradients, shape (n, p); `inverse` that of the information.
    """
    moved = scores @ inverse
    if cluster is not None:
        sums = np.zeros((int(cluster.max()) + 1, moved.shape[1]))
        np.add.at(sums, cluster, moved)
        moved = sums
    return moved.T @ moved
