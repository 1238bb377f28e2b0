"""The partial likelihood with one log frailty for each cluster, penalized."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.newton import aliased, inverse
from afterglow.estimate.cox.partial import (
    PartialLikelihood,
    partial_likelihood,
    running,
)
from afterglow.estimate.recurrent.totals import running as running_from_zero

MOST_STEPS: Final = 500
MOST_HALVINGS: Final = 30
NEGLIGIBLE: Final = 1e-20
ROUNDING: Final = 1e-13
DENSE_CLUSTERS: Final = 5
"""Up to so many clusters R's coxph keeps the whole curvature of the frailties, as we do then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """How log frailties are kept together at one variance theta.

    Attributes
    ----------
    center : from the log frailties to the constant that belongs to the baseline
    cost, first, second : the penalty and its derivatives by each log frailty
    """

    center: Callable[[Floats], float]
    cost: Callable[[Floats], float]
    first: Callable[[Floats], Floats]
    second: Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shared:
    """What of the data does not depend on coefficients and frailties.

    Attributes
    ----------
    likelihood : PartialLikelihood
        Of the covariates; where there are few clusters, of covariates and cluster indicators.
    cluster : array of int, shape (n,)
    events : array, shape (q,)
        Events of each cluster.
    covariates : int
    points, place : array of int
        As in `add_squares`; empty where there are few clusters.
    """

    likelihood: PartialLikelihood
    cluster: Codes
    events: Floats
    covariates: int
    points: Codes
    place: Codes

    @property
    def dense(self) -> bool:
        """Whether the frailties are columns of the covariates."""
        return self.likelihood.rows.x.shape[1] > self.covariates


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """Coefficients and log frailties, with the derivatives there.

    Attributes
    ----------
    beta, log_frailty : array, shape (p,) and (q,)
    loglik, penalized : float
        Log partial likelihood, and that less the penalty.
    slope_beta, slope_frailty : array
        First derivatives of the penalized one.
    within, crossed, between : array, shape (p, p), (q, p) and (q,) or (q, q)
        Minus the second derivatives of the log partial likelihood; `between` is the diagonal
        only where there are many clusters.
    bound : array, shape (q,) or (q, q)
        What is not less than the whole of `between`, for steps that cannot go too far: of many
        clusters their expected events.
    second : array, shape (q,)
        Second derivatives of the penalty.
    """

    beta: Floats
    log_frailty: Floats
    loglik: float
    penalized: float
    slope_beta: Floats
    slope_frailty: Floats
    within: Floats
    crossed: Floats
    between: Floats
    bound: Floats
    second: Floats


def shared_rows(rows: CoxRows, cluster: Codes, *, efron: bool) -> Shared:
    """Prepare rows whose clusters 0, 1, … share a frailty each."""
    size = int(cluster.max()) + 1
    covariates = rows.x.shape[1]
    nothing = np.zeros(0, dtype=np.int64)
    points, place = nothing, nothing
    events = np.bincount(cluster[rows.event], minlength=size).astype(np.float64)
    if size <= DENSE_CLUSTERS:
        indicators = (cluster[:, None] == np.arange(size)).astype(np.float64)
        rows = replace(rows, x=np.asfortranarray(np.column_stack([rows.x, indicators])))
        likelihood = partial_likelihood(rows, efron=efron)
    else:
        likelihood = partial_likelihood(rows, efron=efron)
        points, place = _points(likelihood, cluster)
    return Shared(
        likelihood=likelihood, cluster=cluster, events=events, covariates=covariates,
        points=points, place=place,
    )  # fmt: skip


def _points(likelihood: PartialLikelihood, cluster: Codes) -> tuple[Codes, Codes]:
    """Return when rows of each cluster come and go, in order of cluster and cell."""
    cells = likelihood.cells
    used = np.flatnonzero(cells.leave >= 0)
    starts = np.flatnonzero(cells.first)
    stratum = likelihood.rows.stratum[used].astype(np.int64)
    known = np.unique(cells.stratum)
    opening = starts[np.searchsorted(known, stratum)]
    begin = cells.begin[used].astype(np.int64) if len(cells.begin) else opening
    begin = np.maximum(begin, opening)
    points = np.concatenate([2 * used, 2 * used + 1]).astype(np.int64)
    place = np.concatenate([begin, cells.leave[used].astype(np.int64) + 1])
    order = np.lexsort((points & 1, place, cluster[points >> 1]))
    return points[order], place[order]


def state_at(shared: Shared, penalty: Penalty, beta: Floats, log_frailty: Floats) -> State:
    """Evaluate the penalized partial likelihood; the frailties are centred first."""
    log_frailty = log_frailty - penalty.center(log_frailty)
    make = _dense_state if shared.dense else _sparse_state
    return make(shared, penalty, beta, log_frailty)


def _dense_state(shared: Shared, penalty: Penalty, beta: Floats, log_frailty: Floats) -> State:
    p = shared.covariates
    here = shared.likelihood.at(np.concatenate([beta, log_frailty]))
    return State(
        beta=beta, log_frailty=log_frailty, loglik=here.loglik,
        penalized=here.loglik - penalty.cost(log_frailty), slope_beta=here.gradient[:p],
        slope_frailty=here.gradient[p:] - penalty.first(log_frailty),
        within=here.information[:p, :p], crossed=here.information[p:, :p],
        between=here.information[p:, p:], bound=here.information[p:, p:],
        second=penalty.second(log_frailty),
    )  # fmt: skip


def _sparse_state(shared: Shared, penalty: Penalty, beta: Floats, log_frailty: Floats) -> State:
    rows = shared.likelihood.rows
    known = 0.0 if rows.offset is None else rows.offset
    offset = known + log_frailty[shared.cluster]
    likelihood = replace(
        shared.likelihood, rows=replace(rows, offset=offset),
        offset_of_events=float((offset[rows.event] - offset.mean()).sum()),
    )  # fmt: skip
    here = likelihood.at(beta)
    size, p = len(shared.events), len(beta)
    usable = np.isfinite(here.loglik)
    expected, crossed, squares = (
        _cluster_sums(shared, likelihood, here)
        if usable
        else (np.zeros(size), np.zeros((size, p)), np.zeros(size))
    )
    return State(
        beta=beta, log_frailty=log_frailty, loglik=here.loglik,
        penalized=here.loglik - penalty.cost(log_frailty), slope_beta=here.gradient,
        slope_frailty=shared.events - expected - penalty.first(log_frailty),
        within=here.information, crossed=crossed, between=expected - squares, bound=expected,
        second=penalty.second(log_frailty),
    )  # fmt: skip


def _cluster_sums(shared: Shared, likelihood: PartialLikelihood, here) -> tuple[Floats, ...]:
    from afterglow.estimate.recurrent.frailty_sums import (
        Hazards,
        SharedRows,
        add_expected,
        add_squares,
    )

    cells, p = likelihood.cells, len(likelihood.center)
    hazard, own_hazard = likelihood.hazards(here.powers)
    q0, q1, q2 = (here.powers[:, [k]] for k in (2, 3, 4))
    a, e = here.staying[:, 1:], here.dying[:, 1:]
    moved, own_moved = q0 * a + q1 * e, q1 * a + q2 * e
    total, moved_total = running(hazard, cells.first), running(moved, cells.first)
    rows = SharedRows(
        likelihood.rows.x.T, likelihood.center, here.risk, likelihood.rows.event, cells.leave,
        cells.begin, cells.first, shared.cluster,
    )  # fmt: skip
    hazards = Hazards(
        total, total - hazard + own_hazard, moved_total, moved_total - moved + own_moved
    )
    size = len(shared.events)
    expected, crossed, squares = np.zeros(size), np.zeros((size, p)), np.zeros(size)
    add_expected(rows, hazards, expected, crossed)
    powers_total = running_from_zero(here.powers[:, 2])
    add_squares(shared.points, shared.place, rows, here.powers, powers_total, squares)
    return expected, crossed, squares


def climb(shared: Shared, penalty: Penalty, beta: Floats, log_frailty: Floats) -> tuple[State, int]:
    """Return the state of the largest penalized likelihood, and the number of steps to it."""
    here = state_at(shared, penalty, beta, log_frailty)
    for steps in range(1, MOST_STEPS + 1):
        step_beta, step_frailty = newton_step(here)
        gain = float(step_beta @ here.slope_beta + step_frailty @ here.slope_frailty)
        there = here
        for halvings in range(MOST_HALVINGS):
            part = 0.5**halvings
            there = state_at(
                shared, penalty, here.beta + part * step_beta,
                here.log_frailty + part * step_frailty,
            )  # fmt: skip
            slack = ROUNDING * (1.0 + abs(here.penalized))
            if there.penalized >= here.penalized - slack:
                break
        here = there
        if gain <= NEGLIGIBLE * (1.0 + abs(here.penalized)):
            return here, steps
    return here, MOST_STEPS + 1


def newton_step(state: State) -> tuple[Floats, Floats]:
    """Return the steps of the coefficients and of the log frailties."""
    right = np.column_stack([state.crossed, state.slope_frailty])
    solved = _solve(state.bound, state.second, right)
    by_beta, by_slope = solved[:, :-1], solved[:, -1]
    remaining = inverse(state.within - state.crossed.T @ by_beta)
    step_beta = remaining @ (state.slope_beta - state.crossed.T @ by_slope)
    return step_beta, by_slope - by_beta @ step_beta


def covariance(state: State) -> tuple[Floats, Floats, Floats]:
    """Return the inverse curvature: of the coefficients, its diagonal of the frailties, effects.

    The last, shape (q, p), is how the log frailties follow the coefficients. NaN where the
    curvature that is kept is not that of a maximum.
    """
    by_beta = _solve(state.between, state.second, state.crossed)
    remaining = state.within - state.crossed.T @ by_beta
    if aliased(remaining).any():
        return np.full(remaining.shape, np.nan), np.full(len(by_beta), np.nan), by_beta
    variance = inverse(remaining)
    alone = _inverse_diagonal(state)
    return variance, alone + np.einsum("jp,pr,jr->j", by_beta, variance, by_beta), by_beta


def _solve(between: Floats, second: Floats, right: Floats) -> Floats:
    """Return (curvature of the frailties, penalty included)⁻¹ times `right`."""
    if between.ndim == 1:
        return right / (between + second)[:, None]
    return np.linalg.inv(between + np.diag(second)) @ right


def _inverse_diagonal(state: State) -> Floats:
    if state.between.ndim == 1:
        return 1.0 / (state.between + state.second)
    return np.diag(np.linalg.inv(state.between + np.diag(state.second))).copy()
