"""Restricted cubic splines of the logarithm of time."""

import numpy as np

from afterglow.estimate.checks import Floats


def knots_at(log_times: Floats, df: int) -> Floats:
    """Return `df` + 1 knots: the ends of the event times, and their evenly spaced quantiles.

    R's ``flexsurvspline(k = df - 1)``: quantiles (type 7) of the logarithms of event times. Under
    heavy ties some fall together, and fewer are left.
    """
    return np.unique(np.quantile(log_times, np.linspace(0.0, 1.0, df + 1)))


def spline_basis(x: Floats, knots: Floats) -> Floats:
    """Return 1, x and the cubic pieces, straight outside the outer knots; shape (n, df + 1)."""
    return np.column_stack([np.ones_like(x), x, *(_pieces(x, knots, 3, 1.0))])


def spline_slopes(x: Floats, knots: Floats) -> Floats:
    """Return the derivatives of `spline_basis` by x."""
    return np.column_stack([np.zeros_like(x), np.ones_like(x), *(_pieces(x, knots, 2, 3.0))])


def _pieces(x: Floats, knots: Floats, power: int, factor: float) -> list[Floats]:
    low, high = knots[0], knots[-1]

    def beyond(knot: float) -> Floats:
        return factor * np.maximum(x - knot, 0.0) ** power

    shares = (high - knots[1:-1]) / (high - low)
    return [
        beyond(knot) - share * beyond(low) - (1.0 - share) * beyond(high)
        for knot, share in zip(knots[1:-1], shares)
    ]
