"""The partial likelihood with Efron's or Breslow's ties, at any coefficients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.data import CoxRows, EventCells, event_cells
from afterglow.estimate.cox.interval_sums import (
    MOST_LOST,
    hazards_over_intervals,
    hazards_span,
    sums_over_intervals,
)
from afterglow.estimate.cox.sums import (
    add_rows,
    add_tied_means,
    add_up,
    at_risk_besides,
    expose,
    tied_sums,
)

LARGEST_PREDICTOR = 300.0
ROWS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """The partial likelihood at one vector of coefficients.

    With A and E the risks (weight times exp(predictor)) of those who stay and of those who have
    the event at a cell, and g = 1, (d−1)/d, …, 1/d (Efron) or 1 (Breslow), the tied events have
    denominators A + gE and means of x m = (A₁ + gE₁)/(A + gE).

    Attributes
    ----------
    loglik : float
        −inf where the predictors are too large to be computed with.
    gradient : array, shape (p,)
    information : array, shape (p, p)
    risk : array, shape (n,)
        Weight times exp(linear predictor at centred covariates).
    staying, dying : array, shape (C, p + 1)
        A then A₁, E then E₁ of each cell, with centred covariates.
    powers : array, shape (C, 5)
        Sums over the tied events of 1/(A + gE), g/(A + gE), 1/(A + gE)², g/(…)², g²/(…)².
    """

    loglik: float
    gradient: Floats
    information: Floats
    risk: Floats
    staying: Floats
    dying: Floats
    powers: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Derivatives:
    """A log-likelihood and its first two derivatives at one vector of coefficients."""

    loglik: float
    gradient: Floats
    information: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartialLikelihood:
    """What of the data does not depend on the coefficients.

    Attributes
    ----------
    rows, cells : CoxRows, EventCells
    efron : bool
        Efron's ties; Breslow's otherwise.
    center : array, shape (p,)
        Means of the covariates, subtracted throughout.
    survivors : array of int, shape (C,)
        Rows at risk at a cell that do not have the event there.
    copies : array of int, shape (C,)
        Number of tied events.
    share : array, shape (C,)
        Mean weight of those events.
    observed : array, shape (p,)
        Sum of centred x over the events.
    offset_of_events : float
        Sum of the centred offset over the events.
    """

    rows: CoxRows
    cells: EventCells
    efron: bool
    center: Floats
    survivors: NDArray[np.int64]
    copies: NDArray[np.int64]
    share: Floats
    observed: Floats
    offset_of_events: float

    def at(self, beta: Floats) -> Evaluation:
        """Evaluate at `beta`, shape (p,)."""
        predictor = self.predictor(beta)
        size = len(beta)
        if len(predictor) and not np.abs(predictor).max() <= LARGEST_PREDICTOR:
            return _unusable(size)
        risk = np.exp(predictor, out=predictor)
        if self.rows.weight is not None:
            risk *= self.rows.weight
        staying, dying = self._risk_sets(risk)
        powers = np.empty((self.cells.size, 5))
        logs = tied_sums(staying, dying, self.copies, self.share, self.efron, powers)
        expected, products = np.zeros(size), np.zeros((size, size))
        add_tied_means(staying, dying, self.share, powers, expected, products)
        return Evaluation(
            loglik=float(self.observed @ beta + self.offset_of_events - logs),
            gradient=self.observed - expected,
            information=symmetric(self.exposed_products(risk, *self.hazards(powers)) - products),
            risk=risk, staying=staying, dying=dying, powers=powers,
        )  # fmt: skip

    def derivatives(self, beta: Floats) -> Derivatives:
        """Evaluate at `beta` and keep nothing that is as long as the data."""
        here = self.at(beta)
        return Derivatives(loglik=here.loglik, gradient=here.gradient, information=here.information)

    def predictor(self, beta: Floats) -> Floats:
        """Return the linear predictor of every row at centred covariates, the offset included."""
        predictor = self.rows.x @ beta
        predictor -= self.center @ beta
        if self.rows.offset is not None:
            predictor += self.rows.offset
            predictor -= self.rows.offset.mean()
        return predictor

    def spread(self) -> Floats:
        """Return the largest distance of each covariate from its mean, shape (p,)."""
        return spread_of(self.rows.x, self.center)

    def hazards(self, powers: Floats) -> tuple[Floats, Floats]:
        """Return each cell's hazard for those who stay, and for those who have the event there."""
        return self.share * powers[:, 0], self.share * powers[:, 1]

    def _risk_sets(self, risk: Floats) -> tuple[Floats, Floats]:
        rows, cells = self.rows, self.cells
        shape = (cells.size, rows.x.shape[1] + 1)
        staying, dying = np.zeros(shape), np.zeros(shape)
        entering = np.zeros(shape if len(cells.begin) else (cells.size, shape[1]))
        add_rows(
            rows.x.T, self.center, risk, rows.event, cells.leave, cells.begin,
            staying, dying, entering,
        )  # fmt: skip
        lost = at_risk_besides(cells.first, self.survivors, staying, dying, entering)
        if lost > MOST_LOST and len(cells.begin):
            staying = sums_over_intervals(
                rows.x.T, self.center, risk, rows.event, cells.leave, cells.begin, cells.size
            )
        return staying, dying

    def exposed_products(self, risk: Floats, hazard: Floats, own_hazard: Floats) -> Floats:
        """Return the sum of each row's centred x x' times the risk it went through, (p, p).

        `hazard` and `own_hazard` are those of each cell, for those who stay and those who have
        the event there.
        """
        rows, cells = self.rows, self.cells
        total = running(hazard, cells.first)
        if len(cells.begin) and hazards_span(hazard, total):
            steps = (hazard[:, None], own_hazard[:, None])
            through = hazards_over_intervals(*steps, rows.event, cells.leave, cells.begin)
            return weighted_products(rows.x, self.center, risk * through[:, 0])
        exposed = np.empty(rows.n)
        expose(
            risk, rows.event, cells.leave, cells.begin, total, total - hazard + own_hazard,
            cells.first, exposed,
        )  # fmt: skip
        return weighted_products(rows.x, self.center, exposed)


def partial_likelihood(rows: CoxRows, *, efron: bool = True) -> PartialLikelihood:
    """Prepare the partial likelihood of `rows`."""
    cells = event_cells(rows)
    where = cells.leave[rows.event]
    counts = np.bincount(where, minlength=cells.size)
    weight = rows.event if rows.weight is None else rows.event * rows.weight
    weight = weight.astype(np.float64)
    total = np.bincount(where, weights=weight[rows.event], minlength=cells.size)
    copies = np.rint(total).astype(np.int64) if rows.frequency else counts
    center = column_means(rows.x)
    own = None if rows.offset is None else rows.offset - rows.offset.mean()
    return PartialLikelihood(
        rows=rows, cells=cells, efron=efron, center=center,
        survivors=_survivors(rows, cells, counts), copies=copies, share=total / copies,
        observed=weight @ rows.x - weight.sum() * center,
        offset_of_events=0.0 if own is None else float(weight @ own),
    )  # fmt: skip


def running(values: Floats, first: NDArray[np.bool_]) -> Floats:
    """Return cumulative sums of the columns that start again at every stratum's first cell."""
    total = np.array(values.reshape(len(values), -1), order="C")
    add_up(total, first)
    return total.reshape(values.shape)


def column_means(x: Floats) -> Floats:
    """Return the mean of each column."""
    return np.array([column.mean() for column in x.T]).reshape(x.shape[1])


def weighted_products(x: Floats, center: Floats, weight: Floats) -> Floats:
    """Return the sum over rows of weight times (x − center)(x − center)', shape (p, p)."""
    total = np.zeros((len(center), len(center)))
    for begin in range(0, len(x), ROWS_AT_ONCE):
        part = x.T[:, begin : begin + ROWS_AT_ONCE] - center[:, None]
        total += (part * weight[begin : begin + ROWS_AT_ONCE]) @ part.T
    return total


def spread_of(x: Floats, center: Floats) -> Floats:
    """Return the largest distance of each column from its mean."""
    largest = [max(c.max() - m, m - c.min()) for c, m in zip(x.T, center)]
    return np.array(largest, dtype=np.float64)


def symmetric(lower: Floats) -> Floats:
    """Return the symmetric matrix with this lower triangle."""
    return np.tril(lower) + np.tril(lower, -1).T


def _survivors(rows: CoxRows, cells: EventCells, events: NDArray) -> NDArray[np.int64]:
    at_risk = cells.leave >= 0
    left = np.bincount(cells.leave[at_risk], minlength=cells.size)
    if len(cells.begin):
        begun = cells.begin[at_risk]
        begun = begun[~cells.first[begun]] - 1
        left = left - np.bincount(begun, minlength=cells.size)
    starts = np.flatnonzero(cells.first)
    ends = np.append(starts[1:], cells.size) - 1
    total = np.cumsum(left[::-1])[::-1]
    after = np.append(total[starts[1:]], 0)[: len(starts)]
    within = total - np.repeat(after, ends - starts + 1)
    return (within - events).astype(np.int64)


def _unusable(size: int) -> Evaluation:
    nothing = np.zeros(0)
    return Evaluation(
        loglik=-np.inf, gradient=np.zeros(size), information=np.zeros((size, size)),
        risk=nothing, staying=nothing, dying=nothing, powers=nothing,
    )  # fmt: skip
