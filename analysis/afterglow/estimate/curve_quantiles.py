"""Quantiles of a falling step curve, by the two conventions of R's survival package."""

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.timegrid import TIE_TOLERANCE


def curve_quantile(times: Floats, survival: Floats, p: float) -> float:
    """Return the time by which a share `p` has had the event, as R's ``quantile.survfit``.

    The first time with S <= 1 − p; where the curve lies exactly on 1 − p, the midpoint of that
    stretch, to the last time if it ends there. NaN where the curve stays above. An edge of a band
    that rises again is read where it first gets there, as R prints medians; ``quantile.survfit``
    sorts its values first.
    """
    if p <= 0.0:
        return float(min(0.0, times[0]))
    begin, later = _reached(times, survival, 1.0 - p)
    if begin is None:
        return float("nan")
    return begin if later is None else (begin + later) / 2.0


def curve_median(times: Floats, survival: Floats) -> float:
    """Return the median as R prints it (``summary(survfit)$table``).

    The first time with S <= 0.5; where the curve lies exactly on 0.5 and later falls below, the
    midpoint; where it ends on 0.5, the time at which it got there.
    """
    begin, _ = _reached(times, survival, 0.5)
    if begin is None or (survival[times >= begin] < 0.5 - TIE_TOLERANCE).any():
        return curve_quantile(times, survival, 0.5)
    return begin


def _reached(times: Floats, survival: Floats, level: float) -> tuple[float | None, float | None]:
    """Return when the curve first gets to `level`, and when a stretch that lies on it ends."""
    there = survival < level + TIE_TOLERANCE
    if not there.any():
        return None, None
    first = int(np.argmax(there))
    begin = float(times[first])
    if survival[first] <= level - TIE_TOLERANCE:
        return begin, None
    below = times[first:][survival[first:] <= level - TIE_TOLERANCE]
    return begin, float(below[0] if below.size else times[-1])
