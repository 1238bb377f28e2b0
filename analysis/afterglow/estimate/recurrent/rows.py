"""Checked rows (start, stop] of subjects who may have the event again and again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.options import check_word
from afterglow.estimate.sample import WEIGHTS_KINDS, is_whole, named
from afterglow.estimate.timegrid import time_grid

Index = NDArray[np.int32]
Flags = NDArray[np.bool_]
LARGEST_KEY: Final = 2**62
DENSE_KEYS_PER_ROW: Final = 64
PIECES: Final = "A subject's rows are pieces (start, stop] one after another."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecurrentRows:
    """Rows at risk over (start, stop], in order of group, subject and start.

    Attributes
    ----------
    position : array of int, shape (n,), or None
        Which row of the user's table each is; None where they stand in that order.
    times : array, shape (T,)
        Every distinct start and stop, in order.
    start, stop : array of int
        Index into `times`; a start of −1 is before all of them.
    event, terminal : array of bool
        Whether the row ends with the event; with the event after which there can be none.
    subject, cluster : array of int
        Equal codes are one subject, or one cluster; codes have gaps. `cluster` may be None.
    weight : array or None
    frequency : bool
        Whether a weight w stands for w identical subjects.
    group : array of int
    groups : tuple of str
    has_terminal : bool
        Whether a column of terminal events was named.
    before : array of int or None
        How many events the subject had before each row, where rows that held some were left out;
        None where they can be counted.
    """

    position: Codes | None
    times: Floats
    start: Index
    stop: Index
    event: Flags
    terminal: Flags
    subject: Codes | Index
    cluster: Codes | Index | None
    weight: Floats | None
    frequency: bool
    group: Index
    groups: tuple[str, ...]
    has_terminal: bool
    before: Codes | None = None

    @property
    def unit(self) -> Codes:
        """What is independent of one another: clusters, else subjects."""
        own = self.subject if self.cluster is None else self.cluster
        return own.astype(np.int64, copy=False)

    @property
    def first(self) -> Flags:
        """Whether a row is its subject's first in its group."""
        return np.concatenate([[True], ~self._same()])

    @property
    def last(self) -> Flags:
        """Whether a row is its subject's last in its group."""
        return np.concatenate([~self._same(), [True]])

    def _same(self) -> Flags:
        return (self.subject[1:] == self.subject[:-1]) & (self.group[1:] == self.group[:-1])


def recurrent_rows(
    data: pd.DataFrame,
    *,
    subject: str,
    start: str,
    stop: str,
    event: str,
    terminal: str | None = None,
    by: str | Sequence[str] | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    cluster: str | None = None,
) -> RecurrentRows:
    """Check the columns of `data` and return them as `RecurrentRows`.

    Raises
    ------
    InvalidInput
        Missing values, start at or after stop, codes that are not 0/1 or bool, rows of one
        subject that overlap, a terminal event before the last row, a subject in two clusters.
    UsageError
        An unknown word of `weights_kind`.
    """
    check_word("weights_kind", weights_kind, WEIGHTS_KINDS)
    read = ColumnReader(data, subject, start, stop, event, terminal, weights, cluster, *named(by))
    group, groups = _groups(read, by)
    who = identities(read, subject)
    cell = None if cluster is None else identities(read, cluster)
    happened = read.event(event).astype(bool)
    died = np.zeros(len(data), dtype=bool) if terminal is None else read.event(terminal) == 1
    weight = None if weights is None else read.positive(weights)
    times, entering, leaving = _clock(read, start, stop)
    rows = RecurrentRows(
        position=None, times=times, start=entering, stop=leaving, event=happened, terminal=died,
        subject=who, cluster=cell, weight=weight,
        frequency=weights_kind == "frequency" and is_whole(weight), group=group, groups=groups,
        has_terminal=terminal is not None,
    )  # fmt: skip
    order = _by_subject(who, entering, len(times))
    if order is not None:
        rows = taken(rows, order)
    _check_subjects(read, rows, subject, terminal, weights, cluster)
    return _by_group(rows)


def _clock(read: ColumnReader, start: str, stop: str) -> tuple[Floats, Index, Index]:
    """Return the distinct times and the place of each row's start and stop among them."""
    begin = read.number(start, minus_infinity=True)
    end = read.duration(stop, signed=True)
    read.finish()
    times, leaving, entering = time_grid(end, begin)
    first = np.asarray(entering).astype(np.int32)
    last = leaving.astype(np.int32)
    remedy = "A row lasts from its start to a later stop; join a row of no length to its neighbour."
    read.forbid(stop, first >= last, "is not after the start of its row", remedy)
    read.finish()
    return times, first, last


def _groups(read: ColumnReader, by: str | Sequence[str] | None) -> tuple[Index, tuple[str, ...]]:
    codes, labels = read.label(by)
    return codes.astype(np.int32), labels


def identities(read: ColumnReader, column: str) -> Codes | Index:
    """Return one whole number for each distinct label, in natural order but with gaps."""
    series = read.data[column]
    if series.dtype.kind in "iu" and not series.isna().any():
        values = series.to_numpy(dtype=np.int64)
        low = int(values.min())
        if int(values.max()) - low < DENSE_KEYS_PER_ROW * len(values):
            return _narrow(values - low)
    return _narrow(read.codes(column)[0])


def _narrow(codes: Codes) -> Codes | Index:
    return codes.astype(np.int32) if int(codes.max()) < np.iinfo(np.int32).max else codes


def _by_subject(who: Codes | Index, start: Index, size: int) -> Codes | None:
    """Return the order of subject and start; None where the rows stand in it already."""
    if int(who.max()) >= LARGEST_KEY // (size + 1):
        return np.lexsort((start, who))
    key = who.astype(np.int64)
    key *= size + 1
    key += start
    return None if (key[1:] > key[:-1]).all() else np.argsort(key, kind="stable")


def _by_group(rows: RecurrentRows) -> RecurrentRows:
    if len(rows.groups) == 1 or (rows.group[1:] >= rows.group[:-1]).all():
        return rows
    small = len(rows.groups) < np.iinfo(np.int16).max
    code = rows.group.astype(np.int16) if small else rows.group
    order = np.argsort(code, kind="stable")
    return taken(rows, order)


def taken(rows: RecurrentRows, order: Codes | slice) -> RecurrentRows:
    """Return some of the rows, or all of them in another order."""
    position = rows.position
    if position is None:
        position = np.arange(len(rows.stop))
    return RecurrentRows(
        position=position[order], times=rows.times, start=rows.start[order],
        stop=rows.stop[order], event=rows.event[order], terminal=rows.terminal[order],
        subject=rows.subject[order],
        cluster=None if rows.cluster is None else rows.cluster[order],
        weight=None if rows.weight is None else rows.weight[order],
        frequency=rows.frequency, group=rows.group[order], groups=rows.groups,
        has_terminal=rows.has_terminal,
        before=None if rows.before is None else rows.before[order],
    )  # fmt: skip


def each_subject(rows: RecurrentRows) -> RecurrentRows:
    """Return one set of rows for each subject that a frequency stands for, without weights."""
    if rows.weight is None or not rows.frequency:
        return rows
    copies = rows.weight.astype(np.int64)
    source = np.repeat(np.arange(len(copies)), copies)
    copy = np.arange(len(source)) - np.repeat(np.cumsum(copies) - copies, copies)
    order = np.lexsort((source, copy, rows.subject[source], rows.group[source]))
    found = taken(rows, source[order])
    whose = rows.subject[source[order]] * int(copies.max()) + copy[order]
    return replace(found, subject=whose, weight=None)


def numbered(data: pd.DataFrame, rows: RecurrentRows, number: str | None) -> RecurrentRows:
    """Return the rows with the number of their event from a column, if one is named.

    Raises
    ------
    InvalidInput
        A number that is not 1, 2, …, or that does not rise after an event of the subject.
    """
    if number is None:
        return rows
    read = ColumnReader(data, number)
    values = read.positive(number)
    whole = "is no whole number"
    read.forbid(number, values != np.floor(values), whole, "Number events 1, 2, ….")
    read.finish()
    placed = values if rows.position is None else values[rows.position]
    same = rows.subject[1:] == rows.subject[:-1]
    least = placed[:-1] + rows.event[:-1]
    bad = np.zeros(len(values), dtype=bool)
    found = np.flatnonzero(same & (placed[1:] < least)) + 1
    bad[found if rows.position is None else rows.position[found]] = True
    remedy = "After its event, a subject is at risk for the next."
    read.forbid(number, bad, "does not rise from event to event", remedy)
    read.finish()
    return replace(rows, before=placed.astype(np.int64) - 1)


def dense(codes: Codes) -> Codes:
    """Return codes 0, 1, … without gaps."""
    if (codes[1:] >= codes[:-1]).all():
        return np.cumsum(np.concatenate([[0], codes[1:] != codes[:-1]]))
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _check_subjects(
    read: ColumnReader,
    rows: RecurrentRows,
    subject: str,
    terminal: str | None,
    weights: str | None,
    cluster: str | None,
) -> None:
    same = rows.subject[1:] == rows.subject[:-1]

    def refuse(column: str, bad: Flags, what: str, remedy: str, which: int) -> None:
        if not bad.any():
            return
        marked = np.zeros(len(read.data), dtype=bool)
        found = np.flatnonzero(bad) + which
        marked[found if rows.position is None else rows.position[found]] = True
        read.forbid(column, marked, what, remedy)

    overlap = same & (rows.start[1:] < rows.stop[:-1])
    refuse(subject, overlap, "has rows of one subject that overlap", PIECES, 1)
    if terminal is not None:
        remedy = "After a terminal event a subject has no more rows."
        refuse(terminal, same & rows.terminal[:-1], "is not at the subject's last row", remedy, 0)
    if cluster is not None and rows.cluster is not None:
        moved = same & (rows.cluster[1:] != rows.cluster[:-1])
        refuse(cluster, moved, "differs within a subject", "A subject is in one cluster.", 1)
    if weights is not None and rows.weight is not None and rows.frequency:
        changed = same & (rows.weight[1:] != rows.weight[:-1])
        remedy = "A frequency counts subjects; weights that change are weights_kind='sampling'."
        refuse(weights, changed, "differs within a subject", remedy, 1)
    read.finish()
