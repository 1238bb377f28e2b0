"""Exact permutation p-values: over every way in which the rows could have been put into groups."""

import itertools
import math
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats

MOST_ROWS_OF_TWO_GROUPS: Final = 36
MOST_ALLOCATIONS: Final = 20_000
ROUNDING: Final = 1e-9


def allocations(sizes: Codes) -> int:
    """Return in how many ways rows can be put into groups of these sizes."""
    total = math.factorial(int(sizes.sum()))
    return total // math.prod(math.factorial(int(size)) for size in sizes)


def can_be_listed(sizes: Codes) -> bool:
    """Say whether an exact p-value is quick: up to 36 rows in two groups, else few allocations."""
    if len(sizes) == 2:
        return int(sizes.sum()) <= MOST_ROWS_OF_TWO_GROUPS
    return allocations(sizes) <= MOST_ALLOCATIONS


def two_group_p_value(scores: Floats, chosen: int, observed: float) -> float:
    """Return twice the smaller tail of the sum of `chosen` of the scores, at most 1.

    Every choice counts alike. The rows are halved, the sums of all parts of each half listed, and
    the pairs of parts counted that reach the observed sum (Pagano and Tritchler's aim, by halves).
    """
    slack = ROUNDING * max(1.0, float(np.abs(scores).sum()))
    half = len(scores) // 2
    left, right = _sums_by_size(scores[:half]), _sums_by_size(scores[half:])
    low = high = 0
    for size in range(max(0, chosen - (len(scores) - half)), min(half, chosen) + 1):
        others = np.sort(right[chosen - size])
        wanted = observed - left[size]
        low += int(np.searchsorted(others, wanted + slack, side="right").sum())
        high += int((len(others) - np.searchsorted(others, wanted - slack, side="left")).sum())
    return min(1.0, 2.0 * min(low, high) / math.comb(len(scores), chosen))


def _sums_by_size(scores: Floats) -> list[Floats]:
    """Return the sums of all parts of the scores, by how many each has."""
    sums, sizes = np.zeros(1), np.zeros(1, dtype=np.int64)
    for score in scores:
        sums = np.concatenate([sums, sums + score])
        sizes = np.concatenate([sizes, sizes + 1])
    return [sums[sizes == size] for size in range(len(scores) + 1)]


def listed_p_values(
    scores: Floats, sizes: Codes, observed: tuple[float, float], trend: Floats
) -> tuple[float, float]:
    """Return how often groups differ as much, and trend as far, over all allocations.

    Parameters
    ----------
    scores : array, shape (n,)
    sizes : array of int, shape (K,)
    observed : tuple
        The sum over groups of (sum of scores)² / size, and the absolute trend.
    trend : array, shape (K,)
        The groups' numbers; any numbers where no trend is asked for.
    """
    slack = ROUNDING * max(1.0, float(np.abs(scores).sum()))
    centre = float(scores.mean() * (sizes @ trend))
    count = spread = further = 0
    for groups in _splits(tuple(range(len(scores))), sizes.tolist()):
        sums = np.array([scores[list(group)].sum() for group in groups])
        spread += float(np.sum(sums**2 / sizes)) >= observed[0] - slack
        further += abs(float(trend @ sums) - centre) >= observed[1] - slack
        count += 1
    return spread / count, further / count


def _splits(rows: tuple[int, ...], sizes: list[int]):
    if len(sizes) == 1:
        yield (rows,)
        return
    for group in itertools.combinations(rows, sizes[0]):
        taken = set(group)
        rest = tuple(row for row in rows if row not in taken)
        for others in _splits(rest, sizes[1:]):
            yield (group, *others)
