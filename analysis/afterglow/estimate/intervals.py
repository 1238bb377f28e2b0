"""Confidence limits of a probability on the scales that R's survfit offers."""

from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.options import normal_quantile

CONF_TYPES: Final = ("log-log", "log", "plain", "logit", "arcsin")


def probability_limits(
    estimate: Floats, std_error: Floats, *, conf_type: str, conf_level: float
) -> tuple[Floats, Floats]:
    """Return lower and upper limits of probabilities with known standard errors.

    A normal interval on the scale of `conf_type`, carried back and kept within 0 and 1: the
    formulas of R's ``survfit(conf.type=)``. Where the estimate is 0 or 1 without error (before
    the first event) both limits equal it; where the standard error is undefined, so are they.

    Parameters
    ----------
    estimate, std_error : array
        Probabilities and their standard errors on the probability scale.
    conf_type : str
        ``log-log``, ``log``, ``plain``, ``logit`` or ``arcsin``.
    conf_level : float
    """
    z = normal_quantile(conf_level)
    inner = (estimate > 0.0) & (estimate < 1.0) & np.isfinite(std_error)
    p = np.where(inner, estimate, 0.5)
    with np.errstate(over="ignore"):  # a limit far out on the log scale is 0 or 1
        low, high = _SCALES[conf_type](p, z * np.where(inner, std_error, 0.0))
    outside = np.where(std_error == 0.0, estimate, np.nan)
    return np.where(inner, low, outside), np.where(inner, high, outside)


def _plain(p: Floats, half: Floats) -> tuple[Floats, Floats]:
    return np.maximum(p - half, 0.0), np.minimum(p + half, 1.0)


def _log(p: Floats, half: Floats) -> tuple[Floats, Floats]:
    return p * np.exp(-half / p), np.minimum(p * np.exp(half / p), 1.0)


def _log_log(p: Floats, half: Floats) -> tuple[Floats, Floats]:
    centre, width = np.log(-np.log(p)), half / (p * -np.log(p))
    return np.exp(-np.exp(centre + width)), np.exp(-np.exp(centre - width))


def _logit(p: Floats, half: Floats) -> tuple[Floats, Floats]:
    from scipy.special import expit, logit

    width = half / (p * (1.0 - p))
    return expit(logit(p) - width), expit(logit(p) + width)


def _arcsin(p: Floats, half: Floats) -> tuple[Floats, Floats]:
    centre, width = np.arcsin(np.sqrt(p)), 0.5 * half / np.sqrt(p * (1.0 - p))
    low, high = np.maximum(centre - width, 0.0), np.minimum(centre + width, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


_SCALES: Final = {
    "log-log": _log_log,
    "log": _log,
    "plain": _plain,
    "logit": _logit,
    "arcsin": _arcsin,
}
