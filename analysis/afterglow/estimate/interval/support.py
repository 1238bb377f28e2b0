"""The support intervals of the likelihood: the only places where it can put probability."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.timegrid import time_grid

EXACT, RIGHT, OPEN, PLACES = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Support:
    """Turnbull's innermost intervals (lower, upper], and which of them each row covers.

    Attributes
    ----------
    lower, upper : array, shape (m,)
        In order of time and disjoint; lower = upper is a single time, upper may be infinite.
    first, last : array of int, shape (n,)
        Row i covers the intervals first[i] … last[i] − 1 (counted from 0), and no others.
    start : array of int, shape (n,)
        How many of the intervals lie at or before the row's entry; 0 without delayed entry.
    """

    lower: Floats
    upper: Floats
    first: Codes
    last: Codes
    start: Codes


def support_of(lower: Floats, upper: Floats, entry: Floats | None = None) -> Support:
    """Return the support intervals of rows (lower, upper], seen from `entry` on.

    A support interval begins at a row's left end and ends at the next right end, with no end of
    any row inside; an entry counts as a right end (Frydman 1994; Alioum and Commenges 1996).
    lower = upper is an exactly known time; times apart by rounding noise are one.
    """
    times, left, right, begin = coded_ends(lower, upper, entry)
    exact = left == right
    lefts = PLACES * left + np.where(exact, EXACT, OPEN)
    rights = PLACES * right + RIGHT
    begins = PLACES * begin + RIGHT
    ends = np.unique(np.concatenate([rights, begins[begin >= 0]]))
    starts = np.unique(lefts)
    place = np.searchsorted(starts, ends) - 1
    before = np.concatenate([[-PLACES], ends[:-1]])
    inner = (place >= 0) & (starts[place] > before)
    inner_left, inner_right = starts[place][inner], ends[inner]
    finite = np.append(times, np.inf)
    return Support(
        lower=np.where(inner_left < 0, 0.0, finite[inner_left // PLACES]),
        upper=finite[inner_right // PLACES],
        first=np.searchsorted(inner_left, lefts),
        last=np.searchsorted(inner_right, rights, side="right"),
        start=np.searchsorted(inner_right, begins, side="right"),
    )


def coded_ends(
    lower: Floats, upper: Floats, entry: Floats | None
) -> tuple[Floats, Codes, Codes, Codes]:
    """Return the distinct finite times, and codes into them; −1 for −inf, their number for inf."""
    n = len(lower)
    begin = np.full(n, -np.inf) if entry is None else entry
    values = np.concatenate([lower, upper, begin])
    known = np.isfinite(values)
    times, finite, _ = time_grid(values[known], None)
    codes = np.where(values > 0, len(times), -1)
    codes[known] = finite
    return times, codes[:n], codes[n : 2 * n], codes[2 * n :]
