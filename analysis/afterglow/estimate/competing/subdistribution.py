"""The partial likelihood of a subdistribution hazard: Cox's, with weighted competing events."""

from dataclasses import dataclass

import numpy as np

from afterglow.errors import NotEstimable
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.competing.followed import COMPETING, still_followed
from afterglow.estimate.competing.waiting import add_products, add_waiting, count_waiting
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.partial import (
    Evaluation,
    PartialLikelihood,
    partial_likelihood,
    running,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubdistributionRows:
    """Rows at risk of the event of interest and of competing ones.

    Attributes
    ----------
    rows : CoxRows
        Its `event` is the event of interest.
    status : array of int, shape (n,)
        0 censored, 1 event of interest, 2 competing event, 3 goes on in another row.
    group : array of int
        Those among whom censoring has one distribution.
    arrives : array of bool
        Whether a row is the first of its subject.
    """

    rows: CoxRows
    status: Codes
    group: Codes
    arrives: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waiting:
    """Rows that stay in the risk set after a competing event.

    Attributes
    ----------
    row : array of int, shape (m,)
        Which of the rows.
    begin, end : array of int
        First cell (event time of a stratum) after the competing event, and first of the next
        stratum.
    group : array of int
    scale : array
        One over the probability of being followed until the competing event.
    followed : array, shape (G, C)
        The probability of being followed until just before each cell.
    """

    row: Codes
    begin: Codes
    end: Codes
    group: Codes
    scale: Floats
    followed: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubdistributionLikelihood(PartialLikelihood):
    """Cox's partial likelihood in which those with a competing event wait in the risk set.

    At t their weight is P(followed at t) / P(followed at their competing event).
    """

    waiting: Waiting

    def _risk_sets(self, risk: Floats) -> tuple[Floats, Floats]:
        staying, dying = PartialLikelihood._risk_sets(self, risk)
        wait = self.waiting
        shape = (len(wait.followed), self.cells.size, staying.shape[1])
        total = np.zeros(shape)
        columns = self.rows.x.T
        add_waiting(columns, self.center, risk, wait.scale, wait.row, wait.begin, wait.group, total)
        count_waiting(self.cells.first, wait.followed, total, staying)
        return staying, dying

    def exposed_products(self, risk: Floats, hazard: Floats, own_hazard: Floats) -> Floats:
        """Return the sum of each row's centred x x' times the risk it went through, (p, p)."""
        products = PartialLikelihood.exposed_products(self, risk, hazard, own_hazard)
        wait = self.waiting
        factor = risk[wait.row] * self.while_waiting(hazard[:, None])[:, 0]
        add_products(self.rows.x.T, self.center, wait.row, factor, products)
        return products

    def while_waiting(self, values: Floats) -> Floats:
        """Return the sum of `values`, shape (C, k), over the cells at which each row waits.

        Each value counts by the row's weight at that cell; shape (m, k).
        """
        wait = self.waiting
        result = np.zeros((len(wait.row), values.shape[1]))
        for code, followed in enumerate(wait.followed):
            total = np.concatenate(
                [np.zeros((1, values.shape[1])), np.cumsum(followed[:, None] * values, axis=0)]
            )
            mine = wait.group == code
            result[mine] = total[wait.end[mine]] - total[wait.begin[mine]]
        return result * wait.scale[:, None]

    def over_time_at_risk(self, values: Floats, own: Floats) -> Floats:
        """Return the sum of `values`, shape (C, k), over the cells at which each row is at risk.

        At its own event a row meets `own` in place of `values`; after a competing event it goes
        on, as `while_waiting` says. Shape (n, k).
        """
        rows, cells = self.rows, self.cells
        total = running(values, cells.first)
        last = np.maximum(cells.leave, 0)
        result = total[last]
        result[rows.event] += (own - values)[last[rows.event]]
        if len(cells.begin):
            inside = (cells.begin > 0) & (cells.begin < cells.size)
            inside[inside] = ~cells.first[cells.begin[inside]]
            result[inside] -= total[cells.begin[inside] - 1]
        result[cells.leave < 0] = 0.0
        result[self.waiting.row] += self.while_waiting(values)
        return result


def subdistribution_likelihood(
    data: SubdistributionRows, *, crr: bool, efron: bool = False
) -> SubdistributionLikelihood:
    """Prepare the partial likelihood.

    Raises
    ------
    NotEstimable
        With delayed entry, a time at which everybody at risk has just entered.
    """
    base = partial_likelihood(data.rows, efron=efron)
    return SubdistributionLikelihood(
        **{name: getattr(base, name) for name in PartialLikelihood.__slots__},
        waiting=_waiting(data, base, crr=crr),
    )


def _waiting(data: SubdistributionRows, base: PartialLikelihood, *, crr: bool) -> Waiting:
    rows, cells = data.rows, base.cells
    followed = still_followed(
        rows.times, rows.exit, rows.entry, data.status, data.group,
        rows.weight if rows.frequency else None, data.arrives, crr=crr,
    )  # fmt: skip
    row = np.flatnonzero(data.status == COMPETING)
    size = len(rows.times)
    stratum = rows.stratum[row].astype(np.int64)
    keys = cells.stratum * size + cells.time
    begin = np.searchsorted(keys, stratum * size + rows.exit[row], side="right")
    end = np.searchsorted(cells.stratum, stratum, side="right")
    inside = begin < end
    row, begin, end = row[inside], begin[inside], end[inside]
    group = data.group[row]
    until = followed[group, rows.exit[row]]
    if not (until > 0).all():
        raise NotEstimable(
            "With these entries nobody is at risk for a while after some have been: the chance of"
            " having entered by then cannot be estimated.\nBegin where the risk set no longer"
            " empties, or leave the option entry out."
        )
    return Waiting(
        row=row, begin=begin, end=end, group=group, scale=1.0 / until,
        followed=np.ascontiguousarray(followed[:, cells.time]),
    )  # fmt: skip


def means_at_events(likelihood: PartialLikelihood, here: Evaluation) -> Floats:
    """Return the mean of centred x over the risk sets of each cell's tied events, shape (C, p)."""
    p0, p1 = here.powers[:, [0]], here.powers[:, [1]]
    total = p0 * here.staying[:, 1:] + p1 * here.dying[:, 1:]
    return total / likelihood.copies[:, None]
