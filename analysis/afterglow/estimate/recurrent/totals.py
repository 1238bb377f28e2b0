"""Ratios and running totals over time."""

import numpy as np

from afterglow.estimate.checks import Floats


def ratio(above: Floats | float, below: Floats) -> Floats:
    """Return above/below, 0 where below is 0."""
    return np.divide(above, below, out=np.zeros(np.shape(below)), where=below > 0)


def running(values: Floats) -> Floats:
    """Return the running total with 0 before the first."""
    return np.concatenate([[0.0], np.cumsum(values)])
