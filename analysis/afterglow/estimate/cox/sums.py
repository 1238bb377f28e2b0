"""Compiled sums over risk sets: the hot loops of the partial likelihood."""

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Floats
from afterglow.kernel import kernel

LOGS_AT_ONCE = 8


@kernel
def add_rows(
    columns: Floats,
    center: Floats,
    risk: Floats,
    event: NDArray[np.bool_],
    leave: NDArray[np.int32],
    begin: NDArray[np.int32],
    staying: Floats,
    dying: Floats,
    entering: Floats,
) -> None:
    """Add each row's risk, and its risk times x, to the cell at which it leaves.

    Parameters
    ----------
    columns : array, shape (p, n)
        Covariates, one row each.
    center : array, shape (p,)
        Subtracted from them.
    risk : array, shape (n,)
        Weight times exp(linear predictor).
    event, leave, begin
        As in `EventCells`; `begin` is empty where nobody enters late.
    staying, dying, entering : array, shape (C, p + 1), filled
        Risk (first) and risk times x of rows that leave without the event, that leave by it, and
        that are at risk only from the cell after this one.
    """
    size = columns.shape[0]
    late = len(begin) > 0
    for i in range(len(risk)):
        cell = leave[i]
        if cell < 0:
            continue
        target = dying if event[i] else staying
        own = risk[i]
        target[cell, 0] += own
        for j in range(size):
            target[cell, j + 1] += own * (columns[j, i] - center[j])
        if late and begin[i] > 0:
            before = begin[i] - 1
            entering[before, 0] += own
            for j in range(size):
                entering[before, j + 1] += own * (columns[j, i] - center[j])


@kernel
def at_risk_besides(
    first: NDArray[np.bool_],
    survivors: NDArray[np.int64],
    staying: Floats,
    dying: Floats,
    entering: Floats,
) -> float:
    """Turn `staying` into the sums over all at risk who do not have the event at that cell.

    One pass backwards; `survivors` counts those rows, so that where there are none the sum is
    exactly 0 in spite of rounding. Returns how many times larger than the risk at a cell the risk
    was from which it is left over: what that takes away of the digits is lost.
    """
    cells, size = staying.shape
    largest, lost = 0.0, 1.0
    for cell in range(cells - 1, -1, -1):
        last = cell == cells - 1 or first[cell + 1]
        carried = 0.0 if last else staying[cell + 1, 0] + dying[cell + 1, 0]
        for j in range(size):
            total = staying[cell, j]
            if not last:
                total += staying[cell + 1, j] + dying[cell + 1, j] - entering[cell, j]
            staying[cell, j] = total if survivors[cell] > 0 else 0.0
        whole = staying[cell, 0] + dying[cell, 0]
        largest = max(0.0 if last else largest, carried, whole)
        if survivors[cell] > 0:
            lost = max(lost, largest / whole if whole > 0.0 else np.inf)
    return lost


@kernel
def tied_sums(
    staying: Floats,
    dying: Floats,
    copies: NDArray[np.int64],
    share: Floats,
    efron: bool,
    powers: Floats,
) -> float:
    """Sum over the tied events of each cell, and return the log-likelihood's risk-set part.

    With A the risk of those who stay, E of those with the event and g = 1, (d−1)/d, …, 1/d for
    Efron (1 throughout for Breslow), the denominators are A + g E. `powers`, shape (C, 5), gets
    the sums of 1/(A + gE) times 1, g, and of its square times 1, g, g².
    """
    total = 0.0
    for cell in range(len(copies)):
        a, e = staying[cell, 0], dying[cell, 0]
        d = copies[cell]
        whole = a + e
        total += share[cell] * d * np.log(whole)
        p0 = p1 = q0 = q1 = q2 = 0.0
        if efron:
            product = 1.0
            logs = 0.0
            for k in range(d):
                g = (d - k) / d
                u = 1.0 / (a + g * e)
                p0 += u
                p1 += g * u
                q0 += u * u
                q1 += g * u * u
                q2 += g * g * u * u
                product *= u * whole
                if k % LOGS_AT_ONCE == LOGS_AT_ONCE - 1:
                    logs += np.log(product)
                    product = 1.0
            total -= share[cell] * (logs + np.log(product))
        else:
            u = 1.0 / whole
            p0 = p1 = d * u
            q0 = q1 = q2 = d * u * u
        powers[cell, 0] = p0
        powers[cell, 1] = p1
        powers[cell, 2] = q0
        powers[cell, 3] = q1
        powers[cell, 4] = q2
    return total


@kernel
def add_tied_means(
    staying: Floats,
    dying: Floats,
    share: Floats,
    powers: Floats,
    gradient: Floats,
    products: Floats,
) -> None:
    """Add to `gradient` the sum of the risk-set means, to `products` that of their squares."""
    cells, width = staying.shape
    for cell in range(cells):
        w = share[cell]
        p0, p1 = w * powers[cell, 0], w * powers[cell, 1]
        q0, q1, q2 = w * powers[cell, 2], w * powers[cell, 3], w * powers[cell, 4]
        for j in range(1, width):
            a, e = staying[cell, j], dying[cell, j]
            gradient[j - 1] += p0 * a + p1 * e
            left, right = q0 * a + q1 * e, q1 * a + q2 * e
            for k in range(1, j + 1):
                products[j - 1, k - 1] += left * staying[cell, k] + right * dying[cell, k]


@kernel
def expose(
    risk: Floats,
    event: NDArray[np.bool_],
    leave: NDArray[np.int32],
    begin: NDArray[np.int32],
    hazard: Floats,
    own_hazard: Floats,
    first: NDArray[np.bool_],
    exposed: Floats,
) -> None:
    """Fill `exposed`, shape (n,), with each row's risk times the hazard that it went through.

    `hazard` is cumulative within the stratum; `own_hazard` the cumulative hazard of a row that
    has the event at that cell.
    """
    late = len(begin) > 0
    for i in range(len(risk)):
        cell = leave[i]
        if cell < 0:
            exposed[i] = 0.0
            continue
        through = own_hazard[cell] if event[i] else hazard[cell]
        if late and begin[i] > 0 and not first[begin[i]]:
            through -= hazard[begin[i] - 1]
        exposed[i] = risk[i] * through


@kernel
def add_scores(
    columns: Floats,
    center: Floats,
    risk: Floats,
    weight: Floats,
    event: NDArray[np.bool_],
    leave: NDArray[np.int32],
    begin: NDArray[np.int32],
    first: NDArray[np.bool_],
    total: Floats,
    own_total: Floats,
    mean: Floats,
    factor: Floats,
    group: NDArray[np.int64],
    sums: Floats,
) -> None:
    """Add each row's score residual times `factor` to its group's sums.

    Parameters
    ----------
    total, own_total : array, shape (C, p + 1)
        Cumulative hazard, and hazard times mean of x, within the stratum; the second for rows
        that have the event at that cell.
    mean : array, shape (C, p)
        Mean of x that an event is compared with.
    """
    size = columns.shape[0]
    late = len(begin) > 0
    for i in range(len(risk)):
        cell = leave[i]
        if cell < 0:
            continue
        through = own_total if event[i] else total
        before = begin[i] - 1 if late and begin[i] > 0 and not first[begin[i]] else -1
        ratio = risk[i] / weight[i]
        hazard = through[cell, 0] - (total[before, 0] if before >= 0 else 0.0)
        for j in range(size):
            x = columns[j, i] - center[j]
            carried = through[cell, j + 1] - (total[before, j + 1] if before >= 0 else 0.0)
            score = ratio * (carried - x * hazard)
            if event[i]:
                score += x - mean[cell, j]
            sums[group[i], j] += factor[i] * score


@kernel
def add_up(values: Floats, first: NDArray[np.bool_]) -> None:
    """Turn each column into its cumulative sums, which start again where `first` is true."""
    cells, size = values.shape
    for cell in range(1, cells):
        if not first[cell]:
            for j in range(size):
                values[cell, j] += values[cell - 1, j]


@kernel
def add_third_moments(
    staying: Floats,
    dying: Floats,
    copies: NDArray[np.int64],
    share: Floats,
    efron: bool,
    variance: Floats,
    means: Floats,
    trace: Floats,
) -> None:
    """Add each tied event's third central moments of x, contracted with `variance`.

    Parameters
    ----------
    staying, dying : array, shape (C, 2 + 2p + p²)
        Sums of risk times 1, x, q = x'Vx, q x, and x x' row by row.
    variance : array, shape (p, p)
        V.
    means : array, shape (2 + 2p + p²,)
        Room to work in.
    trace : array, shape (p,)
        Gets E[qx] − 2E[xx']Vm − E[q]m + 2(m'Vm)m, m the mean of x, summed.
    """
    size = len(trace)
    for cell in range(len(copies)):
        d = copies[cell]
        for k in range(d):
            g = (d - k) / d if efron else 1.0
            whole = staying[cell, 0] + g * dying[cell, 0]
            for j in range(len(means)):
                means[j] = (staying[cell, j] + g * dying[cell, j]) / whole
            q = means[size + 1]
            inner = 0.0
            for a in range(size):
                for b in range(size):
                    inner += means[a + 1] * variance[a, b] * means[b + 1]
            for r in range(size):
                moment = means[size + 2 + r] + (2.0 * inner - q) * means[r + 1]
                for a in range(size):
                    toward = 0.0
                    for b in range(size):
                        toward += variance[a, b] * means[b + 1]
                    moment -= 2.0 * toward * means[2 + 2 * size + r * size + a]
                trace[r] += share[cell] * moment
