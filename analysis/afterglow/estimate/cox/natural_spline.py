"""A natural cubic spline fitted by least squares, with the width of its band."""

import numpy as np

from afterglow.estimate.checks import Floats

KNOTS: tuple[float, ...] = (1.0 / 3.0, 2.0 / 3.0)


def spline_smooth(x: Floats, y: Floats, at: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Fit y on x and return the curve at `at`, and each value's variance per unit of residual.

    Two inner knots at the thirds of `at` and `x` together, boundary knots at the ends of `at`: four
    parameters, R's ``ns(c(at, x), df = 4, intercept = TRUE)``. NaN where x has too few distinct
    values.
    """
    low, high = float(at.min()), float(at.max())
    unknown = np.full(len(at), np.nan)
    if not high > low:
        return unknown, unknown
    inner = np.quantile(np.concatenate([at, x]), KNOTS)
    knots = (np.array([low, *inner, high]) - low) / (high - low)
    basis, asked = (_basis((values - low) / (high - low), knots) for values in (x, at))
    products = (basis * weight[:, None]).T @ basis
    if np.linalg.matrix_rank(products, hermitian=True) < len(products):
        return unknown, unknown
    inverse = np.linalg.inv(products)
    coefficients = inverse @ ((basis * weight[:, None]).T @ y)
    return asked @ coefficients, np.einsum("ij,jk,ik->i", asked, inverse, asked)


def _basis(x: Floats, knots: Floats) -> Floats:
    """Return 1, x and the cubic pieces that are straight outside the knots."""
    last, before = knots[-1], knots[-2]

    def bend(knot: float) -> Floats:
        return (np.maximum(x - knot, 0.0) ** 3 - np.maximum(x - last, 0.0) ** 3) / (last - knot)

    pieces = [bend(knot) - bend(before) for knot in knots[:-2]]
    return np.column_stack([np.ones_like(x), x, *pieces])
