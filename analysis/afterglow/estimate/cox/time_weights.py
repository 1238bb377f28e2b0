"""How much each event time counts in a concordance: by the curves of events and of censoring."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.counting import ordered_sum
from afterglow.estimate.cox.data import CoxRows, EventCells, event_cells
from afterglow.estimate.cox.stratum_passes import products_before, sums_staying


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellCounts:
    """Weight of rows at each event time.

    Attributes
    ----------
    events, others : array, shape (C,)
        Weight of the rows that have the event there, and of the others at risk.
    """

    events: Floats
    others: Floats

    @property
    def at_risk(self) -> Floats:
        """Weight of all rows at risk."""
        return self.events + self.others


def cell_counts(rows: CoxRows, cells: EventCells) -> CellCounts:
    """Return the weights at each event time; where nobody else is at risk, exactly 0."""
    events, others = _summed(rows, cells, rows.weight)
    if rows.weight is not None and rows.entry is not None:
        others = np.where(_summed(rows, cells, None)[1] > 0, others, 0.0)
    return CellCounts(events=events, others=others)


def _summed(rows: CoxRows, cells: EventCells, weight: Floats | None) -> tuple[Floats, Floats]:
    size = cells.size
    ever = cells.leave >= 0

    def total(where: np.ndarray, chosen: np.ndarray) -> Floats:
        return ordered_sum(where[chosen], None if weight is None else weight[chosen], size)

    dying, staying = total(cells.leave, rows.event), total(cells.leave, ever & ~rows.event)
    entering = np.zeros(size)
    if len(cells.begin):
        late = ever & (cells.begin > 0)
        entering = total(cells.begin - 1, late)
    sums_staying(cells.first, staying, dying, entering)
    return dying, staying


def time_weights(weighting: str, rows: CoxRows, cells: EventCells, counts: CellCounts) -> Floats:
    """Return the weight of each event time for a word of `TIME_WEIGHTS`."""
    return TIME_WEIGHTS[weighting](rows, cells, counts)


def _equal(rows: CoxRows, cells: EventCells, counts: CellCounts) -> Floats:
    return np.ones(cells.size)


def _per_risk(rows: CoxRows, cells: EventCells, counts: CellCounts) -> Floats:
    return 1.0 / counts.at_risk


def _survival(rows: CoxRows, cells: EventCells, counts: CellCounts) -> Floats:
    """Weight of the stratum times S(t−) over the weight at risk."""
    survival = counts.others / counts.at_risk
    products_before(cells.first, survival)
    whole = ordered_sum(rows.stratum, rows.weight, int(rows.stratum.max()) + 1)[cells.stratum]
    return whole * survival / counts.at_risk


def _schemper(rows: CoxRows, cells: EventCells, counts: CellCounts) -> Floats:
    return _survival(rows, cells, counts) / _uncensored(rows)


def _uno(rows: CoxRows, cells: EventCells, counts: CellCounts) -> Floats:
    return 1.0 / _uncensored(rows) ** 2


def _uncensored(rows: CoxRows) -> Floats:
    """Return G(t−) of each stratum at its event times; events leave before censored rows."""
    exits = event_cells(replace(rows, event=np.ones(rows.n, dtype=bool)))
    counts = cell_counts(replace(rows, event=np.ones(rows.n, dtype=bool)), exits)
    weight = None if rows.weight is None else rows.weight[rows.event]
    events = ordered_sum(exits.leave[rows.event], weight, exits.size)
    open_ = counts.at_risk - events
    remaining = np.divide(counts.others, open_, out=np.ones(exits.size), where=counts.others > 0)
    products_before(exits.first, remaining)
    return remaining[events > 0]


TIME_WEIGHTS: Final[dict[str, Callable[[CoxRows, EventCells, CellCounts], Floats]]] = {
    "harrell": _equal,
    "uno": _uno,
    "peto": _survival,
    "schemper": _schemper,
    "logrank": _per_risk,
}
UNCENSORED: Final = ("uno", "schemper")
"""Those that need the curve of censoring."""
