"""The days of records as columnar tables hold them: values, and a bit for each that is known."""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from afterglow.kernel import kernel

BITS_PER_BYTE = 8


@kernel
def _split(days, known, bits):
    """Copy column by column, eight records at a time: as many as share a byte of bits."""
    for byte in range(bits.shape[1]):
        first = byte * BITS_PER_BYTE
        stop = min(first + BITS_PER_BYTE, len(days))
        for column in range(len(known)):
            mask = 0
            for i in range(first, stop):
                value = days[i, column]
                known[column, i] = value
                mask |= (value == value) << (i - first)  # NaN is not itself
            bits[column, byte] = mask


def split_missing(records: np.ndarray, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return a copy of the days in each field, and which of them are known.

    Parameters
    ----------
    records : structured array of length n
    names : sequence of str
        float64 fields that stand side by side in this order; NaN where there is no day.

    Returns
    -------
    (known, bits) : float64 array of shape (names, n), uint8 array of shape (names, ceil(n / 8))
        The values; one bit per value, the lowest of a byte first, 1 where it is not NaN.
    """
    first, n = records[names[0]], len(records)
    days = as_strided(first, (n, len(names)), (first.strides[0], first.itemsize))
    known = np.empty((len(names), n))
    bits = np.empty((len(names), -(-n // BITS_PER_BYTE)), np.uint8)
    _split(days, known, bits)
    return known, bits
