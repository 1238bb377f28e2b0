"""The exact partial likelihood: who of those at risk had the events, given how many had."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.cox.data import CoxRows, EventCells, event_cells
from afterglow.estimate.cox.partial import Derivatives, spread_of, symmetric
from afterglow.kernel import kernel

LARGEST_PREDICTOR = 300.0
BALANCING_STEPS = 100
BALANCED = 1e-3
LARGEST_SHIFT = 700.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactLikelihood:
    """What of the data does not depend on the coefficients.

    At each event time of a stratum the d rows with the event are one of all sets of d rows at
    risk, with probability proportional to the product of their exp(predictor): the conditional
    logistic likelihood, R's ``coxph(ties = "exact")``.

    Attributes
    ----------
    rows, cells : CoxRows, EventCells
    center : array, shape (p,)
    order : array of int
        Rows by the last cell at which they are at risk.
    from_, until : array of int, shape (C,)
        Positions in `order` of the rows that leave at or after each cell, in its stratum.
    events : array of int, shape (C,)
    most : int
        Largest number of rows at risk at once, entry aside.
    """

    rows: CoxRows
    cells: EventCells
    center: Floats
    order: Codes
    from_: Codes
    until: Codes
    events: NDArray[np.int64]
    most: int

    def derivatives(self, beta: Floats) -> Derivatives:
        """Evaluate at `beta`, shape (p,)."""
        size = len(beta)
        columns = np.ascontiguousarray((self.rows.x - self.center).T)
        predictor = beta @ columns
        if self.rows.offset is not None:
            predictor = predictor + (self.rows.offset - self.rows.offset.mean())
        if not np.abs(predictor).max() <= LARGEST_PREDICTOR:
            nothing = np.zeros((size, size))
            return Derivatives(loglik=-np.inf, gradient=nothing[0], information=nothing)
        event = self.rows.event
        gradient, information = columns[:, event].sum(axis=1), np.zeros((size, size))
        deepest = int(self.events.max()) + 1
        logs = add_exact_sets(
            columns, predictor, self.order, self.from_, self.until, self.cells.begin,
            self.events, np.zeros(self.most, dtype=np.int64),
            np.zeros(deepest), np.zeros((deepest, size)), np.zeros((deepest, size, size)),
            gradient, information,
        )  # fmt: skip
        return Derivatives(
            loglik=float(predictor[event].sum() - logs),
            gradient=gradient,
            information=symmetric(information),
        )

    def spread(self) -> Floats:
        """Return the largest distance of each covariate from its mean, shape (p,)."""
        return spread_of(self.rows.x, self.center)


def exact_likelihood(rows: CoxRows) -> ExactLikelihood:
    """Prepare the exact likelihood of `rows`; weights have to be repeated rows by now."""
    cells = event_cells(rows)
    order = np.argsort(cells.leave, kind="stable")
    left = cells.leave[order]
    from_ = np.searchsorted(left, np.arange(cells.size))
    ends = np.flatnonzero(np.append(cells.first[1:], True)) + 1
    stop = np.searchsorted(left, ends)
    sizes = np.diff(np.concatenate([[0], ends]))
    until = np.repeat(stop, sizes)
    return ExactLikelihood(
        rows=rows, cells=cells, center=rows.x.mean(axis=0), order=order, from_=from_, until=until,
        events=np.bincount(cells.leave[rows.event], minlength=cells.size),
        most=int((until - from_).max()),
    )  # fmt: skip


@kernel
def list_at_risk(
    order: Codes, from_: int, until: int, begin: NDArray[np.int32], cell: int, present: Codes
) -> int:
    """Fill `present` with the rows at risk at a cell, and return how many they are."""
    n = 0
    for place in range(from_, until):
        row = order[place]
        if not len(begin) or begin[row] <= cell:
            present[n] = row
            n += 1
    return n


@kernel
def balance(predictor: Floats, present: Codes, n: int, d: int) -> float:
    """Return log t such that, with p = tr/(1 + tr), about d successes are expected."""
    top = -np.inf
    for i in range(n):
        top = max(top, predictor[present[i]])
    low, high = -LARGEST_SHIFT, LARGEST_SHIFT
    middle = 0.0
    for _ in range(BALANCING_STEPS):
        middle = 0.5 * (low + high)
        expected = 0.0
        for i in range(n):
            expected += 1.0 / (1.0 + np.exp(top - middle - predictor[present[i]]))
        if abs(expected - d) <= BALANCED * d:
            break
        if expected < d:
            low = middle
        else:
            high = middle
    return middle - top


@kernel
def add_row_to_sets(
    columns: Floats,
    row: int,
    odds: float,
    least: int,
    largest: int,
    total: Floats,
    mean: Floats,
    square: Floats,
) -> None:
    """Let one more row succeed or not: P(k), and the sums of x and xx' over k successes."""
    p, q = odds / (1.0 + odds), 1.0 / (1.0 + odds)
    for k in range(largest, least - 1, -1):
        if k == 0:
            total[0] *= q
            continue
        for j in range(columns.shape[0]):
            x = columns[j, row]
            for m in range(j + 1):
                y = columns[m, row]
                gained = square[k - 1, j, m] + x * mean[k - 1, m] + y * mean[k - 1, j]
                square[k, j, m] = q * square[k, j, m] + p * (gained + x * y * total[k - 1])
        for j in range(columns.shape[0]):
            gained = mean[k - 1, j] + columns[j, row] * total[k - 1]
            mean[k, j] = q * mean[k, j] + p * gained
        total[k] = q * total[k] + p * total[k - 1]


@kernel
def add_exact_sets(
    columns: Floats,
    predictor: Floats,
    order: Codes,
    from_: Codes,
    until: Codes,
    begin: NDArray[np.int32],
    events: NDArray[np.int64],
    present: Codes,
    total: Floats,
    mean: Floats,
    square: Floats,
    gradient: Floats,
    information: Floats,
) -> float:
    """Add every cell's sums over sets of rows, and return the sum of the log denominators.

    The elementary symmetric function of the risks r is a probability in disguise: with
    p = tr/(1 + tr) it is t^−d Π(1 + tr) P(d successes), for any t. With t such that d successes
    are expected nothing overflows, and P, with the sums of x and xx' over the successes, follows
    row by row.
    """
    size = columns.shape[0]
    logs = 0.0
    for cell in range(len(events)):
        d = events[cell]
        n = list_at_risk(order, from_[cell], until[cell], begin, cell, present)
        if n == d:
            for i in range(n):
                logs += predictor[present[i]]
                for j in range(size):
                    gradient[j] -= columns[j, present[i]]
            continue
        shift = balance(predictor, present, n, d)
        logs -= d * shift
        total[:] = 0.0
        mean[:] = 0.0
        square[:] = 0.0
        total[0] = 1.0
        for i in range(n):
            odds = np.exp(predictor[present[i]] + shift)
            logs += np.log1p(odds)
            least, largest = max(0, d - n + i + 1), min(i + 1, d)
            add_row_to_sets(columns, present[i], odds, least, largest, total, mean, square)
        logs += np.log(total[d])
        for j in range(size):
            own = mean[d, j] / total[d]
            gradient[j] -= own
            for m in range(j + 1):
                information[j, m] += square[d, j, m] / total[d] - own * mean[d, m] / total[d]
    return logs
