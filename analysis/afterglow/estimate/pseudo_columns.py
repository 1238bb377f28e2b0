"""The pseudo-values of one group, one column per time and cause."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.hazard_steps import kaplan_meier_steps
from afterglow.estimate.incidence_steps import incidence_influence
from afterglow.estimate.influence import area_influence, survival_influence
from afterglow.estimate.leave_one_out import Grid, Stretches, grid_of, overall, without_each
from afterglow.estimate.pseudo_request import INCIDENCE, SURVIVAL, Target
from afterglow.estimate.risktable import RiskTable
from afterglow.estimate.sample import Sample
from afterglow.estimate.timegrid import near_index

LEAVE_ONE_OUT: Final = "leave-one-out"
JACKKNIFE: Final = "infinitesimal-jackknife"


def group_values(
    sample: Sample, table: RiskTable, rows: Codes, of: str, targets: Sequence[Target], method: str
) -> tuple[Floats, Floats]:
    """Return the statistic of the group in each column, and the values of its rows."""
    whole, values = [], []
    for target in targets:
        grid = grid_of(table, target.time, target.code)
        until = int(near_index(grid.times, np.array([target.time]), side="right")[0])
        value = overall(grid, until, of=of)
        if method == JACKKNIFE:
            moved = table.n * _influence(table, of, target)[_cell_of(sample, table, rows)]
        else:
            stretches = _stretches(sample, grid, rows, target.code)
            moved = (table.n - 1.0) * (value - without_each(grid, stretches, until, of=of))
        whole.append(value)
        values.append(value + moved)
    return np.array(whole), np.column_stack(values)


def _begin_and_end(sample: Sample, times: Floats, rows: Codes) -> tuple[Codes, Codes]:
    """Return the first and last index into `times` at which each row is at risk."""
    end = np.searchsorted(times, sample.times[sample.exit[rows]])
    if sample.entry is None:
        return np.zeros_like(end), end
    starts = np.concatenate([[-np.inf], sample.times])[sample.entry[rows] + 1]
    return np.searchsorted(times, starts, side="right"), end


def _stretches(sample: Sample, grid: Grid, rows: Codes, code: int) -> Stretches:
    begin, end = _begin_and_end(sample, grid.times, rows)
    status = sample.status[rows]
    return Stretches(begin=begin, end=end, event=status > 0, own=status == code)


def _influence(table: RiskTable, of: str, target: Target) -> Floats:
    """Return each cell's influence on the statistic, per unit of weight."""
    if of == INCIDENCE:
        return incidence_influence(table, target.code, target.time)
    steps = kaplan_meier_steps(table)
    if of == SURVIVAL:
        return survival_influence(table, steps, target.time)
    edges = np.minimum(np.append(table.times, np.inf), target.time)
    after = np.cumsum((steps.survival * np.diff(edges))[::-1])[::-1]
    return area_influence(table, steps, after)


def _cell_of(sample: Sample, table: RiskTable, rows: Codes) -> Codes:
    """Return each row's cell: rows with the same entry, exit and status share one."""
    cells = table.cells
    begin, end = _begin_and_end(sample, table.times, rows)
    times, statuses = len(table.times) + 1, len(table.events) + 2

    def code(entry: Codes, exit_: Codes, status: Codes) -> Codes:
        return (entry * times + exit_) * statuses + status

    known = code(cells.entry, cells.exit, cells.status)
    order = np.argsort(known, kind="stable")
    return order[np.searchsorted(known[order], code(begin, end, sample.status[rows]))]
