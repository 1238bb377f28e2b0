"""The difference of two independent proportions."""

from collections.abc import Callable
from typing import Final

import numpy as np

from afterglow.estimate.options import check_word, normal_quantile
from afterglow.estimate.proportion import Limits, check_counts, proportion_limits
from afterglow.estimate.score_limits import (
    TwoCounts,
    difference_score,
    score_limits,
    standardised,
)
from afterglow.estimate.two_proportions import TwoProportions, two_proportions


def proportion_difference(
    successes: float,
    n: float,
    reference_successes: float,
    reference_n: float,
    *,
    method: str = "miettinen-nurminen",
    conf_level: float = 0.95,
) -> TwoProportions:
    """Estimate the risk difference p − p_reference.

    Parameters
    ----------
    successes, n, reference_successes, reference_n : int
    method : str
        ``miettinen-nurminen`` (score with N/(N − 1); ratesci's ``scoreci(contrast = "RD",
        skew = FALSE)``), ``mee`` (score without), ``newcombe`` (Wilson limits squared and added,
        his method 10), ``newcombe-cc``, ``wald`` (``prop.test(correct = FALSE)``), ``wald-cc``
        (``prop.test``), ``agresti-caffo`` (Wald after one success and one failure each).

    Returns
    -------
    TwoProportions
        One row. `statistic` is z and its square the chi-square of the test that goes with the
        interval: the score test (miettinen-nurminen), Pearson's (mee, newcombe, wald), Yates's
        (newcombe-cc, wald-cc), Wald's on the adjusted counts (agresti-caffo). `std_error` is the
        unpooled one.

    Raises
    ------
    UsageError, NotEstimable
        As `proportion`.

    References
    ----------
    Miettinen O, Nurminen M (1985). Stat Med 4:213-226. Mee RW (1984). Biometrics 40:1175-1176.
    Newcombe RG (1998). Stat Med 17:873-890. Agresti A, Caffo B (2000). Am Stat 54:280-288.
    """
    check_word("method", method, METHODS)
    check_counts(successes, n)
    check_counts(reference_successes, reference_n)
    counts = TwoCounts(x=successes, n=n, x0=reference_successes, n0=reference_n)
    low, high = METHODS[method](counts, conf_level)
    return two_proportions(
        counts, "difference", counts.p - counts.p0, unpooled_error(counts), low, high,
        statistic=TESTS[method](counts), conf_level=conf_level, method=method,
    )  # fmt: skip


def unpooled_error(counts: TwoCounts) -> float:
    """Return the standard error of the difference, each group with its own variance."""
    p, p0 = counts.p, counts.p0
    return float(np.sqrt(p * (1 - p) / counts.n + p0 * (1 - p0) / counts.n0))


def _score(counts: TwoCounts, level: float, *, corrected: bool) -> Limits:
    def score(delta: float) -> float:
        return difference_score(counts, delta, corrected=corrected)

    return score_limits(score, normal_quantile(level), counts.p - counts.p0, -1.0, 1.0)


def _miettinen_nurminen(counts: TwoCounts, level: float) -> Limits:
    return _score(counts, level, corrected=True)


def _mee(counts: TwoCounts, level: float) -> Limits:
    return _score(counts, level, corrected=False)


def _squared_and_added(counts: TwoCounts, level: float, wilson: str) -> Limits:
    low, high = proportion_limits(counts.x, counts.n, method=wilson, conf_level=level)
    low0, high0 = proportion_limits(counts.x0, counts.n0, method=wilson, conf_level=level)
    difference = counts.p - counts.p0
    below = np.hypot(counts.p - low, high0 - counts.p0)
    return float(difference - below), float(
        difference + np.hypot(high - counts.p, counts.p0 - low0)
    )


def _newcombe(counts: TwoCounts, level: float) -> Limits:
    return _squared_and_added(counts, level, "wilson")


def _newcombe_corrected(counts: TwoCounts, level: float) -> Limits:
    return _squared_and_added(counts, level, "wilson-cc")


def _wald(counts: TwoCounts, level: float) -> Limits:
    half = normal_quantile(level) * unpooled_error(counts)
    difference = counts.p - counts.p0
    return max(-1.0, difference - half), min(1.0, difference + half)


def _wald_corrected(counts: TwoCounts, level: float) -> Limits:
    difference = counts.p - counts.p0
    half = normal_quantile(level) * unpooled_error(counts) + _yates(counts)
    return max(-1.0, difference - half), min(1.0, difference + half)


def _agresti_caffo(counts: TwoCounts, level: float) -> Limits:
    return _wald(_one_more_each(counts), level)


def _one_more_each(counts: TwoCounts) -> TwoCounts:
    return TwoCounts(x=counts.x + 1, n=counts.n + 2, x0=counts.x0 + 1, n0=counts.n0 + 2)


def _yates(counts: TwoCounts) -> float:
    """Return the continuity correction of the difference, no larger than the difference."""
    return min((1 / counts.n + 1 / counts.n0) / 2, abs(counts.p - counts.p0))


def pearson(counts: TwoCounts, shrink: float = 0.0) -> float:
    """Return z of the pooled test; its square is Pearson's chi-square (Yates's with `shrink`)."""
    pooled = (counts.x + counts.x0) / counts.total
    variance = pooled * (1 - pooled) * (1 / counts.n + 1 / counts.n0)
    gap = counts.p - counts.p0
    return standardised(float(np.copysign(abs(gap) - shrink, gap)), variance)


def _unadjusted_wald(counts: TwoCounts) -> float:
    return standardised(counts.p - counts.p0, unpooled_error(counts) ** 2)


METHODS: Final[dict[str, Callable[[TwoCounts, float], Limits]]] = {
    "miettinen-nurminen": _miettinen_nurminen,
    "mee": _mee,
    "newcombe": _newcombe,
    "newcombe-cc": _newcombe_corrected,
    "wald": _wald,
    "wald-cc": _wald_corrected,
    "agresti-caffo": _agresti_caffo,
}
TESTS: Final[dict[str, Callable[[TwoCounts], float]]] = {
    "miettinen-nurminen": lambda counts: difference_score(counts, 0.0, corrected=True),
    "mee": pearson,
    "newcombe": pearson,
    "newcombe-cc": lambda counts: pearson(counts, _yates(counts)),
    "wald": pearson,
    "wald-cc": lambda counts: pearson(counts, _yates(counts)),
    "agresti-caffo": lambda counts: _unadjusted_wald(_one_more_each(counts)),
}
