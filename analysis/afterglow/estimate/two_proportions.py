"""The result of comparing two proportions: one row with both rates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.score_limits import TwoCounts
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STD_ERROR,
    TERM,
    WARNING,
    N,
)
from afterglow.rounding import p_statement

RATE = "rate"
REFERENCE_RATE = "reference_rate"
REFERENCE_N = "reference_n"
REFERENCE_N_EVENTS = "reference_n_events"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoProportions(Result):
    """A difference or a ratio of two proportions; n and n_events count both groups.

    Attributes
    ----------
    null : float
        The value of no difference: 0 for differences, 1 for ratios.
    """

    null: float

    def _null(self) -> float | None:
        return self.null


def two_proportions(
    counts: TwoCounts,
    term: str,
    estimate: float,
    std_error: float,
    low: float,
    high: float,
    *,
    statistic: float,
    conf_level: float,
    method: str,
    null: float = 0.0,
    p_value: float | None = None,
    warning: str = "",
) -> TwoProportions:
    """Return the one-row result; the p value is that of z unless another is given."""
    p_value = two_sided(statistic) if p_value is None else p_value
    row = {
        TERM: term, GROUP: "", ESTIMATE: estimate, STD_ERROR: std_error, STATISTIC: statistic,
        P_VALUE: p_value, CONF_LOW: low, CONF_HIGH: high, CONF_LEVEL: conf_level,
        N: counts.total, N_EVENTS: counts.x + counts.x0, RATE: counts.p, REFERENCE_RATE: counts.p0,
        REFERENCE_N: counts.n0, REFERENCE_N_EVENTS: counts.x0, METHOD: method, WARNING: warning,
    }  # fmt: skip
    sentence = (
        f"{said(counts.x)} of {said(counts.n)} against {said(counts.x0)} of {said(counts.n0)}: "
        f"{term} {said(estimate)} ({said_interval(low, high, conf_level)}, {method}; "
        f"{p_statement(p_value)})."
    )
    return TwoProportions(table=pd.DataFrame([row]), sentence=sentence, null=null)


def two_sided(z: float) -> float:
    """Return the two-sided normal p value of z; undefined where z is."""
    from scipy.special import ndtr

    return float(2.0 * ndtr(-abs(z))) if not np.isnan(z) else float("nan")
