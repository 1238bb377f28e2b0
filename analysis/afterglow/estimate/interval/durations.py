"""Durations from known beginnings, and those that ended before a visit could show them."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.interval.curve import BoxCurve, fitted
from afterglow.estimate.interval.incidence_boxes import BoxIncidence, fitted_incidence
from afterglow.estimate.interval.late_entry import share_seen, window_of
from afterglow.estimate.interval.sample import IntervalSample

HALF: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What is estimated from rows: one cause among several, or the only one (Turnbull's curve).

    Attributes
    ----------
    cause_of : array of int or None
        See `fitted_incidence`; None: Turnbull's curve.
    place, causes : int
    """

    cause_of: Codes | None = None
    place: int = 0
    causes: int = 1

    def of(self, rows: IntervalSample) -> BoxCurve | BoxIncidence:
        """Return the curve of some rows."""
        if self.cause_of is None:
            return fitted(rows)[0]
        return fitted_incidence(rows, self.cause_of, self.causes)[0]

    def range_at(self, boxes: BoxCurve | BoxIncidence, days: Floats) -> tuple[Floats, Floats]:
        """Return the lowest and highest incidence."""
        if isinstance(boxes, BoxCurve):
            lowest, highest = boxes.range_at(days)
            return 1.0 - highest, 1.0 - lowest
        low, high = boxes.range_at(days)
        return low[self.place], high[self.place]

    def quantile(self, boxes: BoxCurve | BoxIncidence, share: float) -> tuple[float, float]:
        """Return the earliest and latest time by which `share` can have had the event."""
        if share <= 0.0:
            return 0.0, 0.0
        if share >= 1.0:
            return np.inf, np.inf
        if isinstance(boxes, BoxCurve):
            return boxes.quantile(share)
        return boxes.quantile(self.place, share)

    def free_at(self, boxes: BoxCurve | BoxIncidence, day: float) -> float:
        """Return the probability of no event of any cause, the middle of what is possible."""
        asked = np.array([day])
        ends = boxes.range_at(asked) if isinstance(boxes, BoxCurve) else boxes.free_at(asked)
        return float((ends[0][0] + ends[1][0]) / 2.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Durations:
    """One estimate of durations.

    Attributes
    ----------
    curve : Curve
    boxes : BoxCurve or BoxIncidence
        Of the responses that were seen.
    share_seen : float
        The share of all responses that lasted until a visit.
    of_cause : float
        The share of the others that the endpoint ended.
    until : float
        The longest time from a beginning to its visit: by then all the others have ended.
    """

    curve: Curve
    boxes: BoxCurve | BoxIncidence
    share_seen: float
    of_cause: float
    until: float

    def range_at(self, days: Floats) -> tuple[Floats, Floats]:
        """Return the lowest and highest incidence among all responses.

        Before `until` it is not known how many of those never seen have ended.
        """
        lowest, highest = self.curve.range_at(self.boxes, days)
        missed = (1.0 - self.share_seen) * self.of_cause
        over = np.where(days >= self.until, missed, 0.0)
        return over + self.share_seen * lowest, missed + self.share_seen * highest

    def at(self, days: Floats) -> Floats:
        """Return lowest and highest incidence on `days`, then the ends of the median."""
        missed = (1.0 - self.share_seen) * self.of_cause
        share = (HALF - missed) / self.share_seen
        first, last = self.curve.quantile(self.boxes, share)
        return np.concatenate([*self.range_at(days), [first, max(last, first)]])


def durations(rows: IntervalSample, gap: Floats, curve: Curve, *, corrected: bool) -> Durations:
    """Estimate durations from beginnings that lie `gap` days before the visit that showed them.

    All responses are those that were seen, with the distribution G, and a share 1 − P that ended
    before a visit: F(t) = (1 − P) + P·G(t) once t is longer than every gap. P is 1 over the mean
    of exp(hazard · gap), with the hazard of the days after the visit, taken as level.

    Parameters
    ----------
    rows : IntervalSample
        In days from the visit.
    gap : array, shape (n,)
    curve : Curve
    corrected : bool
        False: P = 1.
    """
    shifted = replace(rows, lower=rows.lower + gap, upper=rows.upper + gap)
    boxes = curve.of(shifted)
    if not corrected or not (gap > 0.0).any():
        return Durations(curve=curve, boxes=boxes, share_seen=1.0, of_cause=1.0, until=0.0)
    window = window_of(gap)
    since_visit = curve.of(rows)
    free = curve.free_at(since_visit, window)
    ended = 1.0 - free
    own = float(np.mean([ends[0] for ends in curve.range_at(since_visit, np.array([window]))]))
    return Durations(
        curve=curve, boxes=boxes, share_seen=share_seen(free, window, gap, rows.weight),
        of_cause=min(own / ended, 1.0) if ended > 0.0 else 1.0, until=float(gap.max()),
    )  # fmt: skip
