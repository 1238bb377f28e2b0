"""The baseline of a subdistribution hazard, and predicted incidences with their errors."""

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.competing.fit import SubdistributionFit
from afterglow.estimate.competing.influence import (
    censoring_influence,
    moved_by_covariates,
    summed_influence,
    unit_risk,
)
from afterglow.estimate.timegrid import near_index


def baseline(fit: SubdistributionFit) -> list[tuple[Floats, Floats]]:
    """Return event times and the cumulative hazard at mean covariates, for each stratum."""
    likelihood = fit.likelihood
    hazard, _ = likelihood.hazards(fit.here.powers)
    cells, curves = likelihood.cells, []
    for code in range(int(likelihood.rows.stratum.max()) + 1):
        inside = cells.stratum == code
        curves.append((likelihood.rows.times[cells.time[inside]], np.cumsum(hazard[inside])))
    return curves


def incidence_with_error(
    fit: SubdistributionFit, x: Floats, stratum: int, times: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Return days, cumulative incidence and its standard error at covariates `x`, shape (p,)."""
    event_times, total = baseline(fit)[stratum]
    times = event_times if times is None else times
    until = near_index(event_times, times, side="right")
    x = x - fit.likelihood.center
    ratio = float(np.exp(x @ fit.beta))
    hazard = np.concatenate([[0.0], total])[until]
    incidence = -np.expm1(-ratio * hazard)
    first = int(np.searchsorted(fit.likelihood.cells.stratum, stratum))
    variance = np.array(
        [_variance(fit, x, first, count, value) for count, value in zip(until, hazard)]
    )
    return times, incidence, (1.0 - incidence) * ratio * np.sqrt(variance)


def _variance(fit: SubdistributionFit, x: Floats, first: int, count: int, hazard: float) -> float:
    """Return the variance of the hazard until `count` events, and of x b at that hazard."""
    if not count:
        return 0.0
    likelihood, here = fit.likelihood, fit.here
    inside = np.zeros(likelihood.cells.size)
    inside[first : first + count] = 1.0
    share, powers = likelihood.share * inside, here.powers
    loss, own_loss = share * powers[:, 2], share * powers[:, 3]
    spent = likelihood.over_time_at_risk(loss[:, None], own_loss[:, None])
    each = -unit_risk(likelihood, here)[:, None] * spent
    event = likelihood.rows.event
    gain = inside * powers[:, 0] / likelihood.copies
    each[event, 0] += gain[likelihood.cells.leave[event]]
    estimated = None
    if fit.weights_estimated:
        nothing = np.zeros(likelihood.cells.size)
        estimated = censoring_influence(fit.data, likelihood, here, nothing, -loss[:, None])
    moved, _ = moved_by_covariates(likelihood, here)
    slope = hazard * x - (moved * inside[:, None]).sum(axis=0)
    total = summed_influence(fit.data, each, estimated)[:, 0] + fit.influence @ slope
    return float(total @ total)
