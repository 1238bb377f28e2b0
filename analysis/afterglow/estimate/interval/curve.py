"""One group's survival curve that is known outside its support intervals only."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.interval.npmle import Npmle, npmle
from afterglow.estimate.interval.sample import IntervalSample
from afterglow.estimate.interval.support import support_of
from afterglow.estimate.timegrid import TIE_TOLERANCE, near_index

SMALLEST_MASS: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoxCurve:
    """A curve that falls by `mass` somewhere within each (lower, upper], and is level between.

    Attributes
    ----------
    lower, upper : array, shape (k,)
        The support intervals with mass, in order; lower = upper is a fall at that time, and the
        last upper end may be infinite.
    mass : array, shape (k,)
    """

    lower: Floats
    upper: Floats
    mass: Floats

    @property
    def survival(self) -> Floats:
        """The curve before the first interval and after each, shape (k + 1,)."""
        return np.append(np.cumsum(self.mass[::-1])[::-1], 0.0)

    def range_at(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the lowest and the highest value that the curve can have at each time.

        They differ inside a support interval, where every value between fits equally well.
        """
        over = near_index(self.upper, times, side="right")
        begun = np.maximum(near_index(self.lower, times, side="left"), over)
        return self.survival[begun], self.survival[over]

    def quantile(self, share: float) -> tuple[float, float]:
        """Return the earliest and latest time by which `share` can have had the event.

        Where the curve is level exactly at 1 − share, the middle of the level stretch.
        """
        reached = np.cumsum(self.mass)
        place = int(np.searchsorted(reached, share - TIE_TOLERANCE))
        place = min(place, len(reached) - 1)
        first, last = float(self.lower[place]), float(self.upper[place])
        level = abs(reached[place] - share) < TIE_TOLERANCE and place + 1 < len(reached)
        if not level:
            return first, last
        return (first + float(self.lower[place + 1])) / 2.0, (
            last + float(self.upper[place + 1])
        ) / 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalCurve:
    """One group's estimate.

    Attributes
    ----------
    label : str
    boxes : BoxCurve
    fit : Npmle
    n, n_events : float
    resampled : tuple of BoxCurve
        The curves of the bootstrap resamples; empty without a bootstrap.
    """

    label: str
    boxes: BoxCurve
    fit: Npmle
    n: float
    n_events: float
    resampled: tuple[BoxCurve, ...]


def fitted(sample: IntervalSample) -> tuple[BoxCurve, Npmle]:
    """Return the curve of all rows of a sample, whatever their group."""
    support = support_of(sample.lower, sample.upper, sample.entry)
    fit = npmle(support, sample.weight)
    kept = fit.mass > SMALLEST_MASS
    mass = fit.mass[kept]
    boxes = BoxCurve(lower=support.lower[kept], upper=support.upper[kept], mass=mass / mass.sum())
    return boxes, fit
