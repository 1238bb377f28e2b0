"""What each row adds to a comparison of groups: scores from the curve of all rows together."""

from collections.abc import Callable
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.interval.npmle import npmle, survival_levels
from afterglow.estimate.interval.sample import IntervalSample
from afterglow.estimate.interval.support import support_of

Slope = Callable[[Floats], Floats]


def _sun(survival: Floats) -> Floats:
    """Return S times minus the summed falls, each over the height it fell from (Sun 1996)."""
    falls = np.divide(
        -np.diff(survival), survival[:-1], out=np.zeros(len(survival) - 1),
        where=survival[:-1] > 0,
    )  # fmt: skip
    return -survival * np.append(0.0, np.cumsum(falls))


def _finkelstein(survival: Floats) -> Floats:
    """Return S log S: proportional hazards of the grouped model (Finkelstein 1986)."""
    return survival * np.log(np.where(survival > 0, survival, 1.0))


def _wilcoxon(survival: Floats) -> Floats:
    """Return −S (1 − S): proportional odds (Peto and Peto 1972; Fay 1996)."""
    return -survival * (1.0 - survival)


SLOPES: Final[dict[str, Slope]] = {
    "logrank": _sun,
    "finkelstein": _finkelstein,
    "wilcoxon": _wilcoxon,
}


def row_scores(sample: IntervalSample, weighting: str) -> Floats:
    """Return c_i = (S'(lower) − S'(upper)) / (S(lower) − S(upper)) of each row.

    S is the estimate of all rows, S' its slope in a model of the groups' difference. The higher,
    the earlier the event than expected; with exact and right-censored times Sun's scores are the
    log-rank's 1 − Λ(t) and −Λ(t). They sum to 0.
    """
    support = support_of(sample.lower, sample.upper)
    survival = survival_levels(npmle(support, sample.weight).mass)
    slope = SLOPES[weighting](survival)
    first, last = support.first, support.last
    return (slope[first] - slope[last]) / (survival[first] - survival[last])
