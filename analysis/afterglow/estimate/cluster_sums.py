"""The hot loop of clustered variances: one pass over time for each cluster."""

import numpy as np
from numba import njit

from afterglow.estimate.checks import Codes, Floats


@njit(cache=True)
def squared_paths(
    starts: Codes,
    scale: Floats,
    entry: Codes,
    exit_: Codes,
    weight: Floats,
    own: Floats,
    per_risk: Floats,
) -> Floats:
    """Return the sum over clusters of the squared summed influence, at every time.

    Parameters
    ----------
    starts : array of int, shape (C + 1,)
        First cell of each cluster, and the number of cells.
    scale : array, shape (C,)
        What each cluster's square is multiplied by.
    entry, exit_ : array of int
        Time indexes at risk of each cell, both included.
    weight, own : array
        Weight of each cell, and the jump of its influence at its exit.
    per_risk : array, shape (T,)
        Fall of the influence per unit of weight at risk.
    """
    size = len(per_risk)
    variance = np.zeros(size)
    jump = np.zeros(size)
    change = np.zeros(size + 1)
    for cluster in range(len(starts) - 1):
        jump[:] = 0.0
        change[:] = 0.0
        for cell in range(starts[cluster], starts[cluster + 1]):
            change[entry[cell]] += weight[cell]
            change[exit_[cell] + 1] -= weight[cell]
            jump[exit_[cell]] += own[cell]
        path = 0.0
        present = 0.0
        for time in range(size):
            present += change[time]
            path += jump[time] - present * per_risk[time]
            variance[time] += scale[cluster] * path * path
    return variance
