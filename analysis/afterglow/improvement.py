"""The one rule that decides whether a score has improved enough, for either direction of a scale.

Improvement is the share of the way from the baseline to the best possible score, so scales that
do not start at 0 and scales where higher is better come out right. Thresholds are decided by
cross-multiplication: 71 reaches 29 % of a baseline of 100, although 100 * (29 / 100) rounds up.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from afterglow.kernel import array_kernel, kernel

TOLERANCE = 1e-9


@kernel
def improvement_defined(baseline: float, best: float) -> bool:
    """Say whether a share of the way to `best` exists: both are finite and differ."""
    return np.isfinite(baseline) and np.isfinite(best) and baseline != best


@kernel
def _surplus(baseline: float, score: float, best: float, percent: float) -> float:
    """Return 100 * (distance gained) - percent * (whole distance), in points times a hundred."""
    sign = 1.0 if baseline > best else -1.0
    return sign * (100.0 * (baseline - score) - percent * (baseline - best))


@kernel
def _slack(baseline: float, best: float) -> float:
    """Return what rounding may cost: a relative tolerance on a hundred times the distance."""
    return TOLERANCE * 100.0 * abs(baseline - best)


@kernel
def improvement_reaches(baseline: float, score: float, best: float, percent: float) -> bool:
    """Say whether the improvement from `baseline` to `score` is at least `percent`.

    Parameters
    ----------
    baseline, score : float
        Totals of one instrument, in its points.
    best : float
        The best possible total; it alone tells the direction of the scale.
    percent : float
        Threshold in percent of the way from `baseline` to `best`; 0 means "no worse".

    Returns
    -------
    bool
        True from the threshold on, within 1e-9 of the whole way. False where the improvement is
        undefined (baseline already best, or a value missing): ask `improvement_defined` first
        where undefined and not reached must differ.
    """
    if not improvement_defined(baseline, best) or np.isnan(score):
        return False
    return _surplus(baseline, score, best, percent) >= -_slack(baseline, best)


@kernel
def improvement_at_most(baseline: float, score: float, best: float, percent: float) -> bool:
    """Say whether the improvement is at most `percent`, as in "back to 80 % of baseline" (20).

    Takes the same values as `improvement_reaches`; exactly at the threshold both are True.
    "Loss of response" (improvement below a threshold) is the negation of `improvement_reaches`
    where the improvement is defined, and not this function.
    """
    if not improvement_defined(baseline, best) or np.isnan(score):
        return False
    return _surplus(baseline, score, best, percent) <= _slack(baseline, best)


@array_kernel
def _each_reaches(
    baseline: NDArray[np.float64],
    score: NDArray[np.float64],
    best: NDArray[np.float64],
    percent: float,
) -> NDArray[np.bool_]:
    reached = np.zeros(len(score), dtype=np.bool_)
    for i in range(len(score)):
        reached[i] = improvement_reaches(baseline[i], score[i], best[i], percent)
    return reached


def reaches_percent(
    baseline: ArrayLike, score: ArrayLike, best: ArrayLike, percent: float
) -> NDArray[np.bool_]:
    """Apply `improvement_reaches` to every score.

    Parameters
    ----------
    baseline, score, best : array_like
        Broadcast against each other; in points of the instrument.
    percent : float
        Threshold in percent of the way from baseline to best.

    Returns
    -------
    array of bool, in the broadcast shape
        False where the improvement is undefined or a value is missing.
    """
    b, x, top = _broadcast(baseline, score, best)
    return _each_reaches(b.ravel(), x.ravel(), top.ravel(), float(percent)).reshape(b.shape)


def _broadcast(*values: ArrayLike) -> list[NDArray[np.float64]]:
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    return [array.copy() for array in arrays]


def percent_improvement(
    baseline: ArrayLike, score: ArrayLike, best: ArrayLike
) -> NDArray[np.float64]:
    """Return the improvement in percent, for display: 100 (baseline - score) / (baseline - best).

    Parameters
    ----------
    baseline, score, best : array_like
        Broadcast against each other; in points of the instrument.

    Returns
    -------
    array of float, in the broadcast shape
        100 at the best score, 0 at the baseline, negative when worse; NaN where undefined
        (baseline already best) or missing. Thresholds are never decided on this number: use
        `improvement_reaches`.
    """
    b, x, top = _broadcast(baseline, score, best)
    way = b - top
    percent = np.full(b.shape, np.nan)
    np.divide(100.0 * (b - x), way, out=percent, where=(way != 0) & np.isfinite(way))
    return percent
