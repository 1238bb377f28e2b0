"""Who was at risk and who left, at each distinct time of one group."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.cells import Cells, cells_of
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.sample import Sample
from afterglow.estimate.timegrid import near_index


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskTable:
    """Counts of one group at its distinct exit times, weighted where there are weights.

    Attributes
    ----------
    times : array, shape (T,)
    at_risk : array, shape (T,)
        At risk just before each time: entry < time <= exit.
    events : array, shape (K, T)
        Events of each cause.
    event_rows : array, shape (T,)
        Rows with any event, unweighted.
    censored : array, shape (T,)
    entry_times, entering : array
        Distinct entry times in order, and the weight that enters at each.
    cells : Cells
        With indexes into `times`.
    n, n_events : float
        Subjects and events; weighted where weights are frequencies.
    frequency : bool
        Whether a weight stands for that many rows.
    per_subject : bool
        Whether clusters are subjects that stand for several (frequency weights).
    """

    times: Floats
    at_risk: Floats
    events: Floats
    event_rows: Floats
    censored: Floats
    entry_times: Floats
    entering: Floats
    cells: Cells
    n: float
    n_events: float
    frequency: bool
    per_subject: bool

    @property
    def ended(self) -> Floats:
        """Events of any cause at each time."""
        return self.events.sum(axis=0)

    def index_at(self, times: Floats) -> Codes:
        """Return the index of the last distinct time not after each of `times`, −1 before all."""
        return near_index(self.times, times, side="right") - 1

    def at_risk_at(self, times: Floats) -> Floats:
        """Return the weight at risk at each of `times`: entry < time <= exit.

        Without `entry` everybody is at risk until they leave, before time 0 as well.
        """
        gone = np.cumsum(summed(self.cells.exit, self.cells.weight, len(self.times)))
        left = near_index(self.times, times, side="left")
        entered = near_index(self.entry_times, times, side="left")
        totals = np.concatenate([[0.0], np.cumsum(self.entering)])
        return np.maximum(totals[entered] - np.concatenate([[0.0], gone])[left], 0.0)


def risk_tables(sample: Sample) -> list[RiskTable]:
    """Return one table of counts for each group of the sample, in the order of its groups."""
    cells = cells_of(sample)
    sizes = group_sizes(sample) if sample.subject is not None else _rows_of(cells, sample)
    cuts = np.searchsorted(cells.group, np.arange(len(sample.groups) + 1))
    return [
        _table(sample, cells.taken(slice(begin, end)), n)
        for begin, end, n in zip(cuts[:-1], cuts[1:], sizes)
    ]


def _rows_of(cells: Cells, sample: Sample) -> Floats:
    """Return the number of rows in each group; weighted where weights are frequencies."""
    each = cells.weight if sample.frequency else cells.count
    return summed(cells.group, each, len(sample.groups))


def group_sizes(sample: Sample) -> Floats:
    """Return the number of subjects in each group; weighted where weights are frequencies."""
    size = len(sample.groups)
    weight = sample.weight if sample.frequency else None
    if sample.subject is None:
        return np.bincount(sample.group, weights=weight, minlength=size).astype(np.float64)
    first = np.unique(sample.subject * size + sample.group, return_index=True)[1]
    chosen = None if weight is None else weight[first]
    return np.bincount(sample.group[first], weights=chosen, minlength=size).astype(np.float64)


def _table(sample: Sample, cells: Cells, n: float) -> RiskTable:
    present = np.bincount(cells.exit, minlength=len(sample.times)) > 0
    kept_before = np.concatenate([[0], np.cumsum(present)])
    starts = np.concatenate([[-np.inf], sample.times])
    inflow = summed(cells.entry, cells.weight, len(starts))
    entering = inflow > 0
    here = Cells(
        group=cells.group, entry=kept_before[cells.entry], exit=kept_before[cells.exit],
        status=cells.status, weight=cells.weight, square=cells.square, count=cells.count,
        cluster=cells.cluster,
    )  # fmt: skip
    return counted(
        sample.times[present], here, causes=len(sample.causes), starts=starts[entering],
        inflow=inflow[entering], n=float(n), frequency=sample.frequency,
        per_subject=sample.frequency and sample.weight is not None and not sample.robust,
    )  # fmt: skip


def counted(
    times: Floats, cells: Cells, *, causes: int, starts: Floats, inflow: Floats, n: float,
    frequency: bool, per_subject: bool,
) -> RiskTable:  # fmt: skip
    """Return the table of counts that follows from the cells."""
    shape = (causes + 2, len(times))
    place = cells.status * len(times) + cells.exit
    size = shape[0] * shape[1]
    by_status = summed(place, cells.weight, size).reshape(shape)
    rows_by_status = summed(place, cells.count, size).reshape(shape)
    events = by_status[1 : causes + 1]
    event_rows = rows_by_status[1 : causes + 1].sum(axis=0)
    at_risk = weight_at_risk(cells, cells.weight, len(times))
    # Sums of fractional weights leave rounding dust; where everybody at risk has the event, the
    # two sums must be one number, or the curve would stop just above 0.
    everybody = weight_at_risk(cells, cells.count, len(times)) == event_rows
    return RiskTable(
        times=times, at_risk=np.where(everybody, events.sum(axis=0), at_risk), events=events,
        event_rows=event_rows, censored=by_status[0], entry_times=starts, entering=inflow,
        cells=cells, n=n, frequency=frequency, per_subject=per_subject,
        n_events=float(events.sum() if frequency else event_rows.sum()),
    )  # fmt: skip


def weight_at_risk(cells: Cells, weight: Floats | Codes, size: int) -> Floats:
    """Return the sum of `weight` over the cells at risk at each time."""
    left = summed(cells.exit, weight, size)
    if not cells.entry.any():
        return np.cumsum(left[::-1])[::-1]
    entered = summed(cells.entry, weight, size)
    return np.cumsum(entered) - np.concatenate([[0.0], np.cumsum(left)[:-1]])
