"""Concordant, discordant and tied pairs of rows, and each row's influence on the concordance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Floats
from afterglow.estimate.counting import ordered_sum
from afterglow.estimate.cox.concordance_scan import (
    EventTimes,
    Pairs,
    ScoredRows,
    Trees,
    scan_scores,
)
from afterglow.estimate.cox.data import CoxRows, EventCells, Index, event_cells
from afterglow.estimate.cox.time_weights import CellCounts, cell_counts, time_weights
from afterglow.estimate.timegrid import near_index


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairCounts:
    """Weights of the pairs of an event and a row at risk after it.

    Attributes
    ----------
    concordant, discordant, tied_score : float
        Pairs in which the event's row has the higher, the lower, the same score.
    tied_time, tied_both : float
        Pairs of events at one time with different and with equal scores, which count for nothing.
    influence : array, shape (n,)
        What the concordance would rise by if a row weighed a little more.
    order : array of int, shape (n,)
        The rows in an order that does not depend on that of the data.
    """

    concordant: float
    discordant: float
    tied_score: float
    tied_time: float
    tied_both: float
    influence: Floats
    order: Index

    @property
    def compared(self) -> float:
        """Weight of all pairs that count."""
        return self.concordant + self.discordant + self.tied_score

    @property
    def concordance(self) -> float:
        """Share of the pairs that are concordant, ties counting half; NaN without pairs."""
        if self.compared <= 0.0:
            return float("nan")
        return ((self.concordant - self.discordant) / self.compared + 1.0) / 2.0

    def variance(self, rows: CoxRows) -> float:
        """Return the infinitesimal-jackknife variance over rows, or over clusters."""
        influence = self.influence[self.order]
        weighted = influence if rows.weight is None else influence * rows.weight[self.order]
        if rows.cluster is None:
            return float(weighted @ (influence if rows.frequency else weighted))
        return float(np.sum(np.bincount(rows.cluster[self.order], weights=weighted) ** 2))


def pair_counts(
    rows: CoxRows, score: Floats, *, weighting: str, until: float = np.inf
) -> PairCounts:
    """Count the pairs of `rows` whose event happens up to time `until`.

    Parameters
    ----------
    score : array, shape (n,)
        Higher means the event is expected sooner; scores are tied where they are equal.
    weighting : str
        A word of `TIME_WEIGHTS`.
    """
    cells = event_cells(rows)
    counts = cell_counts(rows, cells)
    scale = time_weights(weighting, rows, cells, counts)
    late = near_index(rows.times, np.array([until]), side="right")[0]
    scale[cells.time >= late] = 0.0
    order, tied = _by_score(rows, cells, score)
    strata = int(rows.stratum.max()) + 1
    scored = ScoredRows(
        order=order, tied=tied, stratum=rows.stratum, leave=cells.leave, begin=cells.begin,
        event=rows.event, weight=np.ones(1) if rows.weight is None else rows.weight,
    )  # fmt: skip
    times = EventTimes(
        offset=np.searchsorted(cells.stratum, np.arange(strata + 1)),
        time_weight=scale,
        compared=counts.others,
        events_upto=np.concatenate([[0.0], np.cumsum(counts.events * scale)]),
    )
    trees = Trees(
        comparable=np.zeros(cells.size), happened=np.zeros(cells.size),
        same_score=np.zeros(cells.size), present=np.zeros(strata),
    )  # fmt: skip
    pairs = Pairs(net=np.zeros(rows.n), total=np.zeros(rows.n), sums=np.zeros(4))
    scan_scores(scored, times, trees, pairs)
    return _counted(pairs, order, tied_events=_tied_events(rows, cells, counts, scale))


def _by_score(rows: CoxRows, cells: EventCells, score: Floats) -> tuple[Index, NDArray[np.bool_]]:
    """Return rows by increasing score, and whether each is tied with the one before.

    Rows of one score come in an order of their own, so that the order of `rows` changes no bit.
    """
    order = np.argsort(score, kind="stable").astype(np.int32)
    ranked = score[order]
    tied = np.concatenate([[False], ranked[1:] == ranked[:-1]])
    member = tied | np.append(tied[1:], False)
    some = order[member]
    if len(some):
        group = np.cumsum(~tied)[member]
        place = group * (2 * cells.size + 2) + 2 * cells.leave[some] + rows.event[some]
        keys = [place]
        if len(cells.begin):
            keys.insert(0, cells.begin[some])
        if rows.weight is not None:
            keys.insert(0, rows.weight[some])
        order[member] = some[np.lexsort(keys)]
    return order, tied


def _tied_events(
    rows: CoxRows, cells: EventCells, counts: CellCounts, scale: Floats
) -> tuple[float, float]:
    """Return the weights of pairs of events at one time: all, and of those within one row."""
    if rows.weight is None:
        return float(np.sum(scale * counts.events * (counts.events - 1.0))) / 2.0, 0.0
    at, weight = cells.leave[rows.event], rows.weight[rows.event]
    squares = ordered_sum(at, weight**2, cells.size)
    own = counts.events if rows.frequency else squares
    every, within = counts.events**2 - own, squares - own
    return float(np.sum(scale * every)) / 2.0, float(np.sum(scale * within)) / 2.0


def _counted(pairs: Pairs, order: Index, *, tied_events: tuple[float, float]) -> PairCounts:
    concordant, not_discordant, discordant, across = (float(value) for value in pairs.sums)
    every, within = tied_events
    compared = not_discordant + discordant
    influence = pairs.net
    if compared > 0.0:
        pairs.total[:] *= (concordant - discordant) / compared
        influence -= pairs.total
        influence /= 2.0 * compared
    else:
        influence[:] = np.nan
    return PairCounts(
        concordant=concordant, discordant=discordant, tied_score=not_discordant - concordant,
        tied_time=every - across - within, tied_both=across + within, influence=influence,
        order=order,
    )  # fmt: skip
