"""Rows as episodes: which event of the subject comes next, and on which clock."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.recurrent.rows import Flags, Index, RecurrentRows
from afterglow.estimate.recurrent.totals import running
from afterglow.estimate.timegrid import time_grid

ANDERSEN_GILL: Final = "andersen-gill"
LWYY: Final = "lwyy"
PWP_TOTAL: Final = "pwp-total"
PWP_GAP: Final = "pwp-gap"
WLW: Final = "wlw"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Episodes:
    """What a model compares.

    Attributes
    ----------
    source : array of int, shape (m,), or None
        The row of the sorted rows that each row here is made of; None where they are those.
    times : array
        Distinct times of the model's clock, in order.
    entry, exit : array of int, shape (m,)
        At risk after time index `entry` up to `exit`.
    event : array of bool
    number : array of int or None
        Which event of the subject the row is at risk for, from 1; None where events are not told
        apart.
    """

    source: Codes | None
    times: Floats
    entry: Index
    exit: Index
    event: Flags
    number: Codes | None


def events_before(rows: RecurrentRows) -> Codes:
    """Return how many events the subject had before each row."""
    if rows.before is not None:
        return rows.before
    total = running(rows.event.astype(np.float64)).astype(np.int64)[:-1]
    begins = np.flatnonzero(rows.first)
    return total - np.repeat(total[begins], np.diff(np.append(begins, len(total))))


def _all_alike(rows: RecurrentRows, most: int | None) -> Episodes:
    return _episodes(rows, None)


def _in_order(rows: RecurrentRows, most: int | None) -> Episodes:
    number = events_before(rows) + 1
    return _episodes(rows, number if most is None else np.minimum(number, most))


def _since_last(rows: RecurrentRows, most: int | None) -> Episodes:
    """Start the clock again with the first row after each event."""
    before = events_before(rows)
    again = np.concatenate([[True], before[1:] != before[:-1]]) | rows.first
    begins = np.flatnonzero(again)
    starts = np.concatenate([[-np.inf], rows.times])
    origin = np.repeat(starts[rows.start[begins] + 1], np.diff(np.append(begins, len(before))))
    endless = np.isneginf(origin)
    origin[endless] = 0.0
    times, leaving, entering = time_grid(
        rows.times[rows.stop] - origin, starts[rows.start + 1] - origin
    )
    return replace(
        _in_order(rows, most), times=times, entry=np.asarray(entering).astype(np.int32),
        exit=leaving.astype(np.int32),
    )  # fmt: skip


def _each_event(rows: RecurrentRows, most: int | None) -> Episodes:
    """Let every subject be at risk for its k-th event from the start, for every k at once."""
    before = events_before(rows)
    largest = max(int((before + rows.event).max()), 1)
    largest = largest if most is None else min(most, largest)
    copies = np.maximum(largest - before, 0)
    source = np.repeat(np.arange(len(before)), copies)
    place = np.arange(len(source)) - np.repeat(np.cumsum(copies) - copies, copies)
    return Episodes(
        source=source, times=rows.times, entry=rows.start[source], exit=rows.stop[source],
        event=rows.event[source] & (place == 0), number=before[source] + 1 + place,
    )  # fmt: skip


def _episodes(rows: RecurrentRows, number: Codes | None) -> Episodes:
    return Episodes(
        source=None, times=rows.times, entry=rows.start, exit=rows.stop, event=rows.event,
        number=number,
    )  # fmt: skip


MODELS: Final[dict[str, Callable[[RecurrentRows, int | None], Episodes]]] = {
    ANDERSEN_GILL: _all_alike,
    PWP_TOTAL: _in_order,
    PWP_GAP: _since_last,
    WLW: _each_event,
    LWYY: _all_alike,
}
NUMBERED: Final = (PWP_TOTAL, PWP_GAP, WLW)
