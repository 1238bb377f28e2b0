"""Running sums and products over event times that begin anew in each stratum."""

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Floats
from afterglow.kernel import kernel


@kernel
def sums_staying(
    first: NDArray[np.bool_], staying: Floats, dying: Floats, entering: Floats
) -> None:
    """Turn `staying` into the sum over all at risk at each cell who have no event there.

    Parameters
    ----------
    first : array of bool, shape (C,)
        Whether a cell is the first of its stratum.
    staying, dying : array, shape (C,)
        Sum over the rows whose last cell this is, without and with an event there.
    entering : array, shape (C,)
        Sum over the rows that are at risk from the next cell on.
    """
    for cell in range(len(first) - 2, -1, -1):
        if not first[cell + 1]:
            staying[cell] += staying[cell + 1] + dying[cell + 1] - entering[cell]


@kernel
def products_before(first: NDArray[np.bool_], factor: Floats) -> None:
    """Replace each factor by the product of those before it in its stratum, 1 for the first."""
    product = 1.0
    for cell in range(len(first)):
        if first[cell]:
            product = 1.0
        own = factor[cell]
        factor[cell] = product
        product *= own
