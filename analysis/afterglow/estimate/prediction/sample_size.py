"""How many subjects a prediction model would need, by simple criteria."""

from dataclasses import dataclass
from typing import Final

import numpy as np

SHRINKAGE: Final = 0.9
OPTIMISM: Final = 0.05
MARGIN: Final = 0.05
SHARE_EXPLAINED: Final = 0.15
NORMAL: Final = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """Subjects needed.

    Attributes
    ----------
    for_shrinkage : float
        For an expected shrinkage of predictions of at most 10 %.
    for_optimism : float
        For an expected optimism of at most 0.05 in the share of R² that is explained.
    for_risk : float
        For the overall risk to be known within 5 percentage points.
    """

    for_shrinkage: float
    for_optimism: float
    for_risk: float


def sample_size(parameters: int, event_share: float) -> SampleSize:
    """Return the subjects that a model of a binary outcome needs (Riley et al. 2020).

    Parameters
    ----------
    parameters : int
        Candidate predictor parameters.
    event_share : float
        Share of subjects with the event; NaN or 0 or 1 gives NaN.

    Notes
    -----
    The model is taken to explain 15 % of the largest R² (Cox–Snell) that is possible. Censoring
    within the horizon, and penalties, change the numbers: they are a guide.

    References
    ----------
    Riley RD, Ensor J, Snell KIE, et al. (2020). BMJ 368:m441.
    """
    unknown = float("nan")
    if not 0.0 < event_share < 1.0 or parameters < 1:
        return SampleSize(for_shrinkage=unknown, for_optimism=unknown, for_risk=unknown)
    rest = 1.0 - event_share
    log_null = event_share * np.log(event_share) + rest * np.log(rest)
    largest = 1.0 - np.exp(2.0 * log_null)
    explained = SHARE_EXPLAINED * largest
    own = explained / (explained + OPTIMISM * largest)
    return SampleSize(
        for_shrinkage=_needed(parameters, SHRINKAGE, explained),
        for_optimism=_needed(parameters, float(own), explained),
        for_risk=float(np.ceil((NORMAL / MARGIN) ** 2 * event_share * rest)),
    )


def _needed(parameters: int, shrinkage: float, explained: float) -> float:
    size = parameters / ((shrinkage - 1.0) * np.log(1.0 - explained / shrinkage))
    return float(np.ceil(size))
