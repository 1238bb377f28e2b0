"""The days of records as columnar tables hold them: values, and a bit for each that is known."""

import numpy as np

from afterglow.kernel import kernel

BITS_PER_BYTE = 8


@kernel
def _split(values, known, bits):
    missing = 0
    for i in range(len(values)):
        value = values[i]
        known[i] = value
        if np.isnan(value):
            missing += 1
        else:
            bits[i >> 3] |= np.uint8(1 << (i & 7))
    return missing


def split_missing(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Return a copy of a field's values, which of them are known, and how many are not.

    Parameters
    ----------
    values : float64 array of length n
        A field of records; NaN where there is none.

    Returns
    -------
    (known, bits, missing)
        The values; one bit per value, the lowest of a byte first, 1 where it is not NaN; the
        number of NaN.
    """
    known = np.empty(len(values))
    bits = np.zeros(-(-len(values) // BITS_PER_BYTE), np.uint8)
    return known, bits, int(_split(values, known, bits))
