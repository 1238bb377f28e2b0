"""The best coefficients and baseline together: Newton steps of a curve that may only fall."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.interval.npmle import npmle, survival_levels
from afterglow.estimate.interval.support import Support
from afterglow.estimate.interval.transformation import (
    ModelRows,
    Quadratic,
    level_gradient,
    log_likelihood,
    quadratic,
)

MOST_ROUNDS: Final = 200
HALVINGS: Final = 40
AIM: Final = 1e-9
NOISE: Final = 1e-13
RIDGE: Final = 1e-10
STEEPEST: Final = 12.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressionFit:
    """A maximum of the likelihood of coefficients and baseline.

    Attributes
    ----------
    beta : array, shape (p,)
    variance : array, shape (p, p)
        Inverse of the profile likelihood's curvature, the support held as found.
    chosen : array of int
        The support intervals (from 1) where the baseline falls.
    levels : array
        The baseline, on the link's scale, after each of them but the last.
    loglik, loglik_null : float
        At the maximum, and with all coefficients 0.
    rounds : int
    converged, separated : bool
        `separated`: a coefficient grew so large that the likelihood seems to have no maximum.
    """

    beta: Floats
    variance: Floats
    chosen: Codes
    levels: Floats
    loglik: float
    loglik_null: float
    rounds: int
    converged: bool
    separated: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Point:
    chosen: Codes
    levels: Floats
    beta: Floats
    gained: float


def fit_regression(support: Support, rows: ModelRows) -> RegressionFit:
    """Return the maximum, from the curve without covariates on.

    Each round adds jumps where the likelihood gains, moves levels and coefficients together by a
    Newton step whose levels may only rise, and drops the jumps that it closes; the log-likelihood
    is concave in levels and coefficients.
    """
    null = npmle(support, rows.weight)
    chosen = np.flatnonzero(null.mass > 0.0) + 1
    start = rows.link.level(survival_levels(null.mass[chosen - 1])[1:-1])
    point = _Point(chosen=chosen, levels=start, beta=np.zeros(rows.x.shape[1]), gained=np.inf)
    total = float(rows.weight.sum())
    scale = np.sqrt(np.average(rows.x**2, axis=0, weights=rows.weight))
    rounds, converged, separated = 0, False, False
    while not (converged or separated) and rounds < MOST_ROUNDS:
        rounds += 1
        point, added = _with_best(rows, point, AIM * total)
        point = _improved(rows, point)
        converged = point.gained <= AIM and not added
        separated = bool((np.abs(point.beta) * scale > STEEPEST).any())
    last = quadratic(rows.on(point.chosen), point.levels, point.beta)
    return RegressionFit(
        beta=point.beta, variance=_profile_variance(last, len(point.levels)),
        chosen=point.chosen, levels=point.levels, loglik=last.loglik, loglik_null=null.loglik,
        rounds=rounds, converged=converged, separated=separated,
    )  # fmt: skip


def _with_best(rows: ModelRows, point: _Point, least: float) -> tuple[_Point, bool]:
    """Add, within each level stretch, the jump where raising what follows gains most."""
    jumped = np.zeros(rows.jumps + 1, dtype=np.int64)
    jumped[point.chosen] = 1
    level = np.cumsum(jumped)[1:-1]
    gradient = level_gradient(rows, point.levels[level - 1], point.beta)
    total = np.cumsum(gradient[::-1])[::-1]
    ends = np.append(np.flatnonzero(np.diff(level)), len(level) - 1)
    after = np.append(total, 0.0)[ends + 1]
    gain = total - after[level - level[0]] if len(level) else total
    own = np.isin(np.arange(1, len(level) + 1), point.chosen)
    gain = np.where(own, 0.0, gain)
    starts = np.flatnonzero(np.diff(level, prepend=-1))
    if not len(starts):
        return point, False
    highest = np.maximum.reduceat(gain, starts)[level - level[0]]
    best = np.flatnonzero((gain == highest) & (gain > least)) + 1
    if not len(best):
        return point, False
    wider = np.union1d(point.chosen, best)
    levels = point.levels[level[wider[:-1] - 1] - 1]
    return _Point(chosen=wider, levels=levels, beta=point.beta, gained=np.inf), True


def _improved(rows: ModelRows, point: _Point) -> _Point:
    """Return the point after one Newton step, shortened until nothing is lost."""
    seen = rows.on(point.chosen)
    here = quadratic(seen, point.levels, point.beta)
    target_levels, target_beta = _target(here, point)
    length = 1.0
    for _ in range(HALVINGS):
        levels = (1.0 - length) * point.levels + length * target_levels
        beta = (1.0 - length) * point.beta + length * target_beta
        value = log_likelihood(seen, levels, beta)
        if value >= here.loglik - NOISE * abs(here.loglik):
            kept = np.append(np.diff(levels, prepend=-np.inf) > 0.0, True)
            return _Point(
                chosen=point.chosen[kept], levels=levels[kept[:-1]], beta=beta,
                gained=abs(value - here.loglik) / length,
            )  # fmt: skip
        length /= 2.0
    return _Point(chosen=point.chosen, levels=point.levels, beta=point.beta, gained=0.0)


def _target(here: Quadratic, point: _Point) -> tuple[Floats, Floats]:
    """Return rising levels and coefficients that maximise the quadratic; falls are joined."""
    from scipy.linalg import solve

    k, p = len(point.levels), len(point.beta)
    now = np.concatenate([point.levels, point.beta])
    ridge = RIDGE * (np.diag(here.curvature) + 1.0)
    matrix = here.curvature + np.diag(ridge)
    wanted = here.gradient + matrix @ now
    group = np.arange(k)
    while True:
        count = int(group[-1]) + 1 if k else 0
        joined = np.zeros((k + p, count + p))
        joined[np.arange(k), group] = 1.0
        joined[np.arange(k, k + p), np.arange(count, count + p)] = 1.0
        joint = joined.T @ matrix @ joined
        scale = 1.0 / np.sqrt(np.diag(joint))
        scaled = solve(joint * np.outer(scale, scale), scale * (joined.T @ wanted), assume_a="sym")
        found = scale * scaled
        falls = np.diff(found[:count]) < 0.0
        if not falls.any():
            return found[:count][group], found[count:]
        group = np.concatenate([[0], np.cumsum(~falls)])[group]


def _profile_variance(last: Quadratic, k: int) -> Floats:
    both = last.curvature[k:, k:]
    if k:
        mixed = last.curvature[:k, k:]
        both = both - mixed.T @ np.linalg.lstsq(last.curvature[:k, :k], mixed, rcond=None)[0]
    try:
        return np.asarray(np.linalg.inv(both), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(both.shape, np.nan)
