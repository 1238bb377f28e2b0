"""Bootstrap confidence limits from the values of the resamples."""

from collections.abc import Callable
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats

CONF_TYPES: Final = ("percentile", "basic", "bca")


def bootstrap_limits(
    values: Floats,
    estimate: Floats,
    *,
    conf_type: str,
    conf_level: float,
    jackknife: Callable[[], Floats],
) -> tuple[Floats, Floats]:
    """Return lower and upper limits of every statistic.

    ``percentile``: quantiles of the resamples' values. ``basic``: those quantiles turned around
    the estimate. ``bca``: quantiles moved for bias (ties with the estimate count half) and for
    skewness, taken from the jackknife. Infinite values are allowed and count as such; undefined
    ones are left out.

    Parameters
    ----------
    values : array, shape (B, K)
    estimate : array, shape (K,)
    conf_type, conf_level
    jackknife : callable
        () -> values without each unit, shape (U, K); called for bca only.

    References
    ----------
    Efron B, Tibshirani RJ (1993). An Introduction to the Bootstrap, ch. 13-14.
    """
    tail = (1.0 - conf_level) / 2.0
    shares = np.tile([tail, 1.0 - tail], (len(estimate), 1))
    if conf_type == "bca":
        shares = _moved(values, estimate, jackknife(), shares)
    ends = np.array([_quantiles(values[:, k], share) for k, share in enumerate(shares)])
    if conf_type == "basic":
        with np.errstate(invalid="ignore"):
            return 2.0 * estimate - ends[:, 1], 2.0 * estimate - ends[:, 0]
    return ends[:, 0], ends[:, 1]


def _quantiles(values: Floats, shares: Floats) -> Floats:
    """Return quantiles (R's type 7); next to an infinite value the nearer one, not a mixture."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known) or np.isnan(shares).any():
        return np.full(len(shares), np.nan)
    place = shares * (len(known) - 1)
    below, above = known[np.floor(place).astype(int)], known[np.ceil(place).astype(int)]
    part = place - np.floor(place)
    finite = np.isfinite(below) & np.isfinite(above)
    gap = np.where(finite, above, 0.0) - np.where(finite, below, 0.0)
    nearest = np.where(part < 0.5, below, above)
    return np.where(finite, np.where(finite, below, 0.0) + part * gap, nearest)


def _moved(values: Floats, estimate: Floats, without: Floats, shares: Floats) -> Floats:
    from scipy.special import ndtr, ndtri

    known = np.maximum((~np.isnan(values)).sum(axis=0), 1)
    lower = ((values < estimate).sum(axis=0) + 0.5 * (values == estimate).sum(axis=0)) / known
    bias = ndtri(np.clip(lower, 0.5 / known, 1.0 - 0.5 / known))[:, None]
    without = np.where(np.isfinite(without), without, np.nan)
    counted = np.maximum((~np.isnan(without)).sum(axis=0), 1)
    centred = np.nansum(without, axis=0) / counted - without
    square = np.nansum(centred**2, axis=0)
    cube = np.nansum(centred**3, axis=0)
    skew = np.divide(cube, 6.0 * square**1.5, out=np.zeros_like(cube), where=square > 0)[:, None]
    z = bias + ndtri(shares)
    return ndtr(bias + z / (1.0 - skew * z))
