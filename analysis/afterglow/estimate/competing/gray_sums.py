"""Gray's score of one cause and its variance, summed over event times and strata."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from afterglow.estimate.cells import Cells, cells_of
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraySums:
    """Sums over event times and strata, one entry per group.

    Attributes
    ----------
    observed, expected : array, shape (K,)
        Events of the cause, and those expected were the subdistribution hazards equal.
    score : array, shape (K,)
        Weighted observed minus expected.
    covariance : array, shape (K, K)
        Of the score.
    """

    observed: Floats
    expected: Floats
    score: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """Counts of one stratum by group and event time, each array of shape (K, T).

    Attributes
    ----------
    at_risk, own, other : array
        At risk, with an event of the cause, with another event.
    before, after : array
        The group's probability of being event-free just before and just after each time.
    incidence : array
        The group's cumulative incidence of the cause just before each time.
    """

    at_risk: Floats
    own: Floats
    other: Floats
    before: Floats
    after: Floats
    incidence: Floats


def gray_sums(sample: Sample, *, cause: int, rho: float) -> GraySums:
    """Return the sums for the cause with the code `cause` (from 1)."""
    groups = len(sample.groups)
    cells = cells_of(sample)
    stratum = cells.group // groups
    cuts = np.searchsorted(stratum, np.arange(int(stratum[-1]) + 2))
    parts = [
        _stratum_sums(tally(cells.taken(slice(a, b)), sample, cause), rho)
        for a, b in pairwise(cuts)
        if b > a
    ]
    return GraySums(
        observed=np.sum([part.observed for part in parts], axis=0),
        expected=np.sum([part.expected for part in parts], axis=0),
        score=np.sum([part.score for part in parts], axis=0),
        covariance=np.sum([part.covariance for part in parts], axis=0),
    )


def tally(cells: Cells, sample: Sample, cause: int) -> Tally:
    """Count the cells of one stratum at each time at which somebody had an event."""
    shape = (len(sample.groups), len(sample.times))
    group = cells.group % shape[0]
    ended = (cells.status > 0) & (cells.status <= len(sample.causes))
    happened = np.bincount(cells.exit[ended], minlength=shape[1]) > 0

    def counted(chosen: np.ndarray | slice, time: Codes) -> Floats:
        place = group[chosen] * shape[1] + time[chosen]
        return summed(place, cells.weight[chosen], shape[0] * shape[1]).reshape(shape)

    everybody = slice(None)
    left = counted(everybody, cells.exit)
    at_risk = np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
    if cells.entry.any():
        at_risk = np.cumsum(counted(everybody, cells.entry), axis=1) - np.cumsum(left, axis=1)
        at_risk += left
    own = counted(cells.status == cause, cells.exit)[:, happened]
    other = counted(ended & (cells.status != cause), cells.exit)[:, happened]
    return _with_curves(at_risk[:, happened], own, other)


def _with_curves(at_risk: Floats, own: Floats, other: Floats) -> Tally:
    leaving = np.divide(own + other, at_risk, out=np.zeros_like(own), where=at_risk > 0)
    after = np.cumprod(1.0 - leaving, axis=1, dtype=np.float64)
    before = _previous(after, 1.0)
    alive = before > 0  # after late entries a group can be at risk where its curve has ended
    at_risk, own, other = at_risk * alive, own * alive, other * alive
    step = np.divide(before * own, at_risk, out=np.zeros_like(own), where=at_risk > 0)
    incidence = _previous(step.cumsum(axis=1), 0.0)
    return Tally(
        at_risk=at_risk, own=own, other=other, before=before, after=after, incidence=incidence
    )


def _previous(values: Floats, start: float) -> Floats:
    """Return the values just before each time, where `values` are those just after."""
    first = np.full((*values.shape[:-1], 1), start)
    return np.concatenate([first, values], axis=-1)[..., :-1]


def _stratum_sums(count: Tally, rho: float) -> GraySums:
    inverse = np.divide(1.0, count.before, out=np.zeros_like(count.own), where=count.before > 0)
    potential = count.at_risk * inverse
    risk = potential * (1.0 - count.incidence)
    events, total = count.own.sum(axis=0), potential.sum(axis=0)
    step = np.divide(events, total, out=np.zeros_like(total), where=total > 0)
    pooled = np.cumsum(step)
    free = 1.0 - _previous(pooled, 0.0)
    weight = np.ones_like(free) if rho == 0 else np.maximum(free, 0.0) ** rho
    share = np.divide(risk, risk.sum(axis=0), out=np.zeros_like(risk), where=risk.sum(axis=0) > 0)
    hazard = np.divide(step, free, out=np.zeros_like(free), where=free != 0)
    covariance = np.zeros((len(risk), len(risk)))
    for k in range(len(risk)):
        moving = -potential * np.divide(
            potential[k], total, out=np.zeros_like(total), where=total > 0
        )
        moving[k] += potential[k]
        moving *= weight
        covariance += _group_part(count, k, moving, hazard, 1.0 - pooled, (events, total))
    return GraySums(
        observed=count.own.sum(axis=1),
        expected=(share * events).sum(axis=1),
        score=((count.own - share * events) * weight).sum(axis=1),
        covariance=covariance,
    )


def _group_part(
    count: Tally,
    k: int,
    moving: Floats,
    hazard: Floats,
    free: Floats,
    pooled: tuple[Floats, Floats],
) -> Floats:
    """Return the variance that the events of group `k` bring (Gray 1988, with ties as cuminc)."""
    events, total = pooled
    passed = np.cumsum(moving * hazard, axis=1)
    ahead = passed[:, -1:] - passed
    after, before, at_risk = count.after[k], count.before[k], count.at_risk[k]
    ratio = np.divide(free, after, out=np.zeros_like(free), where=after > 0)
    here = (at_risk > 0) & (total > 0)
    own = moving + (1.0 - ratio) * ahead
    tied = _tie_factor(events, total * before)
    spread = np.divide(
        tied * before * events, total * at_risk, out=np.zeros_like(events), where=here
    )
    other = ratio * ahead
    lost = count.other[k]
    apart = np.divide(
        _tie_factor(lost, at_risk) * before**2 * lost, at_risk**2,
        out=np.zeros_like(events), where=here & (after > 0),
    )  # fmt: skip
    return (own * spread) @ own.T + (other * apart) @ other.T


def _tie_factor(events: Floats, at_risk: Floats) -> Floats:
    """Return 1 − (d − 1)/(n − 1) where there are ties, 1 elsewhere."""
    extra = np.maximum(events - 1.0, 0.0)
    share = np.divide(extra, at_risk - 1.0, out=np.zeros_like(extra), where=at_risk > 1.0)
    return 1.0 - share
