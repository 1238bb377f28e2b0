"""Kaplan–Meier curves of many resamples, counted on the grid of times."""

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import array_kernel

HALF = 0.5
NEAR_HALF = 1.5e-8
ROUNDING = 1e-12


@array_kernel
def resampled_curves(
    drawn: Codes,
    starts: Codes,
    group: Codes,
    entry: Codes,
    exit_: Codes,
    event: Codes,
    weight: Floats,
    times: Floats,
    groups: int,
    until: Codes,
    tau: float,
    survival: Floats,
    area: Floats,
    median: Floats,
) -> None:
    """Fill in S at the asked times, the area to `tau` and the median of every resample.

    Parameters
    ----------
    drawn : array of int, shape (B, D)
        The units of each resample.
    starts : array of int, shape (U + 1,)
        First row of each unit, and the number of rows.
    group, entry, exit_, event : array of int, shape (rows,)
        Group; first and last time index at risk; 1 for an event.
    weight : array, shape (rows,)
    times : array, shape (T,)
    groups : int
    until : array of int, shape (M,)
        Number of times up to each asked one.
    tau : float
        0 leaves the areas at 0.
    survival : array, shape (B, groups, M)
    area, median : array, shape (B, groups)
        A median that is not reached is infinite. All are NaN for a group that nobody was drawn of.
    """
    size = len(times)
    entering = np.zeros((groups, size + 1))
    leaving = np.zeros((groups, size))
    ended = np.zeros((groups, size))
    rows = np.zeros((groups, size + 1))
    for b in range(len(drawn)):
        entering[:] = 0.0
        leaving[:] = 0.0
        ended[:] = 0.0
        rows[:] = 0.0
        for unit in drawn[b]:
            for row in range(starts[unit], starts[unit + 1]):
                g = group[row]
                entering[g, entry[row]] += weight[row]
                leaving[g, exit_[row]] += weight[row]
                rows[g, entry[row]] += 1.0
                rows[g, exit_[row] + 1] -= 1.0
                ended[g, exit_[row]] += weight[row] * event[row]
        for g in range(groups):
            heights = heights_of(entering[g], leaving[g], ended[g], rows[g])
            for m in range(len(until)):
                survival[b, g, m] = heights[until[m]]
            area[b, g] = area_of(heights, times, tau)
            median[b, g] = median_of(heights, times)


@array_kernel
def heights_of(entering: Floats, leaving: Floats, ended: Floats, rows: Floats) -> Floats:
    """Return the curve before the first time and after each; NaN where nobody was drawn."""
    heights = np.ones(len(ended) + 1)
    if leaving.sum() == 0.0:
        heights[:] = np.nan
    at_risk = 0.0
    present = 0.0
    for t in range(len(ended)):
        at_risk += entering[t]
        present += rows[t]
        heights[t + 1] = heights[t]
        if ended[t] >= at_risk * (1.0 - ROUNDING) and ended[t] > 0.0:
            heights[t + 1] = 0.0 * heights[t]
        elif ended[t] > 0.0:
            heights[t + 1] = heights[t] * (1.0 - ended[t] / at_risk)
        at_risk -= leaving[t]
        if present + rows[t + 1] < HALF:
            at_risk = 0.0
    return heights


@array_kernel
def area_of(heights: Floats, times: Floats, tau: float) -> float:
    """Return the area from 0 to `tau`; 0 where no area is asked for."""
    before = min(0.0, times[0])
    total = before
    for t in range(len(times)):
        total += heights[t] * max(min(times[t], tau) - before, 0.0)
        before = times[t]
    total += heights[len(times)] * max(tau - before, 0.0)
    return total if tau > 0.0 else 0.0


@array_kernel
def median_of(heights: Floats, times: Floats) -> float:
    """Return the first time at or below one half, the midpoint of a plateau on it."""
    flat = np.inf
    for t in range(len(times)):
        height = heights[t + 1]
        if abs(height - HALF) < NEAR_HALF:
            flat = min(flat, times[t])
        elif height < HALF:
            return times[t] if flat == np.inf else HALF * (flat + times[t])
    return np.nan if np.isnan(heights[0]) else flat
