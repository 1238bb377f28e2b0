"""Compiled sums over those who stay in the risk set after a competing event."""

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import kernel


@kernel
def add_waiting(
    columns: Floats,
    center: Floats,
    risk: Floats,
    scale: Floats,
    row: Codes,
    begin: Codes,
    group: Codes,
    waiting: Floats,
) -> None:
    """Add each waiting row's risk, and its risk times x, to the cell from which it waits.

    Parameters
    ----------
    columns : array, shape (p, n)
        Covariates of all rows.
    center : array, shape (p,)
    risk : array, shape (n,)
        Weight times exp(linear predictor).
    scale : array, shape (m,)
        One over the probability of being followed until the competing event.
    row, begin, group : array of int, shape (m,)
        Which row waits, from which cell on, and its censoring group.
    waiting : array, shape (G, C, p + 1), filled
    """
    size = columns.shape[0]
    for k in range(len(row)):
        i = row[k]
        own = risk[i] * scale[k]
        waiting[group[k], begin[k], 0] += own
        for j in range(size):
            waiting[group[k], begin[k], j + 1] += own * (columns[j, i] - center[j])


@kernel
def count_waiting(
    first: NDArray[np.bool_], followed: Floats, waiting: Floats, staying: Floats
) -> None:
    """Add to `staying` all who wait at each cell, each with its probability of being followed.

    One pass forwards that begins anew where `first` is true; `waiting` becomes cumulative.
    """
    groups, cells = followed.shape
    for group in range(groups):
        for cell in range(cells):
            for j in range(staying.shape[1]):
                if not first[cell]:
                    waiting[group, cell, j] += waiting[group, cell - 1, j]
                staying[cell, j] += followed[group, cell] * waiting[group, cell, j]


@kernel
def add_products(
    columns: Floats, center: Floats, row: Codes, factor: Floats, products: Floats
) -> None:
    """Add to the lower triangle of `products` x x' of each waiting row times its factor."""
    size = columns.shape[0]
    for k in range(len(row)):
        i = row[k]
        for j in range(size):
            value = factor[k] * (columns[j, i] - center[j])
            for other in range(j + 1):
                products[j, other] += value * (columns[other, i] - center[other])
