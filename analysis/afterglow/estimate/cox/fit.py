"""Fitting a Cox model to arrays: coefficients, variance, and the score residuals behind both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.cox.data import CoxRows, in_order, repeated
from afterglow.estimate.cox.exact import ExactLikelihood, exact_likelihood
from afterglow.estimate.cox.interval_sums import hazards_over_intervals, hazards_span
from afterglow.estimate.cox.newton import aliased, inverse, maximize
from afterglow.estimate.cox.partial import (
    PartialLikelihood,
    partial_likelihood,
    running,
)
from afterglow.estimate.cox.penalty import (
    FIRTH,
    RIDGE,
    Penalty,
    firthed,
    read_penalty,
    ridge_weight,
    ridged,
)
from afterglow.estimate.cox.sums import add_scores
from afterglow.estimate.cox.trouble import NO_EVENT, trouble
from afterglow.estimate.options import check_word

EFRON: Final = "efron"
EXACT: Final = "exact"
TIES: Final = (EFRON, "breslow", EXACT)
ROWS_AT_ONCE: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxFit:
    """A fitted Cox model.

    Attributes
    ----------
    beta : array, shape (p,)
        Log hazard ratios; NaN where there was no event.
    information : array, shape (p, p)
        Minus the second derivative of the log partial likelihood at `beta`, without a penalty.
    variance : array, shape (p, p)
        Inverse of minus the second derivative, a ridge penalty included.
    loglik_null, loglik : float
        At 0 and at `beta`; with Firth's penalty included, without ridge's.
    score_null, information_null : array, shape (p,) and (p, p)
        First derivative, and minus the second, at 0, without a penalty.
    ties, penalty : str
    theta : float
        Ridge's; 0 without it.
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
    penalty: str
    theta: float
    n: int
    n_events: int
    iterations: int
    warning: str

    @property
    def efron(self) -> bool:
        """Whether hazards and residuals share tied events as Efron does; Breslow's otherwise."""
        return self.ties == EFRON


def fit_cox(
    rows: CoxRows,
    *,
    ties: str = EFRON,
    penalty: Penalty = None,
    terms: Sequence[str] | None = None,
) -> CoxFit:
    """Maximize the partial likelihood.

    R's ``coxph.fit``, ``agreg.fit`` and ``coxexact.fit``, to full convergence.

    Parameters
    ----------
    rows : CoxRows
    ties : str
        ``efron``, ``breslow`` or ``exact`` (conditional logistic).
    penalty : optional
        ``"firth"``, or ``("ridge", theta)``: less ½ theta Σ var(x) β².
    terms : sequence of str, optional
        Names of the columns of `rows.x` for messages; x1, x2, … otherwise.

    Raises
    ------
    NotEstimable
        Some covariate does not vary, or is collinear with others, among those at risk together.
    UsageError
        An unknown word; exact ties with case weights or with Firth's penalty.
    """
    check_word("ties", ties, TIES)
    kind, theta = read_penalty(penalty)
    size = rows.x.shape[1]
    names = list(terms) if terms is not None else [f"x{j + 1}" for j in range(size)]
    if not rows.event.any():
        return _without_events(rows, size, ties, kind, theta)
    likelihood = likelihood_of(rows, ties, kind)
    start = likelihood.derivatives(np.zeros(size))
    _refuse_aliased(start, names)
    objective = objective_of(likelihood, kind, theta)
    known = start if not kind else None
    found = maximize(objective, np.zeros(size), likelihood.spread(), first=known)
    bare = getattr(found.end, "bare", found.end)
    first = found.start if kind == FIRTH else start
    return CoxFit(
        beta=found.beta, information=bare.information,
        variance=_variance(found.end.information if kind == RIDGE else bare.information),
        loglik_null=first.loglik, loglik=(found.end if kind == FIRTH else bare).loglik,
        score_null=start.gradient, information_null=start.information, ties=ties, penalty=kind,
        theta=theta, n=rows.n, n_events=int(rows.event.sum()), iterations=found.steps,
        warning=trouble(found, names),
    )  # fmt: skip


def likelihood_of(rows: CoxRows, ties: str, kind: str) -> PartialLikelihood | ExactLikelihood:
    """Prepare the likelihood of `rows` under a rule for ties; `kind` is the penalty's, or ""."""
    if ties != EXACT:
        return partial_likelihood(in_order(rows), efron=ties == EFRON)
    if kind == FIRTH:
        raise UsageError("Firth's penalty is not there for exact ties.\nUse ties = 'efron'.")
    if rows.weight is not None and not rows.frequency:
        raise UsageError(
            "Exact ties have no case weights.\nUse ties = 'efron' or 'breslow', or"
            " weights_kind = 'frequency' where a weight counts identical rows."
        )
    return exact_likelihood(repeated(in_order(rows)))


def objective_of(
    likelihood: PartialLikelihood | ExactLikelihood, kind: str, theta: float
) -> Callable[[Floats], Any]:
    """Return what is maximized: the log-likelihood, less or plus its penalty."""
    if kind == RIDGE:
        return ridged(likelihood.derivatives, ridge_weight(likelihood.rows.x, theta))
    if kind == FIRTH and isinstance(likelihood, PartialLikelihood):
        return firthed(likelihood)
    return likelihood.derivatives


def score_residuals(rows: CoxRows, fit: CoxFit, *, at: Floats | None = None) -> Floats:
    """Return each row's part of the score, per unit of weight, shape (n, p).

    R's ``residuals(fit, type = "score")``, with Efron's share of tied events. `at` asks for other
    coefficients than those of the fit.
    """
    sums = np.zeros((rows.n, len(fit.beta)))
    _adder(rows, fit, at)(slice(0, rows.n), np.ones(rows.n), np.arange(rows.n), sums)
    return sums


def robust_variance(rows: CoxRows, fit: CoxFit, cluster: Codes | None = None) -> Floats:
    """Return the Lin–Wei variance: dfbetas squared and summed over clusters, or over rows.

    `cluster` are codes; None takes those of `rows`. R's ``coxph(..., cluster =)``.
    """
    return fit.variance @ score_variance(rows, fit, cluster=cluster) @ fit.variance


def score_variance(
    rows: CoxRows, fit: CoxFit, *, cluster: Codes | None = None, at: Floats | None = None
) -> Floats:
    """Return the sum over clusters, or over rows, of the squared sums of weighted scores."""
    rows = in_order(rows if cluster is None else replace(rows, cluster=cluster))
    add, size = _adder(rows, fit, at), len(fit.beta)
    if rows.cluster is not None:
        sums = np.zeros((int(rows.cluster.max()) + 1, size))
        add(slice(0, rows.n), rows.weights, rows.cluster, sums)
        return sums.T @ sums
    factor = np.sqrt(rows.weights) if rows.frequency else rows.weights
    total = np.zeros((size, size))
    for begin in range(0, rows.n, ROWS_AT_ONCE):
        part = slice(begin, min(begin + ROWS_AT_ONCE, rows.n))
        sums = np.zeros((part.stop - part.start, size))
        add(part, factor[part], np.arange(len(sums)), sums)
        total += sums.T @ sums
    return total


def cluster_sums(values: Floats, cluster: Codes) -> Floats:
    """Return the sums of the rows of each cluster, shape (clusters, p)."""
    size = int(cluster.max()) + 1
    return np.array([np.bincount(cluster, weights=v, minlength=size) for v in values.T]).T


def _adder(
    rows: CoxRows, fit: CoxFit, at: Floats | None
) -> Callable[[slice, Floats, Codes, Floats], None]:
    """Return what adds the score residuals of some rows, times a factor, to sums of groups."""
    likelihood = partial_likelihood(rows, efron=fit.efron)
    here, cells = likelihood.at(fit.beta if at is None else at), likelihood.cells
    share = likelihood.share[:, None]
    p0, p1, q0, q1, q2 = (here.powers[:, [k]] for k in range(5))
    a, e = here.staying[:, 1:], here.dying[:, 1:]
    # Hazard and hazard times mean, of those who stay; and their excess for those who do not.
    staying = np.hstack([share * p0, share * (q0 * a + q1 * e)])
    dying = np.hstack([share * p1, share * (q1 * a + q2 * e)])
    total = running(staying, cells.first)
    own_total = total - staying + dying
    mean = (p0 * a + p1 * e) / likelihood.copies[:, None]
    spans = len(cells.begin) > 0 and hazards_span(staying[:, 0], total[:, 0])

    def add(part: slice, factor: Floats, group: Codes, sums: Floats) -> None:
        weight = np.ones(len(factor)) if rows.weight is None else rows.weight[part]
        begin = cells.begin[part] if len(cells.begin) else cells.begin
        event, leave = rows.event[part], cells.leave[part]
        if spans:
            through = hazards_over_intervals(staying, dying, event, leave, begin)
            x = rows.x[part] - likelihood.center
            scores = (here.risk[part] / weight)[:, None] * (through[:, 1:] - x * through[:, :1])
            scores[event] += x[event] - mean[leave[event]]
            np.add.at(sums, group, factor[:, None] * scores)
            return
        add_scores(
            np.ascontiguousarray(rows.x[part].T), likelihood.center, here.risk[part], weight,
            event, leave, begin, cells.first, total, own_total, mean,
            factor, group, sums,
        )  # fmt: skip

    return add


def _variance(information: Floats) -> Floats:
    """Return the inverse; unknown where separation has used the information up."""
    if aliased(information).any():
        return np.full(information.shape, np.nan)
    return inverse(information)


def _refuse_aliased(start: Any, names: Sequence[str]) -> None:
    if not np.isfinite(start.loglik):
        raise NotEstimable(
            "The offset is so far from its mean in some rows that hazards cannot be computed.\n"
            "Check its unit: it is added to the logarithm of the hazard."
        )
    bad = [name for name, lost in zip(names, aliased(start.information)) if lost]
    if bad:
        raise NotEstimable(
            f"Among those at risk together, {', '.join(bad)} does not vary, or follows from the"
            " covariates before it.\nLeave it out of the formula, or drop the strata it is"
            " constant in."
        )


def _without_events(rows: CoxRows, size: int, ties: str, kind: str, theta: float) -> CoxFit:
    unknown = np.full((size, size), np.nan)
    nothing = np.zeros((size, size))
    return CoxFit(
        beta=unknown[0], information=nothing, variance=unknown, loglik_null=0.0, loglik=0.0,
        score_null=nothing[0], information_null=nothing, ties=ties, penalty=kind, theta=theta,
        n=rows.n, n_events=0, iterations=0, warning=NO_EVENT,
    )  # fmt: skip
