"""Regression of weighted outcomes on predictions: how predictions would have to be changed."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    pull, bend = _parts(y, weight, shift + x @ beta, binary=data.binary)
    whose = np.unique(data.subject[used], return_inverse=True)[1]
    sums = np.array([np.bincount(whose, weights=column) for column in (pull[:, None] * x).T])
    inverse = np.linalg.inv((x * bend[:, None]).T @ x)
    return beta, np.sqrt(np.diag(inverse @ (sums @ sums.T) @ inverse))


def common_slope(data: Weighted, x: Floats, code: Codes) -> float:
    """Return the one slope of several sets of rows, each with an intercept of its own.

    Parameters
    ----------
    x : array, shape (rows,)
        What the outcomes are regressed on, on their scale.
    code : array of int, shape (rows,)
        The set of each row.

    Returns
    -------
    float
        The maximum of the joint (quasi-)likelihood. Rows of weight 0, and sets whose outcomes do
        not vary, are left out; NaN where nothing is left, or there is no maximum.
    """
    used = (data.weight > 0) & _varying(data, code)
    if not used.any():
        return float("nan")
    y, weight, x = data.outcome[used], data.weight[used], x[used]
    place = np.unique(code[used], return_inverse=True)[1]
    if data.binary:
        return _climbed_within(y, weight, x, place)
    away = x - _means(x, weight, place)[place]
    spread = float(weight @ away**2)
    return float((weight * y) @ away) / spread if spread > 0.0 else float("nan")


def _varying(data: Weighted, code: Codes) -> NDArray[np.bool_]:
    """Tell the rows of sets whose known outcomes are not all the same."""
    known = np.flatnonzero(data.weight > 0)
    size = int(code.max()) + 1
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, code[known], data.outcome[known])
    np.maximum.at(high, code[known], data.outcome[known])
    return np.asarray((high > low)[code])


def _means(values: Floats, weight: Floats, place: Codes) -> Floats:
    return np.asarray(
        np.bincount(place, weights=weight * values) / np.bincount(place, weights=weight),
        dtype=np.float64,
    )


def _climbed_within(y: Floats, weight: Floats, x: Floats, place: Codes) -> float:
    """Return the slope at the maximum by Fisher scoring, the intercepts profiled out."""
    level = np.log(-np.log1p(-_means(y, weight, place)))
    slope = 0.0
    loglik = _likelihood(y, weight, np.zeros(len(y)))
    here = loglik(level[place])
    for _ in range(MOST_STEPS):
        eta = level[place] + slope * x
        pull, bend = _parts(y, weight, eta, binary=True)
        centre = _means(x, bend, place)
        away = x - centre[place]
        information = float(bend @ away**2)
        if information <= SINGULAR * float(bend @ x**2) or abs(slope) > LARGEST:
            return float("nan")
        more = float(pull @ away) / information
        up = np.bincount(place, weights=pull) / np.bincount(place, weights=bend) - centre * more
        move = up[place] + more * x
        there = loglik(eta + move)
        while there < here - SMALL_GAIN * (1.0 + abs(here)) and np.abs(move).max() > SMALL_STEP:
            more, up, move = more / 2.0, up / 2.0, move / 2.0
            there = loglik(eta + move)
        slope, level, here = slope + more, level + up, there
        if np.abs(move).max() <= SMALL_STEP:
            return slope
    return float("nan")


def _parts(y: Floats, weight: Floats, eta: Floats, *, binary: bool) -> tuple[Floats, Floats]:
    """Return each row's factor of the score, and of the expected information."""
    if not binary:
        return weight * (y - eta), weight
    hazard = np.exp(np.clip(eta, -LARGEST, np.log(LARGEST)))
    mean = -np.expm1(-hazard)
    bend = hazard / mean
    return weight * (y - mean) * bend, weight * hazard * bend * np.exp(-hazard)


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
        pull, bend = _parts(y, weight, shift + x @ beta, binary=True)
        information = (x * bend[:, None]).T @ x
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
