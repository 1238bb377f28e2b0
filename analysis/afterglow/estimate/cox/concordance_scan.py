"""One pass over the rows in order of their scores, which counts every row's concordant pairs.

A pair is an event and a row that was still at risk after it. Rows are put, score by score, into
two trees over the event times of their stratum: one holds who can be compared when, the other the
events. What a row finds there before the rows of its own score are put in are the pairs with a
lower score; what it finds more afterwards are those with the same score.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import kernel


class ScoredRows(NamedTuple):
    """Rows and their scores.

    Attributes
    ----------
    order : array of int, shape (n,)
        Rows by increasing score.
    tied : array of bool, shape (n,)
        Whether the row at this place of `order` has the score of the one before.
    stratum, leave, begin, event : array, shape (n,)
        As in `CoxRows` and `EventCells`.
    weight : array, shape (n,) or (1,)
        One number where all rows weigh the same.
    """

    order: NDArray[np.int32]
    tied: NDArray[np.bool_]
    stratum: NDArray[np.int32]
    leave: NDArray[np.int32]
    begin: NDArray[np.int32]
    event: NDArray[np.bool_]
    weight: Floats


class EventTimes(NamedTuple):
    """The event times of all strata, in order of stratum and time.

    Attributes
    ----------
    offset : array of int, shape (S + 1,)
        First event time of each stratum.
    time_weight, compared : array, shape (C,)
        Weight of each event time, and of the rows that its events are compared with.
    events_upto : array, shape (C + 1,)
        Running total of event weight times time weight, from 0.
    """

    offset: Codes
    time_weight: Floats
    compared: Floats
    events_upto: Floats


class Trees(NamedTuple):
    """Zeros to work with.

    Attributes
    ----------
    comparable, happened, same_score : array, shape (C,)
        Rows to compare with, events so far, and events of the present score, at each time.
    present : array, shape (S,)
        Rows at risk from the start of each stratum.
    """

    comparable: Floats
    happened: Floats
    same_score: Floats
    present: Floats


class Pairs(NamedTuple):
    """Weights of pairs; zeros before the scan.

    Attributes
    ----------
    net, total : array, shape (n,)
        Concordant less discordant, and all, of each row.
    sums : array, shape (4,)
        Over all events: concordant, concordant or tied, discordant; tied in score and time.
    """

    net: Floats
    total: Floats
    sums: Floats


@kernel
def scan_scores(rows: ScoredRows, times: EventTimes, trees: Trees, pairs: Pairs) -> None:
    """Fill `pairs`."""
    size = len(rows.order)
    first = 0
    while first < size:
        last = first + 1
        while last < size and rows.tied[last]:
            last += 1
        alone = last == first + 1
        for place in range(first, last):
            row = rows.order[place]
            if rows.leave[row] >= 0:
                _count_lower(row, alone, rows, times, trees, pairs)
        for place in range(first, last):
            row = rows.order[place]
            if rows.leave[row] >= 0:
                _put_in(row, rows, times, trees, pairs)
        for place in range(first, last):
            row = rows.order[place]
            if rows.event[row]:
                trees.same_score[rows.leave[row]] = 0.0
            if rows.leave[row] >= 0 and not alone:
                _count_not_higher(row, rows, times, trees, pairs)
        first = last


@kernel
def _count_lower(row, alone, rows, times, trees, pairs):
    """Start the row's pairs, and finish them where nobody else has its score."""
    first, until = _compared(row, rows, times)
    factor = 2.0 if alone else 1.0
    base = times.offset[rows.stratum[row]]
    lower = _upto(trees.happened, base, until - base) - _upto(trees.happened, base, first - base)
    total = times.events_upto[until] - times.events_upto[first]
    net = total - factor * lower
    if rows.event[row]:
        scale, compared = times.time_weight[until], times.compared[until]
        lower = trees.present[rows.stratum[row]] + _upto(trees.comparable, base, until - base + 1)
        total += scale * compared
        net += scale * (factor * lower - compared)
        weight = scale * _weight(row, rows)
        pairs.sums[0] += weight * lower
        if alone:
            pairs.sums[1] += weight * lower
            pairs.sums[2] += weight * (compared - lower)
    pairs.total[row] = total
    pairs.net[row] = net


@kernel
def _put_in(row, rows, times, trees, pairs):
    """Let the row be found by those with its own or a higher score."""
    stratum = rows.stratum[row]
    base, extent = times.offset[stratum], times.offset[stratum + 1] - times.offset[stratum]
    first, until = _compared(row, rows, times)
    weight = _weight(row, rows)
    if first > base:
        _put(trees.comparable, base, extent, first - base, weight)
    else:
        trees.present[stratum] += weight
    _put(trees.comparable, base, extent, until - base, -weight)
    if rows.event[row]:
        scaled = weight * times.time_weight[until]
        _put(trees.happened, base, extent, until - base, scaled)
        pairs.sums[3] += scaled * trees.same_score[until]
        trees.same_score[until] += weight


@kernel
def _count_not_higher(row, rows, times, trees, pairs):
    """Finish the row's pairs where others have its score."""
    first, until = _compared(row, rows, times)
    base = times.offset[rows.stratum[row]]
    net = _upto(trees.happened, base, first - base) - _upto(trees.happened, base, until - base)
    if rows.event[row]:
        scale = times.time_weight[until]
        found = trees.present[rows.stratum[row]] + _upto(trees.comparable, base, until - base + 1)
        net += scale * found
        weight = scale * _weight(row, rows)
        pairs.sums[1] += weight * found
        pairs.sums[2] += weight * (times.compared[until] - found)
    pairs.net[row] += net


@kernel
def _compared(row, rows, times):
    """Return the first event time at which the row can be compared, and the first past that."""
    first = times.offset[rows.stratum[row]]
    if len(rows.begin):
        first = max(first, np.int64(rows.begin[row]))
    return first, rows.leave[row] + (0 if rows.event[row] else 1)


@kernel
def _weight(row, rows):
    return rows.weight[row] if len(rows.weight) > 1 else rows.weight[0]


@kernel
def _upto(tree, base, count):
    """Sum the first `count` places of the tree that begins at `base`."""
    total = 0.0
    while count > 0:
        total += tree[base + count - 1]
        count &= count - 1
    return total


@kernel
def _put(tree, base, extent, place, value):
    """Add `value` at a place, counted from 0, of the tree of `extent` places."""
    place += 1
    while place <= extent:
        tree[base + place - 1] += value
        place += place & -place
