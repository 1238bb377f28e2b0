"""Probability that several correlated standard normals all stay within limits, without chance."""

from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats

RANK_TOLERANCE: Final = 1e-10
FARTHEST: Final = 8.5
"""Standard deviations beyond which a direction is left out; 2e-17 of the probability."""
NODES: Final = {1: 200_001, 2: 1201}
"""Points along each integrated direction, by the number of directions."""
MOST_POINTS_LOG2: Final = 18


def probability_within(correlation: Floats, low: float, high: float) -> float:
    """Return P(low <= Z_k <= high for all k) of standard normals with this correlation.

    The matrix may be singular: some statistics may be sums of others. The normals are written as
    sums of as many independent ones as the rank says. One direction, chosen so that every limit
    depends on it, is integrated exactly; the others by the trapezoidal rule (by a Sobol sequence
    beyond two). No random numbers are used: the value is the same every time, and within about
    1e-8 of the truth up to rank 3, 2e-5 beyond.

    Parameters
    ----------
    correlation : array, shape (K, K)
    low, high : float
        Limits shared by all; ±inf leaves a side open.
    """
    rows = _rotated(_factor(correlation))
    others = rows.shape[1] - 1
    if others == 0:
        return float(_span(rows, np.zeros((1, 0)), low, high)[0])
    place, weights = _nodes(others)
    return float(weights @ _span(rows, place, low, high))


def _factor(correlation: Floats) -> Floats:
    """Return A, shape (K, rank), with A Aᵀ the correlation."""
    values, vectors = np.linalg.eigh(correlation)
    kept = values > RANK_TOLERANCE * values[-1]
    return vectors[:, kept] * np.sqrt(values[kept])


def _rotated(factor: Floats) -> Floats:
    """Return the factor in other coordinates, the last of which matters most to every row."""
    candidates = [*np.eye(factor.shape[1])]
    for row in factor:
        signs = np.where(factor @ row < 0.0, -1.0, 1.0)
        candidates.append(signs @ factor)
    reach = [np.abs(factor @ c).min() / max(float(np.linalg.norm(c)), 1e-300) for c in candidates]
    best = candidates[int(np.argmax(np.round(reach, 12)))]
    basis = np.linalg.qr(np.column_stack([best, np.eye(factor.shape[1])]))[0]
    return factor @ basis[:, ::-1]


def _span(rows: Floats, place: Floats, low: float, high: float) -> Floats:
    """Return the probability of the last direction that keeps every row within the limits."""
    from scipy.special import ndtr

    begin = np.full(len(place), -np.inf)
    end = np.full(len(place), np.inf)
    for row in rows:
        shift = place @ row[:-1]
        one, other = (low - shift) / row[-1], (high - shift) / row[-1]
        np.maximum(begin, np.minimum(one, other), out=begin)
        np.minimum(end, np.maximum(one, other), out=end)
    return np.maximum(ndtr(end) - ndtr(begin), 0.0)


def _nodes(directions: int) -> tuple[Floats, Floats]:
    """Return points of independent standard normals and their weights."""
    if directions not in NODES:
        from scipy.special import ndtri
        from scipy.stats.qmc import Sobol

        points = Sobol(directions, scramble=False).random_base2(MOST_POINTS_LOG2)
        return ndtri(points + 0.5 / len(points)), np.full(len(points), 1.0 / len(points))
    line = np.linspace(-FARTHEST, FARTHEST, NODES[directions])
    share = np.exp(-0.5 * line**2)
    share /= share.sum()
    grids = np.meshgrid(*[line] * directions, indexing="ij")
    weights = np.ones(1)
    for _ in range(directions):
        weights = np.outer(weights, share).ravel()
    kept = weights > np.finfo(np.float64).tiny
    return np.stack([grid.ravel()[kept] for grid in grids], axis=1), weights[kept]
