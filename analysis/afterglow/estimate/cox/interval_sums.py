"""Risk sets under late entry without taking anything away, where a difference would be dust.

Someone who enters late is elsewhere taken away again from the sum over those at risk. Where risks
span many powers of ten, as with the day of entry as covariate, what is left over is rounding.
"""

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Floats
from afterglow.kernel import kernel


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
