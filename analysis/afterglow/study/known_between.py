"""Where each event lies for a parametric model: between two visits, or on a known day."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.names import DURATION, EVENT, LOWER
from afterglow.plan.parametric_analyses import ParametricAnalysis

KNOWN_FREE = "known_free_days"
ZERO = (
    "somebody's time is 0, and on a logarithmic scale the choice of what 0 stands for decides the"
    " result: say zero_as_days"
)


@dataclass(frozen=True, slots=True)
class Times:
    """The rows of a parametric model and which columns it reads.

    Attributes
    ----------
    rows : DataFrame
    lower : str or None
        Column of the last day known free, where events lie in intervals.
    trouble : str
        Why there is no model, or "".
    """

    rows: pd.DataFrame
    lower: str | None
    trouble: str


def parametric_times(rows: pd.DataFrame, entry: str | None, analysis: ParametricAnalysis) -> Times:
    """Return the times that a parametric model is fitted to.

    With intervals an event lies after the last visit known free (after entry, where that is
    later) and up to the visit that shows it; an event without an event is censored at its last day
    known free, or where that is not after entry, on the day that ended it.
    """
    zero = analysis.zero_as_days is None
    if not analysis.intervals:
        return Times(rows, None, ZERO if zero and (rows[DURATION] <= 0).any() else "")
    start = rows[entry].clip(lower=0.0) if entry else pd.Series(0.0, index=rows.index)
    lower = rows[LOWER].where(rows[LOWER] > start, start)
    censored_at = lower.where((lower > start) | (entry is None), rows[DURATION])
    known = np.where(rows[EVENT], np.minimum(lower, rows[DURATION]), censored_at)
    nothing = (known <= 0) & (~rows[EVENT] | (rows[DURATION] <= 0))
    return Times(
        rows.assign(**{KNOWN_FREE: known}), KNOWN_FREE, ZERO if zero and nothing.any() else ""
    )
