"""Outcomes known by a horizon, weighted by the inverse probability of being uncensored."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.timegrid import TIE_TOLERANCE, near_index, time_grid

CENSORED: Final = 0
TARGET: Final = 1
OTHER: Final = 2
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CensoringCurve:
    """The Kaplan–Meier curve of censoring of one sample.

    Attributes
    ----------
    times : array, shape (T,)
        Distinct exit times in order.
    place : array of int, shape (n,)
        Where each subject's exit stands among them.
    after : array, shape (T,)
        Probability of being uncensored beyond each time; events leave before censorings.
    drift : array, shape (T,)
        Sum so far of n dC/Y², the compensator of one subject's influence on the cumulative hazard
        of censoring; Y counts everybody who is there, events of that time included, as
        riskRegression does.
    at_risk : array, shape (T,)
        Y.
    """

    times: Floats
    place: Codes
    after: Floats
    drift: Floats
    at_risk: Floats

    def beyond(self, time: float) -> float:
        """Return the probability of being uncensored beyond `time`."""
        return float(np.append(1.0, self.after)[np.searchsorted(self.times, time, side="right")])

    @property
    def before(self) -> Floats:
        """The probability just before each subject's own exit, shape (n,)."""
        return np.append(1.0, self.after)[self.place]


def censoring_curve(times: Floats, place: Codes, status: Codes, count: Floats) -> CensoringCurve:
    """Return the curve of censoring; `count` says how many subjects each row stands for."""
    size = len(times)
    leaving = np.bincount(place, weights=count, minlength=size)
    censored = np.bincount(place, weights=count * (status == CENSORED), minlength=size)
    at_risk = np.asarray(np.cumsum(leaving[::-1])[::-1], dtype=np.float64)
    staying = at_risk - (leaving - censored)
    share = np.divide(censored, staying, out=np.zeros(size), where=censored > 0)
    drift = np.divide(censored, at_risk**2, out=np.zeros(size), where=censored > 0)
    return CensoringCurve(
        times=times, place=place, after=np.cumprod(1.0 - share, dtype=np.float64),
        drift=np.cumsum(drift) * float(count.sum()), at_risk=at_risk,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is known of a sample by a horizon; make it with `known_by`.

    Attributes
    ----------
    time : array, shape (n,)
        Days until each subject's exit.
    status : array of int
        `CENSORED`, `TARGET` or `OTHER`.
    count : array
        How many subjects a row stands for.
    horizon : float
    curve : CensoringCurve
        Of the sample, or of a larger one that it is part of.
    before : array
        Probability of being uncensored just before each subject's exit.
    weight : array
        Inverse probability that the outcome is known; 0 where it is not.
    """

    time: Floats
    status: Codes
    count: Floats
    horizon: float
    curve: CensoringCurve
    before: Floats
    weight: Floats

    @property
    def case(self) -> Mask:
        """Who had the target by the horizon."""
        return (self.time <= self.horizon) & (self.status == TARGET)

    @property
    def ended(self) -> Mask:
        """Who had another event by the horizon."""
        return (self.time <= self.horizon) & (self.status == OTHER)

    @property
    def free(self) -> Mask:
        """Who was free of any event beyond the horizon."""
        return self.time > self.horizon

    def taken(self, rows: NDArray) -> "Known":
        """Return some of the rows under the same weights; they have no influences of their own."""
        parts = ("time", "status", "count", "before", "weight")
        return replace(self, **{name: getattr(self, name)[rows] for name in parts})

    @property
    def n(self) -> float:
        """Number of subjects."""
        return float(self.count.sum())

    def influence(self, part: Floats) -> Floats:
        """Return each subject's influence on the mean of `part`, shape (n,).

        `part` is proportional to `weight`, so that the estimated curve of censoring adds a term:
        the mean over subjects j of part_j times i's influence on the cumulative hazard of
        censoring up to j's exit (exclusive), or up to the horizon.
        """
        return part - np.average(part, weights=self.count) + self._of_censoring(part)

    def _of_censoring(self, part: Floats) -> Floats:
        curve, n, size = self.curve, self.n, len(self.curve.times)
        weighted = part * self.count
        seen = self.case | self.ended
        exits = np.bincount(curve.place[seen], weights=weighted[seen], minlength=size)
        late = float(weighted[self.free].sum())
        within = curve.times <= self.horizon
        drift_before = np.append(0.0, curve.drift[:-1])
        after = exits.sum() - np.cumsum(exits)
        so_far = np.cumsum(exits * drift_before)
        jump = np.where(self.status == CENSORED, n / curve.at_risk[curve.place], 0.0)
        own = jump - curve.drift[curve.place]
        last = float(np.append(0.0, curve.drift[within])[-1])
        known = within[curve.place]
        of_later = np.where(known, own, -last) * (after[curve.place] * known + late)
        return (of_later - so_far[curve.place]) / n


def known_by(time: Floats, status: Codes, count: Floats, horizon: float) -> Known:
    """Return what is known by `horizon`, weighted by the sample's own curve of censoring.

    Times that differ by rounding noise are one, and so is a horizon that differs from one so.
    """
    times, place, _ = time_grid(time, None)
    time, last = times[place], int(near_index(times, np.array([horizon]), side="right")[0])
    if last and np.isclose(times[last - 1], horizon, rtol=TIE_TOLERANCE, atol=TIE_TOLERANCE):
        horizon = float(times[last - 1])
    curve = censoring_curve(times, place, status, count)
    before = curve.before
    weight = np.zeros(len(time))
    seen = (time <= horizon) & (status != CENSORED)
    weight[seen] = 1.0 / before[seen]
    free = time > horizon
    if free.any():
        weight[free] = 1.0 / curve.beyond(horizon)
    return Known(
        time=time, status=status, count=count, horizon=horizon, curve=curve, before=before,
        weight=weight,
    )  # fmt: skip
