"""Brier score, areas under the curve and concordance of one sample at one horizon."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.prediction.censoring import CENSORED, OTHER, Known

CASES_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ratio:
    """A share of weighted pairs or a mean of weighted losses, with each subject's part.

    Attributes
    ----------
    top, bottom : float
        Sums; the measure is their ratio.
    part : array, shape (n,)
        What `Known.influence` makes each subject's influence on the ratio, times `bottom`, of;
        empty where there is none.
    """

    top: float
    bottom: float
    part: Floats

    @property
    def value(self) -> float:
        """The measure; NaN where nothing can be compared."""
        return self.top / self.bottom if self.bottom > 0 else float("nan")


def squared_error(known: Known, outcome: Floats, predicted: Floats) -> Ratio:
    """Return the weighted squared error; the Brier score where `outcome` is 0 or 1.

    Graf et al. (1999); with competing events Schoop et al. (2011): who had another event counts
    as free of the target.
    """
    loss = known.weight * (outcome - predicted) ** 2
    return Ratio(top=float(loss @ known.count), bottom=known.n, part=loss * known.n)


def discrimination(known: Known, risk: Floats) -> Ratio:
    """Return the cumulative/dynamic area under the curve: cases by the horizon, all others.

    Uno et al. (2007), Blanche et al. (2013); with competing events controls are those free of any
    event and those who had another. Equal risks count half.
    """
    weight = known.weight * known.count
    control = known.free | known.ended
    _, rank = np.unique(risk, return_inverse=True)
    cases = np.bincount(rank, weights=weight * known.case)
    controls = np.bincount(rank, weights=weight * control)
    below = np.cumsum(controls) - 0.5 * controls
    above = cases.sum() - np.cumsum(cases) + 0.5 * cases
    top, bottom = float(cases @ below), float(cases.sum() * controls.sum())
    if bottom <= 0.0:
        return Ratio(top=0.0, bottom=0.0, part=np.zeros(0))
    area = top / bottom
    part = np.zeros(len(risk))
    part[known.case] = below[rank[known.case]] - area * controls.sum()
    part[control] = above[rank[control]] - area * cases.sum()
    return Ratio(top=top, bottom=bottom, part=part * known.weight * known.n)


def pair_order(known: Known, risk: Floats) -> Ratio:
    """Return the concordance: of two subjects the one with the higher risk has the target first.

    Uno et al. (2011) up to the horizon; with competing events Wolbers et al. (2014): who had
    another event never has the target. A pair is weighted by one over the probability that both
    were still watched.
    """
    top = bottom = 0.0
    cases = np.flatnonzero(known.case)
    for begin in range(0, len(cases), CASES_AT_ONCE):
        own = cases[begin : begin + CASES_AT_ONCE, None]
        weight = _pair_weights(known, own) * known.count[own] * known.count
        agreed = (risk < risk[own]) + 0.5 * (risk == risk[own])
        top += float(np.sum(weight * agreed))
        bottom += float(weight.sum())
    return Ratio(top=top, bottom=bottom, part=np.zeros(0))


def _pair_weights(known: Known, own: Codes) -> Floats:
    """Return the weight of each pair of a case and somebody who lasts longer than it."""
    before, day = known.before, known.time[own]
    # Who is censored on the day of the event was still at risk then.
    later = (known.time > day) | ((known.time == day) & (known.status == CENSORED))
    gone = (known.status == OTHER) & (known.time <= day)
    return later / before[own] ** 2 + gone / (before[own] * before)
