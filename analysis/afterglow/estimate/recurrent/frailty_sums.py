"""Compiled sums over the clusters that share a frailty: expected events, and their curvature."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import array_kernel


class SharedRows(NamedTuple):
    """Rows at risk and who shares their frailty; `leave`, `begin`, `first` as in `EventCells`."""

    columns: Floats
    center: Floats
    risk: Floats
    event: NDArray[np.bool_]
    leave: NDArray[np.int32]
    begin: NDArray[np.int32]
    first: NDArray[np.bool_]
    cluster: Codes


class Hazards(NamedTuple):
    """Running totals over the event cells of each stratum, and what those with an event get.

    Attributes
    ----------
    total, own_total : array, shape (C,)
        Hazard up to each cell; for a row that has the event there.
    moved, own_moved : array, shape (C, p)
        Hazard times the covariates' mean.
    """

    total: Floats
    own_total: Floats
    moved: Floats
    own_moved: Floats


@array_kernel
def add_expected(rows: SharedRows, hazards: Hazards, expected: Floats, crossed: Floats) -> None:
    """Add each row's expected events to its cluster's, and its share of the mixed curvature.

    `expected`, shape (q,), gets the sums of risk times hazard; `crossed`, shape (q, p), minus the
    second derivatives by the cluster's log frailty and the coefficients.
    """
    size = len(rows.center)
    for i in range(len(rows.risk)):
        leave = rows.leave[i]
        if leave < 0:
            continue
        late = len(rows.begin) > 0 and rows.begin[i] > 0 and not rows.first[rows.begin[i]]
        before = rows.begin[i] - 1 if late else 0
        exposed = rows_hazard(hazards.total, hazards.own_total, rows.event[i], leave)
        exposed -= hazards.total[before] if late else 0.0
        own = rows.cluster[i]
        expected[own] += rows.risk[i] * exposed
        for j in range(size):
            carried = hazards.own_moved[leave, j] if rows.event[i] else hazards.moved[leave, j]
            carried -= hazards.moved[before, j] if late else 0.0
            x = rows.columns[j, i] - rows.center[j]
            crossed[own, j] += rows.risk[i] * (x * exposed - carried)


@array_kernel
def rows_hazard(total: Floats, own_total: Floats, event: bool, leave: int) -> float:
    """Return the hazard up to a row's last cell."""
    return own_total[leave] if event else total[leave]


@array_kernel
def add_squares(
    points: Codes,
    place: Codes,
    rows: SharedRows,
    powers: Floats,
    running: Floats,
    squares: Floats,
) -> None:
    """Add to `squares`, shape (q,), the sums over events of a cluster's squared share of risk.

    With R the risk of a cluster's rows and D that of its rows with the event at a cell, the sum
    over the tied events there is q₀(R − D)² + 2q₁(R − D)D + q₂D². Between the moments at which
    rows of the cluster come and go it is q₀R², of which `running` holds the totals.

    Parameters
    ----------
    points, place : array of int, shape (m,)
        Beginnings (2 × row) and ends (2 × row + 1) in order of cluster and cell, and the first
        cell from which each counts.
    powers : array, shape (C, 5)
        As in `Evaluation`.
    running : array, shape (C + 1,)
        Running total of q₀ with 0 before the first.
    """
    present = 0.0
    previous = -1
    since = 0
    at = 0
    while at < len(points):
        own = rows.cluster[points[at] >> 1]
        if own != previous:
            present, since, previous = 0.0, place[at], own
        here = place[at]
        squares[own] += present * present * (running[here] - running[since])
        change = died = 0.0
        while at < len(points) and place[at] == here and rows.cluster[points[at] >> 1] == own:
            row = points[at] >> 1
            ends = points[at] & 1
            change += -rows.risk[row] if ends else rows.risk[row]
            if ends and rows.event[row]:
                died += rows.risk[row]
            at += 1
        if died > 0.0:
            q0, q1, q2 = powers[here - 1, 2], powers[here - 1, 3], powers[here - 1, 4]
            stays = present - died
            squares[own] += q0 * stays * stays + 2.0 * q1 * stays * died + q2 * died * died
            squares[own] -= q0 * present * present
        present += change
        since = here
