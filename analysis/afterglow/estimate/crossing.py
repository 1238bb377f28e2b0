"""Who of each group was at risk, and who had the event, at the event times of one stratum."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from afterglow.estimate.cells import Cells, cells_of
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossing:
    """Counts of one stratum by group and event time.

    Attributes
    ----------
    at_risk, events : array, shape (K, T)
    event_rows : array, shape (K,)
        Rows of each group with the event, unweighted.
    cells : Cells
        Of the stratum.
    group : array of int
        Group of each cell.
    begun, left : array of int
        Number of event times before each cell is at risk, and until it leaves.
    """

    at_risk: Floats
    events: Floats
    event_rows: Floats
    cells: Cells
    group: Codes
    begun: Codes
    left: Codes

    @property
    def shares(self) -> Floats:
        """Share of each group among those at risk, shape (K, T)."""
        return self.at_risk / self.at_risk.sum(axis=0)


def crossings_of(sample: Sample) -> list[Crossing]:
    """Return one table of counts for each stratum of the sample."""
    groups, times = len(sample.groups), len(sample.times)
    cells = cells_of(sample)
    stratum = cells.group // groups
    cuts = np.searchsorted(stratum, np.arange(int(stratum[-1]) + 2))
    return [_crossing(cells.taken(slice(a, b)), groups, times) for a, b in pairwise(cuts) if b > a]


def _crossing(cells: Cells, groups: int, times: int) -> Crossing:
    group = cells.group % groups
    ended = cells.status == 1
    place = group * times + cells.exit
    happened = np.bincount(cells.exit[ended], minlength=times) > 0
    until = np.concatenate([[0], np.cumsum(happened)])
    events = summed(place[ended], cells.weight[ended], groups * times).reshape(groups, times)
    at_risk = _present(cells, group, cells.weight, (groups, times))[:, happened]
    rows = _present(cells, group, cells.count, (groups, times))[:, happened]
    return Crossing(
        # Fractional weights leave rounding dust where nobody of a group is at risk.
        at_risk=np.where(rows > 0, at_risk, 0.0),
        events=events[:, happened],
        event_rows=summed(group[ended], cells.count[ended], groups),
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
