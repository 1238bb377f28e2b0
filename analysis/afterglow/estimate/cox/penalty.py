"""Penalties on the log-likelihood: ridge, which shrinks, and Firth's, which removes bias."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.newton import aliased, inverse
from afterglow.estimate.cox.partial import PartialLikelihood
from afterglow.estimate.cox.sums import add_rows, add_third_moments, at_risk_besides

RIDGE = "ridge"
FIRTH = "firth"
PENALTIES = (RIDGE, FIRTH)
DIFFERENCE = 1e-5

Penalty = str | tuple[str, float] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PenalizedEvaluation:
    """A penalized log-likelihood at one vector of coefficients, with its derivatives.

    Attributes
    ----------
    loglik, gradient, information
        With the penalty.
    bare : object
        The evaluation without it.
    """

    loglik: float
    gradient: Floats
    information: Floats
    bare: Any


def read_penalty(penalty: Penalty) -> tuple[str, float]:
    """Return the kind of a penalty ("" for none) and ridge's theta.

    Raises
    ------
    UsageError
        An unknown word, or a theta that is not above 0.
    """
    if penalty is None:
        return "", 0.0
    word, theta = penalty if isinstance(penalty, tuple) and len(penalty) == 2 else (penalty, 1.0)
    if word not in PENALTIES or (isinstance(penalty, tuple) and word != RIDGE):
        raise UsageError.unknown_option("penalty", penalty, ("ridge", "('ridge', theta)", "firth"))
    if not 0.0 < theta < np.inf:
        raise UsageError("theta of the ridge penalty is not above 0.\nGive ('ridge', 1.0), say.")
    return str(word), float(theta)


def ridged(at: Callable[[Floats], Any], weight: Floats) -> Callable[[Floats], Any]:
    """Return a log-likelihood less ½ Σ weight β²."""

    def penalized(beta: Floats) -> PenalizedEvaluation:
        bare = at(beta)
        return PenalizedEvaluation(
            loglik=bare.loglik - 0.5 * float(weight @ beta**2),
            gradient=bare.gradient - weight * beta,
            information=bare.information + np.diag(weight),
            bare=bare,
        )

    return penalized


def ridge_weight(x: Floats, theta: float) -> Floats:
    """Return theta times each covariate's variance, as R's ``ridge(theta =, scale = TRUE)``."""
    return theta * np.array([column.var(ddof=1) for column in x.T])


def firthed(likelihood: PartialLikelihood) -> Callable[[Floats], Any]:
    """Return a log-likelihood plus ½ log det of its information (Jeffreys' prior)."""
    steps = np.diag(DIFFERENCE / likelihood.spread())

    def slope(beta: Floats) -> Floats:
        here = likelihood.at(beta)
        change = _trace_of_change(likelihood, here.risk, inverse(here.information))
        return here.gradient + 0.5 * change

    def penalized(beta: Floats) -> PenalizedEvaluation:
        bare = likelihood.derivatives(beta)
        if not np.isfinite(bare.loglik) or aliased(bare.information).any():
            return PenalizedEvaluation(
                loglik=-np.inf, gradient=bare.gradient, information=bare.information, bare=bare
            )
        curvature = -np.array([(slope(beta + h) - slope(beta - h)) / (2 * h.sum()) for h in steps])
        curvature = 0.5 * (curvature + curvature.T)
        usable = not aliased(curvature).any()
        return PenalizedEvaluation(
            loglik=bare.loglik + 0.5 * float(np.linalg.slogdet(bare.information)[1]),
            gradient=slope(beta),
            information=curvature if usable else 2.0 * bare.information,
            bare=bare,
        )

    return penalized


def _trace_of_change(likelihood: PartialLikelihood, risk: Floats, variance: Floats) -> Floats:
    """Return tr(I⁻¹ ∂I/∂β_r) for each coefficient.

    The third moments of x within the risk sets are needed only after contraction with I⁻¹, so
    the rows carry q = x'I⁻¹x, q x and x x' as further covariates.
    """
    rows, cells = likelihood.rows, likelihood.cells
    x = rows.x - likelihood.center
    size = x.shape[1]
    q = np.einsum("ij,jk,ik->i", x, variance, x)[:, None]
    pairs = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    columns = np.ascontiguousarray(np.hstack([x, q, q * x, pairs]).T)
    shape = (cells.size, len(columns) + 1)
    staying, dying, entering = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    add_rows(
        columns, np.zeros(len(columns)), risk, rows.event, cells.leave, cells.begin,
        staying, dying, entering,
    )  # fmt: skip
    at_risk_besides(cells.first, likelihood.survivors, staying, dying, entering)
    trace = np.zeros(size)
    add_third_moments(
        staying, dying, likelihood.copies, likelihood.share, likelihood.efron, variance,
        np.zeros(shape[1]), trace,
    )  # fmt: skip
    return trace
