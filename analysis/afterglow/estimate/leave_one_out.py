"""A curve without one subject, for every subject at once."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.pseudo_request import RMST, SURVIVAL
from afterglow.estimate.risktable import RiskTable
from afterglow.estimate.timegrid import TIE_TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """A product of factors over the times, and a sum that each time adds to while it lasts.

    Over the times a … b − 1 the product is Π f and the sum Σ (product before) · h. Both come from
    running totals; a factor of 0 ends the product, and the sum after its own time.

    Attributes
    ----------
    product : array, shape (T + 1,)
        Running product of the factors above 0.
    gain : array, shape (T + 1,)
        Running sum of that product times h.
    next_zero : array of int, shape (T + 1,)
        First time from each on with a factor of 0; T where there is none.
    """

    product: Floats
    gain: Floats
    next_zero: Codes

    def between(self, begin: Codes, end: Codes) -> tuple[Floats, Floats]:
        """Return product and sum over the times begin … end − 1; 1 and 0 where there are none."""
        end = np.maximum(begin, end)
        stop = self.next_zero[begin]
        last = np.minimum(end, stop + 1)
        scale = self.product[begin]
        product = np.where(stop < end, 0.0, self.product[end] / scale)
        return product, (self.gain[last] - self.gain[begin]) / scale


def chain(factor: Floats, step: Floats) -> Chain:
    """Return the running totals of these factors and steps."""
    size = len(factor)
    zero = factor <= 0.0
    product = np.concatenate([[1.0], np.cumprod(np.where(zero, 1.0, factor))])
    place = np.where(zero, np.arange(size), size)
    next_zero = np.concatenate([np.minimum.accumulate(place[::-1])[::-1], [size]])
    gain = np.concatenate([[0.0], np.cumsum(product[:-1] * step)])
    return Chain(product=product, gain=gain, next_zero=next_zero.astype(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Counts of one group at its exit times and at the times asked for.

    Attributes
    ----------
    times, at_risk, ended : array, shape (T,)
    events : array, shape (T,)
        Of the cause asked for.
    gap : array, shape (T,)
        Time since the one before; since the origin for the first.
    """

    times: Floats
    at_risk: Floats
    ended: Floats
    events: Floats
    gap: Floats


def grid_of(table: RiskTable, asked: float, cause: int) -> Grid:
    """Return the group's counts with the asked time put in between, where nothing happens."""
    known = abs(float(table.times[_nearest(table.times, asked)]) - asked)
    same = known <= TIE_TOLERANCE * max(1.0, abs(asked))
    times = table.times if same else np.union1d(table.times, [asked])
    place = np.searchsorted(times, table.times)

    def spread(values: Floats) -> Floats:
        out = np.zeros(len(times))
        out[place] = values
        return out

    at_risk = table.at_risk_at(times)
    at_risk[place] = table.at_risk
    return Grid(
        times=times, at_risk=at_risk, ended=spread(table.ended),
        events=spread(table.events[cause - 1]),
        gap=np.diff(times, prepend=min(0.0, times[0])),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretches:
    """When each row is at risk: at the times with index `begin` … `end` of a grid, both included.

    Attributes
    ----------
    begin, end : array of int
    event, own : array of bool
        Whether the row ends with any event, and with one of the cause asked for.
    """

    begin: Codes
    end: Codes
    event: np.ndarray
    own: np.ndarray


def overall(grid: Grid, until: int, *, of: str) -> float:
    """Return the statistic of everybody over the first `until` times."""
    product, gain = _everybody(grid, of).between(np.array([0]), np.array([until]))
    return float(product[0] if of == SURVIVAL else gain[0]) + _start(grid, of)


def without_each(grid: Grid, rows: Stretches, until: int, *, of: str) -> Floats:
    """Return the statistic over the first `until` times without each row.

    `of` is "survival" (the product), "incidence" of the cause asked for, or "rmst" (the area).
    The row's own stretch runs through the counts less one; before and after it nothing changes.
    """
    everybody = _everybody(grid, of)
    begin, end = np.minimum(rows.begin, until), np.minimum(rows.end, until)
    after = np.minimum(rows.end + 1, until)
    parts = (
        everybody.between(np.zeros_like(begin), begin),
        _others(grid, of).between(begin, end),
        _own_time(grid, rows, until, of),
        everybody.between(after, np.full_like(after, until)),
    )
    product, gain = np.ones(len(begin)), np.zeros(len(begin))
    for factor, step in parts:
        gain += product * step
        product *= factor
    return (product if of == SURVIVAL else gain) + _start(grid, of)


def _everybody(grid: Grid, of: str) -> Chain:
    n = np.maximum(grid.at_risk, 1.0)
    return chain(1.0 - grid.ended / n, grid.gap if of == RMST else grid.events / n)


def _others(grid: Grid, of: str) -> Chain:
    """Chain of the counts less one; where all at risk have the event, nobody passes."""
    others = np.maximum(grid.at_risk - 1.0, 1.0)
    passed = grid.ended < grid.at_risk
    factor = np.where(passed, 1.0 - grid.ended / others, 1.0)
    return chain(factor, grid.gap if of == RMST else grid.events / others)


def _own_time(grid: Grid, rows: Stretches, until: int, of: str) -> tuple[Floats, Floats]:
    """Return factor and step of the time at which each row leaves, without the row."""
    at = np.minimum(rows.end, len(grid.times) - 1)
    leaves = rows.end < until
    alone = grid.at_risk[at] <= 1.0
    others = np.maximum(grid.at_risk[at] - 1.0, 1.0)
    factor = np.where(alone, 1.0, 1.0 - (grid.ended[at] - rows.event) / others)
    events = np.where(alone, 0.0, (grid.events[at] - rows.own) / others)
    step = grid.gap[at] if of == RMST else events
    return np.where(leaves, factor, 1.0), np.where(leaves, step, 0.0)


def _start(grid: Grid, of: str) -> float:
    """Return what lies before the grid: an area counts from 0, also on a clock with a past."""
    return min(0.0, float(grid.times[0])) if of == RMST else 0.0


def _nearest(times: Floats, asked: float) -> int:
    return int(np.argmin(np.abs(times - asked)))
