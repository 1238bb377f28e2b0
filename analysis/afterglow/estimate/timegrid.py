"""Distinct times in order, where times that differ by rounding noise are one."""

from typing import Final, Literal

import numpy as np

from afterglow.estimate.checks import Codes, Floats

TIE_TOLERANCE: Final = float(np.sqrt(np.finfo(np.float64).eps))
LARGEST_WHOLE: Final = 1e7
SMALL_RANGE: Final = 10_000


def time_grid(exit_: Floats, entry: Floats | None) -> tuple[Floats, Codes, Codes | None]:
    """Return the distinct times, and the index of each row's exit and entry among them.

    Neighbouring distinct times no further apart than 1.5e-8, absolutely or relative to the mean
    distinct time, become the smaller of the two, as in R's survfit (timefix). An entry of −inf
    has index −1.
    """
    values = exit_ if entry is None else np.concatenate([exit_, entry])
    endless = np.isneginf(values)
    finite = values[~endless] if endless.any() else values
    times, codes = _counted(finite) if _countable(finite) else _sorted(finite)
    if len(finite) < len(values):
        everyone = np.full(len(values), -1, dtype=np.int64)
        everyone[~endless] = codes
        codes = everyone
    return times, codes[: len(exit_)], None if entry is None else codes[len(exit_) :]


def near_index(times: Floats, asked: Floats, *, side: Literal["left", "right"]) -> Codes:
    """Return `searchsorted` with rounding noise forgiven: right counts times <= asked."""
    slack = TIE_TOLERANCE * np.maximum(1.0, np.abs(asked))
    return np.searchsorted(times, asked + (slack if side == "right" else -slack), side=side)


def _countable(values: Floats) -> bool:
    """Say whether values are whole numbers in a range that is worth an array of counts."""
    low, high = values.min(), values.max()
    if high >= LARGEST_WHOLE or high - low >= max(SMALL_RANGE, len(values)):
        return False
    return bool(np.array_equal(values, np.floor(values)))


def _counted(values: Floats) -> tuple[Floats, Codes]:
    days = values.astype(np.int64)
    first = int(days.min())
    days -= first
    present = np.bincount(days) > 0
    times = (np.flatnonzero(present) + first).astype(np.float64)
    if len(times) == len(present):
        return times, days
    return times, (np.cumsum(present) - 1)[days]


def _sorted(values: Floats) -> tuple[Floats, Codes]:
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    gaps = np.diff(ranked, prepend=-np.inf)
    distinct = ranked[gaps > 0.0]
    scale = max(1.0, float(np.mean(np.abs(distinct))))
    new = gaps > TIE_TOLERANCE * scale
    codes = np.empty(len(values), dtype=np.int64)
    codes[order] = np.cumsum(new) - 1
    return ranked[new], codes
