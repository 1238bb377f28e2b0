"""Who had the event before anybody looked: their share, if the hazard was level until then."""

from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats

LEAST_FREE: Final = 1e-3
TWICE: Final = 2.0


def window_of(gap: Floats) -> float:
    """Return over how many days after the first look the hazard is taken: twice the mean gap.

    Parameters
    ----------
    gap : array
        Days from the origin to the first look, 0 where it is known from the origin on.
    """
    return TWICE * float(gap[gap > 0.0].mean())


def share_seen(free: float, window: float, gap: Floats, weight: Floats) -> float:
    """Return which share of all lasted until their first look.

    Who is looked at after a gap g is there with probability S(g), so that each stands for 1 / S(g)
    subjects. S(g) is exp(−hazard · g), with the hazard of the `window` days after the first look.

    Parameters
    ----------
    free : float
        The probability of no event within the window.
    window : float
    gap, weight : array, shape (n,)
    """
    hazard = -np.log(max(free, LEAST_FREE)) / window
    return float(weight.sum() / (weight @ np.exp(hazard * gap)))
