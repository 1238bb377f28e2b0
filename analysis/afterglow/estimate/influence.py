"""Infinitesimal-jackknife variance: what the curve would do if a row counted a little more."""

import numpy as np

from afterglow.estimate.cells import Cells
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.hazard_steps import HazardSteps
from afterglow.estimate.risktable import RiskTable


def had_event(table: RiskTable) -> np.ndarray:
    """Return which cells end with an event of some cause."""
    status = table.cells.status
    return (status > 0) & (status <= len(table.events))


def before(values: Floats, index: Codes) -> Floats:
    """Return the running total just before the times with `index` (0 before the first)."""
    return np.concatenate([[0.0], values])[index]


def log_survival_variance(table: RiskTable, steps: HazardSteps) -> Floats:
    """Return the jackknife variance of log S at every time, with or without clusters.

    Without clusters it costs one pass over the distinct (entry, exit, status) cells: a row still
    at risk has influence A(t) − A(entry), one that left has a constant.
    """
    cells = table.cells
    if cells.cluster is not None:
        return _clustered_variance(table, steps)
    total = np.cumsum(steps.per_risk)
    start = before(total, cells.entry)
    own = np.where(had_event(table), steps.per_event[cells.exit], 0.0)
    final = own - (total[cells.exit] - start)
    size = len(table.times)
    left = np.cumsum(summed(cells.exit, cells.square * final**2, size))
    zeroth, first, second = (_present(cells, cells.square * start**k, size) for k in range(3))
    return left + np.maximum(total**2 * zeroth - 2.0 * total * first + second, 0.0)


def _present(cells: Cells, values: Floats, size: int) -> Floats:
    """Sum `values` over the cells at risk just after each time."""
    gone = summed(cells.exit, values, size)
    if not cells.entry.any():
        return np.concatenate([np.cumsum(gone[::-1])[::-1][1:], [0.0]])
    return np.cumsum(summed(cells.entry, values, size)) - np.cumsum(gone)


def _clustered_variance(table: RiskTable, steps: HazardSteps) -> Floats:
    from afterglow.estimate.cluster_sums import squared_paths

    cells, starts, scale = by_cluster(table)
    own = np.where(had_event(table), steps.per_event[table.cells.exit], 0.0)
    return squared_paths(
        starts, scale, cells.entry, cells.exit, cells.weight, own * cells.weight, steps.per_risk
    )


def by_cluster(table: RiskTable) -> tuple[Cells, Codes, Floats]:
    """Return the cells (already in order of clusters), where each begins, and its multiplier."""
    cells = table.cells
    cluster = cells.cluster if cells.cluster is not None else np.arange(len(cells.exit))
    first = np.concatenate([[0], np.flatnonzero(np.diff(cluster)) + 1])
    scale = np.ones(len(first))
    if table.per_subject:
        scale = 1.0 / cells.weight[first]
    return cells, np.concatenate([first, [len(cluster)]]), scale


def survival_influence(table: RiskTable, steps: HazardSteps, time: float) -> Floats:
    """Return each cell's influence on S(time), per unit of weight."""
    cells = table.cells
    last = int(table.index_at(np.array([time]))[0])
    if last < 0:
        return np.zeros(len(cells.exit))
    reached = np.arange(len(table.times)) <= last
    return -steps.survival[last] * _compensated(table, steps, reached.astype(np.float64))


def area_influence(table: RiskTable, steps: HazardSteps, area_after: Floats) -> Floats:
    """Return each cell's influence on the restricted mean, per unit of weight.

    `area_after` is the area under the curve from each time to the horizon, 0 from there on.
    """
    return -_compensated(table, steps, area_after)


def _compensated(table: RiskTable, steps: HazardSteps, factor: Floats) -> Floats:
    cells = table.cells
    total = np.cumsum(factor * steps.per_risk)
    own = np.where(had_event(table), (factor * steps.per_event)[cells.exit], 0.0)
    return own - (total[cells.exit] - before(total, cells.entry))


def influence_variance(table: RiskTable, influence: Floats) -> float:
    """Return the variance of one statistic from the cells' influences on it."""
    cells = table.cells
    if cells.cluster is None:
        return float(np.sum(cells.square * influence**2))
    _, starts, scale = by_cluster(table)
    sums = np.add.reduceat(cells.weight * influence, starts[:-1])
    return float(np.sum(scale * sums**2))
