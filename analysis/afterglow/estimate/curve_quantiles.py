"""Quantiles of a falling step curve, by the two conventions of R's survival package."""

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.timegrid import TIE_TOLERANCE


def curve_quantile(times: Floats, survival: Floats, p: float) -> float:
    """Return the time by which a share `p` has had the event, as R's ``quantile.survfit``.

    The first time with S <= 1 − p; where the curve lies exactly on 1 − p, the midpoint of that
    stretch, to the last time if it ends there. NaN where the curve stays above.
    """
    level = 1.0 - p
    if p <= 0.0:
        return float(min(0.0, times[0]))
    known = ~np.isnan(survival)
    flat = known & (np.abs(survival - level) < TIE_TOLERANCE)
    below = known & (survival < level) & ~flat
    if not flat.any():
        return float(times[below][0]) if below.any() else float("nan")
    begin = float(times[flat][0])
    later = times[below & (times > begin)]
    if later.size:
        return (begin + float(later[0])) / 2.0
    return (begin + float(times[-1])) / 2.0


def curve_median(times: Floats, survival: Floats) -> float:
    """Return the median as R prints it (``summary(survfit)$table``).

    The first time with S <= 0.5; where the curve lies exactly on 0.5 and later falls below, the
    midpoint; where it ends on 0.5, the time at which it got there.
    """
    known = ~np.isnan(survival)
    flat = known & (np.abs(survival - 0.5) < TIE_TOLERANCE)
    if not flat.any() or (known & (survival < 0.5) & ~flat).any():
        return curve_quantile(times, survival, 0.5)
    return float(times[flat][0])
