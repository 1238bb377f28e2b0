"""Cumulative incidence of competing causes and its variance, from one table of counts."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.hazard_steps import HazardSteps, kaplan_meier_steps
from afterglow.estimate.influence import before, by_cluster, log_survival_variance
from afterglow.estimate.risktable import RiskTable

ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incidence:
    """Aalen–Johansen estimate of one group, after each distinct time.

    Attributes
    ----------
    survival : array, shape (T,)
        Probability of being free of every cause.
    incidence : array, shape (K, T)
    survival_variance : array, shape (T,)
    incidence_variance : array, shape (K, T)
    """

    survival: Floats
    incidence: Floats
    survival_variance: Floats
    incidence_variance: Floats


def aalen_johansen_steps(table: RiskTable, *, variance: str) -> Incidence:
    """Return F_k(t) = sum of S(s−) d_k/n over s <= t, with the variance asked for."""
    steps = kaplan_meier_steps(table)
    previous = np.concatenate([[1.0], steps.survival[:-1]])
    jumps = previous * table.events / table.at_risk
    incidence = np.cumsum(jumps, axis=1)
    # When everybody had this one cause, the sum is 1 up to rounding, and certain.
    everybody = (steps.survival == 0.0) & (1.0 - incidence < ROUNDING)
    incidence[everybody] = 1.0
    if variance == "aalen":
        spread = np.array([_aalen(table, steps, k) for k in range(len(jumps))])
        log_variance = np.cumsum(np.where(steps.survival > 0, steps.variance, 0.0))
    elif table.cells.cluster is not None:
        spread = _clustered(table, steps, jumps)
        log_variance = log_survival_variance(table, steps)
    else:
        spread = np.array([_jackknife(table, steps, row, k + 1) for k, row in enumerate(jumps)])
        log_variance = log_survival_variance(table, steps)
    return Incidence(
        survival=steps.survival,
        incidence=incidence,
        survival_variance=steps.survival**2 * log_variance,
        incidence_variance=np.where(everybody, 0.0, spread.reshape(jumps.shape)),
    )


def cell_paths(
    table: RiskTable, steps: HazardSteps, jumps: Floats, cause: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return how each cell's influence on F_k runs while at risk, and after it has left.

    Every cell with the same entry, exit and status has one path. At risk it is
    path(t) − start · F(t) − offset, with one path for everybody; then intercept − slope · F(t).

    Returns
    -------
    path : array, shape (T,)
    start, offset, both per cell; after : array, shape (2, cells)
        Intercept and slope.
    """
    cells = table.cells
    incidence = np.cumsum(jumps)
    total = np.cumsum(steps.per_risk)
    earlier = np.concatenate([[0.0], total[:-1]])
    path = np.cumsum(jumps * (earlier - 1.0 / table.at_risk))
    start = before(total, cells.entry)
    offset = before(path, cells.entry) - start * before(incidence, cells.entry)
    last = cells.exit
    previous = np.concatenate([[1.0], steps.survival[:-1]])
    own = np.where(cells.status == cause, (previous / table.at_risk)[last], 0.0)
    ended = (cells.status > 0) & (cells.status <= len(table.events))
    slope = np.where(ended, steps.per_event[last], 0.0) - (total[last] - start)
    at_exit = path[last] - start * incidence[last] - offset + own
    return path, start, offset, np.array([at_exit + slope * incidence[last], slope])


def _jackknife(table: RiskTable, steps: HazardSteps, jumps: Floats, cause: int) -> Floats:
    """Sum squared influences over the cells, at every time, in one pass over cells and times."""
    cells = table.cells
    size = len(table.times)
    path, start, offset, (intercept, slope) = cell_paths(table, steps, jumps, cause)
    incidence = np.cumsum(jumps)

    def gone(values: Floats) -> Floats:
        return np.cumsum(summed(cells.exit, cells.square * values, size))

    def present(values: Floats) -> Floats:
        left = summed(cells.exit, cells.square * values, size)
        if not cells.entry.any():
            return np.concatenate([np.cumsum(left[::-1])[::-1][1:], [0.0]])
        return np.cumsum(summed(cells.entry, cells.square * values, size)) - np.cumsum(left)

    after = gone(intercept**2) - 2 * incidence * gone(intercept * slope)
    after += incidence**2 * gone(slope**2)
    during = path**2 * present(np.ones_like(start)) + incidence**2 * present(start**2)
    during += present(offset**2) - 2 * path * incidence * present(start)
    during += 2 * incidence * present(start * offset) - 2 * path * present(offset)
    return np.maximum(after, 0.0) + np.maximum(during, 0.0)


def _clustered(table: RiskTable, steps: HazardSteps, jumps: Floats) -> Floats:
    from afterglow.estimate.cluster_sums import squared_incidence_paths

    cells, starts, scale = by_cluster(table)
    previous = np.concatenate([[1.0], steps.survival[:-1]])
    return squared_incidence_paths(
        starts, scale, cells.entry, cells.exit, cells.status, cells.weight,
        steps.per_event, steps.per_risk, jumps, previous / table.at_risk, table.at_risk,
    )  # fmt: skip


def incidence_influence(table: RiskTable, cause: int, time: float) -> Floats:
    """Return each cell's influence on F_cause(time), per unit of weight; causes count from 1."""
    steps = kaplan_meier_steps(table)
    last = int(table.index_at(np.array([time]))[0])
    if last < 0:
        return np.zeros(len(table.cells.exit))
    previous = np.concatenate([[1.0], steps.survival[:-1]])
    jumps = previous * table.events[cause - 1] / table.at_risk
    path, start, offset, (intercept, slope) = cell_paths(table, steps, jumps, cause)
    reached = np.cumsum(jumps)[last]
    during = path[last] - start * reached - offset
    not_yet = table.cells.entry > last
    value = np.where(table.cells.exit <= last, intercept - slope * reached, during)
    return np.where(not_yet, 0.0, value)


def _aalen(table: RiskTable, steps: HazardSteps, k: int) -> Floats:
    """Return Aalen's variance of F_k with the correction for ties of cmprsk::cuminc.

    Var F_k(t) = sum over s of c(d) · [(S(s−)/n)² (1 + (F_k(s) − F_k(t))/S(s))² d_k
    + (S(s−)/n)² ((F_k(s) − F_k(t))/S(s))² d_other], c(d) = 1 − (d − 1)/(n − 1).
    """
    n = table.at_risk
    previous = np.concatenate([[1.0], steps.survival[:-1]])
    own = table.events[k]
    other = table.ended - own
    incidence = np.cumsum(previous * own / n)
    alive = steps.survival > 0
    inverse = np.divide(1.0, steps.survival, out=np.zeros_like(n), where=alive)
    base = (previous / n) ** 2
    mine, theirs = base * own * _tie_factor(own, n), base * other * _tie_factor(other, n) * alive
    level = 1.0 + incidence * inverse
    ratio = incidence * inverse
    constant = np.cumsum(level**2 * mine + ratio**2 * theirs)
    linear = np.cumsum(inverse * (level * mine + ratio * theirs))
    square = np.cumsum(inverse**2 * (mine + theirs))
    return constant + incidence**2 * square - 2.0 * incidence * linear


def _tie_factor(events: Floats, at_risk: Floats) -> Floats:
    extra = np.maximum(events - 1.0, 0.0)
    return 1.0 - np.divide(extra, at_risk - 1.0, out=np.zeros_like(extra), where=at_risk > 1.0)
