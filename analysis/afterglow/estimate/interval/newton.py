"""One Newton step of a cumulative hazard that may only rise."""

from typing import TYPE_CHECKING, Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed

if TYPE_CHECKING:
    from afterglow.estimate.interval.npmle import Spans

DENSE: Final = 500
NARROW: Final = 4
LONGEST: Final = 2e7
RIDGE: Final = 1e-10
PRECISION: Final = 1e-10
MOST_STEPS: Final = 2000
SMALLEST_RISE, LARGEST_RISE = 1e-15, 600.0


def newton_target(spans: "Spans", hazard: Floats) -> Floats:
    """Return the rising levels that maximise the quadratic that fits at `hazard`.

    The log-likelihood of a row is −(Λ_a − Λ_e) + log(1 − exp(−(Λ_b − Λ_a))); the quadratic has
    its gradient and its second derivatives at `hazard`. Levels that would fall are joined, until
    none does.

    Parameters
    ----------
    spans : Spans
        Rows on the levels of `hazard`; the level after the last jump is infinite.
    hazard : array, shape (k,)
        Λ before the first jump (0) and after each jump but the last.
    """
    size = len(hazard)
    finite = spans.b < size
    rise = np.where(finite, hazard[np.minimum(spans.b, size - 1)] - hazard[spans.a], np.inf)
    pull = np.where(finite, 1.0 / np.expm1(np.clip(rise, SMALLEST_RISE, LARGEST_RISE)), 0.0)
    gain, curve = spans.weight * pull, spans.weight * pull * (1.0 + pull)
    gradient = (
        summed(spans.e, spans.weight, size)
        - summed(spans.a, spans.weight + gain, size)
        + summed(spans.b, gain, size + 1)[:size]
    )
    return _joined_target(spans.a[finite], spans.b[finite], curve[finite], gradient, hazard)


def _joined_target(a: Codes, b: Codes, curve: Floats, gradient: Floats, hazard: Floats) -> Floats:
    size = len(hazard)
    slope = curve * (hazard[a] - hazard[b])
    ridge = RIDGE * (summed(a, curve, size) + summed(b, curve, size) + 1.0)
    wanted = gradient + summed(a, slope, size) - summed(b, slope, size) + ridge * hazard
    group = np.arange(size)
    while True:
        count = int(group[-1]) + 1
        levels = np.zeros(count)
        sums, held = summed(group, wanted, count), summed(group, ridge, count)
        levels[1:] = _solved(group[a], group[b], curve, sums[1:], held[1:])
        falls = np.diff(levels) < 0.0
        if not falls.any():
            return levels[group]
        group = np.concatenate([[0], np.cumsum(~falls)])[group]


def _solved(a: Codes, b: Codes, curve: Floats, wanted: Floats, ridge: Floats) -> Floats:
    """Solve the weighted graph Laplacian of the edges (a, b) plus `ridge`; level 0 is held at 0.

    Short edges make it banded, few levels dense; many levels with long edges are solved by
    conjugate gradients, with the edges between neighbours as preconditioner.
    """
    from scipy.linalg import solve, solveh_banded

    k = len(wanted)
    if k == 0:
        return np.zeros(0)
    proper = a != b
    near, far, weight = a[proper] - 1, b[proper] - 1, curve[proper]
    diagonal = summed(far, weight, k) + summed(near + 1, weight, k + 1)[1:]
    diagonal += ridge
    inner = near >= 0
    near, far, weight = near[inner], far[inner], weight[inner]
    width = int((far - near).max(initial=0))
    if k > DENSE and k * width**2 > LONGEST:
        return _iterated(near, far, weight, diagonal, wanted)
    if width < k / NARROW:
        return solveh_banded(_bands(near, far, weight, diagonal, width), wanted, lower=True)
    matrix = -1.0 * summed(near * k + far, weight, k * k).reshape(k, k)
    matrix = matrix + matrix.T
    matrix[np.diag_indices(k)] = diagonal
    return solve(matrix, wanted, assume_a="pos")


def _bands(near: Codes, far: Codes, weight: Floats, diagonal: Floats, width: int) -> Floats:
    k = len(diagonal)
    flat = summed((far - near) * k + near, weight, (width + 1) * k)
    bands = -1.0 * flat.reshape(width + 1, k)
    bands[0] = diagonal
    return bands


def _iterated(near: Codes, far: Codes, weight: Floats, diagonal: Floats, wanted: Floats) -> Floats:
    from scipy.linalg import cho_solve_banded, cholesky_banded
    from scipy.sparse import coo_array, diags_array
    from scipy.sparse.linalg import LinearOperator, cg

    k = len(diagonal)
    above = coo_array((-weight, (near, far)), shape=(k, k))
    matrix = (above + above.T + diags_array(diagonal)).tocsr()
    close = far - near == 1
    bands = _bands(near[close], far[close], weight[close], diagonal, 1)
    factor = (cholesky_banded(bands, lower=True), True)
    nearly = LinearOperator((k, k), matvec=lambda x: cho_solve_banded(factor, x), dtype=np.float64)
    found, _ = cg(matrix, wanted, rtol=PRECISION, maxiter=MOST_STEPS, M=nearly)
    return found
