"""Fitting a subdistribution hazard to arrays: coefficients, their variance, the baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.errors import NotEstimable
from afterglow.estimate.checks import Floats
from afterglow.estimate.competing.influence import (
    censoring_influence,
    moved_by_covariates,
    score_influence,
    summed_influence,
)
from afterglow.estimate.competing.subdistribution import (
    SubdistributionLikelihood,
    SubdistributionRows,
    subdistribution_likelihood,
)
from afterglow.estimate.cox.newton import aliased, inverse, maximize
from afterglow.estimate.cox.partial import Derivatives, Evaluation
from afterglow.estimate.cox.trouble import trouble

ROUNDING: Final = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubdistributionFit:
    """A fitted subdistribution hazard.

    Attributes
    ----------
    data : SubdistributionRows
    likelihood : SubdistributionLikelihood
    beta : array, shape (p,)
    start : Derivatives
        At 0.
    here : Evaluation
        At `beta`.
    bread : array, shape (p, p)
        Inverse of the information.
    variance : array, shape (p, p)
        Robust; with the weights held fixed, or as estimated where `weights_estimated`.
    influence : array, shape (m, p)
        What each row or cluster does to `beta`.
    weights_estimated : bool
    iterations : int
    warning : str
    """

    data: SubdistributionRows
    likelihood: SubdistributionLikelihood
    beta: Floats
    start: Derivatives
    here: Evaluation
    bread: Floats
    variance: Floats
    influence: Floats
    weights_estimated: bool
    iterations: int
    warning: str


def fit_subdistribution(
    data: SubdistributionRows, *, crr: bool, efron: bool = False, terms: Sequence[str]
) -> SubdistributionFit:
    """Maximize the partial likelihood and add the sandwich variance.

    Raises
    ------
    NotEstimable
        A covariate does not vary, or follows from others, among those at risk together.
    """
    likelihood = subdistribution_likelihood(data, crr=crr, efron=efron)
    zero = np.zeros(data.rows.x.shape[1])
    start = likelihood.derivatives(zero)
    events = float(likelihood.share @ likelihood.copies)
    least = ROUNDING * events * likelihood.spread() ** 2
    still = np.diag(start.information) <= least
    lost = [name for name, bad in zip(terms, still | aliased(start.information)) if bad]
    if lost:
        raise NotEstimable(
            f"Among those at risk together, {', '.join(lost)} does not vary, or follows from the"
            " covariates before it.\nLeave it out of the formula, or drop the strata it is"
            " constant in."
        )
    found = maximize(likelihood.derivatives, zero, likelihood.spread(), first=start)
    here = likelihood.at(found.beta)
    bread = inverse(here.information)
    scores = score_sums(data, likelihood, here, weights_estimated=crr)
    return SubdistributionFit(
        data=data, likelihood=likelihood, beta=found.beta, start=start, here=here,
        bread=bread, variance=bread @ (scores.T @ scores) @ bread, influence=scores @ bread,
        weights_estimated=crr, iterations=found.steps, warning=trouble(found, terms),
    )  # fmt: skip


def score_sums(
    data: SubdistributionRows,
    likelihood: SubdistributionLikelihood,
    here: Evaluation,
    *,
    weights_estimated: bool,
) -> Floats:
    """Return the parts of the score that rows or clusters bring, shape (m, p)."""
    estimated = None
    if weights_estimated:
        hazard, _ = likelihood.hazards(here.powers)
        moved, _ = moved_by_covariates(likelihood, here)
        estimated = censoring_influence(data, likelihood, here, hazard, -moved)
    return summed_influence(data, score_influence(likelihood, here), estimated)
