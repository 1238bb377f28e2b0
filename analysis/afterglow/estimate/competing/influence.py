"""What each row does to the coefficients and to the baseline of a subdistribution hazard."""

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.competing.followed import CENSORED
from afterglow.estimate.competing.subdistribution import (
    SubdistributionLikelihood,
    SubdistributionRows,
    means_at_events,
)
from afterglow.estimate.counting import summed
from afterglow.estimate.cox.fit import cluster_sums
from afterglow.estimate.cox.partial import Evaluation


def score_influence(likelihood: SubdistributionLikelihood, here: Evaluation) -> Floats:
    """Return each row's part of the score with the weights held fixed, per unit of weight.

    Summed over the rows of a subject in finegray's data set, R's ``residuals(fit, "score")``;
    Fine and Gray's eta. Shape (n, p).
    """
    hazard, own_hazard = likelihood.hazards(here.powers)
    moved, own_moved = moved_by_covariates(likelihood, here)
    spent = likelihood.over_time_at_risk(
        np.column_stack([hazard, moved]), np.column_stack([own_hazard, own_moved])
    )
    rows = likelihood.rows
    x = rows.x - likelihood.center
    result = unit_risk(likelihood, here)[:, None] * (spent[:, 1:] - x * spent[:, :1])
    last = likelihood.cells.leave[rows.event]
    result[rows.event] += x[rows.event] - means_at_events(likelihood, here)[last]
    return result


def moved_by_covariates(
    likelihood: SubdistributionLikelihood, here: Evaluation
) -> tuple[Floats, Floats]:
    """Return hazard times mean of centred x of each cell, of those who stay and of the tied."""
    share = likelihood.share[:, None]
    _, _, q0, q1, q2 = (here.powers[:, [k]] for k in range(5))
    staying, dying = here.staying[:, 1:], here.dying[:, 1:]
    return share * (q0 * staying + q1 * dying), share * (q1 * staying + q2 * dying)


def unit_risk(likelihood: SubdistributionLikelihood, here: Evaluation) -> Floats:
    """Return exp(linear predictor) of each row."""
    weight = likelihood.rows.weight
    return here.risk if weight is None else here.risk / weight


def censoring_influence(
    data: SubdistributionRows,
    likelihood: SubdistributionLikelihood,
    here: Evaluation,
    slope: Floats,
    constant: Floats,
) -> Floats:
    """Return what each row's censoring or follow-up does to a sum over the waiting rows.

    The sum is over waiting rows m and cells c of weight · (slope_c x_m + constant_c), as in the
    score (Fine and Gray's psi) or in the baseline. With several censoring groups cmprsk::crr,
    whose numbers these are, counts at each cell only the events of the row's own group.

    Parameters
    ----------
    slope : array, shape (C,)
    constant : array, shape (C, k)
        k = p, or any k where `slope` is 0 throughout.
    """
    size, groups = len(data.rows.times), int(data.group.max()) + 1
    place = data.group * size + data.rows.exit
    weight = data.rows.weight if data.rows.frequency else None
    left = summed(place, weight, groups * size).reshape(groups, size)
    at_risk = np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
    censored = data.status == CENSORED
    own = None if weight is None else weight[censored]
    lost = summed(place[censored], own, groups * size).reshape(groups, size)
    per_risk = np.divide(1.0, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
    passed = _passed(data, likelihood, here, slope, constant)
    result = np.empty((len(place), passed.shape[2]))
    for column in range(passed.shape[2]):
        each = passed[:, :, column] * per_risk
        total = np.cumsum(each * lost * per_risk, axis=1)
        result[:, column] = np.where(censored, each.ravel()[place], 0.0) - total.ravel()[place]
    return result


def _passed(
    data: SubdistributionRows,
    likelihood: SubdistributionLikelihood,
    here: Evaluation,
    slope: Floats,
    constant: Floats,
) -> Floats:
    """Return, for each group and time u, the sum over rows before u and cells from u on."""
    wait, cells, size = likelihood.waiting, likelihood.cells, len(data.rows.times)
    risk = here.risk[wait.row] * wait.scale
    x = likelihood.rows.x[wait.row] - likelihood.center
    stratum = data.rows.stratum[wait.row]
    own_events = wait.followed * _event_shares(data, likelihood)
    total = np.zeros((len(wait.followed), size, constant.shape[1]))
    for code in range(int(data.rows.stratum.max()) + 1):
        inside = cells.stratum == code
        for group, followed in enumerate(own_events):
            mine = (stratum == code) & (wait.group == group)
            gone = data.rows.exit[wait.row[mine]]
            ahead = followed[inside, None] * constant[inside]
            begun = _before(gone, risk[mine], size)
            total[group] += begun * _from(cells.time[inside], ahead, size)
            if slope.any():
                leaning = _from(cells.time[inside], (followed * slope)[inside, None], size)
                moved = (risk[mine, None] * x[mine]).T
                total[group] += leaning * np.hstack([_before(gone, each, size) for each in moved])
    return total


def _event_shares(data: SubdistributionRows, likelihood: SubdistributionLikelihood) -> Floats:
    """Return which share of each cell's events each censoring group has, shape (G, C)."""
    shape = likelihood.waiting.followed.shape
    if shape[0] == 1:
        return np.ones(shape)
    event = data.rows.event
    place = data.group[event] * shape[1] + likelihood.cells.leave[event]
    weight = None if data.rows.weight is None else data.rows.weight[event]
    counts = summed(place, weight, shape[0] * shape[1]).reshape(shape)
    return counts / counts.sum(axis=0)


def _before(time: Codes, values: Floats, size: int) -> Floats:
    """Return the sum of the values with an earlier time, at each time, shape (T, 1)."""
    total = np.cumsum(summed(time, values, size))
    return np.concatenate([[0.0], total[:-1]])[:, None]


def _from(time: Codes, values: Floats, size: int) -> Floats:
    """Return the sum of the values with this or a later time, at each time, shape (T, k)."""
    result = np.zeros((size, values.shape[1]))
    result[time] = values
    return np.cumsum(result[::-1], axis=0)[::-1]


def summed_influence(data: SubdistributionRows, each: Floats, estimated: Floats | None) -> Floats:
    """Return what rows or clusters do to a statistic, scaled so that its variance is R'R.

    Parameters
    ----------
    each : array, shape (n, k)
        Influence per unit of weight.
    estimated : array, shape (n, k), or None
        Influence through the estimated probability of being followed, per row or per unit of a
        frequency.
    """
    rows = data.rows
    weight = rows.weights[:, None]
    total = each if rows.weight is None else each * weight
    if estimated is not None:
        total = total + (estimated * weight if rows.frequency else estimated)
    if rows.cluster is not None:
        return cluster_sums(total, rows.cluster)
    return total / np.sqrt(weight) if rows.frequency and rows.weight is not None else total
