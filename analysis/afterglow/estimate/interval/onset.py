"""When a response began: drawn within the interval in which it was not yet seen and then was."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.interval.curve import SMALLEST_MASS
from afterglow.estimate.interval.npmle import npmle
from afterglow.estimate.interval.support import support_of

RULES: Final = ("npmle", "uniform", "midpoint", "earliest", "latest")
FIXED: Final = {"midpoint": 0.5, "earliest": 0.0, "latest": 1.0}
"""Rules that draw nothing, and which share of the interval they take."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Onsets:
    """Intervals (lower, upper] in which onsets lie; lower = upper is a known day.

    Attributes
    ----------
    lower, upper : array, shape (n,)
        Days on one clock for all, such as days since the first session.
    """

    lower: Floats
    upper: Floats

    @property
    def mean_width(self) -> float:
        """Mean width of the intervals of those whose onset is not known, 0 where all are."""
        width = self.upper - self.lower
        return float(width[width > 0.0].mean()) if (width > 0.0).any() else 0.0

    def drawn(self, rule: str, random: np.random.Generator) -> Floats:
        """Return one onset per row.

        ``npmle``: from the non-parametric estimate of the onsets of a resample of the rows,
        conditional on the row's interval, evenly within a support interval; where the resample
        says nothing of an interval, evenly within it. ``uniform``: evenly within the interval.
        The others take its middle, its beginning or its end. The order of the rows decides which
        of two equal rows is drawn first, so they should stand in an order of their own.
        """
        width = self.upper - self.lower
        if rule in FIXED:
            return self.lower + FIXED[rule] * width
        share = random.random(len(width))
        evenly = self.lower + share * width
        if rule == "uniform" or not (width > 0.0).any():
            return evenly
        return self._conditional(random, share, evenly)

    def _conditional(self, random: np.random.Generator, share: Floats, evenly: Floats) -> Floats:
        picked = np.sort(random.integers(0, len(share), len(share)))
        support = support_of(self.lower[picked], self.upper[picked])
        mass = npmle(support, np.ones(len(picked))).mass
        kept = mass > SMALLEST_MASS
        begin, end, mass = support.lower[kept], support.upper[kept], mass[kept]
        return _within(self.lower, self.upper, (begin, end, mass), random.random(len(share)), share,
                       evenly)  # fmt: skip


def _within(
    lower: Floats,
    upper: Floats,
    boxes: tuple[Floats, Floats, Floats],
    pick: Floats,
    share: Floats,
    evenly: Floats,
) -> Floats:
    """Draw a box in proportion to the mass that it has within each interval, then a day in it."""
    begin, end, mass = boxes
    left = np.maximum(begin[None, :], lower[:, None])
    right = np.minimum(end[None, :], upper[:, None])
    point = (begin == end)[None, :]
    width = np.where(point, 1.0, (end - begin)[None, :])
    inside = np.where(point, (begin[None, :] > lower[:, None]) & (end[None, :] <= upper[:, None]),
                      np.clip(right - left, 0.0, None) / width)  # fmt: skip
    weight = mass[None, :] * inside
    total = weight.sum(axis=1)
    reached = np.cumsum(weight, axis=1)
    box: Codes = np.minimum((reached <= (pick * total)[:, None]).sum(axis=1), len(mass) - 1).astype(
        np.int64
    )
    rows = np.arange(len(lower))
    drawn = left[rows, box] + share * np.maximum(right[rows, box] - left[rows, box], 0.0)
    known = (total > 0.0) & (upper > lower)
    return np.where(known, np.clip(drawn, lower, upper), evenly)
