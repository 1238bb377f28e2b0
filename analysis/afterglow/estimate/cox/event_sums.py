"""The sum over the events of their covariates, each times a factor of its event time."""

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Floats
from afterglow.kernel import kernel


@kernel
def add_events(
    columns: Floats,
    center: Floats,
    event: NDArray[np.bool_],
    leave: NDArray[np.int32],
    weight: Floats,
    factor: Floats,
    total: Floats,
) -> None:
    """Add weight × factor × (x − center) of every row with the event to `total`, shape (p,).

    Parameters
    ----------
    columns : array, shape (p, n)
    center : array, shape (p,)
    event, leave
        As in `CoxRows` and `EventCells`.
    weight : array, shape (n,) or (1,)
        One number where all rows weigh the same.
    factor : array, shape (C,)
    """
    for i in range(len(event)):
        if event[i]:
            own = factor[leave[i]] * (weight[i] if len(weight) > 1 else weight[0])
            for j in range(len(total)):
                total[j] += own * (columns[j, i] - center[j])
