"""What a visit must show: an improvement, its loss, or a score (rules 5 to 7)."""

import numpy as np

from afterglow.endpoints.rules import Condition
from afterglow.improvement import improvement_at_most, improvement_defined, improvement_reaches
from afterglow.kernel import kernel

IMPROVEMENT_AT_LEAST = np.int64(Condition.IMPROVEMENT_AT_LEAST)
IMPROVEMENT_BELOW = np.int64(Condition.IMPROVEMENT_BELOW)
RETURNS_TO = np.int64(Condition.RETURNS_TO)
SCORE_AT_MOST = np.int64(Condition.SCORE_AT_MOST)


@kernel
def holds(condition, threshold, score, baseline, best):
    """Tell whether a score meets a condition."""
    if condition == IMPROVEMENT_AT_LEAST:
        return improvement_reaches(baseline, score, best, threshold)
    if condition == IMPROVEMENT_BELOW:
        return not improvement_reaches(baseline, score, best, threshold)
    if condition == RETURNS_TO:
        return improvement_at_most(baseline, score, best, 100.0 - threshold)
    if condition == SCORE_AT_MOST:
        return score <= threshold
    return score >= threshold


@kernel
def is_relative(condition):
    """Tell whether a condition speaks of the baseline."""
    return condition in (IMPROVEMENT_AT_LEAST, IMPROVEMENT_BELOW, RETURNS_TO)


@kernel
def can_be_told(condition, baseline, best):
    """Tell whether the condition is defined: an improvement is not, from the best score."""
    return not is_relative(condition) or improvement_defined(baseline, best)
