"""Compiled passes: logistic models by Newton's method, products of chances, weighted curves."""

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import array_kernel

STEPS = 40
HALVINGS = 12
FLAT = 1e-11
LARGEST = 30.0
ROUNDING = 1e-12


@array_kernel
def decompose(matrix: Floats) -> Floats:
    """Return Cholesky's factor; a direction without information has 0 on the diagonal."""
    size = len(matrix)
    lower = np.zeros((size, size))
    for j in range(size):
        pivot = matrix[j, j]
        for k in range(j):
            pivot -= lower[j, k] ** 2
        if matrix[j, j] <= 0.0 or pivot <= FLAT * matrix[j, j]:
            continue
        lower[j, j] = np.sqrt(pivot)
        for i in range(j + 1, size):
            total = matrix[i, j]
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            lower[i, j] = total / lower[j, j]
    return lower


@array_kernel
def solve(matrix: Floats, right: Floats) -> Floats:
    """Solve a symmetric system; a direction without information stays at 0."""
    size = len(right)
    lower = decompose(matrix)
    found = np.zeros(size)
    for j in range(size):
        if lower[j, j] > 0.0:
            total = right[j]
            for k in range(j):
                total -= lower[j, k] * found[k]
            found[j] = total / lower[j, j]
    for j in range(size - 1, -1, -1):
        if lower[j, j] > 0.0:
            total = found[j]
            for k in range(j + 1, size):
                total -= lower[k, j] * found[k]
            found[j] = total / lower[j, j]
    return found


@array_kernel
def likelihood(
    x: Floats, trials: Floats, ended: Floats, first: int, stop: int, beta: Floats,
    active: Codes, gradient: Floats, information: Floats,
) -> float:  # fmt: skip
    """Return the binomial log-likelihood; fill in its gradient and information."""
    size = len(beta)
    gradient[:] = 0.0
    information[:] = 0.0
    total = 0.0
    for i in range(first, stop):
        if trials[i] == 0.0:
            continue
        eta = 0.0
        for j in range(size):
            eta += x[i, j] * beta[j]
        eta = min(max(eta, -LARGEST), LARGEST)
        small = np.exp(-abs(eta))
        chance = 1.0 / (1.0 + small) if eta >= 0.0 else small / (1.0 + small)
        total += ended[i] * eta - trials[i] * (np.log1p(small) + max(eta, 0.0))
        left = ended[i] - trials[i] * chance
        spread = trials[i] * chance * (1.0 - chance)
        for j in range(size):
            if active[j]:
                gradient[j] += left * x[i, j]
                scaled = spread * x[i, j]
                for k in range(j + 1):
                    information[j, k] += scaled * x[i, k]
    for j in range(size):
        for k in range(j):
            information[k, j] = information[j, k]
    return total


@array_kernel
def newton(
    x: Floats, trials: Floats, ended: Floats, first: int, stop: int, beta: Floats,
    active: Codes, information: Floats, tolerance: float,
) -> float:  # fmt: skip
    """Maximise the likelihood from `beta` on, in place; return what the last step promised."""
    size = len(beta)
    gradient = np.zeros(size)
    value = likelihood(x, trials, ended, first, stop, beta, active, gradient, information)
    promised = np.inf
    for _ in range(STEPS):
        step = solve(information, gradient)
        promised = 0.0
        for j in range(size):
            promised += step[j] * gradient[j]
        before = beta.copy()
        share = 1.0
        for _half in range(HALVINGS):
            for j in range(size):
                beta[j] = before[j] + share * step[j]
            found = likelihood(x, trials, ended, first, stop, beta, active, gradient, information)
            if found >= value - 1e-9 * (1.0 + abs(value)):
                break
            share *= 0.5
        value = found
        if promised <= tolerance * (1.0 + abs(value)):
            break
    return promised


@array_kernel
def fit_strata(
    x: Floats, bounds: Codes, trials: Floats, ended: Floats, active: Codes, beta: Floats,
    information: Floats, promised: Floats, log_left: Floats, tolerance: float,
) -> None:  # fmt: skip
    """Fit each stratum's model; fill in the log chance of no end, per trial, of every cell.

    Arrays as in `Cells` and `ModelFit`: `beta` holds starting values, then the result. A stratum
    in which nothing ended has chance 0.
    """
    for s in range(len(bounds) - 1):
        first, stop = bounds[s], bounds[s + 1]
        total = 0.0
        for i in range(first, stop):
            total += ended[i]
        if total == 0.0:
            beta[s] = 0.0
            beta[s, 0] = -np.inf
            promised[s] = 0.0
            log_left[first:stop] = 0.0
            continue
        if not np.isfinite(beta[s, 0]):
            beta[s, 0] = 0.0
        promised[s] = newton(
            x, trials, ended, first, stop, beta[s], active[s], information[s], tolerance
        )
        for i in range(first, stop):
            eta = 0.0
            for j in range(x.shape[1]):
                eta += x[i, j] * beta[s, j]
            eta = min(max(eta, -LARGEST), LARGEST)
            log_left[i] = -(np.log1p(np.exp(-abs(eta))) + max(eta, 0.0))


@array_kernel
def totals(
    drawn: Floats, cell: Codes, tries: Floats, ended: Floats, trials: Floats, ends: Floats
) -> None:
    """Count the trials of every cell, and those that ended, each row as often as it was drawn."""
    trials[:] = 0.0
    ends[:] = 0.0
    for row in range(len(drawn)):
        if drawn[row] > 0.0 and cell[row] >= 0:
            trials[cell[row]] += drawn[row] * tries[row]
            ends[cell[row]] += drawn[row] * ended[row]


@array_kernel
def multiply(
    starts: Codes, cell: Codes, other: Codes, tries: Floats, start: Floats, stop: Floats,
    exit_: Codes, log_left: Floats, log_numerator: Floats, weight: Floats,
) -> None:  # fmt: skip
    """Multiply up each sequence's chances; fill in the weight of rows at risk, else 0.

    The numerator is of decisions before a row's own end only, so that at one time all share it.
    """
    for s in range(len(starts) - 1):
        total = 0.0
        for row in range(starts[s], starts[s + 1]):
            if cell[row] >= 0:
                total -= tries[row] * log_left[cell[row]]
            weight[row] = 0.0
            if exit_[row] >= 0:
                gained = 0.0
                for earlier in range(starts[s], row + 1):
                    if cell[earlier] >= 0 and start[earlier] < stop[row]:
                        gained += tries[earlier] * log_numerator[other[earlier]]
                weight[row] = np.exp(total + gained)


@array_kernel
def share_of(values: Floats, share: float) -> float:
    """Return a quantile (R's type 7) of values."""
    place = share * (len(values) - 1)
    low = int(np.floor(place))
    below = np.partition(values, low)[low]
    if place == low or low + 1 >= len(values):
        return below
    above = np.partition(values, low + 1)[low + 1]
    return below + (place - low) * (above - below)


@array_kernel
def truncate(drawn: Floats, exit_: Codes, shares: Floats, weight: Floats) -> None:
    """Bring the weights of rows at risk within these shares of all of them, as drawn."""
    at_risk = exit_ >= 0
    known = np.repeat(weight[at_risk], drawn[at_risk].astype(np.int64))
    if len(known) == 0:
        return
    low, high = share_of(known, shares[0]), share_of(known, shares[1])
    for row in range(len(weight)):
        if at_risk[row]:
            weight[row] = min(max(weight[row], low), high)


@array_kernel
def curves(
    group: Codes, drawn: Floats, entry: Codes, exit_: Codes, event: Floats, weight: Floats,
    survival: Floats,
) -> None:  # fmt: skip
    """Fill in each group's weighted product-limit curve after every time; NaN for nobody."""
    groups, size = survival.shape
    entering = np.zeros((groups, size + 1))
    leaving = np.zeros((groups, size))
    ended = np.zeros((groups, size))
    for row in range(len(drawn)):
        if drawn[row] > 0.0 and exit_[row] >= 0:
            mass = drawn[row] * weight[row]
            entering[group[row], entry[row] + 1] += mass
            leaving[group[row], exit_[row]] += mass
            ended[group[row], exit_[row]] += mass * event[row]
    for g in range(groups):
        height = np.nan if leaving[g].sum() == 0.0 else 1.0
        at_risk = 0.0
        for t in range(size):
            at_risk += entering[g, t]
            if ended[g, t] > 0.0:
                gone = ended[g, t] >= at_risk * (1.0 - ROUNDING)
                height = 0.0 * height if gone else height * (1.0 - ended[g, t] / at_risk)
            survival[g, t] = height
            at_risk = max(at_risk - leaving[g, t], 0.0)


@array_kernel
def resampled(
    counts: Floats, unit: Codes, starts: Codes, group: Codes, entry: Codes, exit_: Codes,
    event: Floats, tries: Floats, ended: Floats, start: Floats, stop: Floats, cell: Codes,
    other: Codes,
    x: Floats, x_bounds: Codes, x_active: Codes, x_start: Floats,
    z: Floats, z_bounds: Codes, z_active: Codes, z_start: Floats, stabilized: bool,
    shares: Floats, tolerance: float, survival: Floats,
) -> None:  # fmt: skip
    """Fill in the curves of resamples, the models estimated anew in each.

    Parameters
    ----------
    counts : array, shape (B, units)
        How often each unit was drawn.
    unit, group : array of int, shape (rows,)
    survival : array, shape (B, groups, times)
    """
    trials, ends = np.zeros(len(x)), np.zeros(len(x))
    others, other_ends = np.zeros(len(z)), np.zeros(len(z))
    log_left, log_numerator = np.zeros(len(x)), np.zeros(len(z))
    weight = np.zeros(len(exit_))
    x_info = np.zeros((len(x_bounds) - 1, x.shape[1], x.shape[1]))
    z_info = np.zeros((len(z_bounds) - 1, z.shape[1], z.shape[1]))
    promised = np.zeros(len(x_bounds) - 1)
    for b in range(len(counts)):
        drawn = counts[b][unit]
        totals(drawn, cell, tries, ended, trials, ends)
        fit_strata(
            x,
            x_bounds,
            trials,
            ends,
            x_active,
            x_start.copy(),
            x_info,
            promised,
            log_left,
            tolerance,
        )
        if stabilized:
            totals(drawn, other, tries, ended, others, other_ends)
            fit_strata(
                z,
                z_bounds,
                others,
                other_ends,
                z_active,
                z_start.copy(),
                z_info,
                promised,
                log_numerator,
                tolerance,
            )
        multiply(starts, cell, other, tries, start, stop, exit_, log_left, log_numerator, weight)
        if shares[0] > 0.0 or shares[1] < 1.0:
            truncate(drawn, exit_, shares, weight)
        curves(group, drawn, entry, exit_, event, weight, survival[b])
