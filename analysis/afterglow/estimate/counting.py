"""Sums by integer code, such as counts at each time."""

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, Floats


def summed(codes: NDArray[np.integer], values: Floats | Codes | None, size: int) -> Floats:
    """Sum `values` by code into an array of `size` numbers; None counts rows."""
    return np.bincount(codes, weights=values, minlength=size).astype(np.float64, copy=False)


def ordered_sum(codes: NDArray[np.integer], values: Floats | None, size: int) -> Floats:
    """Sum `values` by code so that the order of the rows changes no bit; None counts rows."""
    if values is not None and not np.array_equal(values, np.floor(values)):
        order = np.lexsort((values, codes))
        codes, values = codes[order], values[order]
    return summed(codes, values, size)
