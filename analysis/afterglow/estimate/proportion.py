"""One proportion and its confidence interval."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.options import check_level, check_word, normal_quantile
from afterglow.estimate.result import Result, said, said_interval
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    N,
)

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proportion(Result):
    """One proportion, in one row."""


def proportion(
    successes: float, n: float, *, method: str = "wilson", conf_level: float = 0.95
) -> Proportion:
    """Estimate the probability of success from `successes` out of `n` subjects.

    Parameters
    ----------
    successes, n : int
        0 <= successes <= n, n > 0.
    method : str
        ``wilson`` (score; R's ``prop.test(correct = FALSE)``), ``wilson-cc`` (continuity
        corrected; ``prop.test``, which leaves a share of exactly ½ as it is), ``clopper-pearson``
        (exact; ``binom.test``), ``jeffreys`` (equal-tailed posterior of a Beta(½, ½) prior, closed
        at 0 and n), ``agresti-coull``, ``wald``. The last two may leave 0…1.
    conf_level : float

    Returns
    -------
    Proportion
        One row: estimate, std_error sqrt(p(1 − p)/n), conf_low, conf_high, n, n_events.

    Raises
    ------
    UsageError
        Counts that are no counts, an unknown method.
    NotEstimable
        n = 0.

    References
    ----------
    Newcombe RG (1998). Stat Med 17:857-872.
    Brown LD, Cai TT, DasGupta A (2001). Stat Sci 16:101-133.
    """
    check_word("method", method, METHODS)
    check_counts(successes, n)
    low, high = proportion_limits(successes, n, method=method, conf_level=conf_level)
    p = successes / n
    row = {
        TERM: "proportion", GROUP: "", ESTIMATE: p, STD_ERROR: float(np.sqrt(p * (1 - p) / n)),
        CONF_LOW: low, CONF_HIGH: high, CONF_LEVEL: conf_level, N: n, N_EVENTS: successes,
        METHOD: method,
    }  # fmt: skip
    return Proportion(
        table=pd.DataFrame([row]),
        sentence=f"{said(successes)} of {said(n)}: {said(p)} "
        f"({said_interval(low, high, conf_level)}, {method}).",
    )


def check_counts(successes: float, n: float) -> None:
    """Raise unless 0 <= successes <= n and n > 0."""
    if not (np.isfinite(successes) and np.isfinite(n) and 0 <= successes <= n):
        raise UsageError("successes and n are not counts with 0 <= successes <= n.\nCheck them.")
    if n == 0:
        raise NotEstimable("n = 0: there is nobody to take a proportion of.\nCheck the population.")


def proportion_limits(
    successes: float, n: float, *, method: str = "wilson", conf_level: float = 0.95
) -> Limits:
    """Return the confidence limits of a proportion as two numbers; see `proportion`."""
    check_level(conf_level)
    return METHODS[method](float(successes), float(n), conf_level)


def _wilson(x: float, n: float, level: float) -> Limits:
    z = normal_quantile(level)
    p = x / n
    centre, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if x == 0 else (centre - half) / scale
    return low, 1.0 if x == n else (centre + half) / scale


def _wilson_corrected(x: float, n: float, level: float) -> Limits:
    z = normal_quantile(level)
    p = x / n
    scale = 2 * (n + z * z)
    below = z * np.sqrt(z * z - 2 - 1 / n + 4 * p * (n * (1 - p) + 1)) if x > 0 else 0.0
    above = z * np.sqrt(z * z + 2 - 1 / n + 4 * p * (n * (1 - p) - 1)) if x < n else 0.0
    low = 0.0 if x == 0 else max(0.0, (2 * n * p + z * z - 1 - below) / scale)
    return low, 1.0 if x == n else min(1.0, (2 * n * p + z * z + 1 + above) / scale)


def _beta(x: float, n: float, level: float, *, a: float, b: float) -> Limits:
    """Return Beta quantiles: (x, n − x + 1) below and (x + 1, n − x) above for a, b = 0, 1."""
    from scipy.special import betainccinv, betaincinv

    tail = (1 - level) / 2
    low = 0.0 if x == 0 else float(betaincinv(x + a, n - x + b, tail))
    return low, 1.0 if x == n else float(betainccinv(x + b, n - x + a, tail))


def _clopper_pearson(x: float, n: float, level: float) -> Limits:
    return _beta(x, n, level, a=0.0, b=1.0)


def _jeffreys(x: float, n: float, level: float) -> Limits:
    return _beta(x, n, level, a=0.5, b=0.5)


def _agresti_coull(x: float, n: float, level: float) -> Limits:
    z = normal_quantile(level)
    return _wald(x + z * z / 2, n + z * z, level)


def _wald(x: float, n: float, level: float) -> Limits:
    p = x / n
    half = normal_quantile(level) * np.sqrt(p * (1 - p) / n)
    return float(p - half), float(p + half)


METHODS: Final[dict[str, Callable[[float, float, float], Limits]]] = {
    "wilson": _wilson,
    "wilson-cc": _wilson_corrected,
    "clopper-pearson": _clopper_pearson,
    "jeffreys": _jeffreys,
    "agresti-coull": _agresti_coull,
    "wald": _wald,
}
