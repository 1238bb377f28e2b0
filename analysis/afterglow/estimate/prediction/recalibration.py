"""Regression of weighted outcomes on predictions: how predictions would have to be changed."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from afterglow.estimate.checks import Codes, Floats

MOST_STEPS: Final = 100
SMALL_STEP: Final = 1e-10
SMALL_GAIN: Final = 1e-12
LARGEST: Final = 50.0
SINGULAR: Final = 1e-10


class Weighted(NamedTuple):
    """Outcomes with weights (0 where unknown) and whose they are; 0 or 1 where `binary`."""

    outcome: Floats
    weight: Floats
    subject: Codes
    binary: bool


def regressed(
    data: Weighted, design: Floats, offset: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return coefficients and robust standard errors, summed over subjects.

    Binary outcomes are regressed on the complementary log-log scale by weighted quasi-likelihood,
    others by weighted least squares. Where there is no maximum, all are NaN.
    """
    used = data.weight > 0
    y, weight, x = data.outcome[used], data.weight[used], design[used]
    shift = np.zeros(len(y)) if offset is None else offset[used]
    size = design.shape[1]
    unknown = np.full(size, np.nan)
    if len(y) <= size or np.ptp(y) <= 0.0:
        return unknown, unknown
    beta = (
        _least_squares(y - shift, weight, x) if not data.binary else _climbed(y, weight, x, shift)
    )
    if beta is None:
        return unknown, unknown
    pull, information = _parts(y, weight, x, shift + x @ beta, binary=data.binary)
    whose = np.unique(data.subject[used], return_inverse=True)[1]
    sums = np.array([np.bincount(whose, weights=column) for column in (pull[:, None] * x).T])
    inverse = np.linalg.inv(information)
    return beta, np.sqrt(np.diag(inverse @ (sums @ sums.T) @ inverse))


def _parts(
    y: Floats, weight: Floats, x: Floats, eta: Floats, *, binary: bool
) -> tuple[Floats, Floats]:
    """Return each row's factor of the score, and the expected information."""
    if not binary:
        return weight * (y - eta), (x * weight[:, None]).T @ x
    hazard = np.exp(np.clip(eta, -LARGEST, np.log(LARGEST)))
    mean = -np.expm1(-hazard)
    bend = hazard / mean
    information = weight * hazard * bend * np.exp(-hazard)
    return weight * (y - mean) * bend, (x * information[:, None]).T @ x


def _least_squares(y: Floats, weight: Floats, x: Floats) -> Floats | None:
    products = (x * weight[:, None]).T @ x
    if _is_singular(products):
        return None
    return np.asarray(np.linalg.solve(products, (x.T * weight) @ y), dtype=np.float64)


def _climbed(y: Floats, weight: Floats, x: Floats, shift: Floats) -> Floats | None:
    """Return the maximum of the weighted likelihood by Fisher scoring, None where there is none."""
    beta = np.zeros(x.shape[1])
    start = np.average(y, weights=weight)
    beta[0] = np.log(-np.log1p(-start)) - np.average(shift, weights=weight)
    loglik = _likelihood(y, weight, shift)
    here = loglik(x @ beta)
    for _ in range(MOST_STEPS):
        pull, information = _parts(y, weight, x, shift + x @ beta, binary=True)
        if _is_singular(information) or np.abs(beta).max() > LARGEST:
            return None
        step = np.linalg.solve(information, x.T @ pull)
        there = loglik(x @ (beta + step))
        while there < here - SMALL_GAIN * (1.0 + abs(here)) and np.abs(step).max() > SMALL_STEP:
            step = step / 2.0
            there = loglik(x @ (beta + step))
        beta, here = beta + step, there
        if np.abs(x @ step).max() <= SMALL_STEP:
            return beta
    return None


def _likelihood(y: Floats, weight: Floats, shift: Floats) -> Callable[[Floats], float]:
    def at(predictor: Floats) -> float:
        hazard = np.exp(np.clip(shift + predictor, -LARGEST, np.log(LARGEST)))
        return float(weight @ (y * np.log(-np.expm1(-hazard)) - (1.0 - y) * hazard))

    return at


def _is_singular(products: Floats) -> bool:
    scale = np.sqrt(np.diag(products))
    if not (scale > 0).all():
        return True
    return bool(np.linalg.eigvalsh(products / np.outer(scale, scale))[0] <= SINGULAR)
