"""Improvement on a named instrument: the threshold rule with its direction, and its refusals."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from afterglow.errors import UsageError
from afterglow.improvement import percent_improvement, reaches_percent
from afterglow.instruments.instrument import Instrument


def improvement(
    baseline: ArrayLike, score: ArrayLike, instrument: Instrument
) -> NDArray[np.float64]:
    """Return the improvement in percent of the way from baseline to the best score.

    Parameters
    ----------
    baseline, score : array_like
        Totals of `instrument`, in its points.
    instrument : Instrument
        Gives the direction and the best score.

    Returns
    -------
    array of float
        100 at the best score, 0 at baseline, negative when worse; NaN where a value is missing
        or the baseline is already the best score. For display: thresholds are decided by
        `has_improved`.

    Raises
    ------
    UsageError
        Percent change has no meaning on this instrument; the message says why.
    """
    require_percent_change(instrument)
    return percent_improvement(baseline, score, instrument.best)


def has_improved(
    baseline: ArrayLike, score: ArrayLike, instrument: Instrument, *, percent: float
) -> NDArray[np.bool_]:
    """Say which scores improved by at least `percent` of the way to the best score.

    Parameters
    ----------
    baseline, score : array_like
        Totals of `instrument`, in its points.
    instrument : Instrument
        Gives the direction and the best score.
    percent : float
        Threshold, such as 50 for response.

    Returns
    -------
    array of bool
        False where the improvement is undefined or a value is missing.

    Raises
    ------
    UsageError
        Percent change has no meaning on this instrument; the message says why.
    """
    require_percent_change(instrument)
    return reaches_percent(baseline, score, instrument.best, percent)


def require_percent_change(instrument: Instrument) -> None:
    """Raise UsageError where percent change has no meaning on `instrument`."""
    if not instrument.percent_change_allowed:
        raise UsageError(
            f"{instrument.id}: percent change has no meaning, because "
            f"{instrument.percent_change_reason}.\nUse a cut-off of the score instead."
        )
