"""Distributions of the standardized error of an accelerated-failure-time model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats

LARGEST_EXPONENT: Final = 300.0
ArrayFunction = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Error:
    """One standard distribution of W in y = η + σW.

    Attributes
    ----------
    log_density, slope, curvature : callable
        log f(w) and its first and second derivative.
    log_survival, log_distribution : callable
        log P(W > w) and log P(W <= w).
    quantile : callable
        p -> w with P(W <= w) = p.
    """

    log_density: ArrayFunction
    slope: ArrayFunction
    curvature: ArrayFunction
    log_survival: ArrayFunction
    log_distribution: ArrayFunction
    quantile: ArrayFunction


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution of times.

    Attributes
    ----------
    error : Error
    logarithm : bool
        Whether y is the logarithm of the time.
    scale : float or None
        σ where it is fixed.
    """

    error: Error
    logarithm: bool = True
    scale: float | None = None


def _exp(w: Floats) -> Floats:
    return np.exp(np.minimum(w, LARGEST_EXPONENT))


def _log1mexp(x: Floats) -> Floats:
    """Return log(1 − exp(−x)) for x >= 0 without loss of digits."""
    x = np.maximum(x, np.finfo(np.float64).tiny)
    far = np.maximum(x, np.log(2.0))
    return np.where(x < np.log(2.0), np.log(-np.expm1(-x)), np.log1p(-np.exp(-far)))


def _softplus(w: Floats) -> Floats:
    return np.logaddexp(0.0, w)


def _log_ndtr(w: Floats) -> Floats:
    from scipy.special import log_ndtr

    return log_ndtr(w)


def _ndtri(p: Floats) -> Floats:
    from scipy.special import ndtri

    return ndtri(p)


EXTREME: Final = Error(
    log_density=lambda w: w - _exp(w),
    slope=lambda w: 1.0 - _exp(w),
    curvature=lambda w: -_exp(w),
    log_survival=lambda w: -_exp(w),
    log_distribution=lambda w: _log1mexp(_exp(w)),
    quantile=lambda p: np.log(-np.log1p(-p)),
)
NORMAL: Final = Error(
    log_density=lambda w: -0.5 * (w**2 + np.log(2.0 * np.pi)),
    slope=lambda w: -w,
    curvature=lambda w: np.full_like(w, -1.0),
    log_survival=lambda w: _log_ndtr(-w),
    log_distribution=_log_ndtr,
    quantile=_ndtri,
)
LOGISTIC: Final = Error(
    log_density=lambda w: -np.abs(w) - 2.0 * np.log1p(np.exp(-np.abs(w))),
    slope=lambda w: -np.tanh(w / 2.0),
    curvature=lambda w: -0.5 * (1.0 - np.tanh(w / 2.0) ** 2),
    log_survival=lambda w: -_softplus(w),
    log_distribution=lambda w: -_softplus(-w),
    quantile=lambda p: np.log(p) - np.log1p(-p),
)
DISTRIBUTIONS: Final[dict[str, Distribution]] = {
    "weibull": Distribution(EXTREME),
    "exponential": Distribution(EXTREME, scale=1.0),
    "rayleigh": Distribution(EXTREME, scale=0.5),
    "lognormal": Distribution(NORMAL),
    "loglogistic": Distribution(LOGISTIC),
    "gaussian": Distribution(NORMAL, logarithm=False),
    "logistic": Distribution(LOGISTIC, logarithm=False),
    "extreme": Distribution(EXTREME, logarithm=False),
}
"""By R's names in ``survreg(dist =)``."""
