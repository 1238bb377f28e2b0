"""One group's cumulative incidences, each known outside the boxes of its cause only."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.interval.curve import SMALLEST_MASS
from afterglow.estimate.interval.incidence_jumps import jumps_of
from afterglow.estimate.interval.incidence_npmle import IncidenceFit, incidence_npmle
from afterglow.estimate.interval.late_entry import share_seen, window_of
from afterglow.estimate.interval.sample import IntervalSample
from afterglow.estimate.timegrid import TIE_TOLERANCE, near_index

SMALLEST_GAP: Final = 1e-12
"""Between sums of the same masses in another order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoxIncidence:
    """Incidences that rise by `mass` somewhere within each (lower, upper], and are level between.

    Attributes
    ----------
    cause : array of int, shape (k,)
        0, 1, … in the order of the causes.
    lower, upper, mass : array, shape (k,)
        lower = upper is a rise at that time.
    open_mass, open_from : float
        The probability that is left after the last look at anyone still free, and its day; of no
        known cause. 0 and inf where nothing is left.
    causes : int
    share_seen : float
        The share of all that was still free when first looked at, where the others were added.
    """

    cause: Codes
    lower: Floats
    upper: Floats
    mass: Floats
    open_mass: float
    open_from: float
    causes: int
    share_seen: float = 1.0

    @property
    def last_day(self) -> float:
        """The last day on which anything is known."""
        known = [self.open_from] if self.open_mass > 0.0 else []
        return float(max([*known, *self.upper.tolist()], default=0.0))

    def of(self, cause: int) -> "BoxIncidence":
        """Return the boxes of one cause, in order of their upper ends."""
        mine = np.flatnonzero(self.cause == cause)
        order = mine[np.lexsort((self.lower[mine], self.upper[mine]))]
        return BoxIncidence(
            cause=self.cause[order], lower=self.lower[order], upper=self.upper[order],
            mass=self.mass[order], open_mass=self.open_mass, open_from=self.open_from,
            causes=self.causes, share_seen=self.share_seen,
        )  # fmt: skip

    def known_range(self, cause: int, times: Floats) -> tuple[Floats, Floats]:
        """Return the lowest and highest incidence of a cause, what is left at the end apart."""
        own = self.of(cause)
        point = own.lower == own.upper
        lowest = _reached(own.upper, own.mass, times, "right")
        begun = _reached(own.lower[~point], own.mass[~point], times, "left")
        come = _reached(own.lower[point], own.mass[point], times, "right")
        highest = begun + come
        return lowest, np.where(highest - lowest > SMALLEST_GAP, highest, lowest)

    def range_at(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the lowest and the highest incidence of every cause, shape (causes, T).

        They differ inside a box, and after the last look, where all that is left may have any
        cause.
        """
        ranges = [self.known_range(cause, times) for cause in range(self.causes)]
        left = np.where(times > self.open_from, self.open_mass, 0.0)
        lowest = np.array([low for low, _ in ranges]).reshape(self.causes, len(times))
        highest = np.array([high for _, high in ranges]).reshape(self.causes, len(times))
        return lowest, np.minimum(highest + left, 1.0)

    def free_at(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the lowest and the highest probability of no event of any cause."""
        ranges = [self.known_range(cause, times) for cause in range(self.causes)]
        lowest = np.sum([low for low, _ in ranges], axis=0) if ranges else np.zeros(len(times))
        highest = np.sum([high for _, high in ranges], axis=0) if ranges else np.zeros(len(times))
        left = np.where(times > self.open_from, self.open_mass, 0.0)
        most = np.clip(1.0 - lowest, 0.0, 1.0)
        least = np.clip(1.0 - highest - left, 0.0, 1.0)
        return np.where(most - least > SMALLEST_GAP, least, most), most

    def quantile(self, cause: int, share: float) -> tuple[float, float]:
        """Return the earliest and latest time by which `share` of all can have had the cause.

        Infinite where it is not reached; where the incidence is level exactly at `share`, the
        middle of the level stretch.
        """
        own = self.of(cause)
        order = np.argsort(own.lower, kind="stable")
        begins = _time_of(own.lower[order], own.mass[order], share)
        return begins, max(begins, _time_of(own.upper, own.mass, share))


def _reached(ends: Floats, mass: Floats, times: Floats, side) -> Floats:
    order = np.argsort(ends, kind="stable")
    sums = np.append(0.0, np.cumsum(mass[order]))
    return sums[near_index(ends[order], times, side=side)]


def _time_of(ends: Floats, mass: Floats, share: float) -> float:
    sums = np.cumsum(mass)
    place = int(np.searchsorted(sums, share - TIE_TOLERANCE))
    if place >= len(sums):
        return np.inf
    level = abs(sums[place] - share) < TIE_TOLERANCE and place + 1 < len(sums)
    return float((ends[place] + ends[place + 1]) / 2.0 if level else ends[place])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceBoxCurve:
    """One group's estimate.

    Attributes
    ----------
    label : str
    boxes : BoxIncidence
    fit : IncidenceFit
    n : float
    events : tuple of float
        Number of subjects per cause.
    resampled : tuple of BoxIncidence
        Of the bootstrap resamples; empty without a bootstrap.
    """

    label: str
    boxes: BoxIncidence
    fit: IncidenceFit
    n: float
    events: tuple[float, ...]
    resampled: tuple[BoxIncidence, ...]


def fitted_incidence(
    sample: IntervalSample, cause_of: Codes, causes: int, *, level: bool = False
) -> tuple[BoxIncidence, IncidenceFit]:
    """Return the incidences of all rows of a sample, whatever their group.

    Parameters
    ----------
    sample : IntervalSample
        Its `stratum` is the kind of end of each row: 0 censored, k = the kind with number k.
    cause_of : array of int
        The cause (from 0) of kinds 1, 2, …: several kinds may be of one cause.
    causes : int
    level : bool
        With delayed entry: whether those with an event before their entry are added, at a level
        hazard, instead of a likelihood that is conditional on the entry.
    """
    if sample.entry is None or not level:
        return _boxes(sample, cause_of, causes)
    gap = np.maximum(sample.entry, 0.0)
    boxes, fit = _boxes(replace(sample, entry=None), cause_of, causes)
    if not (gap > 0.0).any():
        return boxes, fit
    since = replace(sample, entry=None, lower=np.maximum(sample.lower - gap, 0.0),
                    upper=sample.upper - gap)  # fmt: skip
    return _with_unseen(boxes, _boxes(since, cause_of, causes)[0], gap, sample.weight), fit


def _boxes(
    sample: IntervalSample, cause_of: Codes, causes: int
) -> tuple[BoxIncidence, IncidenceFit]:
    jumps, seen = jumps_of(
        sample.lower, sample.upper, sample.stratum, len(cause_of), sample.entry, sample.weight
    )
    fit = incidence_npmle(seen)
    unknown = jumps.cause == len(cause_of)
    kept = (fit.mass > SMALLEST_MASS) & ~unknown
    left = float(fit.mass[unknown].sum())
    total = float(fit.mass[kept].sum()) + left
    boxes = BoxIncidence(
        cause=cause_of[jumps.cause[kept]] if kept.any() else np.zeros(0, dtype=np.int64),
        lower=jumps.lower[kept], upper=jumps.upper[kept], mass=fit.mass[kept] / total,
        open_mass=left / total, causes=causes,
        open_from=float(jumps.lower[unknown][0]) if left > 0.0 else np.inf,
    )  # fmt: skip
    return boxes, fit


def _with_unseen(
    boxes: BoxIncidence, since: BoxIncidence, gap: Floats, weight: Floats
) -> BoxIncidence:
    """Add those whose event came before their first look, somewhere up to the longest gap."""
    window = window_of(gap)
    asked = np.array([window])
    least, most = since.free_at(asked)
    free = float(least[0] + most[0]) / 2.0
    lowest, highest = since.range_at(asked)
    ended = (lowest + highest)[:, 0] / 2.0
    seen = share_seen(free, window, gap, weight)
    if seen >= 1.0 or ended.sum() <= 0.0:
        return boxes
    causes = np.flatnonzero(ended > 0.0)
    missed = (1.0 - seen) * ended[causes] / ended.sum()
    return BoxIncidence(
        cause=np.append(boxes.cause, causes), lower=np.append(boxes.lower, np.zeros(len(causes))),
        upper=np.append(boxes.upper, np.full(len(causes), gap.max())),
        mass=np.append(boxes.mass * seen, missed), open_mass=boxes.open_mass * seen,
        open_from=boxes.open_from, causes=boxes.causes, share_seen=seen,
    )  # fmt: skip
