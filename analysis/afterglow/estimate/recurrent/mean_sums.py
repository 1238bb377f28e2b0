"""The hot loop of a mean cumulative function's variance: one pass over the rows, one over time."""

from typing import NamedTuple

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import array_kernel

MOMENTS = 6
DUST = 1e-13


class Rises(NamedTuple):
    """What the influences of all units share, with the value before all times first.

    Attributes
    ----------
    mean, fall, fall_of_end, mixed : array, shape (T + 1,)
        The mean m after each time; running totals of dm/Y, of the terminal events' dL times the
        jump `end`, and of the former value of that one times dm.
    own, end : array, shape (T,)
        Jump of the influence at an event, and of its terminal part at a terminal event.
    """

    mean: Floats
    fall: Floats
    fall_of_end: Floats
    mixed: Floats
    own: Floats
    end: Floats


@array_kernel
def squared_mean_paths(
    points: Codes,
    unit: Codes,
    start: np.ndarray,
    stop: np.ndarray,
    event: np.ndarray,
    terminal: np.ndarray,
    weight: Floats,
    rises: Rises,
) -> Floats:
    """Return the sum over units of the squared influence on the mean, at every time.

    A unit has an influence x, a terminal part d and a weight at risk w. Between its own moments
    x falls by w dm/Y + d dm and d by w times the fall of the terminal part, the same for all. So
    the sums of xx, dd, ww, xd, xw, dw are carried through time, and corrected where a row of a
    unit begins or ends.

    Parameters
    ----------
    points : array of int, shape (2n,) or (0,)
        Rows' beginnings (2 × row) and ends (2 × row + 1) in order of unit and time; empty where
        the rows stand in that order already.
    unit, start, stop : array of int, shape (n,)
        Who is squared together; a row is at risk after time index `start` up to `stop`.
    event, terminal : array of bool, shape (n,)
    weight : array, shape (n,) or (1,)
    """
    changes = np.zeros((MOMENTS, len(rises.mean)))
    x = d = w = 0.0
    before = 0
    previous = -1
    for place in range(2 * len(start)):
        point = points[place] if len(points) else place
        row = point >> 1
        share = weight[row] if len(weight) > 1 else weight[0]
        now = (stop[row] if point & 1 else start[row]) + 1
        if unit[row] != previous:
            x = d = w = 0.0
            previous = unit[row]
        else:
            rise = rises.mean[now] - rises.mean[before]
            x -= w * (rises.fall[now] - rises.fall[before])
            x -= (d + w * rises.fall_of_end[before]) * rise
            x += w * (rises.mixed[now] - rises.mixed[before])
            d -= w * (rises.fall_of_end[now] - rises.fall_of_end[before])
        before = now
        add_products(changes, now, x, d, w, -1.0)
        if point & 1:
            w -= share
            x += share * rises.own[now - 1] if event[row] else 0.0
            d += share * rises.end[now - 1] if terminal[row] else 0.0
        else:
            w += share
        add_products(changes, now, x, d, w, 1.0)
    return carried(changes, rises)


@array_kernel
def add_products(changes: Floats, moment: int, x: float, d: float, w: float, sign: float) -> None:
    """Add (or take away) what one unit brings to the six sums at a moment."""
    changes[0, moment] += sign * x * x
    changes[1, moment] += sign * d * d
    changes[2, moment] += sign * w * w
    changes[3, moment] += sign * x * d
    changes[4, moment] += sign * x * w
    changes[5, moment] += sign * d * w


@array_kernel
def carried(changes: Floats, rises: Rises) -> Floats:
    """Return the sum of xx after each time; where only rounding dust is left it is 0."""
    variance = np.zeros(len(rises.mean) - 1)
    xx, dd, ww, xd, xw, dw = changes[:, 0]
    largest = 0.0
    for time in range(1, len(rises.mean)):
        a = rises.fall[time] - rises.fall[time - 1]
        b = rises.mean[time] - rises.mean[time - 1]
        e = rises.fall_of_end[time] - rises.fall_of_end[time - 1]
        xx += a * a * ww + b * b * dd + 2.0 * (a * b * dw - a * xw - b * xd)
        xd += a * e * ww + b * e * dw - a * dw - b * dd - e * xw
        xw -= a * ww + b * dw
        dd += e * e * ww - 2.0 * e * dw
        dw -= e * ww
        largest = max(largest, xx)
        xx += changes[0, time]
        dd += changes[1, time]
        ww += changes[2, time]
        xd += changes[3, time]
        xw += changes[4, time]
        dw += changes[5, time]
        largest = max(largest, xx)
        variance[time - 1] = xx if xx > DUST * largest else 0.0
    return variance
