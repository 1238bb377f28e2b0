"""Rows at risk with their covariates, as arrays, and the event times at which they are compared."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.timegrid import time_grid

Index = NDArray[np.int32]
NEVER: Final = -1
DENSE_CELLS_PER_ROW: Final = 4
TIMES_AT_HAND: Final = 20_000
ROWS_IN_ORDER: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxRows:
    """Rows at risk over (entry, exit], checked by whoever made them; make them with `cox_rows`.

    Attributes
    ----------
    x : array, shape (n, p), stored column by column
        Covariates.
    times : array, shape (T,)
        Every distinct entry and exit time, in order.
    exit, entry : array of int, shape (n,)
        Index into `times`; an entry of −1 is before all of them. `entry` is None where everybody
        is at risk from the start, time 0 included.
    event : array of bool
    stratum : array of int
        Rows are compared within a stratum only.
    weight : array or None
    frequency : bool
        True where a weight w stands for w identical rows in every respect, tied events included.
        Otherwise weights are R's case weights.
    cluster : array of int or None
        Rows with one code are dependent; None where each row stands alone.
    offset : array or None
        Known part of the linear predictor.
    """

    x: Floats
    times: Floats
    exit: Index
    entry: Index | None
    event: NDArray[np.bool_]
    stratum: Index
    weight: Floats | None
    frequency: bool
    cluster: Codes | None
    offset: Floats | None

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.exit)

    @property
    def weights(self) -> Floats:
        """Weight of each row, 1 where there are none."""
        return np.ones(self.n) if self.weight is None else self.weight

    def taken(self, rows: NDArray) -> "CoxRows":
        """Return some of the rows, by position or by a mask."""
        per_row = ("exit", "entry", "event", "stratum", "weight", "cluster", "offset")
        kept: dict[str, Any] = {"x": np.asfortranarray(self.x[rows])}
        for name in per_row:
            part = getattr(self, name)
            kept[name] = None if part is None else part[rows]
        return replace(self, **kept)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventCells:
    """The distinct event times of each stratum, in order of stratum and time.

    Attributes
    ----------
    stratum, time : array of int, shape (C,)
        Stratum of each cell, and index of its time into `CoxRows.times`.
    first : array of bool, shape (C,)
        Whether a cell is the first of its stratum.
    leave : array of int, shape (n,)
        Last cell at which each row is at risk, −1 where there is none.
    begin : array of int, shape (n,), or (0,)
        First cell at which each row is at risk; empty where nobody enters late.
    """

    stratum: Codes
    time: Codes
    first: NDArray[np.bool_]
    leave: Index
    begin: Index

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.time)


def cox_rows(
    x: Floats,
    exit_: Floats,
    event: NDArray,
    *,
    entry: Floats | None = None,
    stratum: Codes | None = None,
    weight: Floats | None = None,
    frequency: bool = False,
    cluster: Codes | None = None,
    offset: Floats | None = None,
) -> CoxRows:
    """Return rows for `fit_cox` from plain arrays of one length.

    Times that differ by rounding noise only are one. The caller has checked for missing values,
    for entry < exit and for weights above 0. An entry of −inf means from the start; strata and
    clusters are codes 0, 1, ….
    """
    times, leaving, entering = time_grid(exit_, entry)
    return CoxRows(
        x=np.asfortranarray(x, dtype=np.float64),
        times=times,
        exit=leaving.astype(np.int32),
        entry=None if entering is None else entering.astype(np.int32),
        event=np.asarray(event).astype(bool),
        stratum=np.zeros(len(exit_), dtype=np.int32)
        if stratum is None
        else stratum.astype(np.int32),
        weight=weight,
        frequency=frequency,
        cluster=cluster,
        offset=offset,
    )


def event_cells(rows: CoxRows) -> EventCells:
    """Return the distinct (stratum, event time) pairs, and where each row stands among them."""
    size = len(rows.times)
    strata = int(rows.stratum.max()) + 1
    many = strata > 1
    end = rows.exit + rows.stratum.astype(np.int64) * size if many else rows.exit
    ended = end[rows.event]
    if strata * size <= DENSE_CELLS_PER_ROW * rows.n + size:
        happened = np.bincount(ended, minlength=strata * size) > 0
        keys = np.flatnonzero(happened)
        until = np.concatenate([[0], np.cumsum(happened)]).astype(np.int32)
        leave = until[1:][end] - 1
    else:
        until = None
        keys = np.unique(ended)
        leave = _position(keys, end) - 1
    stratum, time = np.divmod(keys, size)
    starts = np.searchsorted(stratum, np.arange(strata)).astype(np.int32)
    begin = np.zeros(0, dtype=np.int32)
    if rows.entry is not None:
        start = rows.entry + rows.stratum.astype(np.int64) * size
        begin = until[start + 1] if until is not None else _position(keys, start)
        leave[leave < begin] = NEVER
    if many:
        leave[leave < starts[rows.stratum]] = NEVER
    first = np.concatenate([[True], stratum[1:] != stratum[:-1]])[: len(keys)]
    return EventCells(
        stratum=stratum, time=time, first=first, leave=leave.astype(np.int32), begin=begin
    )


def in_order(rows: CoxRows) -> CoxRows:
    """Return `rows` in an order of their own, so that the order given changes no bit of a sum.

    Beyond `ROWS_IN_ORDER` rows they are sorted only where that makes the sums much faster, and
    the order given can change the last digits.
    """
    if rows.n <= ROWS_IN_ORDER:
        last = (rows.event, rows.weight, rows.offset, rows.cluster, rows.entry)
        keys = [*rows.x.T, *(key for key in last if key is not None), rows.exit, rows.stratum]
        return rows.taken(np.lexsort(keys))
    if len(rows.times) <= TIMES_AT_HAND:
        return rows
    return rows.taken(np.lexsort((rows.exit, rows.stratum)))


def repeated(rows: CoxRows) -> CoxRows:
    """Return `rows` with every row as often as its frequency weight says, without weights."""
    if rows.weight is None:
        return rows
    copies = np.repeat(np.arange(rows.n), np.rint(rows.weight).astype(np.int64))
    return replace(rows.taken(copies), weight=None, frequency=False)


def _position(keys: Codes, asked: NDArray) -> Index:
    return np.searchsorted(keys, asked, side="right").astype(np.int32)
