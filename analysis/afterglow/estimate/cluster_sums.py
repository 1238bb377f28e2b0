"""The hot loop of clustered variances: one pass over time for each cluster."""

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import array_kernel


@array_kernel
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


@array_kernel
def squared_incidence_paths(
    starts: Codes,
    scale: Floats,
    entry: Codes,
    exit_: Codes,
    status: Codes,
    weight: Floats,
    per_event: Floats,
    per_risk: Floats,
    jumps: Floats,
    own_jump: Floats,
    at_risk: Floats,
) -> Floats:
    """Return the sum over clusters of the squared influence on each cause's incidence.

    Parameters
    ----------
    starts, scale, entry, exit_, weight, per_risk
        As in `squared_paths`.
    status : array of int
        0 censored, k = event of cause k, more than the causes = goes on in another row.
    per_event : array, shape (T,)
        Jump of the influence on −log S at an event.
    jumps : array, shape (K, T)
        Steps of the incidences.
    own_jump, at_risk : array, shape (T,)
        S(t−)/n, the jump of an incidence at an event of its cause; number at risk.
    """
    causes, size = jumps.shape
    variance = np.zeros((causes, size))
    happened = np.zeros((causes, size))
    change = np.zeros(size + 1)
    path = np.zeros(causes)
    for cluster in range(len(starts) - 1):
        happened[:] = 0.0
        change[:] = 0.0
        path[:] = 0.0
        for cell in range(starts[cluster], starts[cluster + 1]):
            change[entry[cell]] += weight[cell]
            change[exit_[cell] + 1] -= weight[cell]
            if 0 < status[cell] <= causes:
                happened[status[cell] - 1, exit_[cell]] += weight[cell]
        present = 0.0
        log_path = 0.0
        for time in range(size):
            present += change[time]
            ended = 0.0
            for k in range(causes):
                ended += happened[k, time]
                path[k] += own_jump[time] * happened[k, time]
                path[k] -= jumps[k, time] * (log_path + present / at_risk[time])
                variance[k, time] += scale[cluster] * path[k] * path[k]
            log_path += per_event[time] * ended - present * per_risk[time]
    return variance
