"""Fitting a Cox model to arrays: coefficients, variance, and the score residuals behind both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.errors import NotEstimable
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.newton import (
    CONVERGED,
    DIVERGED,
    Maximum,
    aliased,
    inverse,
    maximize,
)
from afterglow.estimate.cox.partial import (
    Evaluation,
    PartialLikelihood,
    partial_likelihood,
    running,
)
from afterglow.estimate.options import check_word

TIES: Final = ("efron", "breslow")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxFit:
    """A fitted Cox model.

    Attributes
    ----------
    beta : array, shape (p,)
        Log hazard ratios; NaN where there was no event.
    information, variance : array, shape (p, p)
        Minus the second derivative of the log partial likelihood at `beta`, and its inverse.
    loglik_null, loglik : float
        At 0 and at `beta`.
    score_null, information_null : array, shape (p,) and (p, p)
        First derivative, and minus the second, at 0.
    ties : str
    n, n_events : int
        Rows, and rows with the event.
    iterations : int
    warning : str
        What went wrong in words, with the way out; "" where nothing did.
    """

    beta: Floats
    information: Floats
    variance: Floats
    loglik_null: float
    loglik: float
    score_null: Floats
    information_null: Floats
    ties: str
    n: int
    n_events: int
    iterations: int
    warning: str


def fit_cox(rows: CoxRows, *, ties: str = "efron", terms: Sequence[str] | None = None) -> CoxFit:
    """Maximize the partial likelihood.

    R's ``coxph.fit`` and ``agreg.fit``, to full convergence.

    Parameters
    ----------
    rows : CoxRows
    ties : str
        ``efron`` or ``breslow``.
    terms : sequence of str, optional
        Names of the columns of `rows.x` for messages; x1, x2, … otherwise.

    Raises
    ------
    NotEstimable
        Some covariate does not vary, or is collinear with others, among those at risk together.
    """
    check_word("ties", ties, TIES)
    size = rows.x.shape[1]
    names = list(terms) if terms is not None else [f"x{j + 1}" for j in range(size)]
    if not rows.event.any():
        return _without_events(rows, size, ties)
    likelihood = partial_likelihood(rows, efron=ties == "efron")
    start = likelihood.at(np.zeros(size))
    _refuse_aliased(start, names)
    spread = np.array([np.abs(column - mean).max() for column, mean in
                       zip(rows.x.T, likelihood.center)])  # fmt: skip
    found = maximize(likelihood.at, np.zeros(size), spread)
    return CoxFit(
        beta=found.beta, information=found.end.information,
        variance=inverse(found.end.information), loglik_null=start.loglik,
        loglik=found.end.loglik, score_null=start.gradient,
        information_null=start.information, ties=ties, n=rows.n,
        n_events=int(rows.event.sum()), iterations=found.steps,
        warning=trouble(found, names),
    )  # fmt: skip


def score_residuals(rows: CoxRows, fit: CoxFit, *, at: Floats | None = None) -> Floats:
    """Return each row's part of the score, per unit of weight, shape (n, p).

    R's ``residuals(fit, type = "score")``, with Efron's share of tied events. `at` asks for other
    coefficients than those of the fit.
    """
    likelihood = partial_likelihood(rows, efron=fit.ties == "efron")
    return _residuals(likelihood, likelihood.at(fit.beta if at is None else at))


def robust_variance(rows: CoxRows, fit: CoxFit, cluster: Codes | None = None) -> Floats:
    """Return the Lin–Wei variance: dfbetas squared and summed over clusters, or over rows.

    `cluster` are codes; None takes those of `rows`. R's ``coxph(..., cluster =)``.
    """
    return fit.variance @ score_variance(rows, score_residuals(rows, fit), cluster) @ fit.variance


def score_variance(rows: CoxRows, residuals: Floats, cluster: Codes | None = None) -> Floats:
    """Return the sum over clusters of the squared sums of weighted score residuals."""
    groups = rows.cluster if cluster is None else cluster
    if groups is None:
        square = rows.weights if rows.frequency else rows.weights**2
        return residuals.T @ (residuals * square[:, None])
    sums = cluster_sums(residuals * rows.weights[:, None], groups)
    return sums.T @ sums


def cluster_sums(values: Floats, cluster: Codes) -> Floats:
    """Return the sums of the rows of each cluster, shape (clusters, p)."""
    size = int(cluster.max()) + 1
    return np.array([np.bincount(cluster, weights=v, minlength=size) for v in values.T]).T


def _residuals(likelihood: PartialLikelihood, here: Evaluation) -> Floats:
    rows, cells = likelihood.rows, likelihood.cells
    hazard, own_hazard = likelihood.hazards(here.powers)
    share = likelihood.share[:, None]
    p0, p1, q0, q1, q2 = (here.powers[:, [k]] for k in range(5))
    a, e = here.staying[:, 1:], here.dying[:, 1:]
    moved, own_moved = share * (q0 * a + q1 * e), share * (q1 * a + q2 * e)
    mean = (p0 * a + p1 * e) / likelihood.copies[:, None]
    total, moved_total = running(hazard, cells.first), running(moved, cells.first)
    last = np.maximum(cells.leave, 0)
    event = rows.event
    exposed = np.where(event, (total - hazard + own_hazard)[last], total[last])
    carried = np.where(event[:, None], (moved_total - moved + own_moved)[last], moved_total[last])
    if len(cells.begin):
        inside = (cells.begin > 0) & (cells.begin < cells.size)
        inside[inside] = ~cells.first[cells.begin[inside]]
        before = cells.begin[inside] - 1
        exposed[inside] -= total[before]
        carried[inside] -= moved_total[before]
    x = rows.x - likelihood.center
    risk = here.risk if rows.weight is None else here.risk / rows.weight
    result = -risk[:, None] * (x * exposed[:, None] - carried)
    result[event] += x[event] - mean[last[event]]
    result[cells.leave < 0] = 0.0
    return result


def _refuse_aliased(start: Evaluation, names: Sequence[str]) -> None:
    bad = [name for name, lost in zip(names, aliased(start.information)) if lost]
    if bad:
        raise NotEstimable(
            f"Among those at risk together, {', '.join(bad)} does not vary, or follows from the"
            " covariates before it.\nLeave it out of the formula, or drop the strata it is"
            " constant in."
        )


def trouble(found: Maximum, names: Sequence[str]) -> str:
    """Return in words why there is no maximum, or ""."""
    if found.state == CONVERGED:
        return ""
    moving = ", ".join(name for name, still in zip(names, found.drifting) if still)
    if found.state == DIVERGED:
        return (
            f"the coefficient of {moving} has no finite estimate (separation: among those at risk"
            " together the events all lie on one side of it): its estimate, error and p-value"
            " mean nothing; use penalty='firth', or merge groups"
        )
    return (
        f"not converged after {found.steps} steps (still moving: {moving or 'none'}): the numbers"
        " are not the estimate; rescale the covariates or leave some out"
    )


def _without_events(rows: CoxRows, size: int, ties: str) -> CoxFit:
    unknown = np.full((size, size), np.nan)
    return CoxFit(
        beta=np.full(size, np.nan), information=np.zeros((size, size)), variance=unknown,
        loglik_null=0.0, loglik=0.0, score_null=np.zeros(size),
        information_null=np.zeros((size, size)), ties=ties, n=rows.n, n_events=0, iterations=0,
        warning="no event: nothing can be estimated; follow up for longer, or choose another"
        " endpoint",
    )  # fmt: skip
