"""Score statistics for two proportions, and the limits at which they become significant."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

XTOL: Final = 1e-14
MAXITER: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoCounts:
    """Successes out of n in a group and in the reference group."""

    x: float
    n: float
    x0: float
    n0: float

    @property
    def p(self) -> float:
        """Observed proportion of the group."""
        return self.x / self.n

    @property
    def p0(self) -> float:
        """Observed proportion of the reference."""
        return self.x0 / self.n0

    @property
    def total(self) -> float:
        """Number of subjects."""
        return self.n + self.n0


def correction(counts: TwoCounts, *, corrected: bool) -> float:
    """Return Miettinen and Nurminen's N/(N − 1), or 1 for Mee."""
    return counts.total / (counts.total - 1.0) if corrected and counts.total > 1 else 1.0


def restricted_difference(counts: TwoCounts, delta: float) -> tuple[float, float]:
    """Return the maximum-likelihood proportions under p − p0 = delta (a root of a cubic)."""
    x, x0, n0, total = counts.x, counts.x0, counts.n0, counts.total
    a = total
    b = (total + n0) * delta - total - (x + x0)
    c = (n0 * delta - total - 2 * x0) * delta + x + x0
    d = x0 * delta * (1 - delta)
    shift = b / (3 * a)
    v = shift**3 - b * c / (6 * a * a) + d / (2 * a)
    u = np.copysign(np.sqrt(max(shift**2 - c / (3 * a), 0.0)), v)
    cosine = np.clip(v / u**3, -1.0, 1.0) if abs(u) > 1e-10 else 1.0
    p0 = 2 * u * np.cos((np.pi + np.arccos(cosine)) / 3) - shift
    p0 = min(max(p0, 0.0, -delta), 1.0, 1.0 - delta)
    return min(max(p0 + delta, 0.0), 1.0), float(p0)


def difference_variance(counts: TwoCounts, delta: float, *, corrected: bool) -> float:
    """Return the variance of the difference under p − p0 = delta."""
    p, p0 = restricted_difference(counts, delta)
    variance = p * (1 - p) / counts.n + p0 * (1 - p0) / counts.n0
    return variance * correction(counts, corrected=corrected)


def difference_score(counts: TwoCounts, delta: float, *, corrected: bool) -> float:
    """Return the score statistic z of p − p0 = delta; falls as delta rises."""
    gap = counts.p - counts.p0 - delta
    return standardised(gap, difference_variance(counts, delta, corrected=corrected))


def ratio_score(counts: TwoCounts, ratio: float, *, corrected: bool) -> float:
    """Return the score statistic z of p / p0 = ratio (a quadratic restricts the proportions)."""
    x, n, x0, n0 = counts.x, counts.n, counts.x0, counts.n0
    a = counts.total * ratio
    b = n * ratio + x + n0 + x0 * ratio
    root = np.sqrt(max(b * b - 4 * a * (x + x0), 0.0))
    p0 = 2 * (x + x0) / (b + root)
    p = min(p0 * ratio, 1.0)
    variance = p * (1 - p) / n + ratio**2 * p0 * (1 - p0) / n0
    gap = counts.p - counts.p0 * ratio
    return standardised(gap, max(variance, 0.0) * correction(counts, corrected=corrected))


def odds_score(counts: TwoCounts, ratio: float, *, corrected: bool) -> float:
    """Return the score statistic z of an odds ratio.

    Below 1 the groups swap roles: the smaller odds are then found without cancellation.
    """
    if ratio < 1.0:
        swapped = TwoCounts(x=counts.x0, n=counts.n0, x0=counts.x, n0=counts.n)
        return -odds_score(swapped, 1.0 / ratio, corrected=corrected)
    n, n0 = counts.n, counts.n0
    together = counts.x + counts.x0
    a = n0 * (ratio - 1.0)
    b = n * ratio + n0 - together * (ratio - 1.0)
    root = np.sqrt(max(b * b + 4 * a * together, 0.0))
    p0 = 2 * together / (b + root)
    scale = 1.0 + p0 * (ratio - 1.0)
    p = p0 * ratio / scale
    information = p * (1 - p0) / scale * n, p0 * (1 - p0) * n0
    if min(information) <= 0.0:
        return standardised(counts.p - p, 0.0)
    spread = (1 / information[0] + 1 / information[1]) / correction(counts, corrected=corrected)
    return float((counts.x - n * p) * np.sqrt(spread))


def standardised(gap: float, variance: float) -> float:
    """Return gap / sqrt(variance); infinite where the variance is 0 and the gap is not."""
    if variance > 0.0:
        return float(gap / np.sqrt(variance))
    return 0.0 if abs(gap) < 1e-14 else float(np.copysign(np.inf, gap))


def crossing(
    score: Callable[[float], float], target: float, low: float, high: float
) -> float | None:
    """Return where a falling score passes `target` between low and high; None if it does not."""
    from scipy.optimize import brentq

    def gap(value: float) -> float:
        return float(np.clip(score(value), -1e6, 1e6)) - target

    if gap(low) <= 0.0 or gap(high) >= 0.0:
        return None
    return float(brentq(gap, low, high, xtol=XTOL, rtol=4 * np.finfo(float).eps, maxiter=MAXITER))


def score_limits(
    score: Callable[[float], float], z: float, estimate: float, low: float, high: float
) -> tuple[float, float]:
    """Return the values between low and high at which the score is z and −z.

    Where the score never gets there, the limit is the end of the range.
    """
    edge = 1e-12
    inside = min(max(estimate, low + edge), high - edge)
    below = crossing(score, z, low + edge, inside) if estimate > low + edge else None
    above = crossing(score, -z, inside, high - edge) if estimate < high - edge else None
    return low if below is None else below, high if above is None else above
