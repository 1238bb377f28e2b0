"""Risk sets and hazards under late entry without differences, where those would be dust.

Someone who enters late is elsewhere taken away again from the sum over those at risk, and goes
through the difference of two cumulative hazards. Where risks span many powers of ten, as with the
day of entry as covariate, what is left over is rounding.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Floats
from afterglow.kernel import kernel

MOST_LOST: Final = 1e6
"""The risk at a cell may be what is left over of so many times as much, in a difference."""
MOST_PASSED: Final = 1e9
"""The hazard so far may be so many times the smallest step of it."""


def hazards_span(hazard: Floats, total: Floats) -> bool:
    """Tell whether steps, shape (C,), are lost in differences of their cumulative sums."""
    steps = hazard[hazard > 0.0]
    return bool(len(steps) and total.max() > MOST_PASSED * steps.min())


def hazards_over_intervals(
    values: Floats,
    own: Floats,
    event: NDArray[np.bool_],
    leave: NDArray[np.int32],
    begin: NDArray[np.int32],
) -> Floats:
    """Return what each row goes through from its first cell to its last, shape (n, w).

    Parameters
    ----------
    values, own : array, shape (C, w)
        Of each cell, for those who stay; and for those who have the event there.
    event, leave, begin
        As in `EventCells`; `begin` is not empty.
    """
    leaves = 1 << max(len(values) - 1, 1).bit_length()
    tree = np.zeros((2 * leaves, values.shape[1]))
    tree[leaves : leaves + len(values)] = values
    level = leaves // 2
    while level:
        tree[level : 2 * level] = (
            tree[2 * level : 4 * level : 2] + tree[2 * level + 1 : 4 * level : 2]
        )
        level //= 2
    through = np.zeros((len(event), values.shape[1]))
    go_through(tree, own, event, leave, begin, through)
    return through


def sums_over_intervals(
    columns: Floats,
    center: Floats,
    risk: Floats,
    event: NDArray[np.bool_],
    leave: NDArray[np.int32],
    begin: NDArray[np.int32],
    cells: int,
) -> Floats:
    """Return risk, and risk times x, of all at risk at each cell but those with the event there.

    Parameters
    ----------
    columns, center, risk, event, leave, begin
        As in `add_rows`; `begin` is not empty.
    cells : int
        C.

    Returns
    -------
    array, shape (C, p + 1)
    """
    leaves = 1 << max(cells - 1, 1).bit_length()
    tree = np.zeros((2 * leaves, len(center) + 1))
    add_intervals(columns, center, risk, event, leave, begin, tree)
    return tree[leaves : leaves + cells]


@kernel
def add_intervals(
    columns: Floats,
    center: Floats,
    risk: Floats,
    event: NDArray[np.bool_],
    leave: NDArray[np.int32],
    begin: NDArray[np.int32],
    tree: Floats,
) -> None:
    """Add each row to the few nodes that make up its interval, then every node to its leaves.

    `tree`, shape (2 × leaves, p + 1), is binary: node 1 is the root, 2k and 2k + 1 are below k.
    """
    leaves, width = tree.shape[0] // 2, tree.shape[1]
    for i in range(len(risk)):
        if leave[i] < 0:
            continue
        low, high = begin[i] + leaves, leave[i] + leaves + (0 if event[i] else 1)
        while low < high:
            if low % 2:
                tree[low, 0] += risk[i]
                for j in range(1, width):
                    tree[low, j] += risk[i] * (columns[j - 1, i] - center[j - 1])
                low += 1
            if high % 2:
                high -= 1
                tree[high, 0] += risk[i]
                for j in range(1, width):
                    tree[high, j] += risk[i] * (columns[j - 1, i] - center[j - 1])
            low //= 2
            high //= 2
    for node in range(2, 2 * leaves):
        for j in range(width):
            tree[node, j] += tree[node // 2, j]


@kernel
def go_through(
    tree: Floats,
    own: Floats,
    event: NDArray[np.bool_],
    leave: NDArray[np.int32],
    begin: NDArray[np.int32],
    through: Floats,
) -> None:
    """Add up the few nodes of `tree` that make up each row's interval, and its last cell."""
    leaves, width = tree.shape[0] // 2, tree.shape[1]
    for i in range(len(event)):
        if leave[i] < 0:
            continue
        for j in range(width):
            through[i, j] = own[leave[i], j] if event[i] else tree[leaves + leave[i], j]
        low, high = begin[i] + leaves, leave[i] + leaves
        while low < high:
            if low % 2:
                for j in range(width):
                    through[i, j] += tree[low, j]
                low += 1
            if high % 2:
                high -= 1
                for j in range(width):
                    through[i, j] += tree[high, j]
            low //= 2
            high //= 2
