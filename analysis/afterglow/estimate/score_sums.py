"""Observed and expected events of groups, and the variance of their difference."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from afterglow.estimate.cells import Cells, cells_of
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.risktable import group_sizes
from afterglow.estimate.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreSums:
    """Sums over event times and strata, one entry per group.

    Attributes
    ----------
    n, observed, expected : array, shape (K,)
    covariance : array, shape (K, K)
        Of observed minus expected.
    """

    n: Floats
    observed: Floats
    expected: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossing:
    """Counts of one stratum by group and event time.

    Attributes
    ----------
    at_risk, events : array, shape (K, T)
    cells : Cells
        Of the stratum.
    group : array of int
        Group of each cell.
    begun, left : array of int
        Number of event times before each cell is at risk, and until it leaves.
    """

    at_risk: Floats
    events: Floats
    cells: Cells
    group: Codes
    begun: Codes
    left: Codes

    @property
    def shares(self) -> Floats:
        """Share of each group among those at risk, shape (K, T)."""
        return self.at_risk / self.at_risk.sum(axis=0)


def score_sums(sample: Sample) -> ScoreSums:
    """Return observed, expected and the covariance, summed over the strata."""
    groups, times = len(sample.groups), len(sample.times)
    cells = cells_of(sample)
    stratum = cells.group // groups
    cuts = np.searchsorted(stratum, np.arange(int(stratum[-1]) + 2))
    crossings = [_crossing(cells.taken(slice(a, b)), groups, times) for a, b in pairwise(cuts)]
    observed = np.sum([c.events.sum(axis=1) for c in crossings], axis=0)
    expected = np.sum([c.shares @ c.events.sum(axis=0) for c in crossings], axis=0)
    if sample.robust:
        covariance = _robust_covariance(crossings)
    else:
        covariance = np.sum([_hypergeometric(c) for c in crossings], axis=0)
    return ScoreSums(
        n=group_sizes(sample), observed=observed, expected=expected, covariance=covariance
    )


def _crossing(cells: Cells, groups: int, times: int) -> Crossing:
    group = cells.group % groups
    ended = cells.status == 1
    place = group * times + cells.exit

    def by_group(index: Codes, weight: Floats | Codes) -> Floats:
        return summed(index, weight, groups * times).reshape(groups, times)

    happened = np.bincount(cells.exit[ended], minlength=times) > 0
    until = np.concatenate([[0], np.cumsum(happened)])
    events = by_group(place[ended], cells.weight[ended])[:, happened]
    at_risk = _present(cells, group, cells.weight, (groups, times))[:, happened]
    rows = _present(cells, group, cells.count, (groups, times))[:, happened]
    return Crossing(
        # Fractional weights leave rounding dust where nobody of a group is at risk.
        at_risk=np.where(rows > 0, at_risk, 0.0),
        events=events,
        cells=cells,
        group=group,
        begun=until[cells.entry],
        left=until[cells.exit + 1],
    )


def _present(cells: Cells, group: Codes, weight: Floats | Codes, shape: tuple[int, int]) -> Floats:
    groups, times = shape
    left = summed(group * times + cells.exit, weight, groups * times).reshape(shape)
    if not cells.entry.any():
        return np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
    entered = summed(group * times + cells.entry, weight, groups * times).reshape(shape)
    return np.cumsum(entered, axis=1) - np.cumsum(left, axis=1) + left


def _hypergeometric(crossing: Crossing) -> Floats:
    shares = crossing.shares
    n, d = crossing.at_risk.sum(axis=0), crossing.events.sum(axis=0)
    scale = np.divide(d * (n - d), n - 1.0, out=np.zeros_like(n), where=n > 1.0)
    return np.diag(shares @ scale) - (shares * scale) @ shares.T


def _robust_covariance(crossings: list[Crossing]) -> Floats:
    """Sum the squared score residuals of rows, or of clusters across strata."""
    residuals = [_score_residuals(crossing) for crossing in crossings]
    residual = np.concatenate(residuals)
    cells = [crossing.cells for crossing in crossings]
    if cells[0].cluster is None:
        return (residual * np.concatenate([c.square for c in cells])[:, None]).T @ residual
    weighted = residual * np.concatenate([c.weight for c in cells])[:, None]
    cluster = np.concatenate([c.cluster for c in cells])
    sums = np.zeros((int(cluster.max()) + 1, residual.shape[1]))
    np.add.at(sums, cluster, weighted)
    return sums.T @ sums


def _score_residuals(crossing: Crossing) -> Floats:
    """Return (1{group} − share) dM integrated over each cell's time at risk, per unit of weight."""
    shares = crossing.shares
    size = len(shares)
    hazard = crossing.events.sum(axis=0) / crossing.at_risk.sum(axis=0)
    own_group = np.eye(size)[crossing.group]
    total = np.concatenate([[0.0], np.cumsum(hazard)])
    shared = np.concatenate([np.zeros((1, size)), np.cumsum(shares * hazard, axis=1).T])
    begun, left = crossing.begun, crossing.left
    spent = (total[left] - total[begun])[:, None] * own_group - (shared[left] - shared[begun])
    ended = np.flatnonzero(crossing.cells.status == 1)
    spent[ended] -= own_group[ended] - shares.T[left[ended] - 1]
    return -spent
